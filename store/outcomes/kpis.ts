import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { complement } from '../../domain/disclosure/complement.ts';
import { shareInterval } from '../../domain/drivers/theme-shares.ts';
import { majorUnits } from '../../domain/outcomes/money.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { FEW, type GroupedCells, groupCells } from './grouped-cells.ts';

/** What is measured of a window. */
export const KPIS = ['REVENUE', 'REVENUE_PER_ACCOUNT', 'REVENUE_AT_RISK', 'WIN_RATE', 'ACTIVATION'] as const;
export type Kpi = (typeof KPIS)[number];

/** One figure of one group and window. */
export interface KpiRow {
  readonly kpi: Kpi;
  readonly from: Date;
  readonly until: Date;
  readonly group: Readonly<Record<string, string>>;
  readonly currency: string | null;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Of what the figure is: accounts or deals. */
  readonly n: number | null;
  readonly suppressed: boolean;
}

export interface KpiQuery {
  readonly segment: Segment;
  readonly groupBy: readonly string[];
  readonly from: Date;
  readonly until: Date;
  /** Nothing after it is known. */
  readonly asOf: Date;
  readonly confidence: number;
}

interface Deps {
  /** The owner's: links between answers and outcomes are of no caller; the cells given restrict it. */
  readonly record: Session;
  readonly cells: CellDictionary;
}

/** $1 cells, $2 the group of each, $3 from, $4 until, $5 whether the caller may not see respondents of the cell. */
const OUTCOMES = `SELECT o.*, g.place, g.guarded, coalesce(o.account_id, o.subject_id) AS unit
    FROM unnest($1::integer[], $2::integer[], $5::boolean[]) AS g (cell, place, guarded) JOIN outcome o ON o.cell_id = g.cell
    WHERE NOT o.restricted AND o.at >= $3 AND o.at < $4`;
/** At risk: of accounts whose last answer within a year before the end is a detractor's. $6: cells of answers. */
const MONEY = statement(
  'kpi_money',
  `WITH paid AS (
      SELECT place, currency, unit, bool_or(guarded) AS guarded, sum(CASE kind WHEN 'PAYMENT' THEN amount ELSE -amount END)::bigint AS units
      FROM (${OUTCOMES} AND o.kind IN ('PAYMENT', 'REFUND')) o GROUP BY 1, 2, 3
    )
    SELECT p.place, p.currency, sum(p.units)::float8 AS units, count(*)::integer AS accounts,
      coalesce(sum(p.units) FILTER (WHERE a.class = 0), 0)::float8 AS "atRisk",
      count(*) FILTER (WHERE a.class = 0)::integer AS "accountsAtRisk",
      count(*) FILTER (WHERE p.guarded)::integer AS guarded,
      count(*) FILTER (WHERE p.guarded AND a.class = 0)::integer AS "guardedAtRisk"
    FROM paid p LEFT JOIN LATERAL (
      SELECT b.class FROM (
        (SELECT r.class, r.answered_at, r.id FROM response r WHERE r.account_id = p.unit AND r.cell_id = ANY ($6::integer[])
          AND r.class IS NOT NULL AND r.answered_at < $4 AND r.answered_at >= $4::timestamptz - interval '1 year'
          ORDER BY r.answered_at DESC, r.id DESC LIMIT 1)
        UNION ALL
        (SELECT r.class, r.answered_at, r.id FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
          WHERE k.subject_id = p.unit AND k.cell_id = ANY ($6::integer[]) AND r.class IS NOT NULL AND k.answered_at < $4
            AND k.answered_at >= $4::timestamptz - interval '1 year' ORDER BY k.answered_at DESC, k.id DESC LIMIT 1)) b
      ORDER BY b.answered_at DESC, b.id DESC LIMIT 1) a ON true
    GROUP BY 1, 2 ORDER BY 1, 2`,
);
/**
 * Activated: an account that reached a step of onboarding within 30 days after its subscription started. One that started later than 30
 * days before $6 may still do so, and is not counted.
 */
