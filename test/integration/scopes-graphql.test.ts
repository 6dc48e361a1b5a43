import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseId } from '../../domain/responses/normalised-response.ts';
import { cellKey } from '../../domain/segments/cell.ts';
import { openWorld, type World } from '../fixtures/scoped-client.ts';
import { until } from '../fixtures/server.ts';

/*
 * Non-interference over HTTP: two servers that differ only in what a caller may not see give the same answers, errors
 * and streams. What is not there for them is the region "Peru". (Field masks and small counts: masked.test.ts.)
 */
const HOUR_MS = 3_600_000;
// The answers are of the hours before; the clock of both servers stands still.
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const at = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const CALLERS = { narrow: { hidden: ['Peru'] }, wide: {} };

const answer = (region: string, i: number, more: object = {}) => ({
  externalId: `${region} ${i}`,
  answeredAt: at(1 + i * 97),
  score: (i * 7) % 11,
  region,
  productLine: i % 2 === 0 ? 'Rail' : 'Air',
  source: i % 3 === 0 ? 'web' : 'app',
  respondent: `${region} ${i}`,
  ...(i % 4 === 0 ? { comment: `comment ${i}` } : {}),
  ...more,
});
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const GERMANY = numbers(40).map((i) => answer('Germany', i));
const JAPAN = numbers(3).map((i) => answer('Japan', i));
/** Hidden in every way: beside visible answers, in cells, channels, sources and surveys of their own. */
const PERU = numbers(90).map((i) =>
  answer('Peru', i, { channel: `c${i % 5}`, survey: `s${i % 2}`, source: i % 2 === 0 ? 'web' : 'peruvian' }),
);

let without: World;
let withHidden: World;
beforeAll(async () => {
  [without, withHidden] = await Promise.all([openWorld(NOW, CALLERS), openWorld(NOW, CALLERS)]);
  for (const items of [GERMANY, JAPAN]) await without.submit(items);
  for (const items of [PERU.slice(0, 45), GERMANY, PERU.slice(45), JAPAN]) await withHidden.submit(items);
});
afterAll(async () => {
  await Promise.all([without?.close(), withHidden?.close()]);
});

const ROW =
  'id time until productLine region lifecycleStage channel score low high method responses promoters passives detractors suppressed';
const SEGMENTS = [
  '',
  'segment: { region: ["Peru"] }',
  'segment: { region: ["Peru", "Germany"] }',
  'segment: { channel: ["c1", "unknown"] }',
];
const GROUPS = ['[]', '[REGION]', '[CHANNEL]', '[PRODUCT_LINE, REGION]', '[LIFECYCLE_STAGE, CHANNEL]'];
const SERIES = `from: "${at(60 * 72)}", to: "${at(0)}"`;
const CHANGE = (hours: number) =>
  `beforeFrom: "${at(hours * 120)}", beforeTo: "${at(hours * 60)}", afterFrom: "${at(hours * 60)}", afterTo: "${at(0)}"`;

function scoreQueries(): string[] {
  const queries: string[] = [];
  for (const segment of SEGMENTS) {
    for (const group of GROUPS) {
      for (const more of ['window: "PT1H"', 'window: "P7D"', 'window: "P2D", timeZone: "Asia/Kolkata"'])
        queries.push(`{ nps(${segment} groupBy: ${group}, ${more}) { ${ROW} } }`);
      queries.push(`{ npsSeries(${segment} groupBy: ${group}, ${SERIES}) { ${ROW} } }`);
      queries.push(
        `{ npsSeries(${segment} groupBy: ${group}, ${SERIES}, every: HOUR, rolling: "PT6H") { ${ROW} } }`,
      );
    }
    for (const hours of [1, 24])
      queries.push(
        `{ npsChange(${segment} ${CHANGE(hours)}) { before { ${ROW} } after { ${ROW} } difference low high pValue } }`,
      );
  }
  return queries;
}

const RESPONSE =
  'id externalId source answeredAt score scale class survey surveyVersion comment respondent productLine region lifecycleStage channel';
