import { useRef } from 'react';
import { DotPlot } from '../../charts/dot-plot.tsx';
import { scoresFigure } from '../../charts/figure.ts';
import type { ExploreScoresQuery } from '../../gql/graphql.ts';
import { toCsv } from '../../lib/csv.ts';
import { formatInterval, formatScore, formatWindow } from '../../lib/format.ts';
import { segmentInput, useHref, useView } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { scoreColumns } from '../../parts/score-columns.ts';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import type { ViewProps } from './controls.tsx';
import { csvColumns, dotOf } from './csv-columns.tsx';
import { differenceOf, shareNoAnswers } from './difference.ts';
import { SNAPSHOT } from './documents.ts';
import { ExportBar } from './export-bar.tsx';
import { SegmentList } from './segment-list.tsx';
import { nameOfSegment, readsOf, type Segment, useExplored } from './state.ts';
import { useReads } from './use-reads.ts';

type Row = ExploreScoresQuery['nps'][number] & {
  readonly name: string;
  readonly segment: Segment;
  readonly from: ReturnType<typeof differenceOf>;
};

/** Any segments side by side, each with its difference from the first. */
export function CompareView(_: ViewProps) {
  const [view] = useView();
  const [{ segments, isTable }, change] = useExplored();
  const { can } = useViewer();
  const href = useHref();
  const own = segmentInput(view);
  const asked = segments.map((segment) => ({
    segment: { ...own, ...segment },
    window: view.window,
    asOf: view.asOf,
    basis: view.basis,
    groupBy: [],
    orderBy: [],
  }));
  const { data, error, isLoading, isStale, refresh } = useReads(SNAPSHOT, asked, JSON.stringify(segments));
  const chart = useRef<HTMLDivElement>(null);
  const rows = rowsOf(data, segments);
  const columns = columnsOf(rows[0]?.name ?? '');
  return (
    <Panel
      title={`Segments side by side, ${formatWindow(view.window, view.asOf).toLowerCase()}`}
      isStale={isStale}
      testId="explore-compare"
    >
      <div className="row no-print">
        <SegmentList />
      </div>
      {segments.length === 0 ? (
        <Empty title="Nothing to compare yet">
          Add two segments or more, such as one for each of two regions. The address then has them, so that
          you can send the comparison.
        </Empty>
      ) : null}
      {segments.length > 0 && isLoading ? <Skeleton height={200} /> : null}
      {error ? <Failed error={error} onRetry={refresh} /> : null}
      {rows.length > 0 ? (
        <>
          <div ref={chart}>
            {isTable ? (
              <DataTable
                caption="Segments side by side"
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
              />
            ) : (
              <DotPlot
                caption="Score of each segment"
                dots={rows.map((row) => ({
                  ...dotOf(
                    row,
                    row.name,
                    can('readResponse')
                      ? href('/responses', { segment: { ...view.segment, ...row.segment } })
                      : null,
                  ),
                  note: noteOf(row, rows[0] as Row),
                }))}
                overall={null}
                isDetailed
              />
            )}
          </div>
          <ExportBar
            chart={chart}
            figure={() => scoresFigure(rows, null)}
            csv={() => toCsv(csvColumns(columns), rows)}
            document="ExploreSnapshot"
            reads={readsOf(segments, asked)}
            moving={view.asOf === null ? { asOf: 'now' } : null}
            isTable={isTable}
            onTable={(next) => change({ isTable: next })}
          />
        </>
      ) : null}
    </Panel>
  );
}

function rowsOf(data: readonly ExploreScoresQuery[] | undefined, segments: readonly Segment[]): Row[] {
  const [first] = data?.[0]?.nps ?? [];
  return (data ?? []).slice(0, segments.length).flatMap(({ nps: [row] }, i): Row[] => {
    const segment = segments[i] ?? {};
    if (!row) return [];
    const isApart = i > 0 && shareNoAnswers(segments[0] ?? {}, segment);
    const from = first && isApart ? differenceOf(first, row) : null;
    return [{ ...row, name: nameOfSegment(segment), segment, from }];
  });
}

/** "6.2 above Japan (1.0 to 11.4)", or that the difference is not clear. */
function noteOf({ from, name }: Row, first: Row): string | null {
  if (!from || name === first.name) return null;
  const interval = formatInterval(from.low, from.high);
  if (from.low > 0) return `${formatScore(from.difference)} above ${first.name} (${interval})`;
  if (from.high < 0)
    return `${formatScore(-from.difference)} below ${first.name} (${formatInterval(-from.high, -from.low)})`;
  return `no clear difference from ${first.name} (${interval})`;
}

function columnsOf(first: string): Column<Row>[] {
  const points = (key: 'difference' | 'low' | 'high', title: string): Column<Row> => ({
    key: `from-${key}`,
    title,
    isNumber: true,
    value: ({ from }) => from?.[key],
    render: ({ from }) => formatScore(from?.[key], { sign: true }),
  });
  return [
    { key: 'name', title: 'Segment', value: ({ name }) => name },
    ...scoreColumns<Row>(),
    points('difference', `Above ${first}`),
    points('low', 'from'),
    points('high', 'to'),
  ];
}
