import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { parseAuditLine } from '../../domain/seals/audit.ts';
import { ADMIN_KEY, type GraphqlAnswer, runProgram, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

const HOUR_MS = 3_600_000;
const AT = Math.floor(Date.now() / HOUR_MS - 5) * HOUR_MS;
const server = useServer({
  config:
    "export default { dimensions: [{ field: 'region' }], audit: { aggregates: true }, sealAfter: 'PT1H' };",
  follow: true,
});
const keys: Record<string, { id: string; key: string }> = {};
const PURPOSE = 'Prüfung 2026';

beforeAll(async () => {
  const items = Array.from({ length: 6 }, (_, i) => ({
    externalId: `${i}`,
    answeredAt: new Date(AT + i * 60_000).toISOString(),
    score: 10 - i,
    region: i % 2 === 0 ? 'Germany' : 'Chile',
    comment: `secret words ${i} and a whole sentence about it`,
    respondent: `planted person ${i}`,
  }));
  expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 6 });
  for (const role of ['analyst', 'auditor', 'dpo', 'model-steward']) {
    const { data } = await ask<{ createApiKey: { id: string; key: string } }>(
      ADMIN_KEY,
      'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { id key } }',
      { input: { name: `the ${role}`, role } },
    );
    keys[role] = data.createApiKey;
  }
});

const headersOf = (key: string, purpose = PURPOSE) => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
  'x-scoreline-purpose': Buffer.from(purpose).toString('latin1'),
});
async function ask<T = Record<string, unknown>>(
  key: string,
  query: string,
  variables: object = {},
  purpose?: string,
) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: headersOf(key, purpose),
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as GraphqlAnswer<T>) };
}
const of = (role: string) => keys[role] ?? { id: '', key: '' };

interface Entry {
  seq: number;
  actor: string;
  actorName: string;
  role: string;
  policyVersion: string;
  purpose: string | null;
  action: string;
  subject: Record<string, { responses: string[]; more: number }>;
  outcome: string;
}
const LOG = `query ($first: Int!, $after: String, $action: String, $actor: String) {
  auditLog(first: $first, after: $after, action: $action, actor: $actor) {
    edges { node { seq at actor actorName role policyVersion purpose action subject outcome previous hash } cursor }
    pageInfo { hasNextPage endCursor } } }`;
