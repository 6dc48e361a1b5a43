import type { RollupKey } from '../../domain/lineage/lineage.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import { GIVEN_FED, given, type SelectionParameters } from './lineage.ts';

/** The selected hour rollups of one cell under one model version. */
export interface TouchedSegment {
  /** The cell's public key. */
  readonly cell: string;
  readonly model: number;
  readonly rollups: number;
  /** Responses (for a model version: inferred classes) that the selection counts there. */
  readonly responses: number;
  /** Hours since 1970. */
  readonly firstHour: number;
  readonly lastHour: number;
}

const HOUR = (column: string) => `floor(extract(epoch FROM ${column}) / 3600)::integer`;
const CELLS = 'SELECT id FROM cell WHERE key = ANY ($1::text[])';
const MAPPINGS = 'SELECT id FROM mapping_version WHERE key = ANY ($5::text[])';
const IN_RANGE = `t.cell_id = ANY (ARRAY(${CELLS})) AND t.bucket >= $2 AND t.bucket < $3
  AND ($4::integer[] IS NULL OR t.model_version_id = ANY ($4)) AND t.n > 0`;

/** Rows are cut before they are summed, so that the bound applies to what is read. */
const segmentsStatement = (fed: boolean): Statement =>
  statement(
    `impact_segments${fed ? '_fed' : ''}`,
    `WITH touched AS (
      SELECT t.cell_id, t.model_version_id, t.bucket, t.n FROM ${fed ? 'rollup_mapping' : 'rollup_hour'} t
      WHERE ${IN_RANGE} AND ${fed ? `t.mapping_version_id = ANY (ARRAY(${MAPPINGS}))` : '$5::text[] IS NULL'} LIMIT $6)
    SELECT c.key AS cell, s.model, s.rollups, s.read, s.responses, s."firstHour", s."lastHour" FROM (
      SELECT t.cell_id, t.model_version_id AS model, count(DISTINCT t.bucket)::integer AS rollups,
        count(*)::integer AS read, sum(t.n)::float8 AS responses,
        ${HOUR('min(t.bucket)')} AS "firstHour", ${HOUR('max(t.bucket)')} AS "lastHour"
      FROM touched t GROUP BY t.cell_id, t.model_version_id) s JOIN cell c ON c.id = s.cell_id
    ORDER BY c.key COLLATE "C", s.model`,
  );
const SEGMENTS = segmentsStatement(false);
const SEGMENTS_FED = segmentsStatement(true);

/**
 * The selected hour rollups summed by cell and model version, in the order of those. Null when that would take
 * more than `bound` rows.
 */
export async function readTouchedSegments(
  session: Session,
  selection: SelectionParameters,
  bound: number,
): Promise<TouchedSegment[] | null> {
  const { cells, fromHour, untilHour, mappings, models } = selection;
  const rows = await session.rows<TouchedSegment & { read: number }>(mappings ? SEGMENTS_FED : SEGMENTS, [
    cells,
    new Date(fromHour * HOUR_MS),
    new Date(untilHour * HOUR_MS),
    models,
    mappings,
    bound + 1,
  ]);
  if (rows.reduce((sum, { read }) => sum + read, 0) > bound) return null;
  return rows.map(({ read: _, ...segment }) => segment);
}

const COUNTS = statement(
  'impact_counts',
  `SELECT given.place::integer - 1 AS place, sum(f.n)::float8 AS responses FROM ${GIVEN_FED}
    WHERE $4::text[] IS NULL OR m.key = ANY ($4) GROUP BY given.place`,
);

/** How many responses the mappings (null: any) brought to each of the rollups, in their order. */
export async function readRollupCounts(
  session: Session,
  rollups: readonly RollupKey[],
  mappings: readonly string[] | null,
): Promise<number[]> {
  const counts = rollups.map(() => 0);
  const rows = await session.rows<{ place: number; responses: number }>(COUNTS, [
    ...given(rollups),
    mappings,
  ]);
  for (const { place, responses } of rows) counts[place] = responses;
  return counts;
}
