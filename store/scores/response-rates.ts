import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { shareInterval } from '../../domain/drivers/theme-shares.ts';
import { total } from '../../domain/nps/nps.ts';
import { groupCells } from '../../domain/scores/score.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import type { TimeRange } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { eachInterval } from './rollups.ts';

/** How many of a group were invited in a window, and how many answered in it. */
export interface ResponseRate {
  /** The values by attribute. */
  readonly group: Readonly<Record<string, string>>;
  readonly invited: number;
  /** Answers with a score. */
  readonly answered: number;
  /** How many of those invited began to answer; null: of some it is not known. */
  readonly started: number | null;
  /** Of those who began, how many gave up: 0..1; null where `started` is not known, or more answered. */
  readonly abandonment: number | null;
  /** Of those invited, 0..1, with Wilson's interval; null without invitations, or with more answers than invitations. */
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /**
   * What an answer of the group counts, so that each group counts as much as its share of the invitations: that share divided by its
   * share of the answers. Null without answers or invitations.
   */
  readonly weight: number | null;
}

export interface RateQuery {
  readonly segment: Segment;
  readonly range: TimeRange;
  /** Attributes to group by. */
  readonly by: readonly string[];
  readonly confidence: number;
}

interface RateDeps {
  /** The caller's. */
  readonly store: Session;
  readonly cells: CellDictionary;
  readonly now: () => number;
}

const INVITED = statement(
  'invitations_by_cell',
  `SELECT cell_id AS "cellId", sum(invited)::float8 AS invited,
      CASE WHEN bool_and(started IS NOT NULL OR invited = 0) THEN sum(started)::float8 END AS started FROM invitation
    WHERE cell_id = ANY ($1::integer[]) AND at >= $2 AND at < $3 GROUP BY 1`,
);

/**
 * Response rates by group, of cells whose scores and responses the scope reads: counts of few people are theirs to read one by one. Groups
 * with neither invitations nor answers are left out; without groups there is one row.
 */
export async function readResponseRates(
  { store, cells, now }: RateDeps,
  scope: Scope,
  { segment, range, by, confidence }: RateQuery,
): Promise<ResponseRate[]> {
  const visible = visibleCells(scope, ['readScore', 'readResponse'], cells, segment);
  const cellIds = visible.map(({ id }) => id);
  const invited = new Map<number, number>();
  const started = new Map<number, number | null>();
  const answered = new Map<number, number>();
  const { from, until } = range;
  for (const row of await store.rows<{ cellId: number; invited: number; started: number | null }>(INVITED, [
    cellIds,
    new Date(from),
    new Date(until),
  ])) {
    invited.set(row.cellId, row.invited);
    started.set(row.cellId, row.started);
  }
  const counted = {
    edges: [from, until],
    cellIds,
    byCell: true,
    now: now(),
    classes: { kind: 'surveyed' },
  } as const;
  if (cellIds.length > 0)
    await eachInterval(store, counted, (row) => {
      answered.set(row.cellId, (answered.get(row.cellId) ?? 0) + total(row));
    });
  const groups = groupCells(visible, by).map(({ group, cells: of }) => ({
    group,
    invited: of.reduce((sum, { id }) => sum + (invited.get(id) ?? 0), 0),
    answered: of.reduce((sum, { id }) => sum + (answered.get(id) ?? 0), 0),
    started: startedOf(of, started),
  }));
  const listed = groups.filter((one) => by.length === 0 || one.invited > 0 || one.answered > 0);
  const all = {
    invited: listed.reduce((sum, one) => sum + one.invited, 0),
    answered: listed.reduce((sum, one) => sum + one.answered, 0),
  };
  return listed.map((one) => ({
    ...one,
    ...rateOf(one, confidence),
    abandonment:
      one.started === null || one.started < one.answered || one.started === 0
        ? null
        : 1 - one.answered / one.started,
    weight: weightOf(one, all),
  }));
}

/** The sum over the cells in which someone was invited; null where there is none, or of some it is not known. */
function startedOf(
  cells: readonly { readonly id: number }[],
  started: ReadonlyMap<number, number | null>,
): number | null {
  const known = cells.flatMap(({ id }) => (started.has(id) ? [started.get(id) ?? null] : []));
  if (known.length === 0 || known.includes(null)) return null;
  return known.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}

interface Numbers {
  readonly invited: number;
  readonly answered: number;
}

function rateOf({ invited, answered }: Numbers, confidence: number) {
  const interval = answered > invited ? null : shareInterval(answered, invited, confidence);
  if (!interval) return { rate: null, low: null, high: null };
  return { rate: answered / invited, ...interval };
}

function weightOf(one: Numbers, all: Numbers): number | null {
  if (one.invited === 0 || one.answered === 0) return null;
  return one.invited / all.invited / (one.answered / all.answered);
}
