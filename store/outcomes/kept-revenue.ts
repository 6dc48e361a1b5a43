import { meanOf, ratioOf } from '../../domain/outcomes/ratio.ts';
import { statement } from '../database/statement.ts';
import { resolved } from '../encryption/merged.ts';
import type { DraftOf, KpiRow } from './kpi-drafts.ts';
import { isOf, MERGED_UNIT } from './units.ts';

/*
 * What accounts are worth over time: what those that paid before pay now, and what those that began have paid so far. $1 cells, $2 the
 * group of each, $3 from, $4 until, $5 whether the caller may not see respondents of the cell.
 */

const SIGNED = "CASE o.kind WHEN 'PAYMENT' THEN o.amount ELSE -o.amount END";
/** $6 where the period before begins. */
export const KEPT = statement(
  'kpi_kept',
  `WITH paid AS (
      SELECT place, currency, bool_or(guarded) AS guarded, coalesce(sum(units) FILTER (WHERE at >= $3), 0)::float8 AS now,
        coalesce(sum(units) FILTER (WHERE at < $3), 0)::float8 AS before
      FROM (SELECT g.place, g.guarded, o.currency, o.at, coalesce(ms.root_id, o.account_id, o.subject_id) AS unit, ${SIGNED} AS units
        FROM unnest($1::integer[], $2::integer[], $5::boolean[]) AS g (cell, place, guarded) JOIN outcome o ON o.cell_id = g.cell ${MERGED_UNIT}
        WHERE NOT o.restricted AND o.at >= $6 AND o.at < $4 AND o.kind IN ('PAYMENT', 'REFUND')) o
      GROUP BY place, currency, unit
    ), grown AS (SELECT *, greatest(0, now - before) AS more FROM paid WHERE before > 0)
    SELECT a.*, coalesce(b."leftOut", 0) AS "leftOut", coalesce(b."guardedLeftOut", 0) AS "guardedLeftOut" FROM (
      SELECT place, currency, count(*)::integer AS n, count(*) FILTER (WHERE guarded)::integer AS guarded,
        count(*) FILTER (WHERE guarded AND more > 0)::integer AS "guardedGrown", sum(before) AS x, sum(before * before) AS xx,
        sum(now) AS y, sum(now * before) AS xy, sum(now * now) AS yy, sum(more) AS more, sum(more * before) AS "xMore",
        sum(more * more) AS "moreMore" FROM grown GROUP BY 1, 2) a
      LEFT JOIN (SELECT place, currency, count(*)::integer AS "leftOut", count(*) FILTER (WHERE guarded)::integer AS "guardedLeftOut"
        FROM paid WHERE before <= 0 AND now > 0 GROUP BY 1, 2) b USING (place, currency)
    ORDER BY 1, 2`,
);

/** Sums over the accounts of a group that paid before: x what they paid before, y what they pay now. */
export interface KeptRow {
  readonly place: number;
  readonly currency: string;
  readonly n: number;
  readonly guarded: number;
  readonly guardedGrown: number;
  readonly x: number;
  readonly xx: number;
  readonly y: number;
  readonly xy: number;
  readonly yy: number;
  readonly more: number;
  readonly xMore: number;
  readonly moreMore: number;
  readonly leftOut: number;
  readonly guardedLeftOut: number;
}

/**
 * Of accounts whose first subscription of all started in the window, in days after it. $6 cells of everything that the caller may read,
 * $7 as of, $8 days. Those that paid nothing are in the mean of each currency.
 */
