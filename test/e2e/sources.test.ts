import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* The query sources: what each source brings, how late, and what was rejected, over every endpoint. */

const server = useServer({
  keys: {
    analyst: 'analyst',
    feed: 'feed',
    german: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    bound: { role: 'collector', sources: ['mail'] },
  },
});

const MINUTE_MS = 60_000;
const NOW = Date.now();
const ago = (minutes: number) => new Date(NOW - minutes * MINUTE_MS).toISOString();
const answer = (id: string, minutes: number, more: object = {}) => ({
  externalId: id,
  source: 'web',
  answeredAt: ago(minutes),
  score: 9,
  region: 'Germany',
  ...more,
});
const HALF_A_YEAR = 180 * 24 * 60;

interface Deliveries {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejectedByCode: readonly { readonly code: string; readonly count: number }[];
  readonly lastAcceptedAt: string | null;
  readonly lastRejectedAt: string | null;
}
interface Source {
  readonly name: string;
  readonly responsesLast30Days: number;
  readonly responsesLastDay: number;
  readonly complete: boolean;
  readonly lastAnsweredAt: string;
  readonly lastReceivedAt: string;
  readonly lagSeconds: number;
  readonly deliveries?: Deliveries | null;
  readonly quality?: Quality | null;
}
interface Quality {
  readonly today: object;
  readonly items: number;
  readonly missing: readonly { readonly field: string; readonly share: number }[];
  readonly clockSkew: { readonly measured: number } | null;
  readonly wordings: readonly { readonly node: string; readonly isNew: boolean }[];
}
interface Answer {
  readonly data: {
    readonly sources: {
      readonly edges: readonly { readonly node: Source }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      readonly unattributed?: Deliveries | null;
    };
  } | null;
  readonly errors?: readonly { readonly message: string }[];
  readonly extensions: { readonly masked?: readonly { path: unknown[]; reason: string }[]; cost: object };
}
const OWN = 'name responsesLast30Days responsesLastDay complete lastAnsweredAt lastReceivedAt lagSeconds';
const DELIVERIES = 'accepted duplicates rejected rejectedByCode { code count } lastAcceptedAt lastRejectedAt';
const VOLUME = '{ day weekday accepted expected low high verdict }';
const QUALITY = `quality { today ${VOLUME} yesterday ${VOLUME} silenceSeconds typicalGapSeconds missedInSilence stale items invalidShare
  duplicateShare missing { field share } clockSkew { measured aheadShare medianAheadSeconds lateShare medianDelaySeconds }
  wordings { node survey version firstSeenAt isNew } }`;
