import type { Cell, CellDictionary } from '../domain/cell.ts';
import { type Change, firstLots, type Lot, laterLots } from '../domain/disclosure.ts';
import { add, type Counts, subtract, total, ZERO } from '../domain/nps.ts';
import type { Counted, Scope } from '../domain/scope.ts';
import { mapInSlices } from '../domain/slices.ts';
import { DAY_MS, HOUR_MS } from '../domain/time-windows.ts';
import type { Session, Statement, Store } from './client.ts';
import { type Part, readCountsOfHours } from './disclosure-counts.ts';
import { findLedger, lockLedger } from './disclosure-ledger.ts';
import { type JournalPosition, journalHead, readJournal } from './journal.ts';
import { marksBehind } from './journal-trim.ts';

/**
 * The ledgers of lots (domain/disclosure.ts): what callers who may not read the answers have been told. A ledger is read
 * and continued before each of their reads; it is the same for all of them who may see the same.
 */
export interface DisclosureDeps {
  readonly store: Store;
  readonly cells: CellDictionary;
  readonly now: () => number;
}

export interface Ledger {
  readonly key: string;
  /** How many lots there are: equal numbers mean equal answers. */
  readonly length: number;
  readonly lotsOf: (part: Part) => readonly Lot[];
}

interface State {
  readonly key: string;
  length: number;
  readonly lots: Map<Part, Lot[]>;
  /** What was told in all, by part and then by cell and hour. */
  readonly told: Map<Part, Map<string, Counts>>;
  /** Cells that had a lot of their own. */
  readonly own: Map<Part, Set<number>>;
  /** Cells and hours that may differ from what was told, by part; null: all may. */
  readonly open: Map<Part, Set<string> | null>;
  /** Of which parts something changed since they were last compared. */
  readonly changed: Set<Part>;
  position: JournalPosition;
  /** UTC day and guarded cells (`whichCells`) when they were last compared. */
  day: number;
  cells: string;
  /** One after the other. */
  queue: Promise<unknown>;
}

/** A scope's ledger, as it was found in one version of the cells. */
interface Found {
  readonly version: number;
  readonly key: Promise<string>;
}

/** Beyond these, and where some of them are gone, everything is compared again. */
const JOURNAL_ENTRIES = 5_000;
const states = new WeakMap<Store, Map<string, State>>();
const found = new WeakMap<Store, WeakMap<Scope, Map<Counted, Found>>>();

/**
 * The ledger of those guarded cells, after what can be told by now of the parts was added to it. It is the same for all
 * callers of whom the same cells are guarded, whatever they may do else: they may compare.
 */
export async function openLedger(
  deps: DisclosureDeps,
  scope: Scope,
  counted: Counted,
  guarded: readonly Cell[],
  parts: readonly Part[],
): Promise<Ledger> {
  const { store } = deps;
  const key = await ledgerOf(deps, scope, counted, guarded);
  const known = entryOf(states, store, () => new Map<string, State>());
  const state = entryOf(known, key, () => newState(key));
  const work = state.queue.then(() => advance(deps, scope.smallestCount, guarded, state, parts));
  // What failed may be half done: the next reader begins with what is stored.
  state.queue = work.catch(() => {
    known.delete(key);
    found.get(store)?.delete(scope);
  });
  return work;
}

/** Looked for again when there are new cells. */
async function ledgerOf(
  { store, cells }: DisclosureDeps,
  scope: Scope,
  counted: Counted,
  guarded: readonly Cell[],
): Promise<string> {
  const ofStore = entryOf(found, store, () => new WeakMap<Scope, Map<Counted, Found>>());
  const ofScope = entryOf(ofStore, scope, () => new Map<Counted, Found>());
  const before = ofScope.get(counted);
  const { version } = cells;
  if (before?.version === version) return before.key;
  const all = cells.all();
  const idsOf = (some: readonly Cell[]) => some.map(({ id }) => id);
  const set = { smallestCount: scope.smallestCount, known: idsOf(all), guarded: idsOf(guarded) };
  const key = before
    ? before.key.then((likely) => findLedger(store, set, likely))
    : findLedger(store, set, null);
  ofScope.set(counted, { version, key });
  key.catch(() => ofScope.delete(counted));
  return key;
}

