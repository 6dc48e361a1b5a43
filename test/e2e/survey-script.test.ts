import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { HOSTILE, textOf } from '../fixtures/hostile-values.ts';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* The door of the web survey on a real server: which senders are admitted, what is stored, and what a publishable key cannot do. */

const SHOP = 'https://shop.example.com';
const server = useServer();

interface Made {
  readonly connection: { readonly id: string; readonly path: string };
  readonly secret: string;
}
const tryCreate = (input: object = {}) =>
  server.graphql<{ createConnection: Made }>(
    'mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { id path } secret } }',
    {
      input: {
        connector: 'web-snippet',
        name: 'Shop',
        mapping: { source: 'shop', origins: [SHOP] },
        ...input,
      },
    },
  );
const create = async (input: object = {}): Promise<Made> => {
  const { data, errors } = await tryCreate(input);
  expect(errors).toBeUndefined();
  return data.createConnection;
};
const answerOf = (more: object = {}) => ({
  id: randomUUID(),
  visitor: randomUUID(),
  at: Date.now(),
  revision: 1,
  score: 9,
  ...more,
});
const send = (key: string, body: unknown, headers: Record<string, string> = { origin: SHOP }) =>
  fetch(`${server.url}/survey/${key}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });
interface Stored {
  readonly externalId: string;
  readonly score: number;
  readonly comment: string | null;
  readonly region: string;
  readonly respondent: string;
  readonly answeredAt: string;
}
const stored = async (source: string): Promise<Stored[]> => {
  const { data } = await server.graphql<{ responses: { edges: { node: Stored }[] } }>(
    `query ($sources: [String!]) { responses(first: 100, sources: $sources) { edges { node {
      externalId score comment region respondent answeredAt } } } }`,
    { sources: [source] },
  );
  return data.responses.edges.map(({ node }) => node);
};
const countsOf = async (id: string) => {
  const { data } = await server.graphql<{ connections: { id: string; [name: string]: unknown }[] }>(
    '{ connections { id accepted duplicates rejected lastRefusal } }',
  );
  return data.connections.find((one) => one.id === id);
};

let made: Made;
beforeAll(async () => {
  made = await create();
});

describe('an answer', () => {
  it('is stored, revised by its comment, and once however often it is sent', async () => {
    const answer = answerOf({ values: { region: 'Germany' } });
    const first = await send(made.secret, answer);
    expect([first.status, await first.text()]).toEqual([204, '']);
    expect(first.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect(await stored('shop')).toMatchObject([{ score: 9, comment: null, region: 'Germany' }]);
    const whole = { ...answer, revision: 2, comment: 'quick, call me at jane@example.com' };
    // The score again, late: what was kept in a browser does not remove the comment.
    for (const body of [whole, answer, whole, answer])
      expect((await send(made.secret, body)).status).toBe(204);
    const [one, ...others] = await stored('shop');
    expect(others).toEqual([]);
    expect(one?.comment).toMatch(/^quick, call me at/);
    expect(one?.comment).not.toContain('jane');
    expect(Date.parse(one?.answeredAt ?? '')).toBe(answer.at);
    expect(await countsOf(made.connection.id)).toMatchObject({ accepted: 2, duplicates: 3, rejected: 0 });
  });

  it('counts from its arrival where its clock cannot be right', async () => {
    const own = await create({ mapping: { source: 'clocks', origins: [SHOP] } });
    const before = Date.now();
    for (const at of [0, before + 86_400_000, before - 40 * 86_400_000])
      expect((await send(own.secret, answerOf({ at }))).status).toBe(204);
    for (const { answeredAt } of await stored('clocks'))
      expect(Date.parse(answeredAt)).toBeGreaterThanOrEqual(before - 1_000);
  });

  it('is of its browser, unless pages of the connection may name respondents', async () => {
    const visitor = randomUUID();
    const anonymous = await create({ mapping: { source: 'anonymous', origins: [SHOP] } });
    for (const respondent of ['jane', 'joe']) await send(anonymous.secret, answerOf({ visitor, respondent }));
    expect(new Set((await stored('anonymous')).map(({ respondent }) => respondent)).size).toBe(1);
    const named = await create({ mapping: { source: 'named', origins: [SHOP], respondents: true } });
    for (const respondent of ['jane', 'joe']) await send(named.secret, answerOf({ visitor, respondent }));
    expect(new Set((await stored('named')).map(({ respondent }) => respondent)).size).toBe(2);
  });
});

it('is flagged by signs of a program, which are stored nowhere', async () => {
  const own = await create({ mapping: { source: 'signs', origins: [SHOP] } });
  const person = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';
  const sent = [
    [{ took: 4_000 }, person, []],
    [{ took: 300 }, person, ['too-fast']],
    [{ took: 4_000, filled: true }, person, ['hidden-field']],
    [{}, 'python-requests/2.32.3', ['bot-client']],
  ] as const;
  for (const [i, [signs, name]] of sent.entries()) {
    const headers = { origin: SHOP, 'user-agent': name };
    expect((await send(own.secret, answerOf({ score: i, ...signs }), headers)).status).toBe(204);
  }
  const { data } = await server.graphql<{
    responses: {
      edges: { node: { id: string; score: number; counting: { counted: boolean; flags: string[] } } }[];
    };
  }>('{ responses(sources: ["signs"]) { edges { node { id score counting { counted flags } } } } }');
  const found = data.responses.edges.map(({ node }) => [node.score, node.counting]);
  expect(new Map(found as [number, object][])).toEqual(
    new Map(sent.map(([, , flags], i) => [i, { counted: true, flags: [...flags] }])),
  );
  expect(server.output()).not.toContain('python-requests');
});

describe('what is refused', () => {
  it('other origins, and senders without one', async () => {
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: `${SHOP}.evil.example` },
      { origin: 'http://shop.example.com' },
      { origin: 'null' },
    ] as Record<string, string>[]) {
      const answer = await send(made.secret, answerOf(), headers);
      expect([headers, answer.status]).toEqual([headers, 403]);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('keys that are cut, changed, replaced, removed or of another kind, all alike', async () => {
    const other = await create({ mapping: { source: 'other', origins: [SHOP] } });
    const removed = await create({ mapping: { source: 'removed', origins: [SHOP] } });
    await server.graphql('mutation ($id: ID!) { removeConnection(id: $id) }', { id: removed.connection.id });
    const vendor = await create({ connector: 'canonical', mapping: {} });
    const rotated = await create({ mapping: { source: 'rotated', origins: [SHOP] } });
    const rotation = (await server.graphql<{ rotateConnection: Made }>(
      `mutation { rotateConnection(id: "${rotated.connection.id}", acceptFormerHours: 0) { secret } }`,
    )) as { data: { rotateConnection: Made } };
    expect((await send(rotation.data.rotateConnection.secret, answerOf())).status).toBe(204);
    const answers = new Set<string>();
    for (const key of [
      made.secret.slice(0, -1),
      `${made.secret.slice(0, -1)}${made.secret.endsWith('A') ? 'B' : 'A'}`,
      // Of one connection, with the random part of another.
      `${made.secret.slice(0, 25)}${other.secret.slice(25)}`,
      removed.secret,
      rotated.secret,
      vendor.secret,
      ADMIN_KEY,
      'x',
    ]) {
      const answer = await send(encodeURIComponent(key), answerOf());
      expect([key, answer.status]).toEqual([key, 401]);
      answers.add(await answer.text());
    }
    expect(answers.size).toBe(1);
    expect(await countsOf(made.connection.id)).toMatchObject({ lastRefusal: 'WRONG_SIGNATURE' });
  });

  it.each<[string, unknown, number]>([
    ['no JSON', '{', 400],
    ['nothing', '', 400],
    ['a list', '[]', 400],
    ['no score', answerOf({ score: undefined }), 400],
    ['a score off the scale', answerOf({ score: 11 }), 400],
    ['a score that is a text', answerOf({ score: '9' }), 400],
    ['an id that is none', answerOf({ id: 'x' }), 400],
    ['another source', answerOf({ source: 'api' }), 400],
    ['a revision that blocks all later ones', answerOf({ revision: 2 ** 50 }), 400],
    ['a respondent that is too long', answerOf({ respondent: 'x'.repeat(100_000), visitor: 'x' }), 400],
    ['values that are no texts', answerOf({ values: { region: { a: 1 } } }), 400],
    ['deep nesting', `${'{"values":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 400],
    ['too large a body', answerOf({ comment: 'x'.repeat(300_000) }), 413],
  ])('%s', async (_, body, status) => {
    const before = (await stored('shop')).length;
    const answer = await send(made.secret, body);
    expect([answer.status, (await answer.text()).length < 1_000]).toEqual([status, true]);
    expect(await stored('shop')).toHaveLength(before);
  });

  it('values outside of the segment of the connection', async () => {
    const german = await create({
      mapping: { source: 'german', origins: [SHOP] },
      segment: { region: ['Germany'] },
    });
    expect((await send(german.secret, answerOf({ values: { region: 'Peru' } }))).status).toBe(400);
    expect((await send(german.secret, answerOf({ values: { region: 'Germany' } }))).status).toBe(204);
  });

  it('more in a minute than the connection takes', async () => {
    const own = await create({ mapping: { source: 'few', origins: [SHOP], perMinute: 3 } });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await send(own.secret, answerOf()));
    expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(answers.at(-1)?.status).toBe(429);
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    // The page may read that it is to send it again.
    expect(answers.at(-1)?.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect((await send(made.secret, answerOf())).status).toBe(204);
  });

  it('everything else that the key is tried for', async () => {
    const headers = { authorization: `Bearer ${made.secret}`, 'content-type': 'application/json' };
    for (const [path, options] of [
      ['/graphql', { method: 'POST', body: '{"query":"{ __typename }"}' }],
      ['/ingest/responses', { method: 'POST', body: '[]' }],
      ['/metrics', {}],
      [`/survey/${made.secret}`, {}],
    ] as const)
      expect([path, (await fetch(`${server.url}${path}`, { headers, ...options })).status]).toEqual([
        path,
        401,
      ]);
    const posted = await fetch(
      `${server.url}/ingest/web-snippet/${made.connection.id.replace('Connection:', '')}`,
      {
        method: 'POST',
        body: '[]',
        headers,
      },
    );
    expect(posted.status).toBe(401);
  });

  it('a connection without origins, or with what is none, and keys of one’s own', async () => {
    for (const origins of [
      [],
      ['*'],
      ['shop.example.com'],
      [`${SHOP}/`],
      ['https://SHOP.example.com'],
      ['file:///'],
    ]) {
      const { errors } = await tryCreate({ mapping: { origins } });
      expect([origins, errors?.[0]?.message]).toEqual([origins, expect.stringContaining('origins')]);
    }
    const { errors } = await tryCreate({ secret: made.secret });
    expect(errors?.[0]?.message).toContain('secret: is made by the server');
  });
});

