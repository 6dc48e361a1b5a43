import type { CellAttributes, CellDictionary } from '../../domain/segments/cell.ts';
import { type CellLimits, type CellShares, fileElsewhere } from '../../domain/segments/cell-filing.ts';
import { mapInSlices } from '../../domain/text/slices.ts';
import type { Session } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';

/** A response's combination of values, and its source. */
export interface Submission {
  readonly attributes: CellAttributes;
  readonly source: string;
}

/**
 * What was used up when a new cell found no room: the caller's share, their minute, the source's share, or the
 * limit.
 */
export type Used = 'key' | 'minute' | 'source' | 'limit';

/** The submitter, and its rights. */
export interface Filing {
  /** The id of the caller. */
  readonly maker: string;
  /** Whether the shares of caller and source apply; the database's limit always does. */
  readonly isShared: boolean;
  readonly limits: CellLimits;
  readonly permits: (attributes: CellAttributes) => boolean;
  /** Called when a new cell found no room, with what was used up. */
  readonly onUsedUp: (used: Used) => void;
}

/** The cells in memory. */
export interface KnownCells extends CellDictionary {
  readonly size: number;
  /** How many values of that attribute some cell has. */
  countValues(attribute: string): number;
  storedAs(attributes: CellAttributes): CellAttributes;
  keyOf(attributes: CellAttributes): string;
  refresh(session: Session): Promise<void>;
  reload(session: Session): Promise<void>;
}

/** Cells are added by one transaction at a time, so that shares hold for any number of processes. */
export const CELLS_LOCK = statement('cells_lock', `SELECT pg_advisory_xact_lock(${LOCKS.cells})`);

const COUNT = statement(
  'cells_count',
  `SELECT count(*)::integer AS total, (count(*) FILTER (WHERE overflow))::integer AS overflow,
      (count(*) FILTER (WHERE made_by = $1 AND NOT overflow))::integer AS key,
      (count(*) FILTER (WHERE made_by = $1 AND overflow))::integer AS "keyOverflow",
      (count(*) FILTER (WHERE made_by = $1 AND recorded_at > now() - interval '1 minute'))::integer AS minute
    FROM cell`,
);
const COUNT_SOURCES = statement(
  'cells_count_sources',
  'SELECT source, count(*)::integer AS n FROM cell WHERE source = ANY ($1::text[]) AND NOT overflow GROUP BY source',
);
const INSERT = statement(
  'cells_insert',
  `INSERT INTO cell (key, attributes, made_by, source, overflow, used)
    SELECT key, attributes, $2, source, overflow, false FROM json_to_recordset($1::json) AS new (key text, attributes jsonb, source text, overflow boolean)
    ORDER BY key ON CONFLICT (key) DO NOTHING`,
);

interface Counts {
  total: number;
  overflow: number;
  key: number;
  keyOverflow: number;
  minute: number;
}

interface Added extends Submission {
  readonly overflow: boolean;
}

/**
 * Adds the cells that there is room for, under the lock of the cells. Returns the key of the cell that each
 * submission is filed in, or null.
 */
export async function addCells(
  session: Session,
  cells: KnownCells,
  submissions: readonly Submission[],
  filing: Filing,
  shares: CellShares,
): Promise<(string | null)[]> {
  await cells.refresh(session);
  const [counts] = await session.rows<Counts>(COUNT, [filing.maker]);
  if (!counts) throw new Error('the cells were not counted');
  // Others may have been released: their place is free, and what was filed there is added again.
  if (counts.total !== cells.size) await cells.reload(session);
  const sources = [...new Set(submissions.map(({ source }) => source))];
  const counted = await session.rows<{ source: string; n: number }>(COUNT_SOURCES, [sources]);
  const plan = new Plan({
    cells,
    filing,
    shares,
    counts,
    bySource: new Map(counted.map(({ source, n }) => [source, n])),
  });
  const filed = await mapInSlices(submissions, (submission) => plan.file(submission));
  if (plan.added.size > 0) {
    const rows = [...plan.added].map(([key, added]) => ({
      ...added,
      key,
      attributes: cells.storedAs(added.attributes),
    }));
    await session.rows(INSERT, [JSON.stringify(rows), filing.maker]);
  }
  for (const used of plan.usedUp) filing.onUsedUp(used);
  return filed;
}

interface Facts {
  readonly cells: KnownCells;
  readonly filing: Filing;
  readonly shares: CellShares;
  readonly counts: Counts;
  readonly bySource: Map<string, number>;
}

/** The result of each submission, given the cells before it. */
class Plan {
  readonly added = new Map<string, Added>();
  readonly usedUp = new Set<Used>();
  readonly #values = new Map<string, Map<string, number>>();
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  file(submission: Submission): string | null {
    const { attributes, source } = submission;
    const { cells } = this.#facts;
    const key = cells.keyOf(attributes);
    if (this.#exists(key)) return key;
    const used = this.#usedUp(source);
    if (used === null) {
      this.#add(key, { ...submission, overflow: false });
      return key;
    }
    this.usedUp.add(used);
    const elsewhere = fileElsewhere(attributes, {
      exists: (candidate) => this.#exists(cells.keyOf(candidate)),
      cellsWith: (name, value) =>
        cells.ofValue(name, value).length + (this.#values.get(name)?.get(value) ?? 0),
      valuesOf: (name) => cells.countValues(name),
      permits: this.#facts.filing.permits,
      mayAdd: this.#mayAddOverflow(),
    });
    if (elsewhere === null) return null;
    const place = cells.keyOf(elsewhere);
    if (!this.#exists(place)) this.#add(place, { attributes: elsewhere, source, overflow: true });
    return place;
  }

  #exists(key: string): boolean {
    return this.#facts.cells.byKey(key) !== undefined || this.added.has(key);
  }

  #usedUp(source: string): Used | null {
    const { counts, shares, filing, bySource } = this.#facts;
    if (counts.total - counts.overflow >= shares.sent) return 'limit';
    if (!filing.isShared) return null;
    if (counts.key >= shares.key) return 'key';
    if ((bySource.get(source) ?? 0) >= shares.source) return 'source';
    return counts.minute >= shares.minute ? 'minute' : null;
  }

  #mayAddOverflow(): boolean {
    const { counts, shares, filing } = this.#facts;
    if (counts.overflow >= shares.overflow) return false;
    return !filing.isShared || counts.keyOverflow < shares.keyOverflow;
  }

  #add(key: string, added: Added): void {
    const { counts, bySource } = this.#facts;
    this.added.set(key, added);
    counts.total += 1;
    counts.minute += 1;
    if (added.overflow) {
      counts.overflow += 1;
      counts.keyOverflow += 1;
    } else {
      counts.key += 1;
      bySource.set(added.source, (bySource.get(added.source) ?? 0) + 1);
    }
    for (const [name, value] of Object.entries(added.attributes)) {
      const values = this.#values.get(name) ?? new Map<string, number>();
      this.#values.set(name, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
}
