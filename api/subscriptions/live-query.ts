import { readsAllAnswers, type Scope } from '../../domain/access/scope.ts';
import type { ScoreRow } from '../../domain/scores/score.ts';
import { type CellAttributes, segmentMatcher } from '../../domain/segments/cell.ts';
import { type TimeRange, windowAt } from '../../domain/time/time-windows.ts';
import { protectedCells } from '../../store/disclosure/protected-cells.ts';
import {
  BEGINNING,
  formatPosition,
  isAfter,
  type JournalEntry,
  type JournalPosition,
  readJournal,
} from '../../store/journal/journal.ts';
import { marksBehind } from '../../store/journal/journal-trim.ts';
import { ReadPlace } from '../../store/scores/read-place.ts';
import type { JournalEnds } from './journal-ends.ts';
import { type LiveQueryDefinition, type LiveRowsDeps, liveRowsAt, readLiveRows } from './live-rows.ts';
import { changed, isBefore } from './row-changes.ts';

export type { LiveQueryDefinition } from './live-rows.ts';

/** One event of npsUpdates: a current row, and its journal position. */
export interface NpsUpdate {
  readonly position: string;
  readonly row: ScoreRow;
  /** Milliseconds from the first change that it shows to the reading of the row; null where that may not be known (`#tell`). */
  readonly lag: number | null;
}

export interface LiveQueryDeps extends LiveRowsDeps {
  readonly onError: (error: Error) => void;
}

export interface LiveQueryHooks {
  /** How far the journal has been read. */
  readonly position: () => JournalPosition;
  readonly ends: JournalEnds;
  readonly onDirty: () => void;
  /** The first follower came; the last one left, or none came. */
  readonly onUsed: () => void;
  readonly onUnused: () => void;
}

type Listener = (updates: readonly NpsUpdate[]) => void;

const HOUR_MS = 3_600_000;
/**
 * How many journal entries are searched for a client that resumes; beyond them it gets the current row anyway.
 */
const RESUME_ENTRIES = 2_000;
/** While writers overlap, a read may match no position; then the rows are sent as they were at the last one. */
const MOST_READINGS = 3;
/** The longest delay that setTimeout takes. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** One live query under one scope: its rows as last sent, and whether they may have changed since. */
export class LiveQuery {
  readonly #deps: LiveQueryDeps;
  readonly #scope: Scope;
  readonly #query: LiveQueryDefinition;
  readonly #matches: (attributes: CellAttributes) => boolean;
  readonly #hooks: LiveQueryHooks;
  readonly #listeners = new Set<Listener>();
  #shown = new Map<string, NpsUpdate>();
  #dirty = false;
  /** When the first change was recorded that the rows do not show yet. */
  #since: number | null = null;
  #at: JournalPosition = BEGINNING;
  /** Whether the last read showed by itself which position it is of. */
  #isPlaced = false;
  #reading: Promise<void> = Promise.resolve();
  #first: Promise<void> | undefined;
  #edge: NodeJS.Timeout | undefined;

  constructor(deps: LiveQueryDeps, scope: Scope, query: LiveQueryDefinition, hooks: LiveQueryHooks) {
    this.#deps = deps;
    this.#scope = scope;
    this.#query = query;
    this.#matches = segmentMatcher(query.segment);
    this.#hooks = hooks;
  }

  get dirty(): boolean {
    return this.#dirty;
  }

  /** Up to where the journal is certainly contained in the rows as last sent. */
  get at(): JournalPosition {
    return this.#at;
  }

