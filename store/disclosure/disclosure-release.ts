import {
  type Change,
  incrementalReleases,
  initialReleases,
  type Release,
} from '../../domain/disclosure/disclosure.ts';
import { type Counts, subtract, ZERO } from '../../domain/nps/nps.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import { mapInSlices, Slice } from '../../domain/text/slices.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type Atom, atomOf, cellOf, hourOf, type Part, readCountsOfHours } from './disclosure-counts.ts';
import { lockLedger } from './disclosure-ledger.ts';
import {
  type KnownLedger,
  type KnownPart,
  partOf,
  type ReleaseRow,
  ROWS_AT_ONCE,
  takeReleases,
} from './disclosure-memory.ts';

export interface DisclosureDeps {
  readonly store: Store;
  readonly cells: CellDictionary;
  readonly now: () => number;
}

const ADVANCE = statement('disclosure_advance', 'UPDATE disclosure_ledger SET lots = $2 WHERE key = $1', {
  isSmall: true,
});
const ADD = statement(
  'disclosure_add',
  `INSERT INTO disclosure_lot (ledger, lot, part, soft, cell_id, hour, promoters, passives, detractors)
    SELECT $1, lot, part, soft, "cellId", hour, promoters, passives, detractors FROM json_to_recordset($2::json)
      AS new (lot integer, part text, soft boolean, "cellId" integer, hour integer, promoters integer, passives integer,
        detractors integer)`,
  { isSmall: true },
);

interface Planned {
  readonly part: Part;
  readonly releases: readonly Release[];
  /** A difference that is not enough for a release. */
  readonly left: Set<Atom>;
}

/** Adds to the ledger what can be released by now; false if another process added something meanwhile. */
export async function tell(
  deps: DisclosureDeps,
  smallestCount: number,
  known: KnownLedger,
  due: readonly Part[],
): Promise<boolean> {
  // All of them first, so that they are cut at the same time.
  const planned: Planned[] = [];
  for (const part of due) planned.push(await plan(deps, smallestCount, known, part));
  for (const { part, releases, left } of planned) {
    if (!(await write(deps.store, known, part, releases))) return false;
    const compared = partOf(known, part);
    compared.open = left;
    compared.fresh.clear();
    compared.isChanged = false;
  }
  return true;
}

async function plan(
  { store, cells, now }: DisclosureDeps,
  smallestCount: number,
  known: KnownLedger,
  name: Part,
): Promise<Planned> {
  const part = partOf(known, name);
  const changes = await readChanges(store, known, name, part);
  const make = part.releases.size === 0 ? initialReleases : incrementalReleases;
  const releases = await make(changes, {
    smallestCount,
    attributesOf: (cellId) => cells.get(cellId)?.attributes ?? {},
    today: Math.floor(now() / DAY_MS) * (DAY_MS / HOUR_MS),
    hadOwnRelease: (cellId) => part.releases.hasOwn(cellId),
  });
  const slice = new Slice();
  const left = new Set<Atom>();
  for (const { cellId, hour } of changes) {
    if (slice.isOver()) await slice.next();
    left.add(atomOf(cellId, hour));
  }
  for (const { changes: ofRelease } of releases)
    for (const { cellId, hour } of ofRelease) {
      if (slice.isOver()) await slice.next();
      left.delete(atomOf(cellId, hour));
    }
  return { part: name, releases, left };
}

/**
 * Writes releases, several per transaction and never one in two; each stands for itself, so that a process that
 * ends between two transactions leaves a consistent ledger. False if another process wrote meanwhile: its
 * releases must not be repeated.
 */
async function write(
  store: Store,
  known: KnownLedger,
  part: Part,
  releases: readonly Release[],
): Promise<boolean> {
  for (let i = 0; i < releases.length; ) {
    const rows: ReleaseRow[] = [];
    let length = known.length;
    for (; i < releases.length && rows.length < ROWS_AT_ONCE; i++) {
      length += 1;
      const { changes, soft } = releases[i] as Release;
      const ofRelease = ({ cellId, hour, counts }: Change) => ({
        lot: length,
        part,
        soft,
        cellId,
        hour,
        ...counts,
      });
      for (const row of await mapInSlices(changes, ofRelease)) rows.push(row);
    }
    const isWritten = await store.transaction(async (session) => {
      const stored = await lockLedger(session, known.key);
      if (stored === null) throw new Error(`the disclosure ledger ${known.key} is gone`);
      if (stored !== known.length) return false;
      for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
        await session.rows(ADD, [known.key, JSON.stringify(rows.slice(at, at + ROWS_AT_ONCE))]);
      await session.rows(ADVANCE, [known.key, length]);
      return true;
    });
    if (!isWritten) return false;
    await takeReleases(known, rows);
    known.length = length;
  }
  return true;
}

/** Current counts beyond the releases, for the cells and hours that may differ. */
async function readChanges(
  session: Session,
  { protectedIds: protectedCells }: KnownLedger,
  name: Part,
  { open, fresh, released }: KnownPart,
): Promise<Change[]> {
  const cellIds = open === null ? [...protectedCells] : [...fresh].filter((id) => protectedCells.has(id));
  const whole = new Set(cellIds);
  const atoms = new Set<Atom>();
  for (const atom of open ?? []) {
    const cell = cellOf(atom);
    if (protectedCells.has(cell) && !whole.has(cell)) atoms.add(atom);
  }
  const counted = await readCountsOfHours(session, name, cellIds, atoms);
  const slice = new Slice();
  const changes: Change[] = [];
  const compare = (atom: Atom, counts: Counts) => {
    const [cellId, hour] = [cellOf(atom), hourOf(atom)];
    const change = subtract(counts, released.of(cellId)?.at(hour) ?? ZERO);
    if (change.promoters !== 0 || change.passives !== 0 || change.detractors !== 0)
      changes.push({ cellId, hour, counts: change });
  };
  for (const [atom, counts] of counted) {
    if (slice.isOver()) await slice.next();
    compare(atom, counts);
  }
  // Released, but no longer counted.
  for (const atom of atoms) if (!counted.has(atom)) compare(atom, ZERO);
  for (const cellId of whole)
    for (const hour of released.of(cellId)?.keys() ?? []) {
      if (slice.isOver()) await slice.next();
      const atom = atomOf(cellId, hour);
      if (!counted.has(atom)) compare(atom, ZERO);
    }
  return changes;
}
