import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { shareInterval } from '../../domain/drivers/theme-shares.ts';
import { majorUnits } from '../../domain/outcomes/money.ts';
import { meanOf } from '../../domain/outcomes/ratio.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { statement } from '../database/statement.ts';
import { allOf } from '../encryption/merged.ts';
import { type GroupedCells, groupCells } from './grouped-cells.ts';
import { KEPT, type KeptRow, keptDrafts, LIFETIME, type LifetimeRow, lifetimeDraft } from './kept-revenue.ts';
import { type Draft, type DraftOf, KPIS, type KpiRow, rowsOfDrafts } from './kpi-drafts.ts';
import { isOf, MERGED_UNIT } from './units.ts';
import type { OutcomeDeps } from './watched-accounts.ts';

/** What is asked of a window. */
export interface KpiQuery {
  readonly segment: Segment;
  readonly groupBy: readonly string[];
  readonly from: Date;
  readonly until: Date;
  /** Where the period begins that ends with `from`, with which the window is compared. */
  readonly before: Date;
  /** Nothing after it is known. */
  readonly asOf: Date;
  /** What an account paid so many days after it began is its lifetime value. */
  readonly lifetimeDays: number;
  readonly confidence: number;
}

/** $1 cells, $2 the group of each, $3 from, $4 until, $5 whether the caller may not see respondents of the cell. */
const OUTCOMES = `SELECT o.*, g.place, g.guarded, coalesce(ms.root_id, o.account_id, o.subject_id) AS unit
    FROM unnest($1::integer[], $2::integer[], $5::boolean[]) AS g (cell, place, guarded) JOIN outcome o ON o.cell_id = g.cell
      ${MERGED_UNIT}
    WHERE NOT o.restricted AND o.at >= $3 AND o.at < $4`;
/** At risk: of accounts whose last answer within a year before the end is a detractor's. $6: cells of answers. */
const MONEY = statement(
  'kpi_money',
  `WITH paid AS (
      SELECT place, currency, unit, bool_or(guarded) AS guarded, sum(CASE kind WHEN 'PAYMENT' THEN amount ELSE -amount END) AS units
      FROM (${OUTCOMES} AND o.kind IN ('PAYMENT', 'REFUND')) o GROUP BY 1, 2, 3
    )
    SELECT p.place, p.currency, sum(p.units)::float8 AS units, count(*)::integer AS accounts,
      coalesce(sum(p.units) FILTER (WHERE a.class = 0), 0)::float8 AS "atRisk",
      count(*) FILTER (WHERE a.class = 0)::integer AS "accountsAtRisk",
      count(*) FILTER (WHERE p.guarded)::integer AS guarded,
      count(*) FILTER (WHERE p.guarded AND a.class = 0)::integer AS "guardedAtRisk",
      sum(p.units::float8 * p.units)::float8 AS squares, count(*) FILTER (WHERE a.class IS NULL)::integer AS "leftOut",
      count(*) FILTER (WHERE p.guarded AND a.class IS NULL)::integer AS "guardedLeftOut"
    FROM paid p LEFT JOIN LATERAL (
      SELECT b.class FROM (
        (SELECT r.class, r.answered_at, r.id FROM response r WHERE r.account_id = ANY (${allOf('p.unit')}) AND r.cell_id = ANY ($6::integer[])
          AND r.class IS NOT NULL AND r.answered_at < $4 AND r.answered_at >= $4::timestamptz - interval '1 year'
          ORDER BY r.answered_at DESC, r.id DESC LIMIT 1)
        UNION ALL
        (SELECT r.class, r.answered_at, r.id FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
          WHERE k.subject_id = ANY (${allOf('p.unit')}) AND k.cell_id = ANY ($6::integer[]) AND r.class IS NOT NULL AND k.answered_at < $4
            AND k.answered_at >= $4::timestamptz - interval '1 year' ORDER BY k.answered_at DESC, k.id DESC LIMIT 1)) b
      ORDER BY b.answered_at DESC, b.id DESC LIMIT 1) a ON true
    GROUP BY 1, 2 ORDER BY 1, 2`,
);
/**
 * Activated: an account that reached a step of onboarding within 30 days after its subscription started. One that started later than 30
 * days before $6 may still do so, and is not counted. The step may be in any cell that the caller may read, $7.
 */
const SHARES = statement(
  'kpi_shares',
  `SELECT place, count(*) FILTER (WHERE kind = 'DEAL_WON')::integer AS won,
      count(*) FILTER (WHERE is_deal)::integer AS deals,
      count(DISTINCT unit) FILTER (WHERE is_deal AND guarded)::integer AS "guardedOfDeals",
      count(DISTINCT unit) FILTER (WHERE is_start)::integer AS started,
      count(DISTINCT unit) FILTER (WHERE is_start AND guarded)::integer AS "guardedOfStarted",
      count(DISTINCT unit) FILTER (WHERE NOT is_deal)::integer AS "allStarted",
      count(DISTINCT unit) FILTER (WHERE NOT is_deal AND guarded)::integer AS "guardedOfAllStarted",
      count(DISTINCT unit) FILTER (WHERE is_start AND EXISTS (
        SELECT FROM outcome s WHERE s.kind = 'ONBOARDING_STEP' AND ${isOf('s', 'o.unit')} AND NOT s.restricted
          AND s.cell_id = ANY ($7::integer[]) AND s.at >= o.at AND s.at < o.at + interval '30 days'))::integer AS activated
    FROM (SELECT *, kind <> 'SUBSCRIPTION_STARTED' AS is_deal,
        kind = 'SUBSCRIPTION_STARTED' AND at <= $6::timestamptz - interval '30 days' AS is_start
      FROM (${OUTCOMES} AND o.kind IN ('DEAL_WON', 'DEAL_LOST', 'SUBSCRIPTION_STARTED')) o) o GROUP BY 1`,
);