export const LIFETIME = statement(
  'kpi_lifetime',
  `WITH started AS (
      SELECT g.place, coalesce(ms.root_id, o.account_id, o.subject_id) AS unit, min(o.at) AS at, bool_or(g.guarded) AS guarded
      FROM unnest($1::integer[], $2::integer[], $5::boolean[]) AS g (cell, place, guarded) JOIN outcome o ON o.cell_id = g.cell ${MERGED_UNIT}
      WHERE NOT o.restricted AND o.at >= $3 AND o.at < $4 AND o.kind = 'SUBSCRIPTION_STARTED' GROUP BY 1, 2
    ), cohort AS (
      SELECT s.*, s.at <= $7::timestamptz - make_interval(days => $8::integer) AS followed FROM started s
      WHERE NOT EXISTS (SELECT FROM outcome e WHERE ${isOf('e', 's.unit')} AND NOT e.restricted
        AND e.cell_id = ANY ($6::integer[]) AND starts_with(e.kind, 'SUBSCRIPTION_') AND e.at < s.at)
    ), worth AS (
      SELECT c.place, c.unit, c.guarded, o.currency, coalesce(sum(${SIGNED}), 0)::float8 AS units
      FROM cohort c LEFT JOIN outcome o ON ${isOf('o', 'c.unit')} AND ${resolved('coalesce(o.account_id, o.subject_id)')} = c.unit
        AND NOT o.restricted AND o.cell_id = ANY ($6::integer[]) AND o.kind IN ('PAYMENT', 'REFUND') AND o.at >= c.at
        AND o.at < c.at + make_interval(days => $8::integer)
      WHERE c.followed GROUP BY 1, 2, 3, 4
    ), free AS (
      SELECT place, count(*)::integer AS n, count(*) FILTER (WHERE guarded)::integer AS guarded FROM worth WHERE currency IS NULL GROUP BY 1
    ), later AS (
      SELECT place, count(*)::integer AS n, count(*) FILTER (WHERE guarded)::integer AS guarded FROM cohort WHERE NOT followed GROUP BY 1
    )
    SELECT w.place, w.currency, count(*)::integer + coalesce(max(f.n), 0) AS n,
      count(*) FILTER (WHERE w.guarded)::integer + coalesce(max(f.guarded), 0) AS guarded, sum(w.units) AS y,
      sum(w.units * w.units) AS yy, coalesce(max(l.n), 0) AS "leftOut", coalesce(max(l.guarded), 0) AS "guardedLeftOut"
    FROM worth w LEFT JOIN free f ON f.place = w.place LEFT JOIN later l ON l.place = w.place
    WHERE w.currency IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
);

/** Of accounts of a group, what they paid within the days. */
export interface LifetimeRow {
  readonly place: number;
  readonly currency: string;
  readonly n: number;
  readonly guarded: number;
  readonly y: number;
  readonly yy: number;
  readonly leftOut: number;
  readonly guardedLeftOut: number;
}

/** Net retention and expansion of one group and currency. */
export function keptDrafts<Draft>(row: KeptRow, confidence: number, draft: DraftOf<Draft>): Draft[] {
  const { currency, n, x, xx, leftOut, guardedLeftOut, guarded, guardedGrown } = row;
  const kept = ratioOf({ n, x, xx, y: row.y, xy: row.xy, yy: row.yy }, confidence);
  const grown = ratioOf({ n, x, xx, y: row.more, xy: row.xMore, yy: row.moreMore }, confidence);
  const figures: Partial<KpiRow> = { currency, n, leftOut };
  return [
    draft('NET_REVENUE_RETENTION', [guarded], { ...figures, ...kept }, guardedLeftOut),
    // What the others added is a difference too.
    draft('EXPANSION', [guardedGrown, guarded - guardedGrown], { ...figures, ...grown }, guardedLeftOut),
  ];
}

/** The value per account so far of one group and currency. */
export function lifetimeDraft<Draft>(
  { currency, n, guarded, y, yy, leftOut, guardedLeftOut }: LifetimeRow,
  unit: number,
  confidence: number,
  draft: DraftOf<Draft>,
): Draft {
  const mean = meanOf(n, y / unit, yy / unit / unit, confidence);
  return draft('LIFETIME_VALUE', [guarded], { currency, n, leftOut, ...mean }, guardedLeftOut);
}