interface Log {
  auditLog: {
    edges: { node: Entry; cursor: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}
const log = async (variables: object = {}) => {
  const { data, errors } = await ask<Log>(of('auditor').key, LOG, { first: 100, ...variables });
  expect(errors).toBeUndefined();
  return data.auditLog.edges.map(({ node }) => node);
};
const COMMENTS = '{ responses { edges { node { id comment respondent } } } }';
interface Responses {
  responses: { edges: { node: { id: string; comment: string | null } }[] };
}

const overWebSocket = (key: string, query: string) => {
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${key}`, purpose: PURPOSE },
  });
  return new Promise<GraphqlAnswer<Responses>>((resolve, reject) => {
    client.subscribe(
      { query },
      { next: (answer) => resolve(answer as never), error: reject, complete: () => client.dispose() },
    );
  });
};
const overSse = (key: string, query: string) => {
  const client = createSseClient({ url: `${server.url}/graphql`, retryAttempts: 0, headers: headersOf(key) });
  return new Promise<GraphqlAnswer<Responses>>((resolve, reject) => {
    client.subscribe(
      { query },
      { next: (answer) => resolve(answer as never), error: reject, complete: () => undefined },
    );
  });
};
const TRANSPORTS = {
  HTTP: (key: string, query: string) => ask<Responses>(key, query),
  SSE: overSse,
  WebSocket: overWebSocket,
};

describe.each(Object.entries(TRANSPORTS))('reading comments over %s', (_name, send) => {
  it('leaves one row with ids, purpose and policy version, before the answer comes', async () => {
    const { id, key } = of('analyst');
    const before = await log({ actor: id, action: 'read' });
    const answer = await send(key, COMMENTS);
    expect(answer.errors).toBeUndefined();
    const after = await log({ actor: id, action: 'read' });
    expect(after).toHaveLength(before.length + 1);
    const ids = answer.data.responses.edges.map(({ node }) => node.id.replace('Response:', ''));
    expect(ids).toHaveLength(6);
    expect(after[0]).toMatchObject({
      actor: id,
      actorName: 'the analyst',
      role: 'analyst',
      policyVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
      purpose: PURPOSE,
      outcome: 'DONE',
    });
    // Respondents are not the analyst's to read.
    expect(after[0]?.subject).toEqual({ comment: { responses: ids, more: 0 } });
  });

  it('leaves none for callers who may not read them, or do not', async () => {
    const before = await log({ action: 'read' });
    const masked = await send(of('auditor').key, COMMENTS);
    expect(masked.data.responses.edges.map(({ node }) => node.comment)).toEqual(Array(6).fill(null));
    expect(masked.extensions?.['masked']).toHaveLength(12);
    await send(of('analyst').key, '{ responses { edges { node { id score } } } }');
    expect(await log({ action: 'read' })).toEqual(before);
  });
});

describe('every way to a comment', () => {
  it.each([
    ['node', (id: string) => `{ node(id: "${id}") { ... on Response { comment } } }`],
    [
      'aliases and fragments',
      () => '{ a: responses { ...R } } fragment R on ResponseConnection { edges { node { said: comment } } }',
    ],
    [
      'explanation',
      (id: string) =>
        `{ node(id: "${id}") { ... on Response { prediction { explanation(head: NPS) { token share } } } } }`,
    ],
  ])('leaves a row: %s', async (_name, query) => {
    const { id, key } = of('analyst');
    const list = await ask<Responses>(key, '{ responses { edges { node { id } } } }');
    const response = list.data.responses.edges[0]?.node.id ?? '';
    const predicted = '{ responses { edges { node { prediction { class } } } } }';
    await until(
      async () => !JSON.stringify(await ask(key, predicted)).includes('"prediction":null'),
      'the responses are scored',
    );
    const before = await log({ actor: id, action: 'read' });
    expect((await ask(key, query(response))).errors).toBeUndefined();
    const [row, ...rest] = await log({ actor: id, action: 'read' });
    expect(rest).toHaveLength(before.length);
    expect(row?.subject['comment']?.responses).toContain(response.replace('Response:', ''));
  });

  it('leaves a row: a subject access report, and what is done with it', async () => {
    const { id, key } = of('dpo');
    const person = 'planted person 5';
    const { data } = await ask<{ subject: { responses: { id: string }[] } }>(
      key,
      'query ($p: String!) { subject(respondent: $p) }',
      { p: person },
    );
    const responses = data.subject.responses.map((one) => one.id);
    expect(responses).toHaveLength(1);
    const [row, asked] = await log({ actor: id });
    expect(row?.action).toBe('read');
    expect([asked?.action, asked?.subject]).toEqual(['subject', { responses: 1 }]);
    expect(row?.subject).toEqual({
      comment: { responses, more: 0 },
      respondent: { responses, more: 0 },
    });
    const done = async (mutation: string) =>
      expect(
        (await ask(key, `mutation ($p: String!) { ${mutation} }`, { p: person })).errors,
      ).toBeUndefined();
    await done('restrictSubject(respondent: $p, restricted: true, reason: "asked")');
    await done('restrictSubject(respondent: $p, restricted: false, reason: "asked")');
    await done('placeLegalHold(respondent: $p, reason: "court")');
    expect(
      (await log({ actor: id }))
        .filter(({ action }) => action !== 'aggregate')
        .slice(0, 3)
        .map((one) => [one.action, one.subject]),
    ).toEqual([
      ['placeLegalHold', { holds: [expect.any(String)] }],
      ['restrictSubject', { restricted: false, responses: 1 }],
      ['restrictSubject', { restricted: true, responses: 1 }],
    ]);
    const corrected = { response: `Response:${responses[0]}`, comment: 'secret words, other ones' };
    const correct =
      'mutation ($response: ID!, $comment: String) { correctResponse(response: $response, comment: $comment, reason: "asked") }';
    expect((await ask(key, correct, corrected)).data).toEqual({ correctResponse: true });
    expect((await log({ action: 'correctResponse' }))[0]?.subject).toMatchObject({
      response: responses[0],
      fields: ['comment'],
    });
    const holds = await ask<{ legalHolds: { id: string }[] }>(key, '{ legalHolds { id } }');
    const release = 'mutation ($id: ID!) { releaseLegalHold(id: $id, reason: "over") }';
    expect((await ask(key, release, { id: holds.data.legalHolds[0]?.id })).data).toEqual({
      releaseLegalHold: true,
    });
    await done('eraseSubject(respondent: $p, reason: "asked") { complete }');
    expect((await log({ actor: id, action: 'legalHolds' }))[0]?.subject).toEqual({ holds: 1 });
    expect((await log({ actor: id })).slice(0, 2).map(({ action, subject }) => [action, subject])).toEqual([
      ['eraseSubject', { erasure: expect.any(String), responses: 1 }],
      ['releaseLegalHold', { hold: holds.data.legalHolds[0]?.id }],
    ]);
    expect(
      await ask(ADMIN_KEY, 'mutation { changeKeys(action: REWRAP, reason: "yearly") }'),
    ).not.toHaveProperty('errors');
    expect((await log({ action: 'changeKeys' }))[0]?.subject).toEqual({ action: 'rewrap' });
  });

  it('leaves a row: requests about an unknown or held person', async () => {
    const { id, key } = of('dpo');
    const nobody = 'Nobody Known';
    const ask1 = async (operation: string) => expect((await ask(key, operation)).errors).toBeUndefined();
    const last = async () => (await log({ actor: id }))[0];
    await ask1(`{ subject(respondent: "${nobody}") }`);
    expect(await last()).toMatchObject({ action: 'subject', subject: { known: false } });
    await ask1(`mutation { eraseSubject(respondent: "${nobody}", reason: "asked") { known complete } }`);
    expect(await last()).toMatchObject({ action: 'eraseSubject', subject: { known: false } });
    await ask1(`mutation { restrictSubject(respondent: "${nobody}", reason: "asked") }`);
    expect(await last()).toMatchObject({ action: 'restrictSubject', subject: { known: false } });
    const placed = await ask<{ placeLegalHold: string[] }>(
      key,
      'mutation { placeLegalHold(respondent: "planted person 4", reason: "court") }',
    );
    const [hold = ''] = placed.data.placeLegalHold;
    await ask1('mutation { eraseSubject(respondent: "planted person 4", reason: "asked") { remaining } }');
    expect(await last()).toMatchObject({ action: 'eraseSubject', subject: { stopped: [hold] } });
    await ask1(`mutation { releaseLegalHold(id: "${hold}", reason: "over") }`);
    await ask1('{ erasures { edges { node { reason responses } } } }');
    expect(await last()).toMatchObject({ action: 'erasures' });
    await ask1('{ deletionRecords { edges { node { what rows } } } }');
    expect(await last()).toMatchObject({ action: 'deletionRecords' });
  });

  it('leaves a row: a rule of retention, which only an administrator of everything sets', async () => {
    const { key } = of('dpo');
    const set = (more: string) =>
      `mutation { setRetention(source: "Planted", ${more}, reason: "contract 4") { field dimension source keep configured setBy reason } }`;
    const rule = 'field: DIMENSIONS, dimension: REGION, keep: "P1Y"';
    expect((await ask(key, set(rule))).errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    const shown = {
      field: 'DIMENSIONS',
      dimension: 'region',
      source: 'Planted',
      keep: 'P1Y',
      configured: false,
    };
    const quarantine = { field: 'QUARANTINE', dimension: null, source: null, keep: 'P30D', configured: true };
    expect((await ask(ADMIN_KEY, set(rule))).data).toMatchObject({
      setRetention: [{ ...shown, reason: 'contract 4' }, quarantine],
    });
    expect((await log({ action: 'setRetention' }))[0]?.subject).toMatchObject({
      ...{ source: 'Planted', what: 'dimensions', dimension: 'region', keep: 'P1Y', reason: 'contract 4' },
    });
    const list = '{ retentionRules(source: "Planted") { field dimension source keep configured } }';
    expect((await ask(key, list)).data).toEqual({ retentionRules: [shown, quarantine] });
    const dry = '{ retentionDue(field: RESPONSES, keep: "P200Y") }';
    expect((await ask(key, dry)).data).toEqual({ retentionDue: 0 });
    for (const wrong of [
      'field: COMMENTS, keep: "soon"',
      'field: DIMENSIONS, keep: "P1Y"',
      'field: COMMENTS, keep: "PT1H"',
    ])
      expect((await ask(ADMIN_KEY, set(wrong))).errors?.[0]).toMatchObject({
        extensions: { code: 'BAD_USER_INPUT' },
      });
    const bound = '{ connections { retention { field } } }';
    expect((await ask(ADMIN_KEY, bound)).data).toEqual({ connections: [] });
    const seen = '{ sources { edges { node { retention { field keep } } } } }';
    expect((await ask(key, seen)).data).toMatchObject({ sources: { edges: expect.any(Array) } });
    await ask(ADMIN_KEY, set('field: DIMENSIONS, dimension: REGION'));
    expect((await ask(key, list)).data).toEqual({ retentionRules: [quarantine] });
  });

  it('distinguishes comments from respondents', async () => {
    const { id, key } = of('dpo');
    await ask(key, '{ responses { edges { node { respondent } } } }');
    expect(Object.keys((await log({ actor: id, action: 'read' }))[0]?.subject ?? {})).toEqual(['respondent']);
    await ask(key, COMMENTS);
    expect(Object.keys((await log({ actor: id, action: 'read' }))[0]?.subject ?? {}).sort()).toEqual([
      'comment',
      'respondent',
    ]);
  });

  it('needs a valid purpose, if any', async () => {
    const refused = await ask(of('analyst').key, COMMENTS, {}, 'x'.repeat(201));
    expect(refused).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    await ask(of('analyst').key, COMMENTS, {}, ' ');
    expect((await log({ actor: 'the analyst', action: 'read' }))[0]?.purpose).toBeNull();
  });
});

describe('the log', () => {
  it('holds changes, numbers where configured, refusals and its own reading', async () => {
    const steward = of('model-steward').key;
    await ask(steward, 'mutation { mine: createApiKey(input: { name: "mine", role: "admin" }) { id key } }');
    await ask(
      of('analyst').key,
      'query Q($w: Duration!) { nps(window: $w, segment: { region: ["Chile"] }) { score } }',
      {
        w: 'PT6H',
      },
    );
    const { data } = await ask<{ modelVersions: { id: string }[] }>(steward, '{ modelVersions { id } }');
    const promoted = await ask(
      steward,
      'mutation ($id: ID!) { shadowModel(id: $id, reason: "to see") { id } }',
      { id: data.modelVersions[0]?.id },
    );
    expect(promoted.errors?.[0]?.message).toContain('only a candidate');
    expect(
      (await ask(ADMIN_KEY, 'mutation ($id: ID!) { revokeApiKey(id: $id) }', { id: of('dpo').id })).data,
    ).toEqual({
      revokeApiKey: true,
    });
    expect((await log({ action: 'createApiKey' })).map(({ role, outcome }) => [role, outcome])).toEqual([
      ['model-steward', 'REFUSED'],
      ...Array(4).fill(['admin', 'DONE']),
    ]);
    expect((await log({ action: 'createApiKey' }))[1]?.subject).toMatchObject({
      key: of('model-steward').id,
      role: 'model-steward',
    });
    expect((await log({ action: 'revokeApiKey' }))[0]?.subject).toEqual({ key: of('dpo').id });
    expect(await log({ action: 'shadowModel' }), 'what was not done is no change').toEqual([]);
    expect((await log({ action: 'policies' }))[0]).toMatchObject({
      actor: 'system',
      subject: { from: null },
    });
    const [aggregate] = await log({ action: 'aggregate', actor: 'the analyst' });
    expect(aggregate?.subject).toEqual({
      asked: [{ field: 'nps', arguments: { window: 'PT6H', segment: { region: ['Chile'] } } }],
    });
    expect((await log({ action: 'auditLog' }))[0]?.actorName).toBe('the auditor');
  });

  it('is shown to no other caller, and reported as masked', async () => {
    for (const role of ['analyst', 'model-steward']) {
      const answer = await ask(of(role).key, LOG, { first: 1 });
      const refusal = { message: 'this key may not read the audit log', extensions: { code: 'FORBIDDEN' } };
      expect(answer).toMatchObject({ status: 200, data: null, errors: [{ ...refusal, path: ['auditLog'] }] });
      const exported = await fetch(`${server.url}/audit/export`, { headers: headersOf(of(role).key) });
      expect(exported.status).toBe(403);
    }
    const refused = (await log()).filter(({ outcome, role }) => outcome === 'REFUSED' && role === 'analyst');
    expect(refused.map(({ action }) => action).sort()).toEqual(['auditLog', 'exportAudit']);
  });

  it('is paged without gaps while it grows', async () => {
    const seqs: number[] = [];
    for (let after: string | null = null; ; ) {
      const { data }: GraphqlAnswer<Log> = await ask<Log>(of('auditor').key, LOG, { first: 7, after });
      seqs.push(...data.auditLog.edges.map(({ node }) => node.seq));
      if (!data.auditLog.pageInfo.hasNextPage) break;
      after = data.auditLog.pageInfo.endCursor;
    }
    expect(seqs).toEqual(Array.from({ length: seqs[0] ?? 0 }, (_, i) => (seqs[0] ?? 0) - i));
    const wrong = await ask(of('auditor').key, LOG, { first: 7, after: 'nothing' });
    expect(wrong.errors?.[0]?.message).toContain('after: not a cursor');
  });
});

describe('the commands', () => {
  const command = (file: string, ...args: string[]) =>
    runProgram([file.replace('-', ':'), ...args], server.instance.env).finished;

  it('export what an auditor can follow independently, without content', async () => {
    await until(() => {
      try {
        return readFileSync(join(server.instance.dataDir, 'seals', 'heads.ndjson'), 'utf8').includes(
          '"audit',
        );
      } catch {
        return false;
      }
    }, 'a head is signed');
    const response = await fetch(`${server.url}/audit/export`, { headers: headersOf(of('auditor').key) });
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const text = await response.text();
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => parseAuditLine(line)?.seq)).toEqual(lines.map((_, i) => i + 1));
    expect(text).not.toMatch(/secret words|planted person|sl_[\w-]{10}/);
    for (const { key } of Object.values(keys)) expect(text).not.toContain(key);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ action: 'exportAudit', role: 'auditor' });

    const exported = await command('audit-export', '--purpose', 'year end');
    expect(exported.code).toBe(0);
    const file = join(server.instance.dataDir, 'audit.ndjson');
    const whole = exported.output.replace(/\d+ rows from .*\n/, '');
    expect(whole.startsWith(text)).toBe(true);
    writeFileSync(file, `\n> scoreline audit:export\n\n${whole}`);
    expect(await command('audit-verify', file)).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /up to row \d+ they are covered by checkpoints signed by this key\nnothing was changed/,
      ),
    });
    expect(await command('audit-verify')).toMatchObject({ code: 0 });

    writeFileSync(file, whole.replace('"seq":4,', '"seq":5,'));
    expect(await command('audit-verify', file)).toMatchObject({
      code: 1,
      output: expect.stringContaining('BROKEN: row 4 is missing: row 5 stands in its place'),
    });
    const kept = whole.split('\n');
    writeFileSync(file, kept.slice(0, 3).join('\n'));
    expect(await command('audit-verify', file)).toMatchObject({
      code: 3,
      output: expect.stringMatching(
        /^INCOMPLETE: the file ends at row 3; a checkpoint of 2\S+Z signed \d+ rows\. Either it was exported before that: .*; or its end/m,
      ),
    });
    // Of two problems the worse is reported.
    writeFileSync(file, kept.slice(0, 3).join('\n').replace('"outcome":"', '"outcome":"x'));
    expect(await command('audit-verify', file)).toMatchObject({
      code: 1,
      output: expect.not.stringContaining('INCOMPLETE'),
    });
    writeFileSync(file, kept.slice(3).join('\n'));
    expect((await command('audit-verify', file)).output).toContain('BROKEN: row 1 is missing');
    expect(await command('audit-verify', file, '--part')).toMatchObject({ code: 0 });
  });
});