function newState(key: string): State {
  const position = { xact: Number.MIN_SAFE_INTEGER, position: 0 };
  const [lots, told, own, open] = [new Map(), new Map(), new Map(), new Map()];
  const queue = Promise.resolve();
  return { key, length: 0, lots, told, own, open, changed: new Set(), position, day: 0, cells: '', queue };
}

const LENGTH: Statement = {
  name: 'disclosure_length',
  text: 'SELECT lots FROM disclosure_ledger WHERE key = $1',
};
const ADVANCE: Statement = {
  name: 'disclosure_advance',
  isSmall: true,
  text: 'UPDATE disclosure_ledger SET lots = $2 WHERE key = $1',
};
const LOTS: Statement = {
  name: 'disclosure_lots',
  text: `SELECT lot, part, soft, cell_id AS "cellId", hour, promoters, passives, detractors FROM disclosure_lot
    WHERE ledger = $1 AND lot > $2 AND lot <= $3 ORDER BY lot, cell_id, hour`,
};
const ADD: Statement = {
  name: 'disclosure_add',
  isSmall: true,
  text: `INSERT INTO disclosure_lot (ledger, lot, part, soft, cell_id, hour, promoters, passives, detractors)
    SELECT $1, lot, part, soft, "cellId", hour, promoters, passives, detractors FROM json_to_recordset($2::json)
      AS new (lot integer, part text, soft boolean, "cellId" integer, hour integer, promoters integer, passives integer,
        detractors integer)`,
};

/** Rows are objects here: the event loop turns between so many lots. */
const LOTS_AT_ONCE = 2_000;

interface LotRow extends Counts {
  readonly lot: number;
  readonly part: Part;
  readonly soft: boolean;
  readonly cellId: number;
  readonly hour: number;
}

async function advance(
  deps: DisclosureDeps,
  smallestCount: number,
  guarded: readonly Cell[],
  state: State,
  parts: readonly Part[],
): Promise<Ledger> {
  const { store } = deps;
  const day = Math.floor(deps.now() / DAY_MS);
  await readTouched(store, state);
  const [row] = await store.rows<{ lots: number }>(LENGTH, [state.key]);
  const which = whichCells(guarded);
  if (which !== state.cells) for (const part of state.open.keys()) state.open.set(part, null);
  const again = day !== state.day || which !== state.cells;
  const due = parts.filter((part) => again || !state.open.has(part) || state.changed.has(part));
  if (due.length > 0 || (row && row.lots !== state.length)) {
    await store.transaction((session) => tell(deps, session, smallestCount, guarded, state, due));
    // Parts that nobody asked for now are compared when somebody does.
    if (again) for (const part of state.open.keys()) state.changed.add(part);
    for (const part of due) state.changed.delete(part);
    state.day = day;
    state.cells = which;
  }
  const { key, length, lots } = state;
  return { key, length, lotsOf: (part) => lots.get(part) ?? [] };
}

/** Differs where cells came or went: ids only grow, so one that came is the highest, and others that went make it fewer. */
function whichCells(cells: readonly Cell[]): string {
  return `${cells.length} ${cells.reduce((highest, { id }) => Math.max(highest, id), 0)}`;
}

/** Notes which cells and hours the journal says to have changed. */
async function readTouched(store: Store, state: State): Promise<void> {
  const head = await journalHead(store);
  if (head.xact === state.position.xact && head.position === state.position.position) return;
  const entries = state.open.size === 0 ? [] : await readJournal(store, state.position, JOURNAL_ENTRIES);
  // Nobody read this ledger for longer than the journal is kept.
  const missed = state.open.size > 0 && (await marksBehind(store, state.position)) !== null;
  if (missed || entries.length === JOURNAL_ENTRIES)
    for (const part of state.open.keys()) {
      state.open.set(part, null);
      state.changed.add(part);
    }
  for (const { kind, payload } of entries) {
    const parts: Part[] =
      kind === 'responses' ? ['surveyed'] : [`alone ${payload.model ?? 0}`, `beside ${payload.model ?? 0}`];
    for (const [cellId, hour] of payload.deltas ?? [])
      for (const part of parts) {
        state.open.get(part)?.add(`${cellId} ${hour}`);
        state.changed.add(part);
      }
  }
  const last = entries.at(-1);
  state.position = last && entries.length < JOURNAL_ENTRIES ? last : head;
}

