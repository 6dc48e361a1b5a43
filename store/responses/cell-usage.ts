import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** How many cells one caller, or the responses of one source, added. */
export interface CellsOf {
  /** A caller's id or a source; null: from before it was recorded. */
  readonly by: string | null;
  /** The name of the key, if it is one. */
  readonly name: string | null;
  readonly cells: number;
  /** How many of these have "other" in place of a value that found no room. */
  readonly overflow: number;
}

/** How many cells the database has, and who added the most. */
export interface CellUsage {
  readonly cells: number;
  readonly overflow: number;
  readonly makers: readonly CellsOf[];
  readonly sources: readonly CellsOf[];
}

const TOTAL = statement(
  'cell_usage',
  `SELECT count(*)::integer AS cells, (count(*) FILTER (WHERE overflow))::integer AS overflow FROM cell`,
);
const MAKERS = statement(
  'cell_usage_makers',
  `SELECT c.by, k.name, c.cells, c.overflow FROM (
      SELECT made_by AS by, count(*)::integer AS cells, (count(*) FILTER (WHERE overflow))::integer AS overflow
      FROM cell GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $1) c
    LEFT JOIN api_key k ON c.by = 'ApiKey:' || k.id ORDER BY c.cells DESC, c.by`,
);
const SOURCES = statement(
  'cell_usage_sources',
  `SELECT source AS by, NULL AS name, count(*)::integer AS cells, (count(*) FILTER (WHERE overflow))::integer AS overflow
    FROM cell GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT $1`,
);

/** The `most` callers who added the most cells. */
export function readCellMakers(session: Session, most: number): Promise<CellsOf[]> {
  return session.rows<CellsOf>(MAKERS, [most]);
}

/** Counts the database's cells, and those of the `most` callers and sources with the most. */
export async function readCellUsage(session: Session, most: number): Promise<CellUsage> {
  const [total] = await session.rows<{ cells: number; overflow: number }>(TOTAL, []);
  return {
    cells: total?.cells ?? 0,
    overflow: total?.overflow ?? 0,
    makers: await readCellMakers(session, most),
    sources: await session.rows<CellsOf>(SOURCES, [most]),
  };
}
