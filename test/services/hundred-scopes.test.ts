import { beforeAll, describe, expect, it } from 'vitest';
import { npsScore } from '../../domain/nps/nps.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { ADMIN_KEY, type GraphqlAnswer } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* A hundred callers with a hundred different scopes, at once; each must get what filtering first and counting then gives. */

const HOUR_MS = 3_600_000;
const END = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const REGIONS = Array.from({ length: 10 }, (_, i) => `region ${i}`);
const LINES = Array.from({ length: 10 }, (_, i) => `line ${i}`);
const random = randomFrom(11);
const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;

const RESPONSES = Array.from({ length: 3_000 }, (_, i) => ({
  externalId: `h${i}`,
  answeredAt: new Date(END - Math.floor(random() * 72 * 60) * 60_000 - 60_000).toISOString(),
  score: Math.floor(random() * 11),
  region: pick(REGIONS),
  productLine: pick(LINES),
}));
type Item = (typeof RESPONSES)[number];

interface Caller {
  readonly key: string;
  readonly regions: readonly string[];
  readonly lines: readonly string[];
}

const server = useServer({ follow: true });
const callers: Caller[] = [];
/** Asks again as clients do while the server has no free connection to the database: all callers ask at once. */
const ask = async <T>(key: string, query: string, variables: object = {}): Promise<T> => {
  for (;;) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as GraphqlAnswer<T>;
    if (!answer.errors) return answer.data;
    if (answer.errors.some(({ extensions }) => extensions?.code !== 'UNAVAILABLE'))
      throw new Error(JSON.stringify(answer.errors));
  }
};

beforeAll(async () => {
  const answer = await (await server.post('/ingest/responses', RESPONSES)).json();
  expect(answer).toMatchObject({ accepted: RESPONSES.length });
  for (let i = 0; i < 100; i++) {
    const some = (all: readonly string[]) => all.filter(() => random() < 0.4);
    const [regions, lines] = [
      [...some(REGIONS), pick(REGIONS)],
      [...some(LINES), pick(LINES)],
    ];
    const input = {
      name: `caller ${i}`,
      role: 'analyst',
      attributes: { region: regions, productLine: lines },
    };
    const { createApiKey } = await ask<{ createApiKey: { key: string } }>(
      ADMIN_KEY,
      'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input },
    );
    callers.push({ key: createApiKey.key, regions, lines });
  }
});

const seenBy = ({ regions, lines }: Caller) =>
  RESPONSES.filter(({ region, productLine }) => regions.includes(region) && lines.includes(productLine));

/** Filter, then aggregate: as naively as it can be done. */
function naive(items: readonly Item[]) {
  const count = (holds: (score: number) => boolean) => items.filter(({ score }) => holds(score)).length;
  const counts = {
    promoters: count((score) => score >= 9),
    passives: count((score) => score === 7 || score === 8),
    detractors: count((score) => score <= 6),
  };
  return { responses: items.length, ...counts, score: npsScore(counts) };
}

const COUNTS = 'responses promoters passives detractors score';
const QUERY = `query ($asOf: DateTime!, $from: DateTime!, $to: DateTime!) {
  all: nps(window: "PT72H", asOf: $asOf) { ${COUNTS} }
  lines: nps(window: "PT72H", asOf: $asOf, groupBy: [PRODUCT_LINE]) { productLine ${COUNTS} }
  two: nps(window: "PT72H", asOf: $asOf, segment: { region: ["region 0", "region 1"] }) { ${COUNTS} }
  hours: npsSeries(from: $from, to: $to, every: HOUR) { time ${COUNTS} }
  responses(first: 500) { edges { node { externalId region productLine } } } }`;

interface Answer {
  readonly all: unknown[];
  readonly lines: { productLine: string }[];
  readonly two: unknown[];
  readonly hours: { time: string }[];
  readonly responses: { edges: { node: { externalId: string } }[] };
}

function expected(caller: Caller) {
  const seen = seenBy(caller);
  const byLine = LINES.filter((line) => seen.some(({ productLine }) => productLine === line));
  const hours = Array.from({ length: 72 }, (_, i) => END - (72 - i) * HOUR_MS);
  const inHour = (start: number) =>
    seen.filter(
      ({ answeredAt }) => Date.parse(answeredAt) >= start && Date.parse(answeredAt) < start + HOUR_MS,
    );
  return {
    all: [naive(seen)],
    lines: byLine.map((productLine) => ({
      productLine,
      ...naive(seen.filter((item) => item.productLine === productLine)),
    })),
    two: [naive(seen.filter(({ region }) => region === 'region 0' || region === 'region 1'))],
    hours: hours.map((start) => ({ time: new Date(start).toISOString(), ...naive(inHour(start)) })),
  };
}

describe('a hundred scopes at once', () => {
  it('give each caller the result of filtering first and counting then', async () => {
    const variables = {
      // The window of whole hours that ends with the hour before this one's end.
      asOf: new Date(END - 1).toISOString(),
      from: new Date(END - 72 * HOUR_MS).toISOString(),
      to: new Date(END).toISOString(),
    };
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(callers.map(({ key }) => ask<Answer>(key, QUERY, variables)));
      for (const [i, { responses, ...scores }] of answers.entries()) {
        const caller = callers[i] as Caller;
        expect(scores).toEqual(expected(caller));
        const ids = new Set(seenBy(caller).map(({ externalId }) => externalId));
        expect(responses.edges).toHaveLength(Math.min(500, ids.size));
        expect(responses.edges.filter(({ node }) => !ids.has(node.externalId))).toEqual([]);
      }
    }
  });

  it('are a hundred different ones', () => {
    expect(
      new Set(callers.map(({ regions, lines }) => JSON.stringify([regions.toSorted(), lines.toSorted()])))
        .size,
    ).toBe(100);
  });
});
