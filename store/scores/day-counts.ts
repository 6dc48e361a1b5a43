import type { CellDay } from '../../domain/detection/series.ts';
import type { Counts } from '../../domain/nps/nps.ts';
import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

const DAY_MS = 86_400_000;
/** Days per statement: the embedded database answers one at a time. */
const DAYS_AT_ONCE = 120;

const READ = statement(
  'day_counts',
  `SELECT (extract(epoch FROM bucket) / 86400)::float8 AS day, cell_id AS "cellId", promoters, passives, detractors
    FROM rollup_day WHERE cell_id = ANY ($1::integer[]) AND model_version_id = 0 AND bucket >= $2 AND bucket < $3
    ORDER BY bucket, cell_id`,
);
const FIRST = statement(
  'day_counts_first',
  `SELECT (extract(epoch FROM min(bucket)) / 86400)::float8 AS day FROM rollup_day
    WHERE cell_id = ANY ($1::integer[]) AND model_version_id = 0 AND bucket >= $2`,
);

const EXTENT = statement(
  'day_counts_extent',
  `SELECT coalesce(sum(hashint8extended(cell_id::bigint << 32 | extract(epoch FROM bucket)::bigint / 86400,
      promoters::bigint << 42 # passives::bigint << 21 # detractors)), 0)::text AS extent
    FROM rollup_day WHERE model_version_id = 0 AND bucket >= $1 AND bucket < $2`,
);
const SUMS = statement(
  'day_counts_sums',
  `SELECT cell_id AS "cellId", sum(promoters)::float8 AS promoters, sum(passives)::float8 AS passives, sum(detractors)::float8 AS detractors
    FROM rollup_day WHERE cell_id = ANY ($1::integer[]) AND model_version_id = 0 AND bucket >= $2 AND bucket < $3 GROUP BY cell_id`,
);

/** Changes when surveyed answers of these days (since 1970 in UTC) are added, moved to another day or cell, or corrected. */
export async function readDayExtent(session: OwnerSession, from: number, until: number): Promise<string> {
  const days = [new Date(from * DAY_MS), new Date(until * DAY_MS)];
  const [row] = await session.rows<{ extent: string }>(EXTENT, days);
  return row?.extent ?? '';
}

/** Surveyed answers of these days by cell; the caller has restricted the cells. */
export async function readDaySums(
  session: Session,
  cellIds: readonly number[],
  from: number,
  until: number,
): Promise<Map<number, Counts>> {
  if (cellIds.length === 0) return new Map();
  const days = [new Date(from * DAY_MS), new Date(until * DAY_MS)];
  const rows = await session.rows<Counts & { readonly cellId: number }>(SUMS, [cellIds, ...days]);
  return new Map(rows.map(({ cellId, ...counts }) => [cellId, counts]));
}

/** Surveyed answers by cell and day (days since 1970 in UTC), in the order of days; the caller has restricted the cells. */
export async function* readDayCounts(
  session: Session,
  cellIds: readonly number[],
  from: number,
  until: number,
): AsyncGenerator<CellDay[]> {
  if (cellIds.length === 0) return;
  const [first] = await session.rows<{ day: number | null }>(FIRST, [cellIds, new Date(from * DAY_MS)]);
  if (first?.day == null) return;
  for (let day = first.day; day < until; day += DAYS_AT_ONCE) {
    const end = Math.min(until, day + DAYS_AT_ONCE);
    yield await session.rows<CellDay>(READ, [cellIds, new Date(day * DAY_MS), new Date(end * DAY_MS)]);
  }
}
