import { type Scope, visibleCells } from '../../domain/access/scope.ts';
import { shareInterval } from '../../domain/drivers/theme-shares.ts';
import { majorUnits } from '../../domain/outcomes/money.ts';
import type { CellDictionary, Segment } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type GroupedCells, groupCells } from './grouped-cells.ts';

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
  readonly confidence: number;
}

interface Deps {
  /** The owner's: links between answers and outcomes are of no caller; the cells given restrict it. */
  readonly record: Session;
  readonly cells: CellDictionary;
}

/** $1 cells, $2 the group of each, $3 from, $4 until. */
const OUTCOMES = `SELECT o.*, g.place, coalesce(o.account_id, o.subject_id) AS unit
    FROM unnest($1::integer[], $2::integer[]) AS g (cell, place) JOIN outcome o ON o.cell_id = g.cell
    WHERE NOT o.restricted AND o.at >= $3 AND o.at < $4`;
/** At risk: of accounts whose last answer within a year before the end is a detractor's. $5: cells of answers. */
const MONEY = statement(
  'kpi_money',
  `WITH paid AS (
      SELECT place, currency, unit, sum(CASE kind WHEN 'PAYMENT' THEN amount ELSE -amount END)::bigint AS units
      FROM (${OUTCOMES} AND o.kind IN ('PAYMENT', 'REFUND')) o GROUP BY 1, 2, 3
    )
    SELECT p.place, p.currency, sum(p.units)::float8 AS units, count(*)::integer AS accounts,
      coalesce(sum(p.units) FILTER (WHERE a.class = 0), 0)::float8 AS "atRisk",
      count(*) FILTER (WHERE a.class = 0)::integer AS "accountsAtRisk"
    FROM paid p LEFT JOIN LATERAL (
      SELECT b.class FROM (
        (SELECT r.class, r.answered_at, r.id FROM response r WHERE r.account_id = p.unit AND r.cell_id = ANY ($5::integer[])
          AND r.class IS NOT NULL AND r.answered_at < $4 AND r.answered_at >= $4::timestamptz - interval '1 year'
          ORDER BY r.answered_at DESC, r.id DESC LIMIT 1)
        UNION ALL
        (SELECT r.class, r.answered_at, r.id FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
          WHERE k.subject_id = p.unit AND k.cell_id = ANY ($5::integer[]) AND r.class IS NOT NULL AND k.answered_at < $4
            AND k.answered_at >= $4::timestamptz - interval '1 year' ORDER BY k.answered_at DESC, k.id DESC LIMIT 1)) b
      ORDER BY b.answered_at DESC, b.id DESC LIMIT 1) a ON true
    GROUP BY 1, 2 ORDER BY 1, 2`,
);
/** Activated: an account that reached a step of onboarding within 30 days after its subscription started. */
const SHARES = statement(
  'kpi_shares',
  `SELECT place, count(*) FILTER (WHERE kind = 'DEAL_WON')::integer AS won,
      count(*) FILTER (WHERE kind IN ('DEAL_WON', 'DEAL_LOST'))::integer AS deals,
      count(DISTINCT unit) FILTER (WHERE kind = 'SUBSCRIPTION_STARTED')::integer AS started,
      count(DISTINCT unit) FILTER (WHERE kind = 'SUBSCRIPTION_STARTED' AND EXISTS (
        SELECT FROM outcome s WHERE s.kind = 'ONBOARDING_STEP' AND (s.account_id = o.unit OR s.subject_id = o.unit) AND NOT s.restricted
          AND s.cell_id = ANY ($1::integer[]) AND s.at >= o.at AND s.at < o.at + interval '30 days'))::integer AS activated
    FROM (${OUTCOMES} AND o.kind IN ('DEAL_WON', 'DEAL_LOST', 'SUBSCRIPTION_STARTED')) o GROUP BY 1`,
);

interface Money {
  readonly place: number;
  readonly currency: string;
  readonly units: number;
  readonly accounts: number;
  readonly atRisk: number;
  readonly accountsAtRisk: number;
}
interface Shares {
  readonly place: number;
  readonly won: number;
  readonly deals: number;
  readonly started: number;
  readonly activated: number;
}

/** Accounts or deals below which a figure shows single ones. */
const FEW = 5;

/** The figures of one window, group by group. */
export async function readKpis({ record, cells }: Deps, scope: Scope, query: KpiQuery): Promise<KpiRow[]> {
  const groups = groupCells(cells, scope, query);
  const placed = groups.flatMap((group, place) =>
    group.isReadable ? group.cells.map(({ id }) => ({ id, place })) : [],
  );
  const parameters = [placed.map(({ id }) => id), placed.map(({ place }) => place), query.from, query.until];
  const answers = visibleCells(scope, ['readResponse'], cells, {}).map(({ id }) => id);
  const money = await record.rows<Money>(MONEY, [...parameters, answers]);
  const shares = await record.rows<Shares>(SHARES, parameters);
  return groups.flatMap((group, place) =>
    rowsOf(
      group,
      money.filter((row) => row.place === place),
      shares.find((row) => row.place === place),
      query,
    ),
  );
}

function rowsOf(
  { values, isReadable, mayName }: GroupedCells,
  money: readonly Money[],
  shares: Shares | undefined,
  { from, until, confidence }: KpiQuery,
): KpiRow[] {
  const base = { from, until, group: values, low: null, high: null };
  const hidden = { ...base, currency: null, value: null, n: null, suppressed: true };
  if (!isReadable) return KPIS.map((kpi) => ({ ...hidden, kpi }));
  const few = (n: number) => !mayName && n < FEW;
  const row = (kpi: Kpi, n: number, figures: Partial<KpiRow>): KpiRow => {
    const { currency = null } = figures;
    if (few(n)) return { ...hidden, kpi, currency };
    return { ...base, kpi, currency, value: null, n, suppressed: false, ...figures };
  };
  const share = (kpi: Kpi, part: number, n: number): KpiRow[] =>
    n === 0 ? [] : [row(kpi, n, { value: part / n, ...shareInterval(part, n, confidence) })];
  return [
    ...money.flatMap(({ currency, units, accounts, atRisk, accountsAtRisk }) => {
      const [all, risk] = [majorUnits(units, currency), majorUnits(atRisk, currency)];
      const ofOthers = few(accountsAtRisk) || few(accounts - accountsAtRisk);
      return [
        row('REVENUE', accounts, { currency, value: all }),
        row('REVENUE_PER_ACCOUNT', accounts, { currency, value: all / accounts }),
        // The rest of the accounts is a difference of two rows: it must not be of a few either.
        row('REVENUE_AT_RISK', ofOthers ? 0 : accountsAtRisk, { currency, value: risk }),
      ];
    }),
    ...share('WIN_RATE', shares?.won ?? 0, shares?.deals ?? 0),
    ...share('ACTIVATION', shares?.activated ?? 0, shares?.started ?? 0),
  ];
}
