import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { buildSchema } from 'graphql';
import { afterAll, expect, it } from 'vitest';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { HOSTILE, placesOf, spoilt, type Trial, textOf, trialsOf } from '../../fixtures/hostile-values.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Hostile values at every argument of the schema, and in every field of every endpoint. */

/** Minutes of computing, or the end of every key. */
const WITHOUT = new Set(['trainModel', 'changeKeys', 'startDemo']);
const ROLES = ['feed', 'collector', 'analyst', 'auditor', 'dpo', 'model-steward', 'metrics'] as const;
/** An answer to one bad value is a sentence, not the value. */
const LONGEST_MESSAGE = 600;
const LONGEST_ANSWER = 20_000;
const AT_ONCE = 8;

const SCHEMA = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
const PLACES = placesOf(SCHEMA, WITHOUT);
const TRIALS = trialsOf(PLACES, HOSTILE);
const server = useServer({ keys: ROLES });
const { keys } = server;

const send = (key: string, path: string, body: unknown, accept?: string) =>
  sendText(key, path, textOf(body), accept);

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
afterAll(() => agent.destroy());

/** By Node.js's own client: `fetch` takes several times the CPU time, and there are some 50,000 requests. */
function sendText(
  key: string,
  path: string,
  body: string,
  accept = 'application/json',
): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${keys[key]}`, 'content-type': 'application/json', accept };
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { agent, method: 'POST', headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      let text = '';
      const end = () => resolve({ status, text });
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        if (accept !== 'text/event-stream' || status !== 200) return;
        // A subscription that began goes on: its first words are enough.
        end();
        answer.destroy();
      });
      answer.once('end', end).once('error', reject);
    });
    sent.setTimeout(60_000, () => sent.destroy(new Error(`${path}: no answer`)));
    sent.once('error', reject).end(body);
  });
}

/** Lines of the log about errors that were not foreseen. */
const unexpected = () =>
  server
    .output()
    .split('\n')
    .filter((line) => line.includes('unexpected error'));

/** Each task once, some at a time. */
async function each<T>(tasks: readonly T[], work: (task: T) => Promise<void>): Promise<void> {
  const waiting = [...tasks];
  const next = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await work(task);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** What is wrong with how a bad value was answered, or null. */
function problemOf({ status, text }: { status: number; text: string }): string | null {
  if (status >= 500) return `answered ${status}`;
  if (text.includes('INTERNAL_SERVER_ERROR')) return 'an error of ours';
  if (text.length > LONGEST_ANSWER) return `an answer of ${text.length} characters`;
  const longest = Math.max(
    0,
    ...[...text.matchAll(/"message":"((?:[^"\\]|\\.)*)"/g)].map(([, m = '']) => m.length),
  );
  return longest > LONGEST_MESSAGE ? `a message of ${longest} characters` : null;
}

async function tryAll(key: string, trials: readonly Trial[]): Promise<string[]> {
  const found: string[] = [];
  await each(trials, async ({ place: { name, document: query, operation, variables }, value }) => {
    const accept = operation === 'subscription' ? 'text/event-stream' : 'application/json';
    const problem = problemOf(await send(key, '/graphql', { query, variables: variables(value) }, accept));
    if (problem) found.push(`${name} = ${JSON.stringify(value)?.slice(0, 40)}: ${problem}`);
  });
  return found;
}

it('finds every place that takes a value', () => {
  const names = PLACES.map(({ name }) => name);
  expect(names).toContain('query.nps(segment.region)');
  expect(names).toContain('mutation.submitResponses(input.comment)');
  expect(names).toContain('subscription.npsUpdates(after)');
  expect(names.length).toBeGreaterThan(150);
});

it('tries every value at each type, and at each place more than its type refuses', () => {
  const tried = new Map<string, Set<unknown>>();
  for (const { place, value } of TRIALS) {
    const type = String(place.type);
    tried.set(type, (tried.get(type) ?? new Set()).add(value));
  }
  for (const [type, values] of tried)
    expect(
      HOSTILE.filter((value) => !values.has(value)),
      type,
    ).toEqual([]);
  // A text is taken by a place for text, each time.
  const comments = TRIALS.filter(({ place }) => place.name === 'mutation.submitResponses(input.comment)');
  expect(comments.map(({ value }) => value)).toEqual(
    expect.arrayContaining(HOSTILE.filter((value) => typeof value === 'string')),
  );
});

it('answers hostile values at every argument, shortly and without a server error', async () => {
  expect(await tryAll('admin', TRIALS)).toEqual([]);
  expect(unexpected()).toEqual([]);
});

it.each(ROLES)('and to callers of every role: %s', async (role) => {
  const some = new Set(HOSTILE.filter((_, i) => i % 6 === ROLES.indexOf(role) % 6));
  const trials = TRIALS.filter(({ value }) => some.has(value));
  expect(await tryAll(role, trials)).toEqual([]);
});

const ITEM = { externalId: 'a', source: 'web', answeredAt: '2026-01-01T00:00:00Z', score: 5 };
const FIELDS = [
  'externalId',
  'source',
  'answeredAt',
  'score',
  'comment',
  'respondent',
  'survey',
  'surveyVersion',
].concat(['region', 'channel', 'scale', 'unknown', '__proto__']);
/** Items of the other doors, whose every field is tried; forwarded events of vendors too. */
const OTHER_ITEMS: readonly (readonly [string, object])[] = [
  ['/ingest/identities', { kind: 'ACCOUNT', from: 'a', into: 'b' }],
  ['/ingest/identities', { type: 'alias', previousId: 'a', userId: 'b' }],
  ['/ingest/identities', { event: '$create_alias', distinct_id: 'a', properties: { alias: 'b' } }],
  [
    '/ingest/outcomes',
    {
      ...{ externalId: 'o', source: 'crm', kind: 'PAYMENT', at: '2026-01-01T00:00:00Z', account: 'a' },
      ...{ respondent: 'r', amount: 1, currency: 'EUR', segmentValues: { region: 'Peru' }, revision: 1 },
    },
  ],
  [
    '/ingest/changes',
    {
      externalId: 'c',
      kind: 'release',
      title: 't',
      at: '2026-01-01T00:00:00Z',
      segment: { region: ['Peru'] },
    },
  ],
];
type Json = Record<string, unknown>;
const RANGE = { kind: 'range', name: 's', minimum: 0, maximum: 10, passiveFrom: 7, promoterFrom: 9 };
const LABELS = { kind: 'labels', name: 'l', labels: { yes: { class: 'promoter', points: 1000, score: 2 } } };
const MAP: Json = {
  source: 'f',
  survey: { name: 'visit', version: '1' },
  externalId: { hash: ['Id'] },
  respondent: 'Email',
  answeredAt: { column: 'At', format: ['iso', 'yyyy-MM-dd'], zone: 'UTC', missing: ['n/a'] },
  score: { column: 'Score', scale: { by: 'Kind', when: { five: '0-10', six: RANGE, seven: LABELS } } },
  comment: ['Why'],
  dimensions: {
    region: { column: 'Country', values: { DE: 'Germany' }, default: 'other' },
    channel: { value: 'web' },
  },
  where: { Kind: ['five', 'six'] },
};
const VALUES: Json = {
  ...{ Id: 'a', At: '2026-01-01', Score: '5', Kind: 'five', Email: 'a@example.org' },
  ...{ Why: 'because', Country: 'DE' },
};
const ROW: Json = { line: 2, values: VALUES };
const FILE: Json = { map: MAP, file: 'f.csv' };

/** The lines of a body of /ingest/file: the map and the name of the file, then a row. */
const fileBody = (head: unknown, row: unknown) => `${textOf(head)}\n${textOf(row)}`;

/** Bodies of /ingest/file with a hostile value at every place of the map and of the row, and as a name of a column. */
function fileBodies(): string[] {
  return HOSTILE.flatMap((value, i) => {
    const names = typeof value === 'string' ? [{ ...ROW, values: { ...VALUES, [value]: 'x' } }] : [];
    // Each value at a third of the places of the map.
    const heads = [...spoilt(FILE, value)].filter((_, place) => place % 3 === i % 3);
    return [
      ...heads.map((head) => fileBody(head, ROW)),
      ...[...spoilt(ROW, value), ...names].map((row) => fileBody(FILE, row)),
    ];
  });
}

it('answers hostile values in every field of every endpoint', async () => {
  const bodies = HOSTILE.flatMap((value) => [
    ['/ingest/responses', value] as const,
    ['/ingest/file', value] as const,
    ...FIELDS.map((field) => ['/ingest/responses', [{ ...ITEM, [field]: value }]] as const),
    ...OTHER_ITEMS.flatMap(([path, item]) =>
      [...Object.keys(item), '__proto__'].map((field) => [path, [{ ...item, [field]: value }]] as const),
    ),
  ]);
  const found: string[] = [];
  await each(bodies, async ([path, body]) => {
    const problem = problemOf(await send('admin', path, body));
    if (problem) found.push(`${path} ${JSON.stringify(body).slice(0, 120)}: ${problem}`);
  });
  expect(found).toEqual([]);
  expect(unexpected()).toEqual([]);
});

it('accepts a file whose map names everything, and answers hostile values at every place of it', async () => {
  const whole = await sendText('admin', '/ingest/file', fileBody(FILE, ROW));
  expect(whole, whole.text).toMatchObject({ status: 202 });
  expect(JSON.parse(whole.text)).toMatchObject({ accepted: 1 });
  const found: string[] = [];
  let taken = 0;
  await each(fileBodies(), async (body) => {
    const answer = await sendText('admin', '/ingest/file', body);
    const problem = problemOf(answer);
    if (problem) found.push(`${body.slice(0, 600)}: ${problem}`);
    // Of those whose map is right, the row was looked at.
    if (answer.text.includes('"rejected":')) taken += 1;
  });
  expect(found).toEqual([]);
  expect(taken).toBeGreaterThan(HOSTILE.length);
  expect(unexpected()).toEqual([]);
});

it('blocks no other caller meanwhile', async () => {
  const some = new Set(PLACES.filter((_, i) => i % 10 === 0));
  const trials = TRIALS.filter(({ place }) => some.has(place));
  await expectUndisturbed(server, async () => {
    await tryAll('feed', trials);
  });
});
