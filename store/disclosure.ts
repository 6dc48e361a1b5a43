import { createHash } from 'node:crypto';
import type { Cell, CellDictionary } from '../domain/cell.ts';
import { type Change, firstLots, type Lot, laterLots } from '../domain/disclosure.ts';
import { add, type Counts, subtract, total, ZERO } from '../domain/nps.ts';
import { type Scope, visibleCells } from '../domain/scope.ts';
import { DAY_MS, HOUR_MS } from '../domain/time-windows.ts';
import type { Session, Statement, Store } from './client.ts';
import { type Part, readCountsOfHours } from './disclosure-counts.ts';
import { type JournalPosition, journalHead, readJournal } from './journal.ts';

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
  /** UTC day and number of cells when they were last compared. */
  day: number;
  cells: number;
  /** One after the other. */
  queue: Promise<unknown>;
}

/** Beyond these everything is compared again. */
const JOURNAL_ENTRIES = 5_000;
const states = new WeakMap<Store, Map<string, State>>();

/** The cells in which the scope reads scores but no responses; none for who may read every response. */
export function guardedCells(scope: Scope, cells: CellDictionary): Cell[] {
  if (scope.smallestCount <= 1 || scope.allowsAll('readResponse')) return [];
  return visibleCells(scope, ['readScore'], cells, {}).filter((cell) => !scope.allows('readResponse', cell));
}

