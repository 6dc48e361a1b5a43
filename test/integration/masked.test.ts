import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseId } from '../../domain/responses/normalised-response.ts';
import { openWorld, type World } from '../fixtures/scoped-client.ts';
import type { GraphqlAnswer } from '../fixtures/server.ts';

/* What a caller may know of but not read: fields that are masked, scores that are suppressed. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const at = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const SMALLEST = 5;

const CALLERS = {
  everything: {},
  textless: { withheld: { readComment: [], readRespondent: [] } },
  /** Comments of everywhere but Japan, respondents of everywhere but Germany. */
  mixed: { withheld: { readComment: ['Japan'], readRespondent: ['Germany'] } },
  aggregates: { withheld: { readResponse: [] }, smallestCount: SMALLEST },
  reader: { smallestCount: SMALLEST },
  untraced: { withheld: { traceLineage: [] } },
  /** May read the responses of Germany, but not of Japan. */
  partly: { withheld: { readResponse: ['Japan'] }, smallestCount: SMALLEST },
};

const answers = (region: string, count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({
    externalId: `${region} ${i}`,
    source: 'web',
    answeredAt: at(1 + i),
    score: i % 11,
    region,
    ...(i % 2 === 0 ? { comment: `what ${i} said`, respondent: `${region} ${i}` } : {}),
    ...more,
  }));

let world: World;
beforeAll(async () => {
  world = await openWorld(NOW, CALLERS);
  await world.submit([
    ...answers('Germany', 6),
    ...answers('Japan', 2),
    ...answers('Chile', SMALLEST),
    ...answers('Peru', SMALLEST - 1),
    ...answers('Norway', 2),
  ]);
});
afterAll(() => world?.close());

interface Masked {
  path: (string | number)[];
  reason: string;
}
type Node = { region: string; score: number; comment: string | null; respondent: string | null };
interface Responses {
  responses: { edges: { node: Node }[] };
}
const LIST =
  '{ responses(first: 500) { edges { node { id region score answeredAt comment respondent } } } nps(window: "PT6H") { score } }';
const maskedOf = (answer: GraphqlAnswer<unknown>) => (answer.extensions?.masked ?? []) as Masked[];
const nodesOf = (answer: GraphqlAnswer<Responses>) => answer.data.responses.edges.map(({ node }) => node);
const pathsOf = (answer: GraphqlAnswer<unknown>, field: string) =>
  maskedOf(answer).filter(({ path }) => path.at(-1) === field);

describe('a field that the caller may not read', () => {
  it('is named even if the query ends in an error', async () => {
    const asked = '{ impact(id: "Source:web") { lag } }';
    expect((await world.ask('everything', asked)).errors).toBeUndefined();
    const received = await world.ask('untraced', asked);
    expect(received.errors?.[0]?.message).toMatch(/nothing with this id exists here/);
    expect(maskedOf(received)).toEqual([{ path: ['impact'], reason: 'not granted: traceLineage' }]);
  });

  it('is null with its path and the reason, and all the rest is answered', async () => {
    const whole = await world.ask<Responses>('everything', LIST);
    expect(whole.extensions?.masked).toBeUndefined();
    const nodes = nodesOf(whole);
    expect(nodes.some(({ comment, respondent }) => comment !== null && respondent !== null)).toBe(true);

    const masked = await world.ask<Responses>('textless', LIST);
    expect(masked.errors).toBeUndefined();
    expect(masked.data).toEqual({
      ...whole.data,
      responses: { edges: nodes.map((node) => ({ node: { ...node, comment: null, respondent: null } })) },
    });
    const expected = nodes.flatMap((_, i) => [
      { path: ['responses', 'edges', i, 'node', 'comment'], reason: 'not granted: readComment' },
      { path: ['responses', 'edges', i, 'node', 'respondent'], reason: 'not granted: readRespondent' },
    ]);
    const received = maskedOf(masked);
    expect(received).toHaveLength(expected.length);
    expect(received).toEqual(expect.arrayContaining(expected));
  });

  it('does not reveal whether there is anything behind it', async () => {
    const masked = await world.ask<Responses>('textless', LIST);
    const nodes = nodesOf(await world.ask<Responses>('everything', LIST));
    const without = nodes.flatMap(({ comment }, i) => (comment === null ? [i] : []));
    expect(without.length).toBeGreaterThan(3);
    for (const field of ['comment', 'respondent'])
      expect(pathsOf(masked, field).map(({ path }) => path[2])).toEqual(expect.arrayContaining(without));
  });

  it('is reported for each cell separately', async () => {
    const answer = await world.ask<Responses>('mixed', LIST);
    const nodes = nodesOf(answer);
    const regions = (field: string) =>
      new Set(pathsOf(answer, field).map(({ path }) => nodes[Number(path[2])]?.region));
    expect(regions('comment')).toEqual(new Set(['Japan']));
    expect(regions('respondent')).toEqual(new Set(['Germany']));
    for (const { region, comment, respondent } of nodes) {
      if (region === 'Japan') expect(comment).toBeNull();
      if (region === 'Germany') expect(respondent).toBeNull();
    }
    expect(nodes.some(({ region, comment }) => region === 'Germany' && comment !== null)).toBe(true);
    expect(nodes.some(({ region, respondent }) => region === 'Japan' && respondent !== null)).toBe(true);
  });

  it('is reported by node, under the name in the query, and over an event stream too', async () => {
    const id = `Response:${responseId('web', 'Japan 0')}`;
    const query = `{ one: node(id: "${id}") { id ... on Response { score said: comment } } }`;
    for (const answer of [await world.ask('mixed', query), await world.stream('mixed', query)]) {
      expect(answer.errors).toBeUndefined();
      expect(answer).toMatchObject({
        data: { one: { id, score: 0, said: null } },
        extensions: { masked: [{ path: ['one', 'said'], reason: 'not granted: readComment' }] },
      });
    }
  });

  it('is reported only if requested', async () => {
    const answer = await world.ask('textless', '{ responses { edges { node { score } } } }');
    expect(answer.extensions?.masked).toBeUndefined();
  });
});

