import { DAY_MS, type TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

const LEVELS = statement(
  'rollup_levels',
  `SELECT (extract(epoch FROM coalesce(d.bucket, h.bucket)) * 1000)::float8 AS bucket, coalesce(d.cell_id, h.cell_id) AS "cellId",
      coalesce(d.n, 0) AS day, coalesce(h.n, 0)::integer AS hours
    FROM (SELECT * FROM rollup_day WHERE cell_id = ANY ($1::integer[]) AND model_version_id = ANY ($2::integer[])
        AND bucket >= $3 AND bucket < $4) d
      FULL JOIN (
        SELECT cell_id, model_version_id, date_trunc('day', bucket, 'UTC') AS bucket, sum(n) AS n, sum(promoters) AS promoters,
          sum(detractors) AS detractors
        FROM rollup_hour WHERE cell_id = ANY ($1::integer[]) AND model_version_id = ANY ($2::integer[])
          AND bucket >= $3 AND bucket < $4 GROUP BY 1, 2, 3
      ) h USING (cell_id, model_version_id, bucket)
    WHERE coalesce(d.n, 0) <> coalesce(h.n, 0) OR coalesce(d.promoters, 0) <> coalesce(h.promoters, 0)
      OR coalesce(d.detractors, 0) <> coalesce(h.detractors, 0)
    ORDER BY 1, 2 LIMIT 1`,
);

/** The first day in the range (whole UTC days only) whose rollup is not the sum of its hours, or null. */
export async function findLevelOffence(
  session: Session,
  range: TimeRange,
  models: readonly number[],
  cellIds: readonly number[],
): Promise<{ bucket: number; cellId: number; day: number; hours: number } | null> {
  const from = new Date(Math.ceil(range.from / DAY_MS) * DAY_MS);
  const until = new Date(Math.floor(range.until / DAY_MS) * DAY_MS);
  const [row] = await session.rows<{ bucket: number; cellId: number; day: number; hours: number }>(LEVELS, [
    cellIds,
    models,
    from,
    until,
  ]);
  return row ?? null;
}