/** Scopes that see all scores and no answers share a ledger, whatever else they may do: their callers may compare. */
function ledgerKey(scope: Scope, guarded: readonly Cell[], cells: CellDictionary): string {
  const whole = scope.allowsAll('readScore') && guarded.length === cells.all().length;
  const name = JSON.stringify([scope.smallestCount, whole ? null : scope.fingerprint]);
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** The scope's ledger, after what can be told by now was added to it. `model`: whose answers are asked for, if any. */
export function openLedger(
  deps: DisclosureDeps,
  scope: Scope,
  guarded: readonly Cell[],
  model: number | null,
): Promise<Ledger> {
  const key = ledgerKey(scope, guarded, deps.cells);
  const known = states.get(deps.store) ?? new Map<string, State>();
  states.set(deps.store, known);
  const state = known.get(key) ?? newState(key);
  known.set(key, state);
  const work = state.queue.then(() => advance(deps, scope, guarded, state, model));
  // What failed may be half done: the next reader begins with what is stored.
  state.queue = work.catch(() => known.delete(key));
  return work;
}

function newState(key: string): State {
  const position = { xact: Number.MIN_SAFE_INTEGER, position: 0 };
  const [lots, told, own, open] = [new Map(), new Map(), new Map(), new Map()];
  const queue = Promise.resolve();
  return { key, length: 0, lots, told, own, open, changed: new Set(), position, day: 0, cells: 0, queue };
}

const LENGTH: Statement = {
  name: 'disclosure_length',
  text: 'SELECT lots FROM disclosure_ledger WHERE key = $1',
};
const CREATE: Statement = {
  name: 'disclosure_create',
  text: 'INSERT INTO disclosure_ledger (key, lots) VALUES ($1, 0) ON CONFLICT (key) DO NOTHING',
};
const LOCK: Statement = {
  name: 'disclosure_lock',
  text: 'SELECT lots FROM disclosure_ledger WHERE key = $1 FOR UPDATE',
};
const ADVANCE: Statement = {
  name: 'disclosure_advance',
  text: 'UPDATE disclosure_ledger SET lots = $2 WHERE key = $1',
};
const LOTS: Statement = {
  name: 'disclosure_lots',
  text: `SELECT lot, part, soft, cell_id AS "cellId", hour, promoters, passives, detractors FROM disclosure_lot
    WHERE ledger = $1 AND lot > $2 ORDER BY lot, cell_id, hour`,
};
const ADD: Statement = {
  name: 'disclosure_add',
  text: `INSERT INTO disclosure_lot (ledger, lot, part, soft, cell_id, hour, promoters, passives, detractors)
    SELECT $1, lot, part, soft, "cellId", hour, promoters, passives, detractors FROM json_to_recordset($2::json)
      AS new (lot integer, part text, soft boolean, "cellId" integer, hour integer, promoters integer, passives integer,
        detractors integer)`,
};

interface LotRow extends Counts {
  readonly lot: number;
  readonly part: Part;
  readonly soft: boolean;
  readonly cellId: number;
  readonly hour: number;
}

async function advance(
  deps: DisclosureDeps,
  scope: Scope,
  guarded: readonly Cell[],
  state: State,
  model: number | null,
): Promise<Ledger> {
  const { store } = deps;
  const day = Math.floor(deps.now() / DAY_MS);
  const parts: Part[] = ['surveyed'];
  if (model !== null) parts.push(`alone ${model}`, `beside ${model}`);
  await readTouched(store, state);
  const [row] = await store.rows<{ lots: number }>(LENGTH, [state.key]);
  if (guarded.length !== state.cells) for (const part of state.open.keys()) state.open.set(part, null);
  const again = day !== state.day || guarded.length !== state.cells;
  const due = parts.filter((part) => again || !state.open.has(part) || state.changed.has(part));
  if (due.length > 0 || (row && row.lots !== state.length)) {
    await store.rows(CREATE, [state.key]);
    await store.transaction((session) => tell(deps, session, scope, guarded, state, due));
    // Parts that nobody asked for now are compared when somebody does.
    if (again) for (const part of state.open.keys()) state.changed.add(part);
    for (const part of due) state.changed.delete(part);
    state.day = day;
    state.cells = guarded.length;
  }
  const { length, lots } = state;
  return { length, lotsOf: (part) => lots.get(part) ?? [] };
}

/** Notes which cells and hours the journal says to have changed. */
async function readTouched(store: Store, state: State): Promise<void> {
  const head = await journalHead(store);
  if (head.xact === state.position.xact && head.position === state.position.position) return;
  const entries = state.open.size === 0 ? [] : await readJournal(store, state.position, JOURNAL_ENTRIES);
  if (entries.length === JOURNAL_ENTRIES)
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
  scope: Scope,
  guarded: readonly Cell[],
  state: State,
  due: readonly Part[],
): Promise<void> {
  const [row] = await session.rows<{ lots: number }>(LOCK, [state.key]);
  if (row && row.lots !== state.length) {
    take(state, await session.rows<LotRow>(LOTS, [state.key, state.length]));
    state.length = row.lots;
  }
  const rulesOf = (part: Part) => ({
    smallestCount: scope.smallestCount,
    attributesOf: (cellId: number) => deps.cells.get(cellId)?.attributes ?? {},
    today: Math.floor(deps.now() / DAY_MS) * (DAY_MS / HOUR_MS),
    hadOwnLot: (cellId: number) => state.own.get(part)?.has(cellId) ?? false,
  });
  const added: LotRow[] = [];
  let length = state.length;
  for (const part of due) {
    const changes = await readChanges(session, guarded, state, part);
    const first = (state.lots.get(part) ?? []).length === 0;
    for (const { changes: ofLot, soft } of (first ? firstLots : laterLots)(changes, rulesOf(part))) {
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

function entryOf<Value>(map: Map<Part, Value>, part: Part, make: () => Value): Value {
  const value = map.get(part) ?? make();
  map.set(part, value);
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
  return [...atoms].flatMap((atom) => {
    const [cellId = 0, hour = 0] = atom.split(' ').map(Number);
    if (!ids.has(cellId)) return [];
    const { promoters, passives, detractors } = counted.get(atom) ?? ZERO;
    const counts = subtract({ promoters, passives, detractors }, told.get(atom) ?? ZERO);
    return total(counts) === 0 && counts.promoters === 0 && counts.passives === 0
      ? []
      : [{ cellId, hour, counts }];
  });
}