interface Money {
  readonly place: number;
  readonly currency: string;
  readonly units: number;
  readonly accounts: number;
  readonly atRisk: number;
  readonly accountsAtRisk: number;
  readonly guarded: number;
  readonly guardedAtRisk: number;
  readonly squares: number;
  readonly leftOut: number;
  readonly guardedLeftOut: number;
}
interface Shares {
  readonly place: number;
  readonly won: number;
  readonly deals: number;
  readonly guardedOfDeals: number;
  readonly started: number;
  readonly guardedOfStarted: number;
  readonly activated: number;
  readonly allStarted: number;
  readonly guardedOfAllStarted: number;
}
/** The figures of one window, group by group. */
export async function readKpis(
  { record, cells }: OutcomeDeps,
  scope: Scope,
  query: KpiQuery,
): Promise<KpiRow[]> {
  const groups = groupCells(cells, scope, query);
  const placed = groups.flatMap(({ isReadable, cells: own, guarded }, place) =>
    isReadable ? own.map(({ id }) => ({ id, place, isGuarded: guarded.has(id) })) : [],
  );
  const { from, until, before, asOf, lifetimeDays } = query;
  const parameters = [
    ...[placed.map(({ id }) => id), placed.map(({ place }) => place), from, until],
    placed.map(({ isGuarded }) => isGuarded),
  ];
  const readable = visibleCells(scope, ['readResponse'], cells, {}).map(({ id }) => id);
  const money = await record.rows<Money>(MONEY, [...parameters, readable]);
  // A window that is not over would seem to lose what is still to come.
  const kept = until > asOf ? [] : await record.rows<KeptRow>(KEPT, [...parameters, before]);
  const lifetime = await record.rows<LifetimeRow>(LIFETIME, [...parameters, readable, asOf, lifetimeDays]);
  const shares = await record.rows<Shares>(SHARES, [...parameters, asOf, readable]);
  return rowsOfDrafts(
    groups.flatMap((group, place) => {
      const own = <Row extends { readonly place: number }>(rows: readonly Row[]) =>
        rows.filter((row) => row.place === place);
      const read = { money: own(money), kept: own(kept), lifetime: own(lifetime), shares: own(shares) };
      return draftsOf(group, read, query);
    }),
  );
}

interface Read {
  readonly money: readonly Money[];
  readonly kept: readonly KeptRow[];
  readonly lifetime: readonly LifetimeRow[];
  readonly shares: readonly Shares[];
}

function draftsOf(
  group: GroupedCells,
  { money, kept, lifetime, shares }: Read,
  { from, until, confidence }: KpiQuery,
): Draft[] {
  const base = { from, until, group: group.values, currency: null, value: null, low: null, high: null };
  const draft: DraftOf<Draft> = (kpi, sizes, figures, guardedLeftOut = 0) => ({
    ...{ group, sizes, guardedLeftOut },
    row: { ...base, kpi, n: null, leftOut: null, suppressed: false, ...figures },
  });
  if (!group.isReadable) return KPIS.map((kpi) => draft(kpi, [], {}));
  return [
    ...money.flatMap((row) => moneyDrafts(row, confidence, draft)),
    ...kept.flatMap((row) => keptDrafts(row, confidence, draft)),
    ...lifetime.map((row) => lifetimeDraft(row, 1 / majorUnits(1, row.currency), confidence, draft)),
    ...shares.flatMap((row) => shareDrafts(row, confidence, draft)),
  ];
}

function moneyDrafts(row: Money, confidence: number, draft: DraftOf<Draft>): Draft[] {
  const { currency, units, accounts, atRisk, accountsAtRisk, guarded, guardedAtRisk, leftOut } = row;
  const [all, risk, unit] = [units, atRisk, 1].map((amount) => majorUnits(amount, currency)) as [
    number,
    number,
    number,
  ];
  const mean = meanOf(accounts, all, row.squares * unit * unit, confidence);
  return [
    draft('REVENUE', [guarded], { currency, value: all, n: accounts }),
    draft('REVENUE_PER_ACCOUNT', [guarded], { currency, n: accounts, ...mean }),
    // The rest of the accounts is a difference of two rows: it must not be of a few either.
    draft(
      'REVENUE_AT_RISK',
      [guardedAtRisk, guarded - guardedAtRisk],
      { currency, value: risk, n: accountsAtRisk, leftOut },
      row.guardedLeftOut,
    ),
  ];
}

function shareDrafts(row: Shares, confidence: number, draft: DraftOf<Draft>): Draft[] {
  const share = (part: number, n: number) => ({ n, value: part / n, ...shareInterval(part, n, confidence) });
  const deals = row.deals === 0 ? [] : [draft('WIN_RATE', [row.guardedOfDeals], share(row.won, row.deals))];
  if (row.started === 0) return deals;
  const leftOut = row.allStarted - row.started;
  const activated = { ...share(row.activated, row.started), leftOut };
  const guardedLeftOut = row.guardedOfAllStarted - row.guardedOfStarted;
  return [...deals, draft('ACTIVATION', [row.guardedOfStarted], activated, guardedLeftOut)];
}