interface Page {
  responses: { edges: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/** Every page of the caller's responses, with its cursors. */
async function pages(world: World, key: string, segment: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const query = `query ($after: String) { responses(${segment} first: 7, after: $after) {
      edges { cursor node { ${RESPONSE} } } pageInfo { hasNextPage endCursor } } }`;
    const { data, errors }: { data: Page; errors?: unknown } = await world.ask<Page>(key, query, { after });
    expect(errors).toBeUndefined();
    found.push(data);
    if (!data.responses.pageInfo.hasNextPage) return found;
    after = data.responses.pageInfo.endCursor;
  }
}

const attributes = (region: string) => ({
  product_line: 'Rail',
  region,
  lifecycle_stage: 'unknown',
  channel: region === 'Peru' ? 'c0' : 'unknown',
});
/** Ids of what is hidden, of what is seen, and of what is in neither world. */
const IDS = [
  `Response:${responseId('web', 'Peru 0')}`,
  `Response:${responseId('web', 'Germany 0')}`,
  `Response:${responseId('web', 'nobody')}`,
  `Cell:${cellKey(attributes('Peru'))}`,
  `Cell:${cellKey(attributes('Germany'))}`,
  'Source:peruvian',
  'Source:web',
  'SurveyVersion:s0@1',
  'SurveyVersion:nps@1',
];
interface Traced {
  trace: {
    nodes: { id: string; kind: string; label: string; depth: number }[];
    edges: unknown[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/** All that a trace leads to, page by page; deliveries have names of chance. */
async function traced(world: World, key: string, id: string, direction: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const query = `query ($after: String) { trace(id: ${JSON.stringify(id)}, direction: ${direction}, first: 40, after: $after) {
      nodes { id kind label depth } edges { from to relation } pageInfo { hasNextPage endCursor } complete reason lag } }`;
    const { data, errors }: { data: Traced | null; errors?: unknown } = await world.ask<Traced | null>(
      key,
      query,
      { after },
    );
    found.push(errors ?? JSON.parse(JSON.stringify(data).replaceAll(/request [\w-]{16}/g, 'request')));
    if (!data?.trace.pageInfo.hasNextPage) return found;
    after = data.trace.pageInfo.endCursor;
  }
}

/** The same questions to both worlds under one key, answer by answer. */
async function compared(key: string, ask: (world: World, key: string) => Promise<unknown[]>) {
  const [a, b] = await Promise.all([ask(without, key), ask(withHidden, key)]);
  return {
    answers: JSON.stringify(a),
    equal: JSON.stringify(a) === JSON.stringify(b),
    /** Says which answer differs; of all at once the difference would be long. */
    expectEqual: () => {
      expect(b.length).toBe(a.length);
      a.forEach((answer, i) => {
        expect(b[i]).toEqual(answer);
      });
    },
  };
}

describe('what a caller may not see', () => {
  it('changes no score, series or change, over windows, segments, groups and zones', async () => {
    const all = async (world: World, key: string) => {
      const answers: unknown[] = [];
      for (const query of scoreQueries()) {
        const given = await world.ask(key, query);
        expect(given.errors, query).toBeUndefined();
        answers.push([query, given]);
      }
      return answers;
    };
    const narrow = await compared('narrow', all);
    narrow.expectEqual();
    expect(narrow.answers).toContain('"region":"Germany"');
    expect((await compared('wide', all)).equal).toBe(false);
  });

  it('changes no page of responses and no cursor', async () => {
    for (const segment of SEGMENTS) {
      const all = (world: World, key: string) => pages(world, key, segment);
      const narrow = await compared('narrow', all);
      narrow.expectEqual();
      expect(narrow.answers).not.toContain('Peru');
      expect((await compared('wide', all)).equal).toBe(false);
    }
  });

  it('is not a node, and no trace leads to it; errors are those of missing nodes', async () => {
    const query = (id: string) => `{ node(id: ${JSON.stringify(id)}) { __typename id } }`;
    const nodes = await compared('narrow', (world, key) =>
      Promise.all(IDS.map((id) => world.ask(key, query(id)))),
    );
    nodes.expectEqual();
    expect(nodes.answers.match(/__typename/g)).toHaveLength(4);
    for (const id of IDS) {
      for (const direction of ['UPSTREAM', 'DOWNSTREAM'])
        (await compared('narrow', (world, key) => traced(world, key, id, direction))).expectEqual();
    }
    const hidden = await withHidden.ask('wide', query(IDS[0] ?? ''));
    expect(hidden.data).toMatchObject({ node: { __typename: 'Response' } });
  });

  it('is in no impact of a node, by count, segment or hour, and on no path', async () => {
    const impact = (id: string) => `{ impact(id: ${JSON.stringify(id)}, first: 200) {
      totals { rollups segments responses inferred firstHour lastHour suppressed complete reason }
      rollups { id label responses } pageInfo { hasNextPage endCursor } decisions { nodes { about label } } complete
      segments { nodes { cell { id label } modelVersion rollups responses firstHour lastHour } pageInfo { endCursor } } } }`;
    const path = (from: string, to: string) =>
      `{ path(from: ${JSON.stringify(from)}, to: ${JSON.stringify(to)}) { nodes { id kind depth } edges { from to relation } complete } }`;
    const all = (world: World, key: string) =>
      Promise.all([
        ...IDS.map((id) => world.ask(key, impact(id))),
        ...IDS.flatMap((from) => IDS.map((to) => world.ask(key, path(from, to)))),
      ]);
    const narrow = await compared('narrow', all);
    narrow.expectEqual();
    expect(narrow.answers).toContain('"totals":{"rollups":');
    expect(narrow.answers).toContain('"COUNTED_IN"');
    expect((await compared('wide', all)).equal).toBe(false);
  });

  it('is in no trace of a score', async () => {
    const { data } = await without.ask<{ nps: { id: string }[] }>('narrow', '{ nps(window: "P7D") { id } }');
    const [{ id } = { id: '' }] = data.nps;
    const all = (world: World, key: string) => traced(world, key, id, 'UPSTREAM');
    const narrow = await compared('narrow', all);
    narrow.expectEqual();
    expect(narrow.answers.match(/"kind":"Response"/g)).toHaveLength(GERMANY.length + JAPAN.length);
    expect((await compared('wide', all)).equal).toBe(false);
  });

  it('reveals nothing to a subscription, nor by its groups', async () => {
    const queries = ['[]', '[REGION]', '[CHANNEL]'].map(
      (group) => `subscription { npsUpdates(window: "P7D", groupBy: ${group}) { row { ${ROW} } } }`,
    );
    const open = (world: World, key: string) => queries.map((query) => world.subscribe(key, query));
    const streams = [...open(without, 'narrow'), ...open(withHidden, 'narrow')];
    const [wide] = open(withHidden, 'wide');
    await until(() => streams.every(({ received }) => received.length > 0), 'all have their present rows');
    await until(() => wide?.received.length === 1, 'who sees everything has the present row');
    for (let i = 100; i < 105; i++) {
      await withHidden.submit([answer('Peru', i, { channel: `new ${i}`, answeredAt: at(2) })]);
      await until(() => (wide?.received.length ?? 0) > i - 99, 'the caller who sees everything is served');
    }
    for (const world of [without, withHidden])
      await world.submit([answer('Germany', 200, { answeredAt: at(2) })]);
    const last = (received: readonly unknown[]) => JSON.stringify(received).includes('"responses":44');
    await until(
      () => [0, 3].every((i) => last(streams[i]?.received ?? [])),
      'the visible answer is received in both worlds',
    );
    // Longer than a tick: had the others more to tell, it would be here.
    await new Promise((done) => setTimeout(done, 200));
    for (const i of [0, 1, 2]) expect(streams[i]?.received).toEqual(streams[i + 3]?.received);
    for (const { stop } of streams) stop();
    wide?.stop();
  });
});
