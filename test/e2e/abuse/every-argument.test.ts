import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { HOSTILE, type Place, placesOf, textOf } from '../../fixtures/hostile-values.ts';
import {
  ADMIN_KEY,
  freshInstance,
  type Instance,
  type RunningServer,
  startServer,
} from '../../fixtures/server.ts';

/* Hostile values at every argument of the schema, and in every field of every door. */

/** Minutes of computing, or the end of every key. */
const WITHOUT = new Set(['trainModel', 'changeKeys']);
const ROLES = ['feed', 'collector', 'analyst', 'auditor', 'dpo', 'model-steward', 'metrics'] as const;
/** An answer to one bad value is a sentence, not the value. */
const LONGEST_MESSAGE = 600;
const LONGEST_ANSWER = 20_000;
const AT_ONCE = 8;

const SCHEMA = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
const PLACES = placesOf(buildSchema(SCHEMA), WITHOUT);
const keys: Record<string, string> = { admin: ADMIN_KEY };
let instance: Instance;
let server: RunningServer;

beforeAll(async () => {
  instance = await freshInstance();
  server = await startServer(instance);
  for (const role of ROLES) {
    const { data } = await server.graphql<{ createApiKey: { key: string } }>(
      'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input: { name: role, role } },
    );
    keys[role] = data.createApiKey.key;
  }
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

async function send(key: string, path: string, body: unknown, accept = 'application/json') {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[key]}`, 'content-type': 'application/json', accept },
    body: textOf(body),
    signal: AbortSignal.timeout(60_000),
  });
  if (accept === 'text/event-stream' && answer.ok) {
    // A subscription that began goes on: its first words are enough.
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return { status: answer.status, text: new TextDecoder().decode(value) };
  }
  return { status: answer.status, text: await answer.text() };
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

async function tryPlaces(
  key: string,
  places: readonly Place[],
  values: readonly unknown[],
): Promise<string[]> {
  const found: string[] = [];
  const tasks = places.flatMap((place) => values.map((value) => ({ place, value })));
  await each(tasks, async ({ place: { name, document: query, operation, variables }, value }) => {
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

it('answers hostile values at every argument, shortly and without an error of its own', async () => {
  expect(await tryPlaces('admin', PLACES, HOSTILE)).toEqual([]);
  expect(unexpected()).toEqual([]);
});

it.each(ROLES)('and to callers of every role: %s', async (role) => {
  const some = HOSTILE.filter((_, i) => i % 6 === ROLES.indexOf(role) % 6);
  expect(await tryPlaces(role, PLACES, some)).toEqual([]);
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
const MAP = {
  source: { name: 'f' },
  scale: '0-10',
  columns: {
    externalId: 'Id',
    answeredAt: { column: 'At', format: 'yyyy-MM-dd', timeZone: 'UTC' },
    score: 'Score',
  },
};
const ROW = { line: 2, values: { Id: 'a', At: '2026-01-01', Score: '5' } };

it('answers hostile values in every field of every door', async () => {
  const bodies = HOSTILE.flatMap((value) => [
    ['/ingest/responses', value] as const,
    ['/ingest/demo', value] as const,
    ['/ingest/file', value] as const,
    ...FIELDS.map((field) => ['/ingest/responses', [{ ...ITEM, [field]: value }]] as const),
    ...['map', 'rows', 'file'].map(
      (field) => ['/ingest/file', { file: 'f.csv', map: MAP, rows: [ROW], [field]: value }] as const,
    ),
    ...Object.keys(MAP).map(
      (field) => ['/ingest/file', { file: 'f.csv', map: { ...MAP, [field]: value }, rows: [ROW] }] as const,
    ),
    ...Object.keys(ROW.values).map(
      (column) =>
        [
          '/ingest/file',
          { file: 'f.csv', map: MAP, rows: [{ line: 2, values: { ...ROW.values, [column]: value } }] },
        ] as const,
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

it('holds up nobody meanwhile', async () => {
  const some = PLACES.filter((_, i) => i % 10 === 0);
  await expectUndisturbed(server, async () => {
    await tryPlaces('feed', some, HOSTILE);
  });
});