  /** The rows as last sent, read first if there are none yet. */
  async present(): Promise<readonly NpsUpdate[]> {
    this.#first ??= this.refresh();
    try {
      await this.#first;
    } catch (error) {
      this.#first = undefined;
      throw error;
    }
    return [...this.#shown.values()];
  }

  /** Passes on each later change; the returned function stops it. */
  follow(listener: Listener): () => void {
    if (this.#listeners.size === 0) {
      // The rows were not kept up to date without subscribers.
      this.#first = undefined;
      this.#since = null;
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

  /** For one who was given it and does not follow it: without followers it is not kept. */
  disuse(): void {
    if (this.#listeners.size === 0) this.#hooks.onUnused();
  }

  /**
   * For a client that resumes from a position of this or another server: brings the rows up to date. Returns
   * which of them to send, and their position: of a single row whether it changed after it, of groups all. Null: none, because nothing
   * changed after it.
   */
  async resume(after: JournalPosition): Promise<((position: string) => string | null) | null> {
    const all = (position: string) => (isBefore(position, after) ? formatPosition(after) : position);
    // Times by the clocks of several servers: none is sent before one that was already sent.
    if (this.#isOpaque()) return all;
    await this.#reading;
    if (isAfter(after, this.#at) && (this.#dirty || isAfter(after, this.#hooks.position())))
      await this.refresh();
    const reached = isAfter(this.#at, this.#hooks.position()) ? this.#at : this.#hooks.position();
    // Of another journal, or of this one before a restore.
    if (isAfter(after, reached)) return (position) => position;
    // The rows of one read have the same position, of which the client may have got some.
    if (this.#query.groupBy.length > 0) return all;
    const entries = await readJournal(this.#deps.store, after, RESUME_ENTRIES);
    // After the entries: deletions before they were read are reported by then.
    const isTrimmed = await marksBehind(this.#deps.store, after);
    const range = this.#range();
    if (
      !isTrimmed &&
      entries.length < RESUME_ENTRIES &&
      !entries.some((entry) => this.#touches(entry, range))
    )
      return null;
    return (position) => (isBefore(position, after) || position === formatPosition(after) ? null : position);
  }

  /** The first of the entries, as read, by which the rows differ from what was sent. */
  firstTouching(entries: readonly JournalEntry[]): JournalEntry | undefined {
    const range = this.#range();
    return entries.find((entry) => isAfter(entry, this.#at) && this.#touches(entry, range));
  }

  #touches({ kind, payload }: JournalEntry, range: TimeRange): boolean {
    const inferred = this.#query.basis !== 'SURVEYED';
    // Another champion changes every inferred score at once.
    if (kind === 'model') return inferred;
    if (kind === 'predictions' && !inferred) return false;
    return payload.deltas.some(([cellId, hour]) => {
      const from = hour * HOUR_MS;
      if (from >= range.until || from + HOUR_MS <= range.from) return false;
      return this.#shows(cellId);
    });
  }

  /** Found from the cell: every live query is asked about each change, and may have many cells and a long segment. */
  #shows(cellId: number): boolean {
    const cell = this.#deps.cells.get(cellId);
    return cell !== undefined && this.#matches(cell.attributes) && this.#scope.allows('readScore', cell);
  }

  /** `recordedAt`: of the change; null where time alone changes the rows. */
  markDirty(recordedAt: Date | null): void {
    this.#since ??= recordedAt?.getTime() ?? null;
    this.#dirty = true;
    this.#hooks.onDirty();
  }

  /**
   * Reads the rows again and sends those that changed: one read after the other, so that none is sent after a
   * later one.
   */
  refresh(): Promise<void> {
    const reading = this.#reading.then(() => this.#refresh());
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #refresh(): Promise<void> {
    const since = this.#since;
    this.#dirty = false;
    this.#since = null;
    const range = this.#range();
    clearTimeout(this.#edge);
    // A window slides when its last bucket is over, with or without responses.
    const delay = Math.min(range.until - this.#deps.now() + 1, LONGEST_TIMEOUT_MS);
    this.#edge = setTimeout(() => this.markDirty(null), delay);
    this.#edge.unref();
    try {
      // A position would reveal how much is committed that this caller may not see,
      // so they get the time instead.
      if (this.#isOpaque())
        this.#tell(await this.#read(range), formatPosition({ xact: 0, position: this.#deps.now() }), null);
      else {
        const { rows, at } = await this.#readAt(range);
        this.#at = at;
        this.#tell(rows, formatPosition(at), since);
      }
    } catch (error) {
      // Counts as changed until it could be read.
      this.markDirty(since === null ? null : new Date(since));
      throw error;
    }
  }

  #read(range: TimeRange, place?: ReadPlace): Promise<ScoreRow[]> {
    return readLiveRows(this.#deps, this.#scope, this.#query, range, place);
  }

  /**
   * The rows and their journal position: the one that the counts in memory are of, or one from before the read. Then nothing that
   * touches the rows was committed between the two, nor was anything that followers may not read yet.
   */
  async #readAt(range: TimeRange): Promise<{ rows: ScoreRow[]; at: JournalPosition }> {
    for (let attempt = 1; ; attempt++) {
      const before = this.#isPlaced ? null : await this.#hooks.ends.head();
      const place = new ReadPlace(this.#deps.cells);
      // Other rows depend on the champion too, which is read before the counts.
      const rows = await this.#read(range, this.#query.basis === 'SURVEYED' ? place : undefined);
      this.#isPlaced = place.at !== null;
      if (place.at) return { rows, at: place.at };
      if (!before) continue;
      const since = await this.#hooks.ends.since(before);
      const touching = since?.filter((entry) => this.#touches(entry, range));
      if (touching?.length === 0) return { rows, at: before };
      if (attempt < MOST_READINGS) continue;
      return { rows: await liveRowsAt(this.#deps, this.#scope, this.#query, rows, before), at: before };
    }
  }

  /**
   * `since`: when the first change was recorded that the rows show. Null for rows that no change preceded, and for callers
   * that do not see every change: a transaction may take longer because of the changes that they do not see.
   */
  #tell(rows: readonly ScoreRow[], position: string, since: number | null): void {
    const lag = since === null ? null : Math.max(0, this.#deps.now() - since);
    const changedRows: NpsUpdate[] = [];
    const shown = new Map<string, NpsUpdate>();
    for (const row of rows) {
      const key = JSON.stringify(row.group);
      const before = this.#shown.get(key);
      if (before && !changed(before.row, row)) {
        shown.set(key, before);
        continue;
      }
      const update = { position, row, lag };
      shown.set(key, update);
      changedRows.push(update);
    }
    this.#shown = shown;
    if (changedRows.length > 0) for (const listener of this.#listeners) listener(changedRows);
  }

  /** Whether the caller may not see every change of the journal one by one. */
  #isOpaque(): boolean {
    const counted = this.#query.basis === 'SURVEYED' ? 'surveyed' : 'inferred';
    return (
      !this.#scope.allowsAll('readScore') ||
      (!readsAllAnswers(this.#scope, counted) &&
        protectedCells(this.#scope, this.#deps.cells, counted).length > 0)
    );
  }

  #range() {
    return windowAt(this.#query.window, this.#deps.now(), 'UTC');
  }
}
