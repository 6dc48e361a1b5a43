import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { complement } from '../../domain/disclosure/complement.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import type { Watched } from '../../domain/statistics/kaplan-meier.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { FEW, type GroupedCells, groupCells } from './grouped-cells.ts';
import { isOf } from './units.ts';

/** Who is watched from when to when. */
export interface WatchQuery {
  readonly segment: Segment;
  /** Attributes of dimensions. */
  readonly groupBy: readonly string[];
  /** First answers from this moment on, and before `to`, begin the time. */
  readonly from: Date;
  readonly to: Date;
  /** Nothing after it is known. */
  readonly asOf: Date;
  readonly confidence: number;
}

/** What reads links between answers and outcomes. */
export interface OutcomeDeps {
  /** The owner's: such links are of no caller; the cells given restrict it. */
  readonly record: Session;
  readonly cells: CellDictionary;
}

/** Null: of every class. */
export type WatchedClass = 0 | 1 | 2 | null;

/**
 * $1 cells of answers, $2 from, $3 to, $4 as of, $5 cells of outcomes. The unit is the account, or the respondent where an answer names
 * none; its class and cell are those of its first answer. Only units that are known to subscribe then are watched: by what was said last
 * before the answer, else by what is said next, where only a start says that they did not.
 */
const WATCHED = statement(
  'churn_watched',
  `WITH first AS (
      SELECT DISTINCT ON (a.unit) a.* FROM (
        SELECT coalesce(ms.root_id, r.account_id, k.subject_id) AS unit, r.answered_at, r.cell_id, r.class, r.id
        FROM response r JOIN response_key k ON k.id = r.id LEFT JOIN merged_subject ms ON ms.id = coalesce(r.account_id, k.subject_id)
        WHERE r.cell_id = ANY ($1::integer[]) AND r.answered_at >= $2 AND r.answered_at < $3 AND r.class IS NOT NULL) a
        JOIN subject_key s ON s.id = a.unit AND s.lookup IS NOT NULL
      ORDER BY a.unit, a.answered_at, a.id
    ), subscribed AS (
      SELECT f.cell_id, f.class, f.answered_at, c.at FROM first f CROSS JOIN LATERAL (
        SELECT (array_agg(o.kind ORDER BY o.at DESC, o.id DESC) FILTER (WHERE o.at <= f.answered_at))[1] AS last_kind,
          (array_agg(o.kind ORDER BY o.at, o.id) FILTER (WHERE o.at > f.answered_at))[1] AS next_kind,
          min(o.at) FILTER (WHERE o.kind = 'SUBSCRIPTION_CANCELLED' AND o.at > f.answered_at) AS at
        FROM outcome o WHERE ${isOf('o', 'f.unit')} AND NOT o.restricted AND o.cell_id = ANY ($5::integer[])
          AND o.kind IN ('SUBSCRIPTION_STARTED', 'SUBSCRIPTION_RENEWED', 'SUBSCRIPTION_CANCELLED') AND o.at <= $4) c
      WHERE CASE WHEN c.last_kind IS NULL THEN c.next_kind <> 'SUBSCRIPTION_STARTED' ELSE c.last_kind <> 'SUBSCRIPTION_CANCELLED' END
    )
    SELECT cell_id AS "cellId", class, floor(extract(epoch FROM coalesce(at, $4) - answered_at) / 86400)::integer AS time,
      at IS NOT NULL AS event, count(*)::integer AS units
    FROM subscribed WHERE answered_at <= $4 GROUP BY 1, 2, 3, 4`,
);

/** Accounts of a cell and class that were watched for so many days. */
export interface WatchedRow extends Watched {
  readonly cellId: number;
  readonly class: 0 | 1 | 2;
  readonly units: number;
}

/** In the order in which rows list them. */
export const CLASSES = [2, 1, 0] as const;

/** A group with what was counted of it. */
export interface WatchedGroup {
  readonly group: GroupedCells;
  readonly units: readonly WatchedRow[];
  /** Rows that would show a few accounts, or from which others could be subtracted until a few are left. */
  readonly hidden: ReadonlySet<WatchedClass>;
}
type Counted = Omit<WatchedGroup, 'hidden'>;
type Hidden = ReadonlySet<WatchedClass>;

/** The accounts of each group that are watched, for callers of any scope: what they may not read is not counted. */
export async function readWatched(
  deps: OutcomeDeps,
  scope: Scope,
  query: WatchQuery,
): Promise<WatchedGroup[]> {
  const groups = groupCells(deps.cells, scope, query);
  const readable = groups.flatMap(({ isReadable, cells }) => (isReadable ? cells.map(({ id }) => id) : []));
  const outcomes = visibleCells(scope, ['readResponse'], deps.cells, {}).map(({ id }) => id);
  const { from, to, asOf } = query;
  const rows = await deps.record.rows<WatchedRow>(WATCHED, [readable, from, to, asOf, outcomes]);
  const counted = groups.map((group): Counted => {
    const ids = new Set(group.cells.map(({ id }) => id));
    return { group, units: rows.filter(({ cellId }) => ids.has(cellId)) };
  });
  const hidden = hiddenRows(counted.filter(({ group, units }) => !group.mayName && units.length > 0));
  return counted.map((one) => ({ ...one, hidden: hidden.get(one.group) ?? new Set() }));
}

/** Adds them up. */
export const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);
/** The rows of one class, or all. */
export const ofClass = (rows: readonly WatchedRow[], npsClass: WatchedClass) =>
  npsClass === null ? rows : rows.filter((row) => row.class === npsClass);

/** Accounts of that class of which the caller may not see the respondents. */
export const guardedSize = (
  { group, units }: Pick<WatchedGroup, 'group' | 'units'>,
  npsClass: WatchedClass,
): number =>
  sum(ofClass(units, npsClass).flatMap(({ cellId, units: n }) => (group.guarded.has(cellId) ? [n] : [])));

/** What to hide of each group; an account is in one only. */
function hiddenRows(counted: readonly Counted[]): Map<GroupedCells, Hidden> {
  const rules = { least: FEW, together: sum };
  const place = ({ group }: Counted) => Object.values(group.values);
  const groups = complement(
    counted.map((one) => {
      const n = guardedSize(one, null);
      return { place: place(one), sizes: [n], isHidden: n < FEW };
    }),
    rules,
  );
  // The classes of a hidden group would add up to it.
  const figures = counted.flatMap((one, i) =>
    CLASSES.map((npsClass) => {
      const n = guardedSize(one, npsClass);
      return { place: [...place(one), `${npsClass}`], sizes: [n], isHidden: groups[i] === true || n < FEW };
    }),
  );
  const classes = complement(figures, rules);
  return new Map(
    counted.map(({ group }, i) => {
      const hidden = CLASSES.filter((_, at) => classes[i * CLASSES.length + at]);
      return [group, new Set(groups[i] ? [null, ...hidden] : hidden)];
    }),
  );
}
