import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_FLAG_RULES, type FlagRules, findFlagged } from '../../domain/responses/flags.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import type { Session, Store } from '../../store/database/client.ts';
import { DIMENSIONS, openTestDatabase, PEPPER, type TestDatabase } from '../fixtures/database.ts';
import fc from '../fixtures/properties.ts';

/* Flags are a property of the set of answers, however they arrive, and what an answer costs does not depend on how many are like it. */

const BASE = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 24 * 3_600_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
afterEach(() => database.sql('TRUNCATE answer_print, response_flag'));

interface Answer {
  readonly source: string;
  readonly externalId: string;
  readonly second: number;
  readonly score: number;
}

const itemOf = ({ second, ...item }: Answer) => ({
  ...item,
  answeredAt: new Date(BASE + second * 1000).toISOString(),
});

const ingestorOf = (burst: FlagRules['burst'], store: Store = database.store) =>
  createIngestor({
    ...database,
    ...{ store, dimensions: DIMENSIONS, pepper: PEPPER, cellLimits: DEFAULT_CELL_LIMITS },
    ...{ flagRules: { ...DEFAULT_FLAG_RULES, burst }, now: Date.now, warn: () => undefined },
  });
const submit = (ingestor: ReturnType<typeof ingestorOf>, answers: readonly Answer[]) =>
  submitItems(ingestor, OWNER, createItemReader(DIMENSIONS, 'responses'), answers.map(itemOf), 'test');

const migration = (name: string) =>
  readFileSync(`migrations/${name}.sql`, 'utf8').split('--> statement-breakpoint');

const idsOf = async (source: string) =>
  new Map(
    (
      await database.sql<{ id: string; name: string }>(
        'SELECT r.id, r.external_id AS name FROM response r WHERE external_id LIKE $1',
        [`${source} %`],
      )
    ).map(({ id, name }) => [id, name]),
  );
const flagged = async (source: string) => {
  const names = await idsOf(source);
  const flags = await database.sql<{ id: string }>('SELECT response_id AS id FROM response_flag');
  return flags.flatMap(({ id }) => names.get(id) ?? []).sort();
};

it('prints of the version before are compared with those that arrive after the upgrade', async () => {
  const burst = { action: 'flag', answers: 4, seconds: 10 } as const;
  const ingestor = ingestorOf(burst);
  const answers = [0, 1, 2, 3].map((second) => ({
    ...{ source: 'upgraded', externalId: `upgraded ${second}`, second, score: 3 },
  }));
  await submit(ingestor, answers.slice(0, 3));
  const before = await database.sql<{ id: string; at: Date }>(
    'SELECT response_id AS id, answered_at AS at FROM answer_print',
  );
  await database.sql('DROP TABLE answer_print');
  for (const text of migration('0059_answer_prints')) await database.sql(text);
  const print = createHmac('sha256', PEPPER.secret).update('print\nburst ["upgraded",3,""]').digest();
  for (const { id, at } of before)
    await database.sql('INSERT INTO answer_print VALUES ($1, $2, $3, $1, $4)', [id, 'burst', print, at]);
  for (const text of migration('0070_narrow_answer_prints')) await database.sql(text);
  await submit(ingestor, answers.slice(3));
  expect(await flagged('upgraded')).toEqual(answers.map(({ externalId }) => externalId));
});

describe('bursts', () => {
  const burst = { action: 'flag', answers: 4, seconds: 10 } as const;
  let run = 0;

  it('are found in any order and in any batches, near each other and far apart', async () => {
    const ingestor = ingestorOf(burst);
    const answers = fc.array(
      fc.record({
        second: fc.oneof(fc.nat(40), fc.constantFrom(3_000, 3_010, 3_011, 9_000)),
        score: fc.constantFrom(0, 10),
        batch: fc.nat(4),
      }),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        run += 1;
        const source = `any${run}`;
        const all = given.map((one, i) => ({ ...one, source, externalId: `${source} ${i}` }));
        for (let batch = 0; batch <= 4; batch++) {
          const some = all.filter((one) => one.batch === batch).map(({ batch: _, ...answer }) => answer);
          if (some.length > 0) await submit(ingestor, some);
        }
        const expected = [0, 10].flatMap((score) => {
          const alike = all.filter((one) => one.score === score);
          const compared = alike.map(({ externalId: id, second }) => ({
            id,
            person: id,
            answeredAt: second * 1000,
          }));
          return [...findFlagged(burst, compared).keys()];
        });
        expect(await flagged(source)).toEqual(expected.sort());
      }),
      { numRuns: 25 },
    );
  });

  it('among many alike answers at one moment include those that arrive', async () => {
    const ingestor = ingestorOf(burst);
    const crowd = (from: number, count: number, second: number) =>
      Array.from({ length: count }, (_, i) => ({
        ...{ source: 'crowd', externalId: `crowd ${from + i}`, second, score: 7 },
      }));
    await submit(ingestor, crowd(0, 300, 100));
    expect(await flagged('crowd')).toHaveLength(300);
    await submit(ingestor, crowd(300, 2, 100));
    expect(await flagged('crowd')).toHaveLength(302);
  });

  it('cost an arriving answer the same however many answers are like it', async () => {
    let read = 0;
    let stored = 0;
    const counting = (session: Session): Session => ({
      rows: async <Row>(...given: Parameters<Session['rows']>) => {
        const rows = await session.rows<Row>(...given);
        if (given[0].name === 'flags_compare') read += rows.length;
        if (given[0].name === 'flags_add') stored += JSON.parse(String(given[1]?.[0])).length;
        return rows;
      },
    });
    const { store } = database;
    const counted: Store = Object.create(store, {
      transaction: {
        value: <T>(work: (session: never) => Promise<T>) =>
          store.transaction((session) => work(counting(session) as never)),
      },
    });
    const ingestor = ingestorOf(DEFAULT_FLAG_RULES.burst, counted);
    const readFor = async (answers: readonly Answer[]) => {
      [read, stored] = [0, 0];
      await submit(ingestor, answers);
      return read;
    };
    // One alike answer each second for twenty minutes.
    const minutes = Array.from({ length: 1_200 }, (_, second) => ({
      ...{ source: 'price', externalId: `price ${second}`, second, score: 9 },
    }));
    await submit(ingestor, minutes);
    const later = (name: string, seconds: readonly number[]) =>
      seconds.map((second) => ({ source: 'price', externalId: `price ${name} ${second}`, second, score: 9 }));
    // A batch that spans them reads the neighbours of its answers, not all between.
    expect(await readFor(later('span', [10, 1_150]))).toBeLessThan(2 * 2 * 61 + 10);
    expect(read).toBeGreaterThan(60);
    // A dense minute is not read whole.
    await submit(
      ingestor,
      Array.from({ length: 600 }, (_, i) => ({
        ...{ source: 'price', externalId: `price dense ${i}`, second: 500 + (i % 50), score: 9 },
      })),
    );
    expect(await readFor(later('late', [525]))).toBe(2 * 2 * DEFAULT_FLAG_RULES.burst.answers);
    // Those around it are flagged already.
    expect(stored).toBe(1);
  });
});
