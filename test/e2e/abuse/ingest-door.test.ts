import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WHOLE_REJECTIONS } from '../../../ingestion/pipeline/outcome.ts';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { patience } from '../../fixtures/patience.ts';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* What comes to /ingest is judged from its headers, then read within bounds, item by item. */

const ROLES = ['analyst', 'segment-owner', 'model-steward', 'auditor', 'dpo', 'feed', 'collector', 'admin'];
const PATHS = [
  '/ingest/responses',
  '/ingest/file',
  '/ingest/outcomes',
  '/ingest/changes',
  '/ingest/invitations',
  '/ingest/identities',
];
const CONFIG = `export default {
  dimensions: [{ field: 'region' }],
  limits: {
    trustedOnly: ['collector'],
    cost: {
      default: { operation: 10_000, minute: 6_000_000 },
      admin: { operation: 10_000, minute: null },
      feed: { operation: 1_000, minute: 120_000 },
      collector: { operation: 10_000, minute: 15_000 },
    },
  },
};`;
const MAP = {
  source: 'crm',
  survey: { name: 'nps', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at', format: 'yyyy-MM-dd' },
  score: { column: 'score', scale: '0-10' },
};
const GERMANY = { region: ['Germany'] };
const server = useServer({
  config: CONFIG,
  trusted: [],
  keys: {
    ...Object.fromEntries(ROLES.map((role) => [role, role])),
    'segment-owner': { role: 'segment-owner', attributes: GERMANY },
    spent: 'feed',
    chunked: 'collector',
    german: { role: 'admin', attributes: GERMANY },
  },
});
const { keys } = server;

interface Received {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Sends the headers, and only then the pieces of a body; null where no answer comes for so long. */
function send(
  key: string,
  path: string,
  headers: Record<string, string>,
  pieces: Iterable<string> = [],
  patienceMs = patience(20_000),
): Promise<Received | null> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(`${server.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys[key] ?? key}`,
        'content-type': 'application/json',
        ...headers,
      },
    });
    const timer = setTimeout(() => {
      resolve(null);
      asked.destroy();
    }, patienceMs);
    let answered = false;
    asked.on('response', async (answer) => {
      answered = true;
      let text = '';
      for await (const chunk of answer) text += chunk;
      clearTimeout(timer);
      resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], text });
      asked.destroy();
    });
    // After the answer the server may close while we still write.
    asked.on('error', (error) => (answered ? undefined : reject(error)));
    asked.flushHeaders();
    for (const piece of pieces) asked.write(piece);
  });
}

const post = (path: string, body: unknown, contentType?: string) => server.post(path, body, contentType);
const item = (externalId: string, more: object = {}) => ({
  externalId,
  answeredAt: '2026-01-01T00:00:00Z',
  score: 9,
  region: 'Germany',
  ...more,
});
const file = (map: object, rows: readonly object[]) =>
  [{ map, file: 'f.csv' }, ...rows].map((one) => JSON.stringify(one)).join('\n');
const row = (line: number, values: object) => ({
  line,
  values: { id: `r${line}`, at: '2026-01-01', score: '9', ...values },
});

describe('before a byte of the body is read', () => {
  it.each(ROLES)('a caller without permission is refused, and audited: %s', async (role) => {
    const may = role === 'collector' || role === 'admin';
    for (const path of PATHS) {
      const received = await send(role, path, { 'content-length': '100000' }, [], may ? 500 : 20_000);
      expect(received?.status ?? null, path).toBe(may ? null : 403);
      if (received) expect(received.text).toContain('FORBIDDEN');
    }
    const { data } = await server.graphql<{ auditLog: { edges: { node: { outcome: string } }[] } }>(
      `query ($actor: String) { auditLog(actor: $actor, action: "ingest") { edges { node { outcome } } } }`,
      { actor: role },
    );
    expect(data.auditLog.edges.some(({ node }) => node.outcome === 'REFUSED')).toBe(!may);
  });

  it('it is charged by its length: a refusal costs too, and reports when to retry', async () => {
    const first = await send('spent', PATHS[0] as string, { 'content-length': '9000000' });
    expect(first?.status).toBe(403);
    const second = await send('spent', PATHS[0] as string, { 'content-length': '9000000' });
    expect(second?.status).toBe(429);
    expect(Number(second?.retryAfter)).toBeGreaterThan(0);
    expect((await send('spent', PATHS[0] as string, { 'content-length': '13000000' }))?.text).toContain(
      'COST_LIMIT',
    );
  });

  it.each([
    [{ 'content-encoding': 'gzip' }, 'uncompressed'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'application/x-ndjson'],
    [{ 'content-type': 'application/json; charset=klingon' }, 'utf-8'],
    [{ 'content-type': 'text/csv' }, 'application/x-ndjson'],
  ])('unsupported bodies are 415 with an explanation: %#', async (headers, says) => {
    const received = await send(ADMIN_KEY, PATHS[0] as string, { 'content-length': '100', ...headers });
    expect(received).toMatchObject({ status: 415, text: expect.stringContaining(says) });
  });

  it.each([
    ['/ingest/responses', 'send a response'],
    ['/ingest/outcomes', 'send an outcome'],
    ['/ingest/file', 'send the map and its rows'],
    ['/ingest/changes', 'send a change event'],
    ['/ingest/invitations', 'send an invitation'],
    ['/ingest/identities', 'send a merge of identifiers'],
  ])('an empty body is refused, and the answer says what to send: %s', async (path, says) => {
    const received = await send(ADMIN_KEY, path, { 'content-length': '1' }, [' ']);
    expect(received).toMatchObject({ status: 400, text: expect.stringContaining(says) });
  });

  it('a body that declares too large a size is 413', async () => {
    const received = await send(ADMIN_KEY, PATHS[0] as string, { 'content-length': '20000000' });
    expect(received).toMatchObject({ status: 413, text: expect.stringContaining('in parts') });
  });
});

