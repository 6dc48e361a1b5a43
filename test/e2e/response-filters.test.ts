import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Which responses a list shows, by class, source, text and what the model read, and in which order. */

const server = useServer({
  follow: true,
  keys: {
    analyst: 'analyst',
    feed: 'feed',
    german: { role: 'segment-owner', attributes: { region: ['Germany'] } },
    steward: 'model-steward',
    dpo: 'dpo',
  },
});

const BEGIN = Date.parse('2026-03-01T00:00:00Z');
const TEXTS = {
  crash: 'The app crashes every time I open a report, terrible performance.',
  support: 'Support answered within minutes, wonderful people!',
  price: 'Far too expensive since the price change.',
  accent: 'Très déçu par le nouveau café.',
};
/** Forty answers of one moment. */
const hourOf = (i: number) => (i > 2_100 && i <= 2_140 ? 2_101 : i);
/** 2,600 answers of an hour each, most without a comment; the oldest ones have a word that occurs nowhere else. */
const ANSWERS = Array.from({ length: 2_600 }, (_, i) => ({
  externalId: `r${i}`,
  answeredAt: new Date(BEGIN - hourOf(i) * 3_600_000).toISOString(),
  source: i % 100 === 0 ? 'partner' : 'api',
  region: i % 2 === 0 ? 'Germany' : 'Japan',
  score: [9, 7, 2, 10][i % 4],
  ...(i < 8 ? { comment: Object.values(TEXTS)[i % 4] } : {}),
  ...(i > 2_500 && i % 10 === 0 ? { comment: 'A xylophone stood in the office.' } : {}),
}));

interface Page {
  readonly edges: { readonly node: Record<string, unknown> }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly searchedTo: string | null;
}
const FIELDS = `edges { node { externalId class source comment region } } pageInfo { hasNextPage endCursor } searchedTo`;
async function list(args: string, key = 'admin', fields = FIELDS) {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys[key]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ responses(${args}) { ${fields} } }` }),
  });
  const { data, errors } = (await answer.json()) as {
    data?: { responses: Page } | null;
    errors?: { message: string; extensions: { code: string } }[];
  };
  return { page: data?.responses, errors };
}
async function count(key: string, fields: string): Promise<unknown> {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.keys[key]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ responseCounts ${fields} }` }),
  });
  return ((await answer.json()) as { data: { responseCounts: unknown } }).data.responseCounts;
}
interface Counted {
  readonly sources: readonly { readonly source: string; readonly responses: number }[];
  readonly sentiments: Readonly<Record<'negative' | 'neutral' | 'positive', number>> | null;
}
const ids = (page: Page | undefined) => page?.edges.map(({ node }) => node['externalId']);

beforeAll(async () => {
  for (let i = 0; i < ANSWERS.length; i += 1_300) {
    const answer = await server.post('/ingest/responses', JSON.stringify(ANSWERS.slice(i, i + 1_300)));
    expect(answer.status).toBe(202);
  }
  await until(async () => {
    const { page } = await list(
      'first: 8',
      'admin',
      'edges { node { prediction { class } } } pageInfo { endCursor }',
    );
    return page?.edges.every(({ node }) => node['prediction'] !== null) ?? false;
  }, 'the newest comments are scored');
});

describe('a list of responses', () => {
  it('shows those of the classes and sources that are asked for, page after page', async () => {
    const wanted = ANSWERS.filter(({ source, score }) => source === 'partner' && score === 9).map(
      ({ externalId }) => externalId,
    );
    const found: unknown[] = [];
    let after = '';
    let pages = 0;
    for (; pages < 20; pages++) {
      const { page } = await list(`first: 10, class: [PROMOTER], sources: ["partner"]${after}`);
      found.push(...(ids(page) ?? []));
      if (!page?.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(found).toEqual(wanted);
    expect(pages).toBeGreaterThan(1);
    expect(ids((await list('class: [PROMOTER, DETRACTOR], first: 3')).page)).toEqual(['r0', 'r2', 'r3']);
    expect((await list('sources: ["none"], from: "2026-02-20T00:00:00Z"')).page).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: false },
      searchedTo: null,
    });
  });

  it('finds words of comments, and says how far back it looked', async () => {
    expect(ids((await list('text: "ANSWERED support"')).page)).toEqual(['r1', 'r5']);
    expect(ids((await list('text: "decu cafe"')).page)).toEqual(['r3', 'r7']);
    const { page } = await list('text: "xylophone"');
    expect(page).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } });
    expect(page?.searchedTo).toBe(ANSWERS[1_999]?.answeredAt);
    const next = await list(`text: "xylophone", after: "${page?.pageInfo.endCursor}"`);
    expect(ids(next.page)).toHaveLength(9);
    expect(next.page).toMatchObject({ pageInfo: { hasNextPage: false }, searchedTo: null });
  });

  it('records comments found by their text as read', async () => {
    await list('text: "answered"', 'analyst', 'edges { node { externalId } }');
    const exported = await fetch(`${server.url}/audit/export`, {
      headers: { authorization: `Bearer ${server.keys['admin']}` },
    });
    const rows = (await exported.text())
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            actorName: string;
            action: string;
            subject: { comment: { responses: string[] } };
          },
      );
    const read = rows.filter(({ actorName, action }) => actorName === 'analyst' && action === 'read').at(-1);
    expect(read?.subject.comment.responses).toHaveLength(2);
  });

  it('shows those of which the model says so', async () => {
    const { page } = await list('sentiment: [NEGATIVE], from: "2026-02-28T16:00:00Z"', 'admin', `${FIELDS} `);
    const found = page?.edges.map(({ node }) => node['comment']);
    expect(found).toContain(TEXTS.crash);
    expect(found).not.toContain(TEXTS.support);
    const themes = await list(
      'first: 8',
      'admin',
      'edges { node { externalId prediction { themes { theme called } } } }',
    );
    const called = themes.page?.edges.flatMap(({ node }) => {
      const { externalId, prediction } = node as {
        externalId: string;
        prediction: { themes: { theme: string; called: boolean }[] };
      };
      return prediction.themes.filter((one) => one.called).map(({ theme }) => ({ theme, externalId }));
    });
    const theme = called?.[0]?.theme;
    expect(theme).toBeDefined();
    expect(ids((await list(`themes: ["${theme}"], from: "2026-02-28T16:00:00Z"`)).page)).toEqual(
      called?.filter((one) => one.theme === theme).map(({ externalId }) => externalId),
    );
    expect((await list('themes: ["weather"]')).errors?.[0]?.message).toContain(
      'themes: "weather" is not one of',
    );
  });

  it('counts them by class', async () => {
    const counted = await count('admin', '{ responses promoters passives detractors complete }');
    expect(counted).toEqual({
      responses: 2_600,
      promoters: 1_300,
      passives: 650,
      detractors: 650,
      complete: true,
    });
    expect(await count('german', '{ responses }')).toEqual({ responses: 1_300 });
  });

  it('counts them by source and sentiment, for each caller those that the caller may read', async () => {
    const fields = '{ sources { source responses } sentiments { negative neutral positive } }';
    const counted = (await count('admin', fields)) as Counted;
    expect(counted.sources).toEqual([
      { source: 'api', responses: 2_574 },
      { source: 'partner', responses: 26 },
    ]);
    for (const [sentiment, found] of Object.entries(counted.sentiments ?? {}))
      expect(found, sentiment).toBe((await whole(`, sentiment: [${sentiment.toUpperCase()}]`, 100)).length);
    expect(counted.sentiments?.negative).toBeGreaterThan(0);
    // The partner's answers are all of Germany.
    expect(await count('german', fields)).toMatchObject({
      sources: [
        { source: 'api', responses: 1_274 },
        { source: 'partner', responses: 26 },
      ],
    });
    expect(await count('admin', `(segment: { region: ["Japan"] }) ${fields}`)).toMatchObject({
      sources: [{ source: 'api', responses: 1_300 }],
    });
    expect(await count('dpo', fields)).toMatchObject({ sentiments: null });
  });
});

