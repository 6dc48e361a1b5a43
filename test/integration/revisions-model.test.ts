import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { createIngestor } from '../../ingestion/pipeline/ingestor.ts';
import { createItemReader } from '../../ingestion/pipeline/response-items.ts';
import { submitItems } from '../../ingestion/pipeline/submit.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { isPassingError } from '../../store/database/passing-errors.ts';
import type { ImportRun } from '../../store/responses/imports.ts';
import { ModelAnswer, type ModelOutcome } from '../fixtures/answer-model.ts';
import { DIMENSIONS, openTestDatabase, PEPPER, type TestDatabase } from '../fixtures/database.ts';
import { histories } from '../fixtures/histories.ts';
import { begin, bring, undo } from '../fixtures/importing.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* Any history of deliveries, repeats, imports and undos leaves what the rules say, and rollups that equal a recount. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const TIMES = ['2026-10-01T10:10:00.000Z', '2026-10-01T10:20:00.000Z', '2026-10-02T10:10:00.000Z'] as const;
const item = fc.record({
  id: fc.constantFrom('1', '2', '3'),
  at: fc.constantFrom(...TIMES),
  score: fc.integer({ min: 5, max: 9 }),
  revision: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null, freq: 2 }),
});
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never;
const items = fc.array(item, { minLength: 1, maxLength: 5 });
const step = fc.oneof(
  { weight: 4, arbitrary: items.map((list) => ({ kind: 'submit' as const, list })) },
  { weight: 4, arbitrary: items.map((list) => ({ kind: 'import' as const, list })) },
  { weight: 2, arbitrary: fc.nat(20).map((which) => ({ kind: 'repeat' as const, which })) },
  { weight: 3, arbitrary: fc.nat(20).map((which) => ({ kind: 'undo' as const, which })) },
);

let runs = 0;
class World {
  readonly #source = `model ${runs++}`;
  readonly #answers = new Map<string, ModelAnswer>();
  readonly #imports: { run: ImportRun; number: number }[] = [];
  readonly #undone = new Set<number>();
  readonly #past: { readonly door: 'api' | 'file'; readonly list: readonly Item[] }[] = [];

  #answer(id: string): ModelAnswer {
    const answer = this.#answers.get(id) ?? new ModelAnswer();
    this.#answers.set(id, answer);
    return answer;
  }

  async deliver(door: 'api' | 'file', list: readonly Item[]): Promise<void> {
    this.#past.push({ door, list });
    const number = this.#imports.length;
    const received = door === 'api' ? await this.#submit(list) : await this.#import(list, number);
    const importNumber = door === 'api' ? null : number;
    const expected = list.map((one) => this.#answer(one.id).deliver({ ...one, door, importNumber }));
    expect(received).toEqual(expected);
  }

  async #submit(list: readonly Item[]): Promise<ModelOutcome[]> {
    const account = await database.submit(
      list.map(({ id, at, score, revision }) => {
        return { externalId: id, source: this.#source, answeredAt: at, score, revision };
      }),
    );
    // Which of the others are duplicates the account does not say: the first ones that the model says.
    const stale = new Set(account.rejected.map(({ index }) => index));
    expect(account.rejected.every(({ code }) => code === 'STALE')).toBe(true);
    const guessed = list.map((_, i): ModelOutcome => (stale.has(i) ? 'STALE' : 'accepted'));
    return this.#withDuplicates(list, guessed, account.duplicates);
  }

  /** An endpoint's result only counts duplicates: trying the model on a copy distinguishes them. */
  #withDuplicates(list: readonly Item[], guessed: ModelOutcome[], duplicates: number): ModelOutcome[] {
    const trial = new Map([...this.#answers].map(([id, answer]) => [id, answer.copy()]));
    let left = duplicates;
    const outcomes = list.map((one, i): ModelOutcome => {
      const answer = trial.get(one.id) ?? new ModelAnswer();
      trial.set(one.id, answer);
      const said = answer.deliver({ ...one, door: 'api', importNumber: null });
      if (said !== 'duplicate' || guessed[i] === 'STALE') return guessed[i] as ModelOutcome;
      left -= 1;
      return 'duplicate';
    });
    expect(left).toBe(0);
    return outcomes;
  }

  async #import(list: readonly Item[], number: number): Promise<ModelOutcome[]> {
    const run = await begin(database);
    this.#imports.push({ run, number });
    const rows = list.map(({ id, at, score, revision }) => {
      return { id, at, score: String(score), revision: revision === null ? '' : String(revision) };
    });
    const outcomes = await bring(database, run, this.#source, rows);
    return outcomes.map((one) => (one.status === 'rejected' ? (one.code as 'STALE') : one.status));
  }

  async repeat(which: number): Promise<void> {
    const past = this.#past[which % Math.max(1, this.#past.length)];
    if (past) await this.deliver(past.door, past.list);
  }

  async undo(which: number): Promise<void> {
    const one = this.#imports[which % Math.max(1, this.#imports.length)];
    if (!one) return;
    const expected = { removed: 0, restored: 0, stayed: 0 };
    this.#undone.add(one.number);
    for (const answer of this.#answers.values()) {
      const fate = answer.undo(one.number, (other) => !this.#undone.has(other));
      if (fate) expected[fate] += 1;
    }
    const dry = await undo(database, one.run, { dryRun: true });
    expect(await undo(database, one.run)).toEqual(dry);
    expect(dry).toMatchObject({ ...expected, complete: true });
  }

  async check(): Promise<void> {
    const rows = await database.sql<{ id: string; at: Date; score: number; revision: number | null }>(
      `SELECT r.external_id AS id, r.answered_at AS at, r.score, k.revision::int AS revision FROM response r
        JOIN response_key k ON k.id = r.id JOIN mapping_version m ON m.id = r.mapping_version_id
        JOIN source s ON s.id = m.source_id WHERE s.name = $1 ORDER BY 1`,
      [this.#source],
    );
    const expected = [...this.#answers]
      .flatMap(([id, { stands, revision }]) =>
        stands ? [{ id, at: stands.at, score: stands.score, revision }] : [],
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))).toEqual(expected);
  }
}

it('equals the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (history) => {
      const world = new World();
      for (const one of history) {
        if (one.kind === 'repeat') await world.repeat(one.which);
        else if (one.kind === 'undo') await world.undo(one.which);
        else await world.deliver(one.kind === 'submit' ? 'api' : 'file', one.list);
        await world.check();
      }
    }),
    { numRuns: histories(60, 20) },
  );
  await expectRollupsToEqualRecount(database);
});