interface Rows {
  nps: Record<string, unknown>[];
}
const ROW = 'region score low high method responses promoters passives detractors suppressed';
const HIDDEN = {
  score: null,
  low: null,
  high: null,
  method: null,
  responses: null,
  promoters: null,
  passives: null,
  detractors: null,
  suppressed: true,
};
const byRegion = async (key: string) => {
  const { data } = await world.ask<Rows>(key, `{ nps(window: "PT6H", groupBy: [REGION]) { ${ROW} } }`);
  return Object.fromEntries(data.nps.map(({ region, ...row }) => [String(region), row]));
};

describe('a score over few responses', () => {
  it('is suppressed in every field for callers who may not read them, from one to one less than the smallest count', async () => {
    const rows = await byRegion('aggregates');
    // Listed are those with something to show; whether the others have responses is not.
    expect(Object.keys(rows).sort()).toEqual(['Chile', 'Germany']);
    for (const region of ['Japan', 'Peru', 'nowhere']) {
      const query = `{ nps(window: "PT6H", segment: { region: ["${region}"] }) { ${ROW} } }`;
      const { data } = await world.ask<Rows>('aggregates', query);
      expect(data.nps).toEqual([{ ...HIDDEN, region: null }]);
    }
    expect(rows).toMatchObject({
      Chile: { responses: SMALLEST, suppressed: false, score: expect.any(Number), low: expect.any(Number) },
      Germany: { responses: 6, suppressed: false, score: expect.any(Number) },
    });
  });

  it('is shown to callers who may read them, cell by cell', async () => {
    for (const key of ['reader', 'everything'])
      for (const row of Object.values(await byRegion(key))) expect(row).toMatchObject({ suppressed: false });
    const rows = await byRegion('partly');
    expect(rows).toMatchObject({ Peru: { suppressed: false, responses: SMALLEST - 1 } });
    expect(rows.Japan).toBeUndefined();
    const of = async (region: string) => {
      const query = `{ nps(window: "PT6H", segment: { region: [${region}] }) { responses } }`;
      return (await world.ask<Rows>('partly', query)).data.nps[0]?.responses;
    };
    expect(await of('"Japan"')).toBe(null);
    expect(await of('"Peru"')).toBe(SMALLEST - 1);
    // Nothing about Japan is shown, nor that it has responses.
    expect(await of('"Japan", "Norway"')).toBe(2);
    expect(await of('"Norway"')).toBe(2);
  });

  it('is suppressed in series and changes too, and a change reveals nothing of it', async () => {
    const { data } = await world.ask<{ npsSeries: Record<string, unknown>[] }>(
      'aggregates',
      `{ npsSeries(segment: { region: ["Peru"] }, from: "${at(120)}", to: "${at(0)}", every: HOUR) { ${ROW} } }`,
    );
    // An hour without responses looks like one with few: the difference would reveal a response.
    expect(data.npsSeries).toMatchObject([HIDDEN, HIDDEN, HIDDEN]);
    const change = `npsChange(segment: { region: ["Germany"] }, beforeFrom: "${at(60)}", beforeTo: "${at(3)}", afterFrom: "${at(3)}", afterTo: "${at(0)}")`;
    const query = `{ ${change} { before { responses suppressed } after { responses suppressed } difference low high pValue } }`;
    const nothing = { difference: null, low: null, high: null, pValue: null };
    expect((await world.ask('aggregates', query)).data).toMatchObject({
      npsChange: { ...nothing, before: { responses: null, suppressed: true }, after: { responses: null } },
    });
    expect((await world.ask('reader', query)).data).toMatchObject({
      npsChange: { difference: expect.any(Number), before: { responses: 3 }, after: { responses: 3 } },
    });
  });

  it('leads to no response', async () => {
    const { data } = await world.ask<Rows>('aggregates', '{ nps(window: "PT6H") { id } }');
    const query = `{ trace(id: "${data.nps[0]?.id}", first: 500) { nodes { kind } } responses { edges { node { id } } } }`;
    const kinds = async (key: string) => {
      const answer = await world.ask<{
        trace: { nodes: { kind: string }[] };
        responses: { edges: unknown[] };
      }>(key, query);
      return [
        new Set(answer.data.trace.nodes.map(({ kind }) => kind)).has('Response'),
        answer.data.responses.edges.length,
      ];
    };
    expect(await kinds('aggregates')).toEqual([false, 0]);
    expect(await kinds('partly')).toEqual([true, 6 + SMALLEST + SMALLEST - 1 + 2]);
  });
});
