import type { Counts } from '../../domain/nps/nps.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import type { ReadPlace } from './read-place.ts';

/** Counts of one cell in one interval; `interval` is the index of the edge at which it begins. */
export interface IntervalCounts extends Counts {
  readonly interval: number;
  readonly cellId: number;
}

/** Of rollups; FACT: the responses themselves. */
export type CountedLevel = 'DAY' | 'HOUR' | 'MINUTE' | 'FACT';

export interface CountQuery {
  /** Ascending whole UTC minutes, epoch milliseconds; neighbours bound one interval. */
  readonly edges: readonly number[];
  /** Which cells; the caller has already restricted them to the scope. */
  readonly cellIds: readonly number[];
  /** Separately for each cell; otherwise `cellId` is 0 and the counts are of all of them. */
  readonly byCell: boolean;
  /** With `byCell`: disjoint lists of all of the cells; those of one list may be added up under the id of its first. */
  readonly groups?: readonly (readonly number[])[];
  /** Epoch milliseconds: decides which minutes still have rollups. */
  readonly now: number;
  /** Which classes: surveyed, or inferred by a model. */
  readonly classes: CountedClasses;
  /** Learns which position of the journal the counts are of. */
  readonly place?: ReadPlace | undefined;
}

/** Inferred alone: only responses without a surveyed score. */
export type CountedClasses =
  | { readonly kind: 'surveyed' }
  | { readonly kind: 'inferred' | 'alone'; readonly model: number };
type Kind = CountedClasses['kind'];

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

/** Counts of intervals each of which is exactly one bucket of the table. */
export async function countBuckets(
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

/** Counts of parts of one level; the interval is that in which a part begins. */
export function countParts(
  session: Session,
  level: CountedLevel,
  parts: readonly TimeRange[],
  query: CountQuery,
) {
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
