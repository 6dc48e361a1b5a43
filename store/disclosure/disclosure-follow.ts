import type { Cell } from '../../domain/segments/cell.ts';
import type { Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { BEGINNING, JOURNAL_HEAD, type JournalPosition, readJournal } from '../journal/journal.ts';
import { marksBehind } from '../journal/journal-trim.ts';
import type { Look } from '../journal/looks.ts';
import { areTooMany, atomOf, type Part } from './disclosure-counts.ts';
import {
  type KnownLedger,
  type KnownPart,
  type ReleaseRow,
  ROWS_AT_ONCE,
  takeReleases,
} from './disclosure-memory.ts';

/* What may differ from a ledger's releases: by new cells, by the journal, and by releases of other processes. */

/** Beyond this many entries, or if some are gone, everything is compared again. */
const JOURNAL_ENTRIES = 5_000;
/** Entries per statement: the event loop turns between two of them. */
const ENTRIES_AT_ONCE = 500;

/** One statement, in one snapshot. */
const STATE = statement(
  'disclosure_state',
  `SELECT l.lots, head.xact, head.position FROM disclosure_ledger l LEFT JOIN (${JOURNAL_HEAD}) head ON true WHERE l.key = $1`,
);
const RELEASES = statement(
  'disclosure_lots',
  `SELECT lot, part, soft, cell_id AS "cellId", hour, promoters, passives, detractors FROM disclosure_lot
    WHERE ledger = $1 AND (lot, cell_id, hour) > ($2, $3, $4) AND lot <= $5 ORDER BY lot, cell_id, hour LIMIT ${ROWS_AT_ONCE}`,
);

/** How far a ledger and the journal are, in one snapshot. */
interface LedgerState {
  readonly lots: number;
  readonly head: JournalPosition;
}

/** How many releases are stored of the ledger, and the last entry of the journal that can be read. */
async function readState(store: Store, key: string): Promise<LedgerState> {
  const [row] = await store.rows<{ lots: number; xact: number | null; position: number | null }>(STATE, [
    key,
  ]);
  if (!row) throw new Error(`the disclosure ledger ${key} is gone`);
  const { lots, xact, position } = row;
  return { lots, head: xact === null || position === null ? BEGINNING : { xact, position } };
}

/** Whether nothing came to the ledger or the journal after what is known here, as that look found. */
export function isUpToDate(
  { key, length, position }: KnownLedger,
  { taken: { base }, releases }: Look,
): boolean {
  return releases.get(key) === length && base.xact === position.xact && base.position === position.position;
}

/** Takes in what came to the ledger, and notes what the journal reports as changed. */
export async function follow(store: Store, known: KnownLedger): Promise<void> {
  const state = await readState(store, known.key);
  await readTouched(store, known, state);
  await catchUp(store, known, state);
}

/**
 * Records which cells are protected now: all hours of new ones are compared. Returns whether the set changed.
 */
export function noteCells(known: KnownLedger, protectedCells: readonly Cell[]): boolean {
  if (protectedCells === known.protectedList) return false;
  known.protectedList = protectedCells;
  // Ids only grow, so a new one is the highest, and a removed one makes the count smaller.
  const which = `${protectedCells.length} ${protectedCells.reduce((highest, { id }) => Math.max(highest, id), 0)}`;
  if (which === known.cells) return false;
  const ids = new Set(protectedCells.map(({ id }) => id));
  for (const id of ids)
    if (!known.protectedIds.has(id))
      for (const { open, fresh } of known.parts.values()) if (open) fresh.add(id);
  known.protectedIds = ids;
  known.cells = which;
  return true;
}

/** Records which cells and hours the journal, which is read up to `head`, reports as changed. */
async function readTouched(store: Store, known: KnownLedger, { head }: LedgerState): Promise<void> {
  if (head.xact === known.position.xact && head.position === known.position.position) return;
  const compared = [...known.parts].filter(([, { open }]) => open !== null);
  // The ledger was not read for longer than the journal's retention.
  const missed = compared.length > 0 && (await marksBehind(store, known.position)) !== null;
  if (compared.length > 0 && !missed) {
    for (let read = 0; read < JOURNAL_ENTRIES; read += ENTRIES_AT_ONCE) {
      const entries = await readJournal(store, known.position, ENTRIES_AT_ONCE);
      for (const { kind, payload } of entries) {
        const parts: Part[] =
          kind === 'responses'
            ? ['surveyed']
            : [`alone ${payload.model ?? 0}`, `beside ${payload.model ?? 0}`];
        for (const part of parts) touch(known, part, payload.deltas ?? []);
      }
      const last = entries.at(-1);
      if (last) known.position = { xact: last.xact, position: last.position };
      if (entries.length < ENTRIES_AT_ONCE) return;
    }
  }
  for (const [, part] of compared) compareAll(part);
  known.position = head;
}

function touch(
  known: KnownLedger,
  name: Part,
  deltas: readonly (readonly [cellId: number, hour: number, ...rest: number[]])[],
): void {
  const part = known.parts.get(name);
  if (!part?.open) return;
  for (const [cellId, hour] of deltas) {
    if (!known.protectedIds.has(cellId)) continue;
    part.open.add(atomOf(cellId, hour));
    part.isChanged = true;
  }
  if (areTooMany(part.open)) compareAll(part);
}

function compareAll(part: KnownPart): void {
  part.open = null;
  part.isChanged = true;
  part.fresh.clear();
}

/**
 * Takes in other processes' releases, up to the stored ones. They may be older than what was compared here: those hours are compared
 * again.
 */
async function catchUp(store: Store, known: KnownLedger, { lots }: LedgerState): Promise<void> {
  // A standby took over that had not received them. The next reader begins with what is stored.
  if (lots < known.length)
    throw new Error(
      `the disclosure ledger ${known.key} has lost releases: ${lots} of ${known.length} are stored`,
    );
  let kept: ReleaseRow[] = [];
  let at: readonly number[] = [known.length, 2 ** 31 - 1, 0];
  while (lots !== known.length) {
    const rows = await store.rows<ReleaseRow>(RELEASES, [known.key, ...at, lots]);
    for (const { part, cellId, hour } of rows) touch(known, part, [[cellId, hour]]);
    const last = rows.at(-1);
    kept = [...kept, ...rows];
    // The last release of a page may continue in the next one.
    const isEnd = rows.length < ROWS_AT_ONCE;
    const whole = isEnd ? kept.length : kept.findIndex(({ lot: release }) => release === last?.lot);
    const taken = kept.slice(0, whole);
    await takeReleases(known, taken);
    kept = kept.slice(whole);
    // At once: if the next page fails, readers that wait for this one go on from here.
    known.length = isEnd ? lots : (taken.at(-1)?.lot ?? known.length);
    if (last) at = [last.lot, last.cellId, last.hour];
  }
}
