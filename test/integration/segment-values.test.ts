import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../fixtures/scoped-client.ts';
import { type GraphqlAnswer, until } from '../fixtures/server.ts';

/*
 * Which values of dimensions a caller may list, and what is reported for unknown values: over every transport.
 */
const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const CALLERS = {
  all: {},
  narrow: { hidden: ['Peru'] },
  /** Held to small cells. */
  aggregates: {
    withheld: { readResponse: [], readComment: [], readRespondent: [], readPrediction: [] },
    smallestCount: 5,
  },
  nothing: {
    withheld: { readScore: [], readResponse: [], readComment: [], readRespondent: [], readPrediction: [] },
  },
};

let submitted = 0;
const answers = (region: string | null | undefined, count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({
    externalId: `a${++submitted}`,
    answeredAt: new Date(NOW - (i + 1) * 61 * 60_000).toISOString(),
    score: i % 2 === 0 ? 10 : 3,
    productLine: 'Rail',
    ...(region === undefined ? {} : { region }),
    ...more,
  }));

let world: World;
beforeAll(async () => {
  world = await openWorld(NOW, CALLERS);
  await world.submit([
    ...answers('Germany', 12),
    ...answers('São Paulo', 7),
    ...answers('Peru', 9, { channel: 'pigeon' }),
    ...answers('Liechtenstein', 1, { channel: 'letter' }),
    ...answers(null, 2, { channel: 'a' }),
    ...answers('', 2, { channel: 'a' }),
    ...answers(' \t ', 2, { channel: 'a' }),
    ...answers(undefined, 2, { channel: 'a' }),
    ...answers('unknown', 2, { channel: 'a' }),
  ]);
});
afterAll(() => world?.close());

const values = async (caller: string, more = '', dimension = 'REGION') => {
  const query = `{ dimensionValues(dimension: ${dimension}${more}) }`;
  return (await world.ask<{ dimensionValues: string[] }>(caller, query)).data.dimensionValues;
};
type Received = GraphqlAnswer<never> & { extensions?: { unknownSegmentValues?: unknown[] } };
const unknownIn = (answer: unknown) => (answer as Received).extensions?.unknownSegmentValues;

describe('the values of a dimension', () => {
  it('are those of the responses that the caller may see, sorted', async () => {
    expect(await values('all')).toEqual(['Germany', 'Liechtenstein', 'Peru', 'São Paulo', 'unknown']);
    expect(await values('narrow')).toEqual(['Germany', 'Liechtenstein', 'São Paulo', 'unknown']);
    expect(await values('narrow', '', 'CHANNEL')).toEqual(['a', 'letter', 'unknown']);
    expect(await values('nothing')).toEqual([]);
  });

  it('are those of released groups, for a caller held to small cells', async () => {
    const query = '{ nps(window: "P30D", groupBy: [REGION]) { region } }';
    const { data } = await world.ask<{ nps: { region: string }[] }>('aggregates', query);
    const received = await values('aggregates');
    expect(received).toEqual(data.nps.map(({ region }) => region));
    expect(received).toContain('Germany');
    expect(received).not.toContain('Liechtenstein');
    expect(await values('aggregates', '', 'CHANNEL')).not.toContain('letter');
  });

  it('are searched and paged, and restricted to a segment', async () => {
    expect(await values('all', ', contains: "SAO-p"')).toEqual(['São Paulo']);
    expect(await values('all', ', first: 2')).toEqual(['Germany', 'Liechtenstein']);
    expect(await values('all', ', first: 2, after: "Liechtenstein"')).toEqual(['Peru', 'São Paulo']);
    expect(await values('all', ', segment: { channel: ["pigeon", "letter"] }')).toEqual([
      'Liechtenstein',
      'Peru',
    ]);
    const refused = await world.ask('all', '{ dimensionValues(dimension: REGION, first: 0) }');
    expect(refused.errors?.[0]?.message).toMatch(/^first: 0 is not between 1 and/);
  });
});

