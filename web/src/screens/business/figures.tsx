import type { BusinessFiguresQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import {
  formatCount,
  formatInterval,
  formatMoney,
  formatScore,
  formatShare,
  NONE,
} from '../../lib/format.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import type { Asked } from './asked.ts';
import { FIGURES } from './documents.ts';
import { NoOutcomes } from './parts.tsx';

type Kpi = BusinessFiguresQuery['kpis'][number];
type Speed = BusinessFiguresQuery['onboardingSpeed'][number];

/** After how long the value of an account is taken: short enough for young deployments. */
const LIFETIME = 'P90D';
const NAMES: Readonly<Record<Kpi['kpi'], string>> = {
  REVENUE: 'Revenue',
  REVENUE_PER_ACCOUNT: 'Revenue per account that paid',
  REVENUE_AT_RISK: 'Revenue at risk (last answer a detractor’s)',
  NET_REVENUE_RETENTION: 'Net revenue retention against the period before',
  EXPANSION: 'Expansion against the period before',
  LIFETIME_VALUE: 'Value of an account in its first 90 days',
  WIN_RATE: 'Deals won',
  ACTIVATION: 'Activated within 30 days',
};
const MONEY: readonly Kpi['kpi'][] = ['REVENUE', 'REVENUE_PER_ACCOUNT', 'REVENUE_AT_RISK', 'LIFETIME_VALUE'];
const SPEEDS: Readonly<Record<Speed['speed'], string>> = {
  WITHIN_WEEK: 'Within 7 days',
  WITHIN_MONTH: 'Within 30 days',
  NOT_WITHIN_MONTH: 'Later or never',
  TOO_EARLY: 'Started less than 30 days ago',
};

/** Money, deals and onboarding of the window, each with its interval and of how many it is. */
export function FiguresPanel({ asked }: { readonly asked: Asked }) {
  const { data, error, isLoading, isStale, refresh } = useRead(FIGURES, { ...asked, lifetime: LIFETIME });
  const kpis = data?.kpis ?? [];
  const speeds = data?.onboardingSpeed ?? [];
  return (
    <>
      <Panel title="Money and deals" testId="business-kpis" isStale={isStale}>
        {error ? (
          <Failed title="The figures could not be read" error={error} onRetry={refresh} />
        ) : isLoading ? (
          <Skeleton lines={6} />
        ) : kpis.length === 0 ? (
          <NoOutcomes title="No outcomes in this window">
            Revenue needs payments, win rates need deals.
          </NoOutcomes>
        ) : (
          <DataTable
            caption="Figures of the window"
            columns={KPI_COLUMNS}
            rows={kpis}
            rowKey={(row) => `${row.kpi} ${row.currency}`}
            csvName="figures"
            isStacked
          />
        )}
      </Panel>
      {speeds.length > 0 ? (
        <Panel
          title="Onboarding score by how soon accounts activate"
          testId="business-speed"
          isStale={isStale}
        >
          <DataTable
            caption="Score by activation"
            columns={SPEED_COLUMNS}
            rows={speeds}
            rowKey={({ speed }) => speed}
            csvName="onboarding"
            isStacked
          />
        </Panel>
      ) : null}
    </>
  );
}

const amountOf = (row: Kpi, value: number | null | undefined): string =>
  value == null
    ? NONE
    : MONEY.includes(row.kpi)
      ? formatMoney(value, row.currency ?? '')
      : formatShare(value, 1);

const KPI_COLUMNS: readonly Column<Kpi>[] = [
  {
    ...{ key: 'kpi', title: 'Figure' },
    value: ({ kpi, currency }) => `${NAMES[kpi]}${currency ? `, ${currency}` : ''}`,
  },
  {
    ...{ key: 'value', title: 'Value', isNumber: true },
    value: ({ value }) => value,
    render: (row) => (row.suppressed ? 'hidden' : amountOf(row, row.value)),
  },
  {
    ...{ key: 'interval', title: '95 % interval', isNumber: true },
    value: ({ low, high }) => (low == null ? null : `${low} to ${high}`),
    render: (row) => (row.low == null ? NONE : `${amountOf(row, row.low)} to ${amountOf(row, row.high)}`),
  },
  { key: 'n', title: 'n', isNumber: true, value: ({ n }) => n, render: ({ n }) => formatCount(n) },
  {
    ...{ key: 'leftOut', title: 'Left out', isNumber: true },
    value: ({ leftOut }) => leftOut,
    render: ({ leftOut }) => formatCount(leftOut),
  },
];

const SPEED_COLUMNS: readonly Column<Speed>[] = [
  { key: 'speed', title: 'First step reached', value: ({ speed }) => SPEEDS[speed] },
  {
    ...{ key: 'score', title: 'Score', isNumber: true },
    value: ({ score }) => score,
    render: ({ score, suppressed }) => (suppressed ? 'hidden' : formatScore(score)),
  },
  {
    ...{ key: 'interval', title: '95 % interval', isNumber: true },
    value: ({ low, high }) => (low == null ? null : `${low} to ${high}`),
    render: ({ low, high }) => formatInterval(low, high),
  },
  { key: 'n', title: 'Accounts', isNumber: true, value: ({ accounts }) => accounts },
  { key: 'leftOut', title: 'Without an answer', isNumber: true, value: ({ leftOut }) => leftOut },
];
