import type { Counts } from '../../domain/nps/nps.ts';
import { DAY_MS, HOUR_MS, splitByLevel, type TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';

/** Counts of one cell in one interval; `interval` is the index of the edge at which it begins. */
export interface IntervalCounts extends Counts {
  readonly interval: number;
  readonly cellId: number;
}

type Level = 'DAY' | 'HOUR' | 'MINUTE';

export interface CountQuery {
  /** Ascending whole UTC minutes, epoch milliseconds; neighbours bound one interval. */
  readonly edges: readonly number[];
  /** Which cells; the caller has already restricted them to the scope. */
  readonly cellIds: readonly number[];
  /** Separately for each cell; otherwise `cellId` is 0 and the counts are of all of them. */
  readonly byCell: boolean;
  /** Epoch milliseconds: decides which minutes still have rollups. */
  readonly now: number;
  /** Which classes: surveyed, or inferred by a model. */
  readonly classes: CountedClasses;
}

/** Inferred alone: only responses without a surveyed score. */
export type CountedClasses =
  | { readonly kind: 'surveyed' }
  | { readonly kind: 'inferred' | 'alone'; readonly model: number };
type Kind = CountedClasses['kind'];

const MINUTE_ROLLUPS_MS = 48 * 3_600_000;
/** Surveyed rows: the respondent gave the number. */
const SURVEYED = 0;

/** The columns with the counts: inferred ones of responses without a surveyed score are separate. */
const summed = (alone: boolean) =>
  ['promoters', 'passives', 'detractors']
    .map((name) => `sum(${alone ? 'alone_' : ''}${name})::float8 AS ${name}`)
    .join(', ');
const variant = (byCell: boolean, alone: boolean) => `${byCell ? 'by_cell' : 'sum'}${alone ? '_alone' : ''}`;

/**
 * Reads the parts one by one (OFFSET 0), each by the key: as a join, each part would be compared with each row
 * if the planner has no statistics, as in the embedded database.
 */
const eachPart = (from: string) => `unnest($2::timestamptz[], $3::timestamptz[]) AS part (start, stop)
      CROSS JOIN LATERAL (${from} OFFSET 0) r`;

const rollupStatement = (table: string, byCell: boolean, alone: boolean): Statement =>
  statement(
    `counts_${table}_${variant(byCell, alone)}`,
    `SELECT width_bucket(r.bucket, $1::timestamptz[]) - 1 AS interval, ${byCell ? 'r.cell_id' : '0'} AS "cellId",
      ${summed(alone)}
    FROM ${eachPart(`SELECT * FROM ${table} r WHERE r.bucket >= part.start AND r.bucket < part.stop
        AND r.cell_id = ANY ($4::integer[]) AND r.model_version_id = $5 AND r.bucket >= $6 AND r.bucket < $7`)}
    GROUP BY 1${byCell ? ', 2' : ''}`,
  );

/** Every interval is one whole bucket of the table: a plain range scan by the key. */
const bucketStatement = (table: string, byCell: boolean, alone: boolean): Statement =>
  statement(
    `buckets_${table}_${variant(byCell, alone)}`,
    `SELECT (extract(epoch FROM bucket) * 1000)::float8 AS bucket, ${byCell ? 'cell_id' : '0'} AS "cellId",
      ${summed(alone)}
    FROM ${table} WHERE cell_id = ANY ($1::integer[]) AND model_version_id = $2 AND bucket >= $3 AND bucket < $4
    GROUP BY 1${byCell ? ', 2' : ''}`,
  );

/** Minutes whose rollups are gone: counted from the responses. */
const factStatement = (byCell: boolean, kind: Kind): Statement => {
  const fact = kind === 'surveyed' ? 'response' : 'prediction';
  const wanted = {
    surveyed: '',
    inferred: 'AND r.model_version_id = $7',
    alone: 'AND r.model_version_id = $7 AND NOT r.surveyed',
  };
  return statement(
    `counts_fact_${kind}_${byCell ? 'by_cell' : 'sum'}`,
    `SELECT width_bucket(r.answered_at, $1::timestamptz[]) - 1 AS interval, ${byCell ? 'r.cell_id' : '0'} AS "cellId",
        (count(*) FILTER (WHERE class = 2))::float8 AS promoters, (count(*) FILTER (WHERE class = 1))::float8 AS passives,
        (count(*) FILTER (WHERE class = 0))::float8 AS detractors
      FROM ${eachPart(`SELECT r.answered_at, r.cell_id, r.class FROM ${fact} r
          WHERE r.answered_at >= part.start AND r.answered_at < part.stop AND r.answered_at >= $5 AND r.answered_at < $6
            AND r.cell_id = ANY ($4::integer[]) AND r.class IS NOT NULL ${wanted[kind]}`)}
      GROUP BY 1${byCell ? ', 2' : ''}`,
  );
};

const TABLES = { DAY: 'rollup_day', HOUR: 'rollup_hour', MINUTE: 'rollup_minute' } as const;
const KINDS = ['surveyed', 'inferred', 'alone'] as const;
const key = (...parts: readonly unknown[]): string => parts.join(' ');

/** Every variant, each with a name of its own. */
const STATEMENTS: ReadonlyMap<string, Statement> = new Map(
  [false, true].flatMap((byCell) => [
    ...KINDS.map((kind) => [key('FACT', byCell, kind), factStatement(byCell, kind)] as const),
    ...[false, true].flatMap((alone) => [
      ...(['DAY', 'HOUR', 'MINUTE'] as const).map(
        (level) => [key(level, byCell, alone), rollupStatement(TABLES[level], byCell, alone)] as const,
      ),
      ...(['DAY', 'HOUR'] as const).map(
        (unit) => [key('bucket', unit, byCell, alone), bucketStatement(TABLES[unit], byCell, alone)] as const,
      ),
    ]),
  ]),
);

function statementOf(...parts: readonly unknown[]): Statement {
  const found = STATEMENTS.get(key(...parts));
  if (!found) throw new Error(`there is no statement for ${key(...parts)}`);
  return found;
}

/**
 * Intervals, and rows of single cells, per statement: others wait for the embedded database, and rows are
 * objects here.
 */
const INTERVALS_AT_ONCE = 500;
const ROWS_AT_ONCE = 20_000;

/**
 * Passes on the counts of the intervals between the edges, from the coarsest rollups that fit: whole UTC days,
 * whole UTC hours, and minutes for the rest (where a zone's offset splits an hour). Intervals without responses
 * have no row. A long series is read part by part, so that it blocks neither the database nor this process.
 */
export async function eachInterval(
  session: Session,
  query: CountQuery,
  take: (counts: IntervalCounts) => void,
): Promise<void> {
  const { edges, cellIds, byCell } = query;
  const cells = byCell ? Math.max(1, cellIds.length) : 1;
  const size = Math.max(1, Math.min(INTERVALS_AT_ONCE, Math.floor(ROWS_AT_ONCE / cells)));
  for (let first = 0; first + 1 < edges.length; first += size) {
    const part = { ...query, edges: edges.slice(first, first + size + 1) };
    const rows = await countIntervals(session, part);
    for (const row of rows) take(first === 0 ? row : { ...row, interval: row.interval + first });
  }
}

/** The same in one array, for few intervals. */
export async function countIntervals(session: Session, query: CountQuery): Promise<IntervalCounts[]> {
  if (query.cellIds.length === 0 || query.edges.length < 2) return [];
  const unit = bucketUnit(query.edges);
  if (unit !== null) return countBuckets(session, unit, query);
  const parts = partsByLevel(query.edges, query.now);
  const answers = await Promise.all(
    (Object.keys(parts) as (keyof typeof parts)[])
      .filter((level) => parts[level].length > 0)
      .map((level) => countParts(session, level, parts[level], query)),
  );
  return answers.flat();
}

/** The bucket that every interval exactly equals, or null. */
function bucketUnit(edges: readonly number[]): 'DAY' | 'HOUR' | null {
  const [first = 0, second = 0] = edges;
  const size = second - first;
  if ((size !== DAY_MS && size !== HOUR_MS) || first % size !== 0) return null;
  if (!edges.every((edge, index) => edge === first + index * size)) return null;
  return size === DAY_MS ? 'DAY' : 'HOUR';
}

async function countBuckets(
  session: Session,
  unit: 'DAY' | 'HOUR',
  query: CountQuery,
): Promise<IntervalCounts[]> {
  const { edges, cellIds, byCell, classes } = query;
  const alone = classes.kind === 'alone';
  const counted = statementOf('bucket', unit, byCell, alone);
  const [first = 0, second = 0] = edges;
  const bounds = [new Date(first), new Date(edges.at(-1) ?? 0)];
  const rows = await session.rows<Counts & { bucket: number; cellId: number }>(counted, [
    cellIds,
    modelOf(classes),
    ...bounds,
  ]);
  return rows.map((row) => ({ ...row, interval: (row.bucket - first) / (second - first) }));
}

function countParts(session: Session, level: Level | 'FACT', parts: readonly TimeRange[], query: CountQuery) {
  const { byCell, classes } = query;
  const { kind } = classes;
  const alone = kind === 'alone';
  const counted = statementOf(level, byCell, level === 'FACT' ? kind : alone);
  const dates = (times: readonly number[]) => times.map((time) => new Date(time));
  const bounds = [new Date(parts[0]?.from ?? 0), new Date(parts.at(-1)?.until ?? 0)];
  return session.rows<IntervalCounts>(counted, [
    dates(query.edges),
    dates(parts.map(({ from }) => from)),
    dates(parts.map(({ until }) => until)),
    query.cellIds,
    ...(level === 'FACT' ? [] : [modelOf(classes)]),
    ...bounds,
    ...(level === 'FACT' && kind !== 'surveyed' ? [modelOf(classes)] : []),
  ]);
}

function modelOf(classes: CountedClasses): number {
  return classes.kind === 'surveyed' ? SURVEYED : classes.model;
}

/** The parts of all intervals by level, neighbours joined. */
function partsByLevel(edges: readonly number[], now: number) {
  const parts: Record<Level | 'FACT', { from: number; until: number }[]> = {
    DAY: [],
    HOUR: [],
    MINUTE: [],
    FACT: [],
  };
  const oldestMinute = now - MINUTE_ROLLUPS_MS;
  for (let i = 0; i + 1 < edges.length; i++) {
    const interval = { from: edges[i] as number, until: edges[i + 1] as number };
    for (const { level, from, until } of splitByLevel(interval)) {
      const list = parts[level === 'MINUTE' && from < oldestMinute ? 'FACT' : level];
      const last = list.at(-1);
      if (last?.until === from) last.until = until;
      else list.push({ from, until });
    }
  }
  return parts;
}

/** Along the key: rows deleted before are not visited again. */
const PURGE = statement(
  'rollup_minute_purge',
  `DELETE FROM rollup_minute r USING (
      SELECT cell_id, model_version_id, bucket FROM rollup_minute
      WHERE bucket < $1 AND (cell_id, model_version_id, bucket) > ($2::integer, $3::integer, $4::timestamptz)
      ORDER BY cell_id, model_version_id, bucket LIMIT $5
    ) old WHERE r.cell_id = old.cell_id AND r.model_version_id = old.model_version_id AND r.bucket = old.bucket AND r.bucket < $1
    RETURNING r.cell_id AS "cellId", r.model_version_id AS model, r.bucket`,
);
const PURGED_AT_ONCE = 5_000;

interface PurgedKey {
  readonly cellId: number;
  readonly model: number;
  readonly bucket: Date;
}

/** Removes minute rollups that readers no longer use, batch by batch. */
export async function purgeMinuteRollups(
  session: Session,
  now: number,
  batch = PURGED_AT_ONCE,
): Promise<void> {
  const before = new Date(now - MINUTE_ROLLUPS_MS - 2 * 3_600_000);
  let after: PurgedKey | undefined = { cellId: -1, model: 0, bucket: before };
  while (after) {
    const from: PurgedKey = after;
    const parameters = [before, from.cellId, from.model, from.bucket, batch];
    const purged = await session.rows<PurgedKey>(PURGE, parameters);
    after = purged.sort(byKey).at(-1);
  }
}

const byKey = (a: PurgedKey, b: PurgedKey) =>
  a.cellId - b.cellId || a.model - b.model || a.bucket.getTime() - b.bucket.getTime();