describe('what is in a body', () => {
  it('of a file is bounded: names, columns, formats, and quotations of them', async () => {
    const long = 'x'.repeat(1_000_000);
    const scale = (name: string) => ({
      kind: 'range',
      name,
      minimum: 0,
      maximum: 5,
      passiveFrom: 3,
      promoterFrom: 4,
    });
    const labels = { a: { class: 'promoter', points: 1_000, score: 100_000 } };
    const maps = [
      { ...MAP, score: { column: 'score', scale: scale(long) } },
      { ...MAP, score: { column: 'score', scale: scale('x'.repeat(201)) } },
      { ...MAP, score: { column: 'score', scale: { kind: 'labels', name: 'l', labels } } },
      { ...MAP, source: 'a\u0000b' },
      { ...MAP, survey: { name: 'nps', version: '\ud800' } },
      { ...MAP, externalId: { hash: Array.from({ length: 51 }, (_, i) => `c${i}`) } },
      { ...MAP, externalId: 'x'.repeat(1_001) },
      { ...MAP, externalId: '__proto__' },
      { ...MAP, answeredAt: { column: 'at', format: Array(11).fill('iso') } },
      { ...MAP, answeredAt: { column: 'at', format: 'd M d M d M d M d' } },
      { ...MAP, where: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`c${i}`, 1])) },
    ];
    for (const [index, map] of maps.entries()) {
      const answer = await post('/ingest/file', file(map, [row(2, {})]));
      const text = await answer.text();
      expect([index, answer.status], text.slice(0, 300)).toEqual([index, 400]);
      expect(text.length, String(index)).toBeLessThan(10_000);
    }
    const deep = `{"map": ${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}, "file": "f"}`;
    expect((await post('/ingest/file', deep)).status).toBe(400);
  });

  it('of a file is reported within bounds: the first rejections in full, the others by code', async () => {
    const scale = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [
        `label ${i} ${'x'.repeat(180)}`,
        { class: 'promoter', points: 1, score: 1 },
      ]),
    );
    const map = {
      ...MAP,
      score: { column: 'score', scale: { kind: 'labels', name: 'x'.repeat(200), labels: scale } },
    };
    const rows = Array.from({ length: 450 }, (_, i) => row(i + 2, { score: 'y'.repeat(1_000) }));
    const answer = await post(
      '/ingest/file',
      file(map, [...rows, row(452, { id: 'constructor', at: 'no' })]),
    );
    const text = await answer.text();
    const account = JSON.parse(text) as { rejected: { line: number }[] };
    expect(text.length).toBeLessThan(60_000);
    expect(account.rejected).toHaveLength(WHOLE_REJECTIONS);
    expect(account.rejected[99]).toMatchObject({ line: 101 });
    expect(account).toMatchObject({
      rejectedTotal: 451,
      rejectedByCode: [
        { code: 'OUT_OF_SCALE', count: 450 },
        { code: 'INVALID_TIME', count: 1 },
      ],
    });
  });

  it('of a file is read row by row: columns with names of object members, and invalid rows', async () => {
    const map = { ...MAP, comment: 'constructor' };
    const lines = [
      '{"line": 2, "values": {"id": "p1", "at": "2026-01-01", "score": "9"}}',
      '{"line": 3, "values": {"__proto__": "x", "id": "p2", "at": "2026-01-01", "score": "9"}}',
      '{"line": 4, "values": {"id": 5}}',
      '{"line": 5, "values": {"id": "p3"}, "more": 1}',
      '{"line": ',
      `{"line": 7, "values": {"${'k'.repeat(300_000)}": "x"}}`,
    ];
    const answer = await post('/ingest/file', `${file(map, [])}\n${lines.join('\n')}`);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ accepted: 1, rejectedTotal: 5 });
  });

  it('of JSON is read item by item, however it is nested, named or numbered', async () => {
    const hostile = [
      `{"externalId": "h1", "answeredAt": "2026-01-01T00:00:00Z", "score": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      `{"externalId": "h2", "answeredAt": "2026-01-01T00:00:00Z", "score": 1e400}`,
      `{"externalId": "h3", "answeredAt": "2026-01-01T00:00:00Z", "score": ${'9'.repeat(400)}}`,
      `{"externalId": "h4", "answeredAt": "2026-01-01T00:00:00Z", "score": 9, "__proto__": {"region": "x"}}`,
      `{"externalId": "h5", "answeredAt": "2026-01-01T00:00:00Z", "score": 9, "score": 1}`,
      `{"externalId": "h6", "answeredAt": "2026-01-01T00:00:00Z", "score": 9, "${'k'.repeat(1_000_000)}": 1}`,
      `{"externalId": "h7", "answeredAt": "2026-01-01T00:00:00Z", "score": 9, "${'k'.repeat(200_000)}": 1}`,
      `{"externalId": {"toString": 1}, "answeredAt": [], "score": "${'9'.repeat(100_000)}"}`,
      `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      'null',
      '[]',
    ];
    const good = JSON.stringify(item('beside'));
    for (const [body, type] of [
      [`[${[...hostile, good].join(',')}]`, 'application/json'],
      [[...hostile, good].join('\n'), 'application/x-ndjson'],
    ]) {
      const answer = await post('/ingest/responses', body, type);
      const text = await answer.text();
      expect(answer.status, text.slice(0, 300)).toBe(202);
      const account = JSON.parse(text) as { rejected: { message: string }[] };
      expect(account).toMatchObject({ rejectedTotal: hostile.length });
      expect(Math.max(...account.rejected.map(({ message }) => message.length))).toBeLessThanOrEqual(300);
    }
  });
});

