import type { Counts } from '../../domain/nps/nps.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import type { JournalPosition } from '../journal/journal.ts';
import type { CountNotes } from './count-notes.ts';

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
  /** Learns what the counts are made from. */
  readonly notes?: CountNotes | undefined;
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

const TABLES = { DAY: 'rollup_day', HOUR: 'rollup_hour', MINUTE: 'rollup_minute' } as const;
const LEVELS: readonly CountedLevel[] = ['DAY', 'HOUR', 'MINUTE', 'FACT'];

/** The parameters of the parts of one level. */
interface PartParameters {
  readonly starts: string;
  readonly stops: string;
  readonly from: string;
  readonly until: string;
  readonly model: string;
}

/**
 * Reads the parts one by one (OFFSET 0), each by the key: as a join, each part would be compared with each row
 * if the planner has no statistics, as in the embedded database.
 */
const eachPart = (from: string, { starts, stops }: PartParameters) =>
  `unnest(${starts}, ${stops}) AS part (start, stop)
      CROSS JOIN LATERAL (${from} OFFSET 0) r`;

const rollupParts = (table: string, byCell: boolean, alone: boolean, at: PartParameters) =>
  `SELECT width_bucket(r.bucket, $1::timestamptz[]) - 1 AS interval, ${byCell ? 'r.cell_id' : '0'} AS "cellId",
      ${summed(alone)}
    FROM ${eachPart(
      `SELECT * FROM ${table} r WHERE r.bucket >= part.start AND r.bucket < part.stop
        AND r.cell_id = ANY ($2::integer[]) AND r.model_version_id = ${at.model} AND r.bucket >= ${at.from} AND r.bucket < ${at.until}`,
      at,
    )}
    GROUP BY 1${byCell ? ', 2' : ''}`;

/** Minutes whose rollups are gone: counted from the responses. */
const factParts = (byCell: boolean, kind: Kind, at: PartParameters) => {
  const fact = kind === 'surveyed' ? 'response' : 'prediction';
  const wanted = {
    surveyed: '',
    inferred: `AND r.model_version_id = ${at.model}`,
    alone: `AND r.model_version_id = ${at.model} AND NOT r.surveyed`,
  };
  return `SELECT width_bucket(r.answered_at, $1::timestamptz[]) - 1 AS interval, ${byCell ? 'r.cell_id' : '0'} AS "cellId",
        (count(*) FILTER (WHERE class = 2))::float8 AS promoters, (count(*) FILTER (WHERE class = 1))::float8 AS passives,
        (count(*) FILTER (WHERE class = 0))::float8 AS detractors
      FROM ${eachPart(
        `SELECT r.answered_at, r.cell_id, r.class FROM ${fact} r
          WHERE r.answered_at >= part.start AND r.answered_at < part.stop AND r.answered_at >= ${at.from} AND r.answered_at < ${at.until}
            AND r.cell_id = ANY ($2::integer[]) AND r.class IS NOT NULL ${wanted[kind]}`,
        at,
      )}
      GROUP BY 1${byCell ? ', 2' : ''}`;
};

/** So many entries of the journal are compared with what memory has. */
export const ENTRIES_COMPARED = 1_000;

/**
 * Parts of these levels, all in one snapshot: in two, an answer that moves between them would be counted twice or not at all. With
 * `entries` also rows without an interval: what the snapshot has of the journal beyond a position.
 */
function partsStatement(
  levels: readonly CountedLevel[],
  byCell: boolean,
  kind: Kind,
  entries: boolean,
): Statement {
  let parameters = 2;
  const next = (type: string) => {
    parameters += 1;
    return `$${parameters}::${type}`;
  };
  const model = kind === 'surveyed' ? String(SURVEYED) : next('integer');
  const selects = levels.map((level) => {
    const [starts, stops, from, until] = ['timestamptz[]', 'timestamptz[]', 'timestamptz', 'timestamptz'].map(
      next,
    ) as [string, string, string, string];
    const at = { starts, stops, from, until, model };
    return level === 'FACT'
      ? factParts(byCell, kind, at)
      : rollupParts(TABLES[level], byCell, kind === 'alone', at);
  });
  if (entries)
    selects.push(`(SELECT NULL, 0, xact::float8, position::float8, 0 FROM journal
      WHERE (xact, position) > (${next('bigint')}, ${next('bigint')}) ORDER BY xact, position LIMIT ${ENTRIES_COMPARED})`);
  const name = ['counts', ...levels, kind, byCell ? 'by_cell' : 'sum', ...(entries ? ['entries'] : [])];
  return statement(name.join('_').toLowerCase(), selects.join('\n    UNION ALL\n    '));
}

