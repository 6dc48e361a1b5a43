import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { createScopedReader } from '../../store/access/scoped-views.ts';
import type { Store } from '../../store/database/client.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { beginOperation } from '../../store/scores/begin-operation.ts';
import { followedCounts } from '../../store/scores/followed-counts.ts';
import { readScores } from '../../store/scores/scores.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';

/* What one process stored, an operation that begins later in another process sees, also in cells that are new. No loop runs there. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const ANSWERED = new Date(NOW - 2 * HOUR_MS).toISOString();

let writer: TestDatabase;
let store: Store;
let statements: string[] = [];
const cells = new StoredCellDictionary();

beforeAll(async () => {
  writer = await openTestDatabase();
  const opened = openPostgres(writer.databaseUrl ?? '', () => undefined, { maxConnections: 4 });
  store = Object.create(opened, {
    rows: {
      value: (...given: Parameters<Store['rows']>) => {
        statements.push(given[0].name);
        return opened.rows(...given);
      },
    },
    rowsAs: {
      value: (...given: Parameters<Store['rowsAs']>) => {
        statements.push(given[1].name);
        return opened.rowsAs(...given);
      },
    },
  }) as Store;
});
afterAll(async () => {
  await store?.close();
  await writer?.close();
});

const newSession = (scope = EVERYTHING) =>
  createScopedReader({ store, cells, now: Date.now, remembers: true }).as(scope);
const begun = async (isReadOnly = true, scope = EVERYTHING) => {
  const session = newSession(scope);
  await beginOperation(session, cells, { now: NOW, isReadOnly });
  return session;
};
const countIn = async (region: string, session: ReturnType<typeof newSession>, scope: Scope = EVERYTHING) => {
  const windows = [{ from: NOW - 24 * 90 * HOUR_MS, until: NOW + 24 * HOUR_MS }];
  const query = {
    segment: { region: [region] },
    basis: 'SURVEYED',
    confidence: 0.95,
    groupBy: [],
    windows,
  } as const;
  const [row] = await readScores({ store: session, record: store, cells, now: () => NOW }, scope, query);
  return row?.counts?.promoters;
};
let sent = 0;
const submit = (region: string) =>
  writer.submit([{ externalId: `own ${sent++}`, answeredAt: ANSWERED, score: 10, region }]);

it('sees cells that another process added, before counts are in memory and after, by reads and by writes', async () => {
  await submit('first');
  expect(await countIn('first', newSession()), 'without a beginning').toBe(0);
  expect(await countIn('first', await begun())).toBe(1);
  await until(() => followedCounts(store, 'DAY').current(NOW).then(Boolean), 'the counts are loaded');
  for (let i = 0; i < 5; i++) {
    await submit(`of turn ${i}`);
    expect(await countIn(`of turn ${i}`, await begun(i % 2 === 0))).toBe(1);
    await submit(`of turn ${i}`);
    expect(await countIn(`of turn ${i}`, await begun(i % 2 === 0))).toBe(2);
  }
});

it('asks once for an operation that reads, and for each part of one that writes', async () => {
  const session = await begun();
  statements = [];
  expect(await countIn('first', session)).toBe(1);
  expect(await countIn('of turn 1', session)).toBe(2);
  expect(statements).not.toContain('counts_committed_after');
  const writing = await begun(false);
  await submit('first');
  expect(await countIn('first', writing), 'its own write').toBe(2);
});

it('asks nothing of a ledger that nothing came to, and shows what another process released', async () => {
  const k = 5;
  const blind = narrowScope('blind', () => true, { smallestCount: k, withheld: ['readResponse'] });
  const guarded = async (isReadOnly = true) => {
    const session = await begun(isReadOnly, blind);
    statements = [];
    return countIn('guarded', session, blind);
  };
  const asked = () => statements.filter((name) => /^(disclosure_|guard_)/.test(name));
  for (let i = 0; i < k; i++) await submit('guarded');
  await until(async () => (await guarded()) === k, 'the first release');
  await guarded();
  expect(await guarded()).toBe(k);
  expect(asked()).toEqual([]);
  expect(await guarded(false), 'of an operation that writes').toBe(k);
  expect(asked()).toEqual(['disclosure_state']);
  for (let i = 0; i < k; i++) await submit('guarded');
  await until(async () => (await guarded()) === 2 * k, 'the second release');
  await guarded();
  // A release of which the journal says nothing.
  await writer.sql(`WITH ledger AS (UPDATE disclosure_ledger SET lots = lots + 1 RETURNING key, lots)
    INSERT INTO disclosure_lot (ledger, lot, part, soft, cell_id, hour, promoters, passives, detractors)
    SELECT ledger.key, lots, 'surveyed', true, id, ${NOW / HOUR_MS - 3}, ${k}, 0, 0 FROM ledger, cell WHERE attributes ->> 'region' = 'guarded'`);
  expect(await guarded()).toBe(3 * k);
});
