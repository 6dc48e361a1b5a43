import { randomBytes } from 'node:crypto';
import type { Session, Store } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';

/**
 * Which ledger belongs to a set of protected cells. The cells decide, not the policies' version or a role's
 * name: callers with the same rights receive the same releases, because differently cut releases of the same
 * responses could be subtracted. A ledger is found by the cells that it knows; new cells are added to it.
 */
export interface ProtectedSet {
  readonly smallestCount: number;
  /** Ids of all existing cells, and of the protected ones. */
  readonly known: readonly number[];
  readonly protectedIds: readonly number[];
}

/**
 * Held while a ledger is created: a set must not get two. An existing ledger is continued under its own lock.
 */
const LEDGERS_LOCK = statement('disclosure_ledgers_lock', `SELECT pg_advisory_xact_lock(${LOCKS.ledgers})`);
/**
 * The ledgers of known cells, first those that agree in all of them (`fork` is null), then those that agreed
 * for the longest time. A ledger that differs in a cell from its beginning belongs to another set.
 */
const FIND = statement(
  'disclosure_find',
  `SELECT l.key, min(c.since) FILTER (WHERE c.guarded <> (g.id IS NOT NULL)) AS fork, count(*)::integer AS cells
    FROM disclosure_ledger l JOIN disclosure_cell c ON c.ledger = l.key JOIN unnest($2::integer[]) AS known (id) ON known.id = c.cell_id
      LEFT JOIN unnest($3::integer[]) AS g (id) ON g.id = c.cell_id
    WHERE l.smallest_count = $1 AND ($4::text IS NULL OR l.key = $4) GROUP BY l.key
    ORDER BY 2 DESC NULLS FIRST, count(*) DESC, l.created_at, l.key LIMIT 1`,
);
const LOCK = statement('disclosure_lock', 'SELECT lots FROM disclosure_ledger WHERE key = $1 FOR UPDATE', {
  isSmall: true,
});
const CREATE = statement(
  'disclosure_create',
  'INSERT INTO disclosure_ledger (key, lots, smallest_count) VALUES ($1, $2, $3)',
  { isSmall: true },
);
const NOTE = statement(
  'disclosure_note',
  `INSERT INTO disclosure_cell (ledger, cell_id, guarded, since)
    SELECT $1, known.id, g.id IS NOT NULL, least($2::integer, parent.since)
    FROM unnest($3::integer[]) AS known (id) LEFT JOIN unnest($4::integer[]) AS g (id) ON g.id = known.id
      LEFT JOIN disclosure_cell parent ON parent.ledger = $5 AND parent.cell_id = known.id
    WHERE NOT EXISTS (SELECT FROM disclosure_cell own WHERE own.ledger = $1 AND own.cell_id = known.id)
    ON CONFLICT DO NOTHING`,
  { isSmall: true },
);
const COPY = statement(
  'disclosure_copy',
  `INSERT INTO disclosure_lot (ledger, lot, part, soft, cell_id, hour, promoters, passives, detractors)
    SELECT $1, lot, part, soft, cell_id, hour, promoters, passives, detractors FROM disclosure_lot
    WHERE ledger = $2 AND lot <= $3`,
  { isSmall: true },
);

/** Locks the ledger and returns how many releases it has; null when it does not exist. */
export async function lockLedger(session: Session, key: string): Promise<number | null> {
  const [row] = await session.rows<{ lots: number }>(LOCK, [key]);
  return row?.lots ?? null;
}

interface Likely {
  readonly key: string;
  /** From how many releases on it differs from the set; null: it agrees in all cells that it knows. */
  readonly fork: number | null;
  /** How many of the set's cells it knows. */
  readonly cells: number;
}

async function find(session: Session, set: ProtectedSet, key: string | null): Promise<Likely | undefined> {
  const { smallestCount, known, protectedIds: protectedCells } = set;
  return (await session.rows<Likely>(FIND, [smallestCount, known, protectedCells, key]))[0];
}

/**
 * The key of the set's ledger, which knows all its cells from here on. If two sets were equal until a cell was
 * added that only one of them protects, the second continues with a copy of the shared releases. `likely`:
 * where to look first.
 */
export async function findLedger(store: Store, set: ProtectedSet, likely: string | null): Promise<string> {
  const first = likely === null ? undefined : await find(store, set, likely);
  const found = first?.fork === null ? first : await find(store, set, null);
  if (found?.fork === null) {
    if (found.cells === set.known.length) return found.key;
    if (await store.transaction((session) => noteCells(session, set, found.key))) return found.key;
  }
  return store.transaction((session) => makeLedger(session, set));
}

/** Adds the set's new cells to a ledger that agrees with it; false if it no longer does. */
async function noteCells(session: Session, set: ProtectedSet, key: string): Promise<boolean> {
  // Under its lock: releases being added now do not have the new cells, and no other process adds one
  // meanwhile.
  const releases = await lockLedger(session, key);
  if (releases === null || (await find(session, set, key))?.fork !== null) return false;
  await session.rows(NOTE, [key, releases, set.known, set.protectedIds, key]);
  return true;
}

async function makeLedger(session: Session, set: ProtectedSet): Promise<string> {
  const { smallestCount, known, protectedIds: protectedCells } = set;
  await session.rows(LEDGERS_LOCK, []);
  let found = await find(session, set, null);
  // A ledger that splits from the set meanwhile no longer agrees.
  while (found?.fork === null) {
    if (await noteCells(session, set, found.key)) return found.key;
    found = await find(session, set, null);
  }
  const key = randomBytes(16).toString('hex');
  const releases = found?.fork ?? 0;
  const parent = releases > 0 ? (found?.key ?? null) : null;
  await session.rows(CREATE, [key, releases, smallestCount]);
  await session.rows(NOTE, [key, releases, known, protectedCells, parent]);
  if (parent !== null) await session.rows(COPY, [key, parent, releases]);
  return key;
}
