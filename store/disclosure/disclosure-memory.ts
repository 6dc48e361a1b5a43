import type { Change } from '../../domain/disclosure/disclosure.ts';
import { ReleaseIndex } from '../../domain/disclosure/release-index.ts';
import { CellCounts } from '../../domain/disclosure/running-counts.ts';
import type { Counts } from '../../domain/nps/nps.ts';
import type { Cell } from '../../domain/segments/cell.ts';
import { Slice } from '../../domain/text/slices.ts';
import { BEGINNING, type JournalPosition } from '../journal/journal.ts';
import type { Atom, Part } from './disclosure-counts.ts';

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
  readonly releases: ReleaseIndex;
  /** The sums of the releases by cell and hour. */
  readonly released: CellCounts;
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
  /** The protected cells as given last, their ids, and a fingerprint of the set. */
  protectedList: readonly Cell[];
  protectedIds: ReadonlySet<number>;
  cells: string;
  /** Up to where the journal was read. */
  position: JournalPosition;
  /** The UTC day of the last comparison. */
  day: number;
  /** Its readers, one after the other. */
  queue: Promise<unknown>;
  usedAt: number;
  /** About how much memory it took when so many releases were known. */
  size: { readonly releases: number; readonly bytes: number };
}

/** About so much memory for all ledgers together. */
const MOST_BYTES = 200_000_000;
const UNUSED_MS = 3_600_000;

/** The ledgers of one database, the most recently used last. */
export class LedgerMemory {
  readonly #known = new Map<string, KnownLedger>();
  readonly #most: number;

  constructor(most = MOST_BYTES) {
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
    let bytes = 0;
    for (const ledger of this.#known.values()) bytes += bytesOf(ledger);
    for (const ledger of [...this.#known.values()].slice(0, -1)) {
      if (bytes <= this.#most && now - ledger.usedAt <= UNUSED_MS) continue;
      this.#known.delete(ledger.key);
      bytes -= bytesOf(ledger);
    }
  }

  keys(): string[] {
    return [...this.#known.keys()];
  }
}

/** Counted again only when there are more releases: every read asks. */
function bytesOf(ledger: KnownLedger): number {
  const parts = [...ledger.parts.values()];
  const known = parts.reduce((sum, { releases }) => sum + releases.size, 0);
  if (ledger.size.releases === known) return ledger.size.bytes;
  const bytes = parts.reduce((sum, { releases, released }) => sum + releases.bytes + released.bytes, 0);
  ledger.size = { releases: known, bytes };
  return bytes;
}

function newLedger(key: string): KnownLedger {
  const [parts, protectedCells, queue] = [new Map(), new Set<number>(), Promise.resolve()];
  return {
    key,
    length: 0,
    parts,
    protectedList: [],
    protectedIds: protectedCells,
    cells: '',
    position: BEGINNING,
    day: 0,
    queue,
    usedAt: 0,
    size: { releases: 0, bytes: 0 },
  };
}

/** The part of the ledger; for a new one everything is to be compared. */
export function partOf({ parts }: KnownLedger, part: Part): KnownPart {
  const known: KnownPart = parts.get(part) ?? {
    releases: new ReleaseIndex(),
    released: new CellCounts(),
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
    for (let row = rows[i]; row?.lot === release; row = rows[++i]) {
      if (slice.isOver()) await slice.next();
      const { cellId, hour, promoters, passives, detractors } = row;
      const counts = { promoters, passives, detractors };
      changes.push({ cellId, hour, counts });
      known.released.add(cellId, hour, counts);
    }
    known.releases.add({ changes, soft });
  }
}
