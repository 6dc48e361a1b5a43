import { type Dot, DotPlot } from '../../charts/dot-plot.tsx';
import { useTwin } from '../../charts/twin.tsx';
import type { BusinessChurnQuery, Dimension } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatCount, formatScore, formatShare } from '../../lib/format.ts';
import { useParam } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { type Asked, HORIZON, HORIZONS } from './asked.ts';
import { CHURN } from './documents.ts';
import { NoOutcomes } from './parts.tsx';

type Group = BusinessChurnQuery['groups'][number];
type Association = BusinessChurnQuery['churnAssociation'][number];

const percent = (share: number | null | undefined) => (share == null ? null : 100 * share);
const nameOf = ({ segmentValues }: Group): string => segmentValues.map(({ value }) => value).join(', ');

/** Which segments lose more accounts, and whether detractors cancel more often. */
export function ChurnPanel({ asked }: { readonly asked: Asked }) {
  const { dimensions } = useViewer();
  const [by, setBy] = useParam('by');
  const [chosen] = useParam('horizon');
  const horizon = HORIZONS.find(({ id }) => id === chosen) ?? HORIZONS[0];
  const dimension =
    dimensions.find(({ field }) => field === by) ??
    dimensions.find(({ field }) => field === 'region') ??
    dimensions[0];
  const { data, error, isLoading, isStale, refresh } = useRead(CHURN, {
    ...asked,
    horizon: horizon.id ?? HORIZON,
    groupBy: [dimension?.enumValue as Dimension],
  });
  const groups = (data?.groups ?? []).filter((row) => row.class === null);
  const caption = `Churn within ${horizon.label} by ${dimension?.label.toLowerCase()}`;
  const twin = useTwin({
    ...{ name: 'churn', caption, columns: COLUMNS, rows: data?.groups ?? [] },
    rowKey: (row) => `${nameOf(row)} ${row.class}`,
  });
  const overall = data?.all.find((row) => row.class === null);
  return (
    <Panel
      title={`Accounts that cancel within ${horizon.label}`}
      testId="business-churn"
      isStale={isStale}
      actions={
        <>
          <Picker
            label="By"
            options={dimensions.map(({ field, label }) => ({ id: field, label: label.toLowerCase() }))}
            value={dimension ? [dimension.field] : []}
            onChange={([field]) => setBy(field ?? null, { replace: true })}
          />
          {twin.actions}
        </>
      }
    >
      {error ? (
        <Failed title="The churn could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton height={240} />
      ) : groups.length === 0 ? (
        <NoOutcomes title="No accounts to watch in this window">
          Churn needs answers of accounts or respondents, and when their subscriptions started and were
          cancelled.
        </NoOutcomes>
      ) : (
        (twin.table ?? (
          <DotPlot
            caption={caption}
            dots={groups.map(dotOf).toSorted((a, b) => (b.score ?? -1) - (a.score ?? -1))}
            overall={percent(overall?.churn)}
            isDetailed
            words={{
              value: (value) => formatShare(value === null ? null : value / 100, 1),
              count: accountWords,
              few: 'too few accounts to show',
              overall: 'The hairline is the churn of all of them',
            }}
          />
        ))
      )}
      {data ? (
        <Associations rows={data.churnAssociation} label={dimension?.label.toLowerCase() ?? ''} />
      ) : null}
    </Panel>
  );
}

const accountWords = (n: number | null): string => `${formatCount(n)} ${n === 1 ? 'account' : 'accounts'}`;

const dotOf = (row: Group): Dot => ({
  ...{ key: nameOf(row), name: nameOf(row), score: percent(row.churn), responses: row.accounts ?? null },
  low: row.retentionHigh == null ? null : 100 * (1 - row.retentionHigh),
  high: row.retentionLow == null ? null : 100 * (1 - row.retentionLow),
  ...{ isHidden: row.suppressed, differs: null },
  note:
    row.churn == null && !row.suppressed
      ? 'not watched for so long yet'
      : row.cancelled == null
        ? null
        : `${formatCount(row.cancelled)} cancelled`,
});

/** What is said of detractors: as it is, and adjusted for the dimension. */
function Associations({ rows, label }: { readonly rows: readonly Association[]; readonly label: string }) {
  const [crude, adjusted] = rows;
  if (!crude || crude.suppressed || crude.oddsRatio == null) return null;
  const times = ({ oddsRatio, low, high }: Association) =>
    `${formatScore(oddsRatio, { digits: 2 })} times${low == null ? '' : ` (${formatScore(low, { digits: 2 })} to ${formatScore(high, { digits: 2 })})`}`;
  return (
    <p className="small muted" data-testid="business-association">
      The odds of cancelling of {accountWords(crude.accounts ?? null)} whose answer was a detractor’s are{' '}
      {times(crude)} those of the other {formatCount(crude.otherAccounts)}
      {adjusted?.oddsRatio == null || adjusted.suppressed
        ? '.'
        : `; compared within each ${label} only, ${times(adjusted)}.`}{' '}
      {(crude.notFollowed ?? 0) > 0
        ? `${accountWords(crude.notFollowed ?? null)} answered too recently to count. `
        : ''}
      This is an association, adjusted for nothing else.
    </p>
  );
}

const CLASS_NAMES: Readonly<Record<string, string>> = {
  PROMOTER: 'Promoters',
  PASSIVE: 'Passives',
  DETRACTOR: 'Detractors',
};

const COLUMNS: readonly Column<Group>[] = [
  { key: 'name', title: 'Segment', value: nameOf },
  { key: 'class', title: 'Class', value: (row) => CLASS_NAMES[row.class ?? ''] ?? 'All classes' },
  {
    ...{ key: 'churn', title: 'Churn', isNumber: true },
    value: ({ churn }) => churn,
    render: ({ churn, suppressed }) => (suppressed ? 'hidden' : formatShare(churn, 1)),
  },
  {
    ...{ key: 'low', title: 'Low', isNumber: true },
    value: ({ retentionHigh }) => (retentionHigh == null ? null : 1 - retentionHigh),
    render: ({ retentionHigh }) => formatShare(retentionHigh == null ? null : 1 - retentionHigh, 1),
  },
  {
    ...{ key: 'high', title: 'High', isNumber: true },
    value: ({ retentionLow }) => (retentionLow == null ? null : 1 - retentionLow),
    render: ({ retentionLow }) => formatShare(retentionLow == null ? null : 1 - retentionLow, 1),
  },
  { key: 'accounts', title: 'Accounts', isNumber: true, value: ({ accounts }) => accounts },
  { key: 'cancelled', title: 'Cancelled', isNumber: true, value: ({ cancelled }) => cancelled },
];
