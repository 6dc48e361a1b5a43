import type { BusinessCasesQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatCount, formatInterval, formatScore, NONE } from '../../lib/format.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { SEVERITY_WORDS } from '../../parts/severity.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { CASES } from './documents.ts';

type Row = BusinessCasesQuery['caseMetrics'][number];
type Hours = number | null | undefined;

/** How soon someone acted on cases of the window. */
export function CasesPanel({ range }: { readonly range: { readonly from: string; readonly to: string } }) {
  const { data, error, isLoading, isStale, refresh } = useRead(CASES, range);
  const rows = data?.caseMetrics ?? [];
  return (
    <Panel title="How soon someone acts" testId="business-cases" isStale={isStale}>
      {error ? (
        <Failed title="The cases could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton lines={4} />
      ) : rows.length === 0 ? (
        <Empty title="No cases were opened in this window">
          Open a case on an answer or an alert; the time until someone acts is measured from then.
        </Empty>
      ) : (
        <>
          <DataTable
            caption="Hours until cases are acted on"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ severity }) => severity ?? 'all'}
            csvName="cases"
            isStacked
          />
          <p className="small muted">
            Median hours with 95 % intervals (Kaplan and Meier): open cases count for as long as they have
            been open. From the answer counts cases of one answer only.
          </p>
        </>
      )}
    </Panel>
  );
}

const hours = (median: Hours, low: Hours, high: Hours): string =>
  median == null
    ? 'not by half of them yet'
    : `${formatScore(median)} h${low == null || high == null ? '' : ` (${formatInterval(low, high)})`}`;

const COLUMNS: readonly Column<Row>[] = [
  {
    ...{ key: 'severity', title: 'Severity' },
    value: ({ severity }) => (severity ? SEVERITY_WORDS[severity] : 'All'),
  },
  { key: 'opened', title: 'Opened', isNumber: true, value: ({ opened }) => opened },
  { key: 'closed', title: 'Closed', isNumber: true, value: ({ closed }) => closed },
  { key: 'late', title: 'Late', isNumber: true, value: ({ late }) => late },
  {
    ...{ key: 'act', title: 'Until someone acts', isNumber: true },
    value: ({ hoursToAct }) => hoursToAct,
    render: (row) => hours(row.hoursToAct, row.hoursToActLow, row.hoursToActHigh),
  },
  {
    ...{ key: 'close', title: 'Until closed', isNumber: true },
    value: ({ hoursToClose }) => hoursToClose,
    render: (row) => hours(row.hoursToClose, row.hoursToCloseLow, row.hoursToCloseHigh),
  },
  {
    ...{ key: 'answer', title: 'From the answer to the first action', isNumber: true },
    value: ({ hoursFromAnswer }) => hoursFromAnswer,
    render: (row) =>
      row.answers === 0
        ? NONE
        : `${hours(row.hoursFromAnswer, row.hoursFromAnswerLow, row.hoursFromAnswerHigh)}, n ${formatCount(row.answers)}`,
  },
];
