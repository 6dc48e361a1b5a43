import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { complement } from '../../domain/disclosure/complement.ts';
import { npsInterval } from '../../domain/nps/interval.ts';
import { npsScore } from '../../domain/nps/nps.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { statement } from '../database/statement.ts';
import { allOf } from '../encryption/merged.ts';
import { FEW, groupCells } from './grouped-cells.ts';
import { isOf, MERGED_UNIT } from './units.ts';
import { type OutcomeDeps, sum } from './watched-accounts.ts';

/** How soon accounts reached a step of onboarding. TOO_EARLY: they started less than 30 days ago. */
export const SPEEDS = ['WITHIN_WEEK', 'WITHIN_MONTH', 'NOT_WITHIN_MONTH', 'TOO_EARLY'] as const;
export type Speed = (typeof SPEEDS)[number];

/** What accounts of one speed answered. Null: suppressed, or nothing was answered. */
export interface SpeedRow {
  readonly speed: Speed;
  readonly accounts: number | null;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Accounts without an answer. */
  readonly leftOut: number | null;
  readonly suppressed: boolean;
}

export interface SpeedQuery {
  readonly segment: Segment;
  readonly from: Date;
  readonly until: Date;
  readonly asOf: Date;
  readonly confidence: number;
}

/**
 * $1 cells, $2 whether the caller may not see respondents of the cell, $3 from, $4 until, $5 as of, $6 cells of everything that the caller
 * may read. The answer is the first within 90 days after the start.
 */
const SPEED = statement(
  'onboarding_speed',
  `WITH started AS (
      SELECT coalesce(ms.root_id, o.account_id, o.subject_id) AS unit, min(o.at) AS at, bool_or(g.guarded) AS guarded
      FROM unnest($1::integer[], $2::boolean[]) AS g (cell, guarded) JOIN outcome o ON o.cell_id = g.cell ${MERGED_UNIT}
      WHERE NOT o.restricted AND o.at >= $3 AND o.at < $4 AND o.at <= $5 AND o.kind = 'SUBSCRIPTION_STARTED' GROUP BY 1
    ), known AS (
      SELECT s.guarded, a.class, CASE WHEN s.at > $5::timestamptz - interval '30 days' THEN 'TOO_EARLY'
        WHEN t.at < s.at + interval '7 days' THEN 'WITHIN_WEEK' WHEN t.at < s.at + interval '30 days' THEN 'WITHIN_MONTH'
        ELSE 'NOT_WITHIN_MONTH' END AS speed
      FROM started s LEFT JOIN LATERAL (
        SELECT min(o.at) AS at FROM outcome o WHERE ${isOf('o', 's.unit')} AND NOT o.restricted
          AND o.cell_id = ANY ($6::integer[]) AND o.kind = 'ONBOARDING_STEP' AND o.at >= s.at AND o.at <= $5) t ON true
      LEFT JOIN LATERAL (
        SELECT b.class FROM (
          (SELECT r.class, r.answered_at, r.id FROM response r WHERE r.account_id = ANY (${allOf('s.unit')}) AND r.cell_id = ANY ($6::integer[])
            AND r.class IS NOT NULL AND r.answered_at >= s.at AND r.answered_at < s.at + interval '90 days' AND r.answered_at <= $5
            ORDER BY r.answered_at, r.id LIMIT 1)
          UNION ALL
          (SELECT r.class, r.answered_at, r.id FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
            WHERE k.subject_id = ANY (${allOf('s.unit')}) AND k.cell_id = ANY ($6::integer[]) AND r.class IS NOT NULL AND k.answered_at >= s.at
              AND k.answered_at < s.at + interval '90 days' AND k.answered_at <= $5 ORDER BY k.answered_at, k.id LIMIT 1)) b
        ORDER BY b.answered_at, b.id LIMIT 1) a ON true
    )
    SELECT speed, count(*) FILTER (WHERE class = 2)::integer AS promoters, count(*) FILTER (WHERE class = 1)::integer AS passives,
      count(*) FILTER (WHERE class = 0)::integer AS detractors, count(*) FILTER (WHERE class IS NULL)::integer AS "leftOut",
      count(*) FILTER (WHERE class IS NOT NULL AND guarded)::integer AS guarded,
      count(*) FILTER (WHERE class IS NULL AND guarded)::integer AS "guardedLeftOut"
    FROM known GROUP BY 1`,
);

interface Counted {
  readonly speed: Speed;
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
  readonly leftOut: number;
  readonly guarded: number;
  readonly guardedLeftOut: number;
}

/** The score of accounts that started in the window, by how soon they reached a step of onboarding. */
export async function readSpeeds(
  { record, cells }: OutcomeDeps,
  scope: Scope,
  query: SpeedQuery,
): Promise<SpeedRow[]> {
  const [group] = groupCells(cells, scope, { segment: query.segment, groupBy: [] });
  if (!group) return [];
  if (!group.isReadable) return SPEEDS.map(hiddenRow);
  const readable = visibleCells(scope, ['readResponse'], cells, {}).map(({ id }) => id);
  const parameters = [
    group.cells.map(({ id }) => id),
    group.cells.map(({ id }) => group.guarded.has(id)),
    ...[query.from, query.until, query.asOf, readable],
  ];
  const rows = (await record.rows<Counted>(SPEED, parameters)).sort(
    (a, b) => SPEEDS.indexOf(a.speed) - SPEEDS.indexOf(b.speed),
  );
  const few = (sizeOf: (row: Counted) => number, isHidden: (n: number) => boolean) =>
    group.mayName
      ? []
      : complement(
          rows.map((row) => ({ place: [row.speed], sizes: [sizeOf(row)], isHidden: isHidden(sizeOf(row)) })),
          { least: FEW, together: sum },
        );
  const hidden = few(
    ({ guarded }) => guarded,
    (n) => n < FEW,
  );
  const hiddenLeftOut = few(
    ({ guardedLeftOut }) => guardedLeftOut,
    (n) => n > 0 && n < FEW,
  );
  return rows.map((row, i): SpeedRow => {
    if (hidden[i]) return hiddenRow(row.speed);
    const interval = npsInterval(row, query.confidence);
    return {
      ...{ speed: row.speed, accounts: row.promoters + row.passives + row.detractors, score: npsScore(row) },
      ...{ low: interval?.low ?? null, high: interval?.high ?? null },
      ...{ leftOut: hiddenLeftOut[i] ? null : row.leftOut, suppressed: false },
    };
  });
}

const hiddenRow = (speed: Speed): SpeedRow => ({
  ...{ speed, accounts: null, score: null, low: null, high: null, leftOut: null },
  suppressed: true,
});
