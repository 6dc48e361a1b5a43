import type { Segment } from '../../domain/cell.ts';
import { readsAllAnswers, type Scope, visibleCells } from '../../domain/scope.ts';
import type { Basis, ScoreRow } from '../../domain/score.ts';
import { type WindowLength, windowAt } from '../../domain/time-windows.ts';
import type { RecordCells } from '../../store/cells.ts';
import type { Store } from '../../store/client.ts';
import { guardedCells } from '../../store/guarded-cells.ts';
import {
  formatPosition,
  isAfter,
  type JournalEntry,
  type JournalPosition,
  readJournal,
} from '../../store/journal.ts';
import { marksBehind } from '../../store/journal-trim.ts';
import { readScores } from '../../store/scores.ts';
import type { Wall } from '../../store/wall.ts';

/** What one live score shows: everything that its rows depend on, but for the scope. */
export interface TileQuery {
  readonly segment: Segment;
  readonly window: WindowLength;
  readonly basis: Basis;
  readonly groupBy: readonly string[];
}

/** One event of npsUpdates: a row as it is now, and where in the journal that stands. */
export interface NpsUpdate {
  readonly position: string;
  readonly row: ScoreRow;
}

export interface TileDeps {
  readonly store: Store;
  readonly wall: Wall;
  readonly cells: RecordCells;
  readonly now: () => number;
  readonly onError: (error: Error) => void;
}

export interface TileHooks {
  /** How far the journal has been read. */
  readonly position: () => JournalPosition;
  readonly onDirty: () => void;
  /** The first follower came, the last one left. */
  readonly onUsed: () => void;
  readonly onUnused: () => void;
}

type Listener = (updates: readonly NpsUpdate[]) => void;

/** The live interval's level; npsUpdates has no argument for it. */
const CONFIDENCE = 0.95;
const HOUR_MS = 3_600_000;
/** Journal entries looked through for a client that comes back; beyond them it is given the present row anyway. */
const RESUME_ENTRIES = 2_000;
/** The longest delay that setTimeout takes. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** One live score under one scope: its rows as last told, and whether they may have changed since. */
export class Tile {
  readonly #deps: TileDeps;
  readonly #scope: Scope;
  readonly #query: TileQuery;
  readonly #hooks: TileHooks;
  readonly #listeners = new Set<Listener>();
  #shown = new Map<string, NpsUpdate>();
  #dirty = false;
  #first: Promise<void> | undefined;
  #edge: NodeJS.Timeout | undefined;

  constructor(deps: TileDeps, scope: Scope, query: TileQuery, hooks: TileHooks) {
    this.#deps = deps;
    this.#scope = scope;
    this.#query = query;
    this.#hooks = hooks;
  }

  get dirty(): boolean {
    return this.#dirty;
  }

  /** The rows as last told, read first if nobody has asked yet. */
  async present(): Promise<readonly NpsUpdate[]> {
    this.#first ??= this.refresh(this.#hooks.position());
    try {
      await this.#first;
    } catch (error) {
      this.#first = undefined;
      throw error;
    }
    return [...this.#shown.values()];
  }

  /** Gives each later change; the answer stops it. */
  follow(listener: Listener): () => void {
    if (this.#listeners.size === 0) {
      // Nobody kept the rows up to date while nobody followed.
      this.#first = undefined;
      this.#hooks.onUsed();
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#edge);
      this.#hooks.onUnused();
    };
  }

  /** Whether anything that the rows are made of changed after that place in the journal. */
  async changedSince(after: JournalPosition): Promise<boolean> {
    if (this.#isOpaque()) return true;
    const position = this.#hooks.position();
    if (!isAfter(position, after)) return isAfter(after, position);
    const entries = await readJournal(this.#deps.store, after, RESUME_ENTRIES);
    // After the entries: what was deleted before they were read is told of by then.
    if (await marksBehind(this.#deps.store, after)) return true;
    return entries.length === RESUME_ENTRIES || entries.some((entry) => this.isTouchedBy(entry));
  }

  isTouchedBy({ kind, payload }: JournalEntry): boolean {
    const inferred = this.#query.basis !== 'SURVEYED';
    // Another champion changes every inferred score at once.
    if (kind === 'model') return inferred;
    if (kind === 'predictions' && !inferred) return false;
    const range = this.#range();
    return payload.deltas.some(([cellId, hour]) => {
      const from = hour * HOUR_MS;
      if (from >= range.until || from + HOUR_MS <= range.from) return false;
      return this.#visible().some(({ id }) => id === cellId);
    });
  }

  markDirty(): void {
    this.#dirty = true;
    this.#hooks.onDirty();
  }

  /** Reads the rows again and tells those that changed; `position` is how far the journal had been read before. */
  async refresh(position: JournalPosition): Promise<void> {
    this.#dirty = false;
    const range = this.#range();
    clearTimeout(this.#edge);
    // A window slides when its last bucket is over, whether or not anybody answers.
    const delay = Math.min(range.until - this.#deps.now() + 1, LONGEST_TIMEOUT_MS);
    this.#edge = setTimeout(() => this.markDirty(), delay);
    this.#edge.unref();
    const { segment, basis, groupBy } = this.#query;
    let rows: ScoreRow[];
    try {
      const query = { segment, basis, groupBy, confidence: CONFIDENCE, windows: [range] };
      const store = this.#deps.wall.as(this.#scope);
      rows = await readScores({ ...this.#deps, record: this.#deps.store, store }, this.#scope, query);
    } catch (error) {
      // Counts as changed until it could be read.
      this.markDirty();
      throw error;
    }
    // A place in the journal would tell how much is committed that this caller may not see: they get the time instead.
    const place = this.#isOpaque() ? { xact: 0, position: this.#deps.now() } : position;
    this.#tell(rows, formatPosition(place));
  }

  #tell(rows: readonly ScoreRow[], position: string): void {
    const told: NpsUpdate[] = [];
    const shown = new Map<string, NpsUpdate>();
    for (const row of rows) {
      const key = JSON.stringify(row.group);
      const before = this.#shown.get(key);
      if (before && !changed(before.row, row)) {
        shown.set(key, before);
        continue;
      }
      const update = { position, row };
      shown.set(key, update);
      told.push(update);
    }
    this.#shown = shown;
    if (told.length > 0) for (const listener of this.#listeners) listener(told);
  }

  /** Whether the caller may not see every change of the journal one by one. */
  #isOpaque(): boolean {
    const counted = this.#query.basis === 'SURVEYED' ? 'surveyed' : 'inferred';
    return (
      !this.#scope.allowsAll('readScore') ||
      (!readsAllAnswers(this.#scope, counted) &&
        guardedCells(this.#scope, this.#deps.cells, counted).length > 0)
    );
  }

  #range() {
    return windowAt(this.#query.window, this.#deps.now(), 'UTC');
  }

  #visible() {
    return visibleCells(this.#scope, ['readScore'], this.#deps.cells, this.#query.segment);
  }
}

/** For a caller who may not read the responses rows change only as the disclosure ledger does. */
function changed(shown: ScoreRow, next: ScoreRow): boolean {
  return shown.id !== next.id || JSON.stringify(shown.counts) !== JSON.stringify(next.counts);
}