/** Adds to the ledger what can be told by now. */
async function tell(
  deps: DisclosureDeps,
  session: Session,
  smallestCount: number,
  guarded: readonly Cell[],
  state: State,
  due: readonly Part[],
): Promise<void> {
  const lots = await lockLedger(session, state.key);
  if (lots === null) throw new Error(`the disclosure ledger ${state.key} is gone`);
  if (lots !== state.length) {
    for (let after = state.length; after < lots; after += LOTS_AT_ONCE)
      take(state, await session.rows<LotRow>(LOTS, [state.key, after, after + LOTS_AT_ONCE]));
    state.length = lots;
  }
  const rulesOf = (part: Part) => ({
    smallestCount,
    attributesOf: (cellId: number) => deps.cells.get(cellId)?.attributes ?? {},
    today: Math.floor(deps.now() / DAY_MS) * (DAY_MS / HOUR_MS),
    hadOwnLot: (cellId: number) => state.own.get(part)?.has(cellId) ?? false,
  });
  const added: LotRow[] = [];
  let length = state.length;
  for (const part of due) {
    const changes = await readChanges(session, guarded, state, part);
    const first = (state.lots.get(part) ?? []).length === 0;
    for (const { changes: ofLot, soft } of await (first ? firstLots : laterLots)(changes, rulesOf(part))) {
      length += 1;
      for (const { cellId, hour, counts } of ofLot)
        added.push({ lot: length, part, soft, cellId, hour, ...counts });
    }
    state.open.set(part, new Set(changes.map(({ cellId, hour }) => `${cellId} ${hour}`)));
  }
  if (added.length === 0) return;
  await session.rows(ADD, [state.key, JSON.stringify(added)]);
  await session.rows(ADVANCE, [state.key, length]);
  take(state, added);
  state.length = length;
}

/** Lots that this process did not know yet; the rows of one stand together. */
function take(state: State, rows: readonly LotRow[]): void {
  for (let i = 0; i < rows.length; ) {
    const { lot, part, soft } = rows[i] as LotRow;
    const changes: Change[] = [];
    const told = entryOf(state.told, part, () => new Map<string, Counts>());
    for (let row = rows[i]; row?.lot === lot; row = rows[++i]) {
      const { cellId, hour, promoters, passives, detractors } = row;
      const counts = { promoters, passives, detractors };
      changes.push({ cellId, hour, counts });
      const atom = `${cellId} ${hour}`;
      told.set(atom, add(told.get(atom) ?? ZERO, counts));
    }
    entryOf(state.lots, part, () => []).push({ changes, soft });
    const cells = new Set(changes.map(({ cellId }) => cellId));
    const [cell] = cells;
    if (cells.size === 1 && cell !== undefined) entryOf(state.own, part, () => new Set<number>()).add(cell);
  }
}

function entryOf<Key, Value>(
  map: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/** What is counted by now beyond what was told, of the cells and hours that may differ. */
async function readChanges(
  session: Session,
  guarded: readonly Cell[],
  state: State,
  part: Part,
): Promise<Change[]> {
  const open = state.open.get(part) ?? null;
  const cellIds = guarded.map(({ id }) => id);
  const told = state.told.get(part) ?? new Map<string, Counts>();
  const pairs = open && [...open].map((atom) => atom.split(' ').map(Number) as [number, number]);
  if (pairs?.length === 0) return [];
  const rows = await readCountsOfHours(session, part, cellIds, pairs);
  const counted = new Map(rows.map((row) => [`${row.cellId} ${row.hour}`, row]));
  const atoms = open ?? new Set([...counted.keys(), ...told.keys()]);
  const ids = new Set(cellIds);
  const changes = await mapInSlices([...atoms], (atom): Change | null => {
    const [cellId = 0, hour = 0] = atom.split(' ').map(Number);
    if (!ids.has(cellId)) return null;
    const { promoters, passives, detractors } = counted.get(atom) ?? ZERO;
    const counts = subtract({ promoters, passives, detractors }, told.get(atom) ?? ZERO);
    const isSame = total(counts) === 0 && counts.promoters === 0 && counts.passives === 0;
    return isSame ? null : { cellId, hour, counts };
  });
  return changes.filter((change) => change !== null);
}