const ofQuality = async (key: string) => {
  const answered = await ask(key, '', `edges { node { name ${QUALITY} } }`);
  return { answered, of: (name: string) => listOf(answered)?.find((one) => one.name === name)?.quality };
};
const WHOLE = `edges { node { ${OWN} deliveries { ${DELIVERIES} } } } unattributed { ${DELIVERIES} } pageInfo { hasNextPage endCursor }`;
async function ask(key = 'admin', args = '', fields = WHOLE): Promise<Answer> {
  const sent = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys[key]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ sources${args} { ${fields} } }` }),
  });
  return (await sent.json()) as Answer;
}
const listOf = ({ data }: Answer) => data?.sources.edges.map(({ node }) => node);
const counted = (one: Deliveries | null | undefined) =>
  one && Object.fromEntries(one.rejectedByCode.map(({ code, count }) => [code, count]));

const MAP = {
  source: 'mail',
  survey: { name: 'NPS', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at', format: 'iso', zone: 'UTC' },
  score: { column: 'score', scale: '0-10' },
  dimensions: { region: { value: 'Japan' } },
};

beforeAll(async () => {
  const sent = await server.post('/ingest/responses', [
    answer('a', 10),
    answer('b', 30),
    answer('c', 20, { region: 'Japan' }),
    answer('a', 10),
    answer('d', 3 * 24 * 60),
    answer('old', HALF_A_YEAR),
    answer('e', 40, { score: 11 }),
    answer('f', 40, { score: 'ten' }),
    answer('g', 40, { answeredAt: 'yesterday' }),
    answer('h', 40, { source: ` web ` }),
    { ...answer('i', 5, { source: 'reviews', comment: 'Fine.' }), score: null },
    answer('j', HALF_A_YEAR, { source: 'closed' }),
  ]);
  expect(await sent.json()).toMatchObject({ accepted: 8, duplicates: 1, rejectedTotal: 3 });
  const rows = [
    { line: 2, values: { id: 'm1', at: ago(60), score: '3' } },
    { line: 3, values: { id: 'm2', at: 'never', score: '3' } },
    { line: 4, values: { id: 'm3', at: ago(61), score: '99' } },
  ];
  const file = [{ map: MAP, file: 'mail.csv' }, ...rows].map((row) => JSON.stringify(row)).join('\n');
  expect(await (await server.post('/ingest/file', file, 'application/x-ndjson')).json()).toMatchObject({
    accepted: 1,
    rejectedTotal: 2,
  });
  const hostile = Array.from({ length: 500 }, (_, i) =>
    answer(`x${i}`, 1, { source: `made up ${i}`, score: -1 }),
  );
  await server.post('/ingest/responses', [...hostile, 'nonsense', { source: { of: 'no kind' } }]);
  // A key that is bound to mail names another source.
  const strange = await fetch(`${server.url}/ingest/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys['bound']}`, 'content-type': 'application/json' },
    body: JSON.stringify([answer('k', 1), answer('l', 1, { source: 'mail', score: 12 })]),
  });
  expect(strange.status).toBe(422);
  const mutation = `mutation { submitResponses(input: [{ externalId: "n", source: "web", answeredAt: "${ago(1)}", score: 44 }]) { rejectedTotal } }`;
  expect((await server.graphql(mutation)).data).toEqual({ submitResponses: { rejectedTotal: 1 } });
  await until(async () => {
    const { data } = await ask();
    return data?.sources.unattributed?.rejected === 503 && (await rejectedOf('web')) === 4;
  }, 'what was rejected is counted');
});
const rejectedOf = async (name: string) =>
  listOf(await ask())?.find((one) => one.name === name)?.deliveries?.rejected;

describe('sources', () => {
  it('say for each what it brought, how late, and what was rejected', async () => {
    const answered = await ask();
    const [closed, mail, reviews, web] = listOf(answered) ?? [];
    expect(listOf(answered)?.map(({ name }) => name)).toEqual(['closed', 'mail', 'reviews', 'web']);
    expect(web).toMatchObject({
      responsesLast30Days: 5,
      responsesLastDay: 4,
      complete: true,
      lastAnsweredAt: ago(10),
    });
    expect(closed).toMatchObject({ responsesLast30Days: 0, lastAnsweredAt: ago(HALF_A_YEAR) });
    expect(mail).toMatchObject({ responsesLast30Days: 1, responsesLastDay: 1 });
    // An answer without a score counts too.
    expect(reviews).toMatchObject({ responsesLast30Days: 1, responsesLastDay: 1, lastAnsweredAt: ago(5) });
    // All six came at once: the median is between the answers of 30 and of 40 minutes ago.
    const arrived = Date.parse(web?.lastReceivedAt ?? '');
    expect(arrived).toBeGreaterThanOrEqual(NOW);
    expect(web?.lagSeconds).toBe(Math.round((arrived - NOW) / 1_000 + 35 * 60));
    expect(web?.deliveries).toMatchObject({ accepted: 6, duplicates: 1, rejected: 4 });
    expect(counted(web?.deliveries)).toEqual({ OUT_OF_SCALE: 3, INVALID_TIME: 1 });
    expect(web?.deliveries?.lastAcceptedAt).toBe(web?.lastReceivedAt);
    expect(Date.parse(web?.deliveries?.lastRejectedAt ?? '')).toBeGreaterThanOrEqual(NOW);
    expect(mail?.deliveries).toMatchObject({ accepted: 1, duplicates: 0, rejected: 3 });
    expect(counted(mail?.deliveries)).toEqual({ INVALID_TIME: 1, OUT_OF_SCALE: 2 });
  });

  it('count under no name what names no source that is known, or one that its sender may not use', async () => {
    const { data } = await ask();
    expect(counted(data?.sources.unattributed)).toEqual({
      OUT_OF_SCALE: 500,
      INVALID: 1,
      MISSING: 1,
      FORBIDDEN: 1,
    });
    expect(data?.sources.unattributed).toMatchObject({ accepted: 0, duplicates: 0, lastAcceptedAt: null });
  });

  it('are those of the answers that a caller may read, without deliveries', async () => {
    const german = await ask('german', '', `edges { node { ${OWN} } }`);
    expect(listOf(german)?.map(({ name, responsesLast30Days }) => [name, responsesLast30Days])).toEqual([
      ['closed', 0],
      ['reviews', 1],
      ['web', 4],
    ]);
    const analyst = await ask('analyst');
    expect(listOf(analyst)).toHaveLength(4);
    expect(listOf(analyst)?.map(({ deliveries }) => deliveries)).toEqual([null, null, null, null]);
    expect(analyst.data?.sources.unattributed).toBeNull();
    expect(analyst.extensions.masked).toContainEqual({
      path: ['sources', 'edges', 0, 'node', 'deliveries'],
      reason: 'not granted: administer',
    });
    const feed = await ask('feed', '(first: 2)');
    expect(listOf(feed)).toEqual([]);
    expect(feed.extensions.masked).toContainEqual({ path: ['sources'], reason: 'not granted: readResponse' });
  });

  it('say how good the data is that arrives, to those who may administer everything', async () => {
    const { of } = await ofQuality('admin');
    const share = (items: number) => items / 6;
    expect(of('web')).toMatchObject({
      today: { accepted: 6, expected: null, low: null, high: null, verdict: 'NOT_KNOWN_YET' },
      yesterday: { accepted: 0, verdict: 'NOT_KNOWN_YET' },
      ...{ stale: false, typicalGapSeconds: null, missedInSilence: null },
      ...{ items: 11, invalidShare: 4 / 11, duplicateShare: 1 / 11 },
      clockSkew: { measured: 6, aheadShare: 0, medianAheadSeconds: null, lateShare: share(1) },
      wordings: [{ node: 'SurveyVersion:nps@1', survey: 'nps', version: '1', isNew: false }],
    });
    expect(of('web')?.missing).toEqual(
      ['account', 'channel', 'comment', 'lifecycleStage', 'productLine', 'respondent'].map((field) => ({
        field,
        share: 1,
      })),
    );
    expect(of('reviews')?.missing).toContainEqual({ field: 'score', share: 1 });
    expect(of('mail'), 'a file has no clock').toMatchObject({ clockSkew: null, items: 4 });
    const metrics = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${server.keys['admin']}` },
    });
    const lines = (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('scoreline_source_quality{'));
    expect(lines).toContain('scoreline_source_quality{source="web",metric="accepted_today"} 6');
    expect(lines).toContain('scoreline_source_quality{source="reviews",metric="missing_score"} 1');
    const { answered, of: seen } = await ofQuality('analyst');
    expect(seen('web')).toBeNull();
    expect(answered.extensions.masked).toContainEqual({
      path: ['sources', 'edges', 0, 'node', 'quality'],
      reason: 'not granted: administer',
    });
  });

  it('show another wording of a question as another survey version, which the trace of a score leads to', async () => {
    const send = async (id: string, question: string) => {
      const map = { ...MAP, source: 'worded', question: 'asked', dimensions: { region: { value: 'Chile' } } };
      const row = { line: 2, values: { id, at: ago(9), score: '9', asked: question } };
      const body = [{ map, file: 'worded.csv' }, row].map((one) => JSON.stringify(one)).join('\n');
      expect(await (await server.post('/ingest/file', body, 'application/x-ndjson')).json()).toMatchObject({
        rejectedTotal: 0,
      });
    };
    await send('w1', 'Would you recommend us?');
    await send('w2', ' Would you  recommend us?');
    await send('w3', 'How likely are you to recommend us?');
    const wordings = (await ofQuality('admin')).of('worded')?.wordings;
    expect(wordings).toMatchObject([
      { survey: 'NPS', isNew: true },
      { survey: 'NPS', isNew: false },
    ]);
    const nodes = wordings?.map(({ node }) => node) ?? [];
    expect(nodes[0]).toMatch(/^SurveyVersion:NPS@1, question [0-9a-f]{8}$/);
    const { data } = await server.graphql<{ nps: { id: string }[] }>(
      '{ nps(window: "P2D", segment: { region: ["Chile"] }) { id } }',
    );
    const traced = await server.graphql<{ trace: { nodes: { id: string }[] } }>(
      `{ trace(id: ${JSON.stringify(data.nps[0]?.id)}) { nodes { id } } }`,
    );
    const found = traced.data.trace.nodes.map(({ id }) => id).filter((id) => id.startsWith('SurveyVersion:'));
    expect(found.sort()).toEqual([...nodes].sort());
  });

  it('come by segment and page by page; each page costs what it holds', async () => {
    const japan = await ask(
      'admin',
      '(segment: { region: ["Japan"] })',
      'edges { node { name responsesLastDay } }',
    );
    expect(listOf(japan)).toEqual([
      { name: 'mail', responsesLastDay: 1 },
      { name: 'web', responsesLastDay: 1 },
    ]);
    const names: string[] = [];
    for (let after: string | null | undefined = null; after !== undefined; ) {
      const page: Answer = await ask('admin', `(first: 3, after: ${JSON.stringify(after)})`);
      names.push(...(listOf(page)?.map(({ name }) => name) ?? []));
      const { hasNextPage, endCursor } = page.data?.sources.pageInfo ?? {};
      after = hasNextPage ? endCursor : undefined;
    }
    expect(names).toEqual(['closed', 'mail', 'reviews', 'web', 'worded']);
    expect((await ask('admin', '(after: "!")')).errors?.[0]?.message).toMatch(/^after: /);
    expect((await ask('admin', '(first: 0)')).errors?.[0]?.message).toMatch(/^first: /);
  });
});

