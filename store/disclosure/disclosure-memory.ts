import type { Change, Release } from '../../domain/disclosure/disclosure.ts';
import { add, type Counts, ZERO } from '../../domain/nps/nps.ts';
import { Slice } from '../../domain/text/slices.ts';
import { BEGINNING, type JournalPosition } from '../journal/journal.ts';
import { type Atom, atomOf, type Part } from './disclosure-counts.ts';

/*
 * One process's cache of ledgers: everything in it can be read again from the database, so ledgers that are not
 * used for a while are dropped, and the least recently used ones when all of them are large.
 */

/** Rows of releases per statement: the event loop turns between two of them. */
export const ROWS_AT_ONCE = 2_000;

/** A change of a release, as stored. */
export interface ReleaseRow extends Counts {
  readonly lot: number;
  readonly part: Part;
  readonly soft: boolean;
  readonly cellId: number;
  readonly hour: number;
}

/** The cached state of one part of a ledger. */
export interface KnownPart {
  readonly releases: Release[];
  /** The sums of the releases. */
  readonly released: Map<Atom, Counts>;
  /** Cells that had a release of their own. */
  readonly own: Set<number>;
  /** What may differ from the releases; null: everything may. */
  open: Set<Atom> | null;
  /** New cells: all of their hours may differ. */
  readonly fresh: Set<number>;
  /** Whether anything changed since the last comparison. */
  isChanged: boolean;
}

/** The cached state of one ledger. */
export interface KnownLedger {
  readonly key: string;
  /** How many releases are known. */
  length: number;
  readonly parts: Map<Part, KnownPart>;
  /** Ids of the protected cells, and a fingerprint of the set. */
  protectedIds: ReadonlySet<number>;
  cells: string;
  /** Up to where the journal was read. */
  position: JournalPosition;
  /** The UTC day of the last comparison. */
  day: number;
  /** Its readers, one after the other. */
  queue: Promise<unknown>;
  usedAt: number;
}

/** Cell hours cached for all ledgers together, about 200 bytes each. */
const MOST_HOURS = 1_000_000;
const UNUSED_MS = 3_600_000;

/** The ledgers of one database, the most recently used last. */
export class LedgerMemory {
  readonly #known = new Map<string, KnownLedger>();
  readonly #most: number;

  constructor(most = MOST_HOURS) {
    this.#most = most;
  }

  get(key: string, now: number): KnownLedger {
    const ledger = this.#known.get(key) ?? newLedger(key);
    this.#known.delete(key);
    this.#known.set(key, ledger);
    ledger.usedAt = now;
    return ledger;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  /** Drops what was not used for an hour, and beyond the limit the least recently used; never the last one. */
  evict(now: number): void {
    let hours = 0;
    for (const ledger of this.#known.values()) hours += hoursOf(ledger);
    for (const ledger of [...this.#known.values()].slice(0, -1)) {
      if (hours <= this.#most && now - ledger.usedAt <= UNUSED_MS) continue;
      this.#known.delete(ledger.key);
      hours -= hoursOf(ledger);
    }
  }

  keys(): string[] {
    return [...this.#known.keys()];
  }
}

function hoursOf({ parts }: KnownLedger): number {
  let hours = 0;
  for (const { released } of parts.values()) hours += released.size;
  return hours;
}

function newLedger(key: string): KnownLedger {
  const [parts, protectedCells, queue] = [new Map(), new Set<number>(), Promise.resolve()];
  return {
    key,
    length: 0,
    parts,
    protectedIds: protectedCells,
    cells: '',
    position: BEGINNING,
    day: 0,
    queue,
    usedAt: 0,
  };
}

/** The part of the ledger; for a new one everything is to be compared. */
export function partOf({ parts }: KnownLedger, part: Part): KnownPart {
  const known: KnownPart = parts.get(part) ?? {
    releases: [],
    released: new Map(),
    own: new Set(),
    open: null,
    fresh: new Set(),
    isChanged: true,
  };
  parts.set(part, known);
  return known;
}

/** Takes in releases that this process does not know yet, in slices; the rows of one are adjacent. */
export async function takeReleases(ledger: KnownLedger, rows: readonly ReleaseRow[]): Promise<void> {
  const slice = new Slice();
  for (let i = 0; i < rows.length; ) {
    const { lot: release, part, soft } = rows[i] as ReleaseRow;
    const known = partOf(ledger, part);
    const changes: Change[] = [];
    const cells = new Set<number>();
    for (let row = rows[i]; row?.lot === release; row = rows[++i]) {
      if (slice.isOver()) await slice.next();
      const { cellId, hour, promoters, passives, detractors } = row;
      const counts = { promoters, passives, detractors };
      changes.push({ cellId, hour, counts });
      cells.add(cellId);
      const atom = atomOf(cellId, hour);
      known.released.set(atom, add(known.released.get(atom) ?? ZERO, counts));
    }
    known.releases.push({ changes, soft });
    const [cell] = cells;
    if (cells.size === 1 && cell !== undefined) known.own.add(cell);
  }
}