it('hostile values in every field are refused or stored, and never an error of the server', async () => {
  const own = await create({
    mapping: { source: 'hostile', origins: [SHOP], perMinute: 60_000, respondents: true },
  });
  const fields = [
    ...Object.keys(answerOf({ respondent: 'r', comment: 'c', values: {}, took: 1 })),
    '__proto__',
  ];
  const found: string[] = [];
  // Each value in a third of the fields, and in place of the whole.
  for (const [i, value] of HOSTILE.entries())
    for (const body of [
      value,
      ...fields.filter((_, at) => at % 3 === i % 3).map((field) => answerOf({ [field]: value })),
    ]) {
      const answer = await send(own.secret, textOf(body));
      const text = await answer.text();
      if (answer.status >= 500 || text.length > 1_000)
        found.push(`${textOf(body).slice(0, 200)}: ${answer.status} ${text.slice(0, 100)}`);
    }
  expect(found).toEqual([]);
  const proto = await send(own.secret, `{"values":{"__proto__":"x"},${JSON.stringify(answerOf()).slice(1)}`);
  expect([proto.status, await proto.text()]).toEqual([400, expect.stringContaining('__proto__')]);
  expect((await send(own.secret, answerOf())).status).toBe(204);
  expect(server.output()).not.toContain('unexpected error');
});

it('the script is served to every page, compressed, in at most 10 kB', async () => {
  const answer = await fetch(`${server.url}/survey.js`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  const text = await answer.text();
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(10_000);
  expect(text).toContain('scorelineSurvey');
});

it('no key, comment or visitor is in the log', () => {
  const output = server.output();
  for (const text of [made.secret.slice(30), 'quick, call me']) expect(output).not.toContain(text);
});

it('the guide has the tag as it is', () => {
  expect(readFileSync('docs/connectors/web-snippet.md', 'utf8')).toContain('/survey.js" data-key="pub_');
});