it('a killed server has counted all that it accepted; what it rejected in its last second may be missing', async () => {
  const before = await rejectedOf('web');
  for (let i = 0; i < 20; i++) {
    const sent = await server.post('/ingest/responses', [
      answer(`killed ${i}`, 2),
      answer(`bad ${i}`, 2, { score: 11 }),
    ]);
    expect(sent.status).toBe(202);
  }
  await server.stop('SIGKILL');
  await server.start();
  const web = listOf(await ask())?.find(({ name }) => name === 'web');
  expect(web?.deliveries?.accepted).toBe(26);
  expect(web?.responsesLast30Days).toBe(25);
  const quality = (await ofQuality('admin')).of('web');
  expect(quality?.clockSkew?.measured).toBe(26);
  expect(quality?.missing).toContainEqual({ field: 'comment', share: 1 });
  expect(web?.deliveries?.rejected).toBeGreaterThanOrEqual(before ?? 0);
  expect(web?.deliveries?.rejected).toBeLessThanOrEqual((before ?? 0) + 20);
  // Asked to stop, it loses none.
  await server.post('/ingest/responses', [answer('late', 2, { score: 11 })]);
  const known = web?.deliveries?.rejected ?? 0;
  await server.stop();
  await server.start();
  expect(await rejectedOf('web')).toBe(known + 1);
});