describe('the values of a dimension in a window', () => {
  const at = (hoursAgo: number) => new Date(NOW - hoursAgo * HOUR_MS).toISOString();

  it('are those of a combined score grouped by it, for every caller', async () => {
    for (const caller of ['all', 'narrow', 'aggregates', 'nothing'])
      for (const [window, asOf] of [
        ['P30D', at(0)],
        ['PT3H', at(0)],
        ['PT6H', at(5)],
        ['PT1H', at(24 * 400)],
      ]) {
        const args = `window: "${window}", asOf: "${asOf}"`;
        const query = `{ nps(${args}, basis: COMBINED, groupBy: [REGION]) { region } }`;
        const { data } = await world.ask<{ nps: { region: string }[] }>(caller, query);
        const listed = data.nps.map(({ region }) => region).sort();
        expect(await values(caller, `, ${args}`), `${caller} ${args}`).toEqual(listed);
      }
  });

  it('leave out those without an answer in it, and are searched and paged', async () => {
    expect(await values('all', ', window: "P30D"')).toEqual(await values('all'));
    // Liechtenstein's one answer is 61 minutes old, Peru's last is nine times as old.
    expect(await values('all', `, window: "PT3H", asOf: "${at(6)}"`)).toEqual([
      'Germany',
      'Peru',
      'São Paulo',
    ]);
    expect(await values('all', `, window: "PT3H", asOf: "${at(6)}", contains: "PER"`)).toEqual(['Peru']);
    expect(await values('all', ', window: "P30D", first: 1, after: "Germany"')).toEqual(['Liechtenstein']);
    expect(await values('all', `, window: "PT1H", asOf: "${at(24 * 400)}"`)).toEqual([]);
    expect(await values('nothing', ', window: "P30D"')).toEqual([]);
  });

  it('need a window that is one, and a time only with it', async () => {
    const asked = async (more: string) =>
      (await world.ask('all', `{ dimensionValues(dimension: REGION, ${more}) }`)).errors?.[0]?.message;
    expect(await asked(`asOf: "${at(1)}"`)).toBe('asOf: needs a window, such as window: "P30D"');
    expect(await asked('window: "P1"')).toMatch(/P1/);
  });
});

describe('a null, a blank and a missing value', () => {
  it.each(['[""]', '["unknown"]', '["  "]', '""', '["", "unknown"]'])(
    'are one value: region %s',
    async (region) => {
      const nps = `nps(window: "P30D", segment: { region: ${region} }) { id responses }`;
      const { data, ...rest } = await world.ask<{ nps: object[] }>('all', `{ ${nps} }`);
      const same = await world.ask(
        'all',
        '{ nps(window: "P30D", segment: { region: ["unknown"] }) { id responses } }',
      );
      expect(data).toEqual(same.data);
      expect(data.nps).toMatchObject([{ responses: 10 }]);
      expect(unknownIn(rest)).toBeUndefined();
    },
  );

  it('does not restrict a dimension if the list is null', async () => {
    const query =
      'query ($region: [String!]) { nps(window: "P30D", segment: { region: $region }) { responses } }';
    expect((await world.ask('all', query, { region: null })).data).toEqual({ nps: [{ responses: 39 }] });
    expect((await world.ask('all', query, { region: [' '] })).data).toEqual({ nps: [{ responses: 10 }] });
  });

  it('is found in live scores, in any form of the text', async () => {
    const live = world.subscribe(
      'all',
      'subscription { npsUpdates(segment: { region: [""] }) { row { responses } } }',
    );
    await until(() => live.received.length > 0, 'the present row');
    live.stop();
    expect(live.received[0]).toEqual({ data: { npsUpdates: { row: { responses: 10 } } } });
    const typed = `{ nps(window: "P30D", segment: { region: [" Sa\u0303o  Paulo "] }) { responses } }`;
    expect((await world.ask('all', typed)).data).toEqual({ nps: [{ responses: 7 }] });
  });
});