/** All that the arguments choose, page by page. */
async function whole(args: string, first: number, key = 'admin') {
  const found: unknown[] = [];
  let after = '';
  for (;;) {
    const { page, errors } = await list(
      `first: ${first}${after}${args}`,
      key,
      'edges { node { externalId } } pageInfo { hasNextPage endCursor }',
    );
    if (!page) throw new Error(JSON.stringify(errors));
    found.push(...(ids(page) ?? []));
    if (!page.pageInfo.hasNextPage) return found;
    after = `, after: "${page.pageInfo.endCursor}"`;
  }
}

describe('the order of a list', () => {
  const between = ', from: "2025-12-02T00:00:00Z", to: "2025-12-06T00:00:00Z"';
  it.each([
    ['the whole record', '', 487, 2_600, 'admin'],
    ['a scope', '', 487, 1_300, 'german'],
    // The moment that forty answers share is cut by pages.
    ['a time', between, 7, 100, 'admin'],
    ['a segment and a time', `, segment: { region: ["Japan"] }${between}`, 7, 50, 'admin'],
    ['a filter', ', class: [DETRACTOR]', 101, 650, 'admin'],
    ['a filter that finds little', ', sources: ["partner"]', 5, 26, 'admin'],
  ])('is followed over %s in both directions', async (_what, args, first, count, key) => {
    const newest = await whole(args, first, key);
    expect(new Set(newest).size).toBe(count);
    expect(newest).toHaveLength(count);
    expect(await whole(`${args}, order: NEWEST`, first, key)).toEqual(newest);
    expect(await whole(`${args}, order: OLDEST`, first, key)).toEqual(newest.toReversed());
  });

  it('is that in which a filter looks', async () => {
    const early = await list('text: "xylophone", order: OLDEST, first: 8');
    expect(ids(early.page)).toHaveLength(8);
    expect(early.page?.searchedTo).toBeNull();
    const { page } = await list('text: "support", order: OLDEST');
    expect(page).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } });
    expect(page?.searchedTo).toBe(ANSWERS[600]?.answeredAt);
    const next = await list(`text: "support", order: OLDEST, after: "${page?.pageInfo.endCursor}"`);
    expect(ids(next.page)).toEqual(['r5', 'r1']);
  });

  it('is named where a cursor of the other one is given', async () => {
    for (const [one, other] of [
      ['NEWEST', 'OLDEST'],
      ['OLDEST', 'NEWEST'],
    ]) {
      const { page } = await list(`first: 3, order: ${one}`);
      const { errors } = await list(`first: 3, order: ${other}, after: "${page?.pageInfo.endCursor}"`);
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
      expect(errors?.[0]?.message).toContain(`after: a cursor of the order ${one}`);
    }
  });
});

describe('a filter', () => {
  it('is refused to callers who may not read what it reads, and finds nothing outside a scope', async () => {
    const refused = await list('text: "crash"', 'steward');
    expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    const { page } = await list('text: "answered"', 'german');
    expect(ids(page)).toEqual([]);
    const own = await list('text: "crashes"', 'german');
    expect(ids(own.page)).toEqual(['r0', 'r4']);
  });

  it.each([
    ['text: ""', 'no letters'],
    ['text: " ?! "', 'no letters'],
    [`text: "${'x'.repeat(201)}"`, 'at most 200 are'],
  ])('is refused where it cannot be: %s', async (args, why) => {
    expect((await list(args)).errors?.[0]?.message).toContain(why);
  });
});
