import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useServer } from '../fixtures/use-server.ts';

/* POST /ingest/changes, submitChanges and changes, as roles that may and as roles that may not. */

const GERMANY = { region: ['Germany'] };
const server = useServer({
  keys: {
    analyst: 'analyst',
    collector: 'collector',
    dpo: 'dpo',
    owner: { role: 'segment-owner', attributes: GERMANY },
    german: { role: 'collector', attributes: GERMANY },
  },
});
const { keys } = server;

interface Account {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}

async function send(key: string, body: unknown, contentType = 'application/json') {
  const answer = await fetch(`${server.url}/ingest/changes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[key]}`, 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, account: (await answer.json()) as Account };
}

async function ask<Data>(key: string, query: string, variables: object = {}) {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[key]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await answer.json()) as { data: Data; errors?: { message: string }[]; extensions?: object };
}

interface Changes {
  readonly changes: { readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> }[] };
}
const CHANGES =
  'query ($segment: SegmentInput) { changes(segment: $segment) { edges { node { title kind at until link source segmentValues { field value } } } } }';
const titlesOf = async (key: string, segment: object | null = null) =>
  (await ask<Changes>(key, CHANGES, { segment })).data.changes.edges.map(({ node }) => node.title);

const own = (externalId: string, more: object = {}) => ({
  externalId,
  kind: 'deploy',
  title: `Release ${externalId}`,
  at: '2026-02-20T09:30:00Z',
  ...more,
});
const cloud = (id: string) => ({
  specversion: '1.0',
  id,
  source: '/flags',
  type: 'com.example.flag.enabled',
  time: '2026-02-20T10:00:00Z',
  subject: `Flag ${id}`,
});

describe('the endpoint of change events', () => {
  it('takes our own form, CloudEvents in structured and batched mode, and lines', async () => {
    expect(await send('collector', own('1'))).toMatchObject({ status: 202, account: { accepted: 1 } });
    expect(
      await send('collector', cloud('one'), 'application/cloudevents+json; charset=utf-8'),
    ).toMatchObject({
      status: 202,
      account: { accepted: 1 },
    });
    const batch = [cloud('one'), cloud('two')];
    expect(await send('collector', batch, 'application/cloudevents-batch+json')).toMatchObject({
      account: { accepted: 1, duplicates: 1 },
    });
    const lines = [own('2'), { bad: true }].map((one) => JSON.stringify(one)).join('\n');
    expect(await send('collector', lines, 'application/x-ndjson')).toMatchObject({
      status: 202,
      account: { accepted: 1, rejected: [{ index: 1, code: 'MISSING' }] },
    });
    expect(await send('collector', [{}])).toMatchObject({ status: 422 });
    expect((await send('collector', '[{]')).status).toBe(400);
    expect((await send('collector', '  ')).status).toBe(400);
    expect((await titlesOf('analyst')).sort()).toEqual(['Flag one', 'Flag two', 'Release 1', 'Release 2']);
  });

  it('refuses callers who may not submit, and a segment that a key does not reach', async () => {
    for (const key of ['analyst', 'dpo']) expect((await send(key, own('no'))).status, key).toBe(403);
    const { status, account } = await send('german', [own('no'), own('de', { segment: GERMANY })]);
    expect([status, account.accepted, account.rejected[0]?.code]).toEqual([202, 1, 'FORBIDDEN']);
  });

  it('is a mutation too', async () => {
    const submit =
      'mutation ($input: [ChangeInput!]!) { submitChanges(input: $input) { accepted rejected { index code message } } }';
    const input = [
      own('g1', {
        kind: 'INCIDENT',
        until: '2026-02-21T00:00:00Z',
        segment: { region: ['Japan'] },
        source: 'pager',
      }),
      own('g2', { kind: 'PRICE', title: ' ' }),
      own('g3', { kind: 'PRICE', at: 'yesterday' }),
    ];
    expect((await ask('collector', submit, { input })).data).toEqual({
      submitChanges: {
        accepted: 1,
        rejected: [
          { index: 1, code: 'MISSING', message: 'title: must not be blank' },
          {
            index: 2,
            code: 'INVALID_TIME',
            message: expect.stringContaining('at: "yesterday" is not RFC 3339'),
          },
        ],
      },
    });
    expect((await ask('analyst', submit, { input })).data).toMatchObject({
      submitChanges: { accepted: 0, rejected: [{ code: 'FORBIDDEN' }, {}, {}] },
    });
  });
});