it('a body of unknown length is charged as it arrives', async () => {
  const pieces = function* () {
    for (let i = 0; i < 40; i++) yield `${' '.repeat(50_000)}\n`;
  };
  const received = await send('chunked', PATHS[0] as string, { 'transfer-encoding': 'chunked' }, pieces());
  expect(received).toMatchObject({ status: 429, text: expect.stringContaining('RATE_LIMITED') });
});

describe('the server keeps answering while a large body is read', () => {
  const LINES = 'application/x-ndjson';
  const chile = (i: number) =>
    item(`c${i}`, { region: 'Chile', comment: `mail me at a${i}@b.example ${'word '.repeat(40)}` });
  const formats = Array.from({ length: 10 }, (_, i) => `yyyy.MM.dd${'.'.repeat(i + 1)} HH:mm`);
  const slow = { ...MAP, answeredAt: { column: 'at', format: formats } };
  let attempt = 0;
  interface Asked {
    readonly status: number;
    readonly type?: string;
    readonly path?: string;
  }
  it.each<[string, () => string, Asked]>([
    [
      '20,000 items that may not be submitted',
      () => JSON.stringify(Array.from({ length: 20_000 }, (_, i) => chile(i))),
      { status: 422 },
    ],
    ['lines without anything', () => `${'\n'.repeat(12_000_000)}{}`, { status: 422, type: LINES }],
    ['deep nesting', () => `[${'['.repeat(6_000_000)}${']'.repeat(6_000_000)}]`, { status: 422 }],
    [
      'rows whose dates are tried in ten ways',
      () =>
        file(
          slow,
          Array.from({ length: 5_000 }, (_, i) => row(i + 2, {})),
        ),
      { status: 422, type: LINES, path: '/ingest/file' },
    ],
    [
      '1,500 items that are stored',
      () => JSON.stringify(Array.from({ length: 1_500 }, (_, i) => item(`s${attempt++}-${i}`))),
      { status: 202 },
    ],
  ])('%s', async (_, body, { status, type = 'application/json', path = '/ingest/responses' }) => {
    await expectUndisturbed(
      server,
      async () => {
        const headers = { authorization: `Bearer ${keys.german}`, 'content-type': type };
        const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: body() });
        expect([answer.status, await answer.text()]).toEqual([status, expect.anything()]);
      },
      { memory: 2 },
    );
  });
});