const SHARES = statement(
  'kpi_shares',
  `SELECT place, count(*) FILTER (WHERE kind = 'DEAL_WON')::integer AS won,
      count(*) FILTER (WHERE is_deal)::integer AS deals,
      count(DISTINCT unit) FILTER (WHERE is_deal AND guarded)::integer AS "guardedOfDeals",
      count(DISTINCT unit) FILTER (WHERE is_start)::integer AS started,
      count(DISTINCT unit) FILTER (WHERE is_start AND guarded)::integer AS "guardedOfStarted",
      count(DISTINCT unit) FILTER (WHERE is_start AND EXISTS (
        SELECT FROM outcome s WHERE s.kind = 'ONBOARDING_STEP' AND (s.account_id = o.unit OR s.subject_id = o.unit) AND NOT s.restricted
          AND s.cell_id = ANY ($1::integer[]) AND s.at >= o.at AND s.at < o.at + interval '30 days'))::integer AS activated
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
}
interface Shares {
  readonly place: number;
  readonly won: number;
  readonly deals: number;
  readonly guardedOfDeals: number;
  readonly started: number;
  readonly guardedOfStarted: number;
  readonly activated: number;
}
/** A row before any is hidden. */
interface Draft {
  readonly row: KpiRow;
  readonly group: GroupedCells;
  /** Guarded accounts behind each part of it. */
  readonly sizes: readonly number[];
}

/** The figures of one window, group by group. */
export async function readKpis({ record, cells }: Deps, scope: Scope, query: KpiQuery): Promise<KpiRow[]> {
  const groups = groupCells(cells, scope, query);
  const placed = groups.flatMap(({ isReadable, cells: own, guarded }, place) =>
    isReadable ? own.map(({ id }) => ({ id, place, isGuarded: guarded.has(id) })) : [],
  );
  const parameters = [
    ...[placed.map(({ id }) => id), placed.map(({ place }) => place), query.from, query.until],
    placed.map(({ isGuarded }) => isGuarded),
  ];
  const answers = visibleCells(scope, ['readResponse'], cells, {}).map(({ id }) => id);
  const money = await record.rows<Money>(MONEY, [...parameters, answers]);
  const shares = await record.rows<Shares>(SHARES, [...parameters, query.asOf]);
  const drafts = groups.flatMap((group, place) =>
    draftsOf(
      group,
      money.filter((row) => row.place === place),
      shares.find((row) => row.place === place),
      query,
    ),
  );
  const hidden = hiddenDrafts(drafts);
  return drafts.map((draft) => {
    const { row, group } = draft;
    if (group.isReadable && !hidden.has(draft)) return row;
    return { ...row, value: null, low: null, high: null, n: null, suppressed: true };
  });
}

function draftsOf(
  group: GroupedCells,
  money: readonly Money[],
  shares: Shares | undefined,
  { from, until, confidence }: KpiQuery,
): Draft[] {
  const base = { from, until, group: group.values, low: null, high: null, suppressed: false };
  const draft = (kpi: Kpi, sizes: readonly number[], figures: Partial<KpiRow>): Draft => ({
    ...{ group, sizes },
    row: { ...base, kpi, currency: null, value: null, n: null, ...figures },
  });
  if (!group.isReadable) return KPIS.map((kpi) => draft(kpi, [], {}));
  const share = (kpi: Kpi, part: number, n: number, guarded: number): Draft[] =>
    n === 0 ? [] : [draft(kpi, [guarded], { n, value: part / n, ...shareInterval(part, n, confidence) })];
  return [
    ...money.flatMap(({ currency, units, accounts, atRisk, accountsAtRisk, guarded, guardedAtRisk }) => {
      const [all, risk] = [majorUnits(units, currency), majorUnits(atRisk, currency)];
      return [
        draft('REVENUE', [guarded], { currency, value: all, n: accounts }),
        draft('REVENUE_PER_ACCOUNT', [guarded], { currency, value: all / accounts, n: accounts }),
        // The rest of the accounts is a difference of two rows: it must not be of a few either.
        draft('REVENUE_AT_RISK', [guardedAtRisk, guarded - guardedAtRisk], {
          ...{ currency, value: risk, n: accountsAtRisk },
        }),
      ];
    }),
    ...(shares
      ? [
          ...share('WIN_RATE', shares.won, shares.deals, shares.guardedOfDeals),
          ...share('ACTIVATION', shares.activated, shares.started, shares.guardedOfStarted),
        ]
      : []),
  ];
}

/** The rows of a few accounts, and those from which others could be subtracted until a few are left; an account may be in several groups. */
function hiddenDrafts(drafts: readonly Draft[]): ReadonlySet<Draft> {
  const tables = new Map<string, Draft[]>();
  for (const draft of drafts) {
    if (!draft.group.isReadable || draft.group.mayName) continue;
    const key = `${draft.row.kpi} ${draft.row.currency}`;
    const table = tables.get(key);
    if (table) table.push(draft);
    else tables.set(key, [draft]);
  }
  const rules = { least: FEW, together: (sizes: readonly number[]) => Math.max(0, ...sizes) };
  return new Set(
    [...tables.values()].flatMap((table) => {
      const figures = table.map(({ group, sizes }) => ({
        place: Object.values(group.values),
        ...{ sizes, isHidden: sizes.some((n) => n < FEW) },
      }));
      const hidden = complement(figures, rules);
      return table.filter((_, i) => hidden[i]);
    }),
  );
}