describe('an unknown value of a segment', () => {
  const of = (region: string) =>
    `nps(window: "P30D", segment: { region: ${JSON.stringify(region)}, channel: ["a", "unknown"] }) { score responses }`;

  it('is reported, with suggestions', async () => {
    const answer = await world.ask(
      'all',
      `{ first: ${of('germny')} second: ${of('Germany')} third: ${of('Narnia')} }`,
    );
    expect(unknownIn(answer)).toEqual([
      { path: ['first'], dimension: 'region', value: 'germny', didYouMean: ['Germany'] },
      { path: ['third'], dimension: 'region', value: 'Narnia', didYouMean: [] },
    ]);
  });

  it('is reported by every field that takes a segment', async () => {
    const segment = 'segment: { region: ["Narnia"] }';
    const days = (name: string, from: number, to: number) =>
      `${name}From: "2026-01-0${from}T00:00:00Z", ${name}To: "2026-01-0${to}T00:00:00Z"`;
    for (const field of [
      `npsSeries(${segment}, from: "2026-01-01T00:00:00Z", to: "2026-01-03T00:00:00Z") { score }`,
      `npsChange(${segment}, ${days('before', 1, 2)}, ${days('after', 2, 3)}) { difference }`,
      `responses(${segment}) { edges { cursor } }`,
      `modelQuality(${segment}, from: "2026-01-01T00:00:00Z", to: "2026-01-03T00:00:00Z") { judged }`,
      `reviewQueue(${segment}) { edges { cursor } }`,
      `dimensionValues(${segment}, dimension: CHANNEL)`,
    ]) {
      const [received] = (unknownIn(await world.ask('all', `{ asked: ${field} }`)) ?? []) as object[];
      expect(received, field).toEqual({
        path: ['asked'],
        dimension: 'region',
        value: 'Narnia',
        didYouMean: [],
      });
    }
  });

  it('is reported over streams and sockets, and to subscribers', async () => {
    const expected = [{ path: ['nps'], dimension: 'region', value: 'Perú!', didYouMean: ['Peru'] }];
    expect(unknownIn(await world.stream('all', `{ ${of('Perú!')} }`))).toEqual(expected);
    const subscription = `subscription { npsUpdates(segment: { region: "Perú!" }) { row { responses } } }`;
    for (const live of [world.subscribe('all', subscription), world.subscribeSocket('all', subscription)]) {
      await until(() => live.received.length > 0, 'the present row');
      live.stop();
      expect(unknownIn(live.received[0])).toEqual([{ ...expected[0], path: ['npsUpdates'] }]);
    }
  });

  it.each([
    ['narrow', 'Peru'],
    ['aggregates', 'Liechtenstein'],
    ['nothing', 'Germany'],
  ])('looks the same as one that %s may not know (%s)', async (caller, hidden) => {
    const ask = async (value: string) =>
      JSON.stringify(await world.ask(caller, `{ ${of(value)} }`)).replaceAll(value, 'VALUE');
    const received = await ask(hidden);
    // As many letters as there are, so that costs are of equal texts.
    expect(received).toBe(await ask('X'.repeat(hidden.length)));
    expect(received).toContain('unknownSegmentValues');
    const near = await world.ask(caller, `{ ${of(`${hidden}x`)} }`);
    expect(JSON.stringify(unknownIn(near))).not.toContain(`"${hidden}"`);
  });

  it('is no longer reported once a response has it', async () => {
    const ask = async (caller: string) => unknownIn(await world.ask(caller, `{ ${of('Oz')} }`));
    expect(await ask('aggregates')).toHaveLength(1);
    expect(await ask('all')).toHaveLength(1);
    await world.submit(answers('Oz', 1, { channel: 'a' }));
    expect(await ask('all')).toBeUndefined();
    // One answer is not to be noticed.
    expect(await ask('aggregates')).toHaveLength(1);
    await world.submit(answers('Oz', 8, { channel: 'a', source: 'more' }));
    expect(await ask('aggregates')).toBeUndefined();
  });
});

describe('rows in order', () => {
  interface Rows {
    nps: { region: string; score: number; responses: number; change: number | null }[];
  }

  it('are ordered, cut, and charged by the possible ones', async () => {
    const query = (more: string) =>
      `{ nps(window: "P30D", groupBy: [REGION]${more}) { region score responses change } }`;
    const { data } = await world.ask<Rows>(
      'narrow',
      query(', orderBy: [{ by: RESPONSES, direction: DESC }], first: 3'),
    );
    expect(data.nps.map(({ region }) => region)).toEqual(['Germany', 'unknown', 'Oz']);
    const named = await world.ask<Rows>(
      'narrow',
      query(', orderBy: { by: NAME, direction: DESC }, first: 1'),
    );
    expect(named.data.nps).toMatchObject([{ region: 'unknown', change: null }]);
    const short = await world.ask<Rows>('aggregates', query(', orderBy: { by: SCORE }'));
    const scores = short.data.nps.map(({ score }) => score);
    const received = scores.filter((score) => score !== null);
    expect(received.length).toBeGreaterThan(1);
    expect(scores.slice(0, received.length)).toEqual(received.toSorted((a, b) => a - b));
    for (const first of [0, -1, 20_001]) {
      const refused = await world.ask('narrow', query(`, first: ${first}`));
      expect(refused.errors?.[0]?.message).toMatch(/^first: /);
    }
  });

  it('are those of buckets with responses, on weeks that begin on any day', async () => {
    const range = `from: "${new Date(NOW - 20 * 24 * HOUR_MS).toISOString()}", to: "${new Date(NOW).toISOString()}"`;
    interface Series {
      filled: { time: string; responses: number }[];
      some: { time: string; responses: number }[];
    }
    const { data } = await world.ask<Series>(
      'all',
      `{ filled: npsSeries(${range}, every: WEEK, weekStart: THURSDAY) { time responses }
        some: npsSeries(${range}, every: WEEK, weekStart: THURSDAY, fill: false) { time responses } }`,
    );
    expect(data.filled.length).toBeGreaterThan(2);
    expect(data.filled.every(({ time }) => new Date(time).getUTCDay() === 4)).toBe(true);
    expect(data.some).toEqual(data.filled.filter(({ responses }) => responses > 0));
    expect(data.some.length).toBeLessThan(data.filled.length);
  });
});