describe('the query changes', () => {
  it('shows each caller what concerns segments whose scores it reads', async () => {
    await server.post(
      '/ingest/responses',
      ['Germany', 'Japan'].map((region) => ({
        externalId: region,
        answeredAt: '2026-02-20T09:30:00Z',
        score: 9,
        region,
      })),
    );
    expect(await titlesOf('analyst')).toEqual(
      expect.arrayContaining(['Release de', 'Release g1', 'Release 1']),
    );
    const owned = await titlesOf('owner');
    expect(owned).toEqual(expect.arrayContaining(['Release de', 'Release 1']));
    expect(owned).not.toContain('Release g1');
    expect(await titlesOf('analyst', { region: ['Japan'] })).not.toContain('Release de');
    const { data } = await ask<Changes>('analyst', CHANGES, { segment: { region: ['Japan'] } });
    expect(data.changes.edges.map(({ node }) => node)).toContainEqual({
      title: 'Release g1',
      kind: 'INCIDENT',
      at: '2026-02-20T09:30:00.000Z',
      until: '2026-02-21T00:00:00.000Z',
      link: null,
      source: 'pager',
      segmentValues: [{ field: 'region', value: 'Japan' }],
    });
  });

  it('says that it is withheld where no score may be read', async () => {
    const { data, extensions } = await ask<Changes>('collector', '{ changes { edges { node { title } } } }');
    expect(data.changes.edges).toEqual([]);
    expect(extensions).toMatchObject({ masked: [{ path: ['changes'], reason: 'not granted: readScore' }] });
  });

  it('reads page by page, and refuses what is no window or cursor', async () => {
    const page = (args: string) =>
      ask<{ changes: { pageInfo: { hasNextPage: boolean; endCursor: string } } & Changes['changes'] }>(
        'analyst',
        `{ changes(${args}) { edges { node { title } } pageInfo { hasNextPage endCursor } } }`,
      );
    const first = (await page('first: 2')).data.changes;
    expect([first.edges.length, first.pageInfo.hasNextPage]).toEqual([2, true]);
    const next = (await page(`first: 500, after: "${first.pageInfo.endCursor}"`)).data.changes;
    const all = (await page('first: 500')).data.changes;
    expect([...first.edges, ...next.edges]).toEqual(all.edges);
    const said = async (args: string) => (await page(args)).errors?.[0]?.message;
    expect(await said('from: "2026-03-31T00:00:00Z", to: "2026-03-01T00:00:00Z"')).toBe(
      'to: must be after from',
    );
    expect(await said('after: "x"')).toContain('after: not a cursor');
    expect(await said('first: 0')).toContain('first: 0 is not between');
  });
});

/** Numbers to nine places: the last bit of a root may differ from machine to machine. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, item) => (typeof item === 'number' ? Number(item.toFixed(9)) : item));

describe('the guides', () => {
  const guide = ['change-events', 'response-rates']
    .map((name) => readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8'))
    .join('\n');
  const run = promisify(execFile);

  it('show commands and queries with what they answer', async (test) => {
    const curl = await run('curl', ['--version']).catch(() => null);
    if (!curl) test.skip('curl is not installed here');
    const examples = [...guide.matchAll(/```(bash|graphql)\n(.*?)\n```\n\n```json\n(.*?)\n```/gs)];
    expect(examples.map(([, kind]) => kind)).toEqual(['bash', 'bash', 'graphql', 'bash', 'graphql']);
    for (const [, kind, text = '', answer = ''] of examples) {
      const command = text.replace('http://127.0.0.1:4000', server.url);
      const env = { ...process.env, KEY: keys.collector };
      const given =
        kind === 'bash'
          ? JSON.parse((await run('bash', ['-c', command.replace('curl', 'curl -s')], { env })).stdout)
          : (await ask('analyst', text)).data;
      expect(rounded(given)).toEqual(rounded(JSON.parse(answer)));
    }
  });
});