/** Every interval is one whole bucket of the table: a plain range scan by the key. */
const bucketStatement = (unit: 'DAY' | 'HOUR', byCell: boolean, alone: boolean): Statement =>
  statement(
    `buckets_${TABLES[unit]}_${variant(byCell, alone)}`,
    `SELECT (extract(epoch FROM bucket) * 1000)::float8 AS bucket, ${byCell ? 'cell_id' : '0'} AS "cellId",
      ${summed(alone)}
    FROM ${TABLES[unit]} WHERE cell_id = ANY ($1::integer[]) AND model_version_id = $2 AND bucket >= $3 AND bucket < $4
    GROUP BY 1${byCell ? ', 2' : ''}`,
  );

const KINDS = ['surveyed', 'inferred', 'alone'] as const;
const key = (...parts: readonly unknown[]): string => parts.join(' ');
/** Every selection of levels, in their order. */
const SELECTIONS = Array.from({ length: 2 ** LEVELS.length - 1 }, (_, i) =>
  LEVELS.filter((_level, place) => ((i + 1) >> place) % 2 === 1),
);

/** Every variant, each with a name of its own. */
const STATEMENTS: ReadonlyMap<string, Statement> = new Map(
  [false, true].flatMap((byCell) => [
    ...SELECTIONS.flatMap((levels) => [
      ...KINDS.map(
        (kind) => [key(levels, byCell, kind, false), partsStatement(levels, byCell, kind, false)] as const,
      ),
      // Memory has no inferred counts.
      [key(levels, byCell, 'surveyed', true), partsStatement(levels, byCell, 'surveyed', true)] as const,
    ]),
    ...[false, true].flatMap((alone) =>
      (['DAY', 'HOUR'] as const).map(
        (unit) => [key('bucket', unit, byCell, alone), bucketStatement(unit, byCell, alone)] as const,
      ),
    ),
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

/** Counts of parts of levels; the interval is that in which a part begins. */
export interface PartCounts {
  readonly rows: readonly IntervalCounts[];
  /** What the snapshot of the counts has of the journal beyond the position, up to ENTRIES_COMPARED; null: it was not asked. */
  readonly entries: readonly JournalPosition[] | null;
}

/** Counts of parts of these levels as one snapshot has them, of which each level has at least one part. */
export async function countParts(
  session: Session,
  parts: ReadonlyMap<CountedLevel, readonly TimeRange[]>,
  query: CountQuery,
  beyond?: JournalPosition,
): Promise<PartCounts> {
  const { byCell, classes } = query;
  const levels = LEVELS.filter((level) => parts.has(level));
  const counted = statementOf(levels, byCell, classes.kind, beyond !== undefined);
  const dates = (times: readonly number[]) => times.map((time) => new Date(time));
  const ofLevel = (level: CountedLevel) => {
    const list = parts.get(level) ?? [];
    const [starts, stops] = [list.map(({ from }) => from), list.map(({ until }) => until)];
    return [dates(starts), dates(stops), new Date(starts[0] ?? 0), new Date(stops.at(-1) ?? 0)];
  };
  const found = await session.rows<Omit<IntervalCounts, 'interval'> & { readonly interval: number | null }>(
    counted,
    [
      dates(query.edges),
      query.cellIds,
      ...(classes.kind === 'surveyed' ? [] : [classes.model]),
      ...levels.flatMap(ofLevel),
      ...(beyond ? [beyond.xact, beyond.position] : []),
    ],
  );
  const rows: IntervalCounts[] = [];
  const entries: JournalPosition[] = [];
  for (const { interval, ...row } of found)
    if (interval === null) entries.push({ xact: row.promoters, position: row.passives });
    else rows.push({ ...row, interval });
  return { rows, entries: beyond ? entries : null };
}

function modelOf(classes: CountedClasses): number {
  return classes.kind === 'surveyed' ? SURVEYED : classes.model;
}