it('a batch whose commit was not answered gets the same result when it is retried', async () => {
  const lost = Object.assign(new Error('the connection was lost'), { code: '08006' });
  expect(isPassingError(lost)).toBe(true);
  const at = '2026-10-03T10:10:00Z';
  const one = { externalId: 'lost', source: 'lost', answeredAt: at };
  const other = { externalId: 'other', source: 'lost', answeredAt: at };
  const batches = [
    [
      { ...one, score: 1 },
      { ...one, score: 2 },
      { ...one, score: 1 },
      { ...one, score: 2 },
      { ...other, score: 5 },
    ],
    [
      { ...one, score: 3, revision: 1 },
      { ...other, score: 5 },
      { ...one, score: 1, revision: 2 },
      { ...one, score: 9 },
    ],
    // The same content several times, each time under a higher revision.
    [
      { ...one, score: 4, revision: 3 },
      { ...one, score: 5, revision: 4 },
      { ...one, score: 4, revision: 5 },
      { ...one, score: 4, revision: 5 },
    ],
  ];
  const read = createItemReader(DIMENSIONS, 'responses');
  const received = async (loses: boolean, name: string) => {
    let lose = false;
    const store = Object.assign(Object.create(database.store), {
      transaction: async (work: never, options: never) => {
        const result = await database.store.transaction(work, options);
        if (!lose) return result;
        lose = false;
        throw lost;
      },
    });
    const deps = {
      ...database,
      store,
      dimensions: DIMENSIONS,
      pepper: PEPPER,
      cellLimits: DEFAULT_CELL_LIMITS,
    };
    const ingestor = createIngestor({ ...deps, now: Date.now, warn: () => undefined });
    const accounts = [];
    for (const batch of batches) {
      const named = batch.map((given) => ({ ...given, source: name }));
      // The mapping is recorded first; the transaction that is lost is that of the rows.
      await submitItems(
        ingestor,
        OWNER,
        read,
        [{ ...other, source: name, externalId: 'first', score: 1 }],
        'x',
      );
      lose = loses;
      const { accepted, duplicates, rejected } = await submitItems(ingestor, OWNER, read, named, 'x');
      accounts.push({ accepted, duplicates, rejected: rejected.map(({ index, code }) => [index, code]) });
      await new Promise((done) => setTimeout(done, 3));
    }
    return accounts;
  };
  const expected = await received(false, 'kept');
  expect(expected[0]).toMatchObject({ accepted: 3, duplicates: 1, rejected: [[2, 'STALE']] });
  expect(await received(true, 'lost')).toEqual(expected);
  await expectRollupsToEqualRecount(database);
});
