import { useRef } from 'react';
import { heatFigure } from '../../charts/figure.ts';
import { type HeatCell, HeatTable } from '../../charts/heat-table.tsx';
import type { ExploreScoresQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { toCsv } from '../../lib/csv.ts';
import { formatWindow } from '../../lib/format.ts';
import { segmentInput, useHref, useView } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { NoAnswers } from '../../parts/no-answers.tsx';
import { Panel } from '../../parts/panel.tsx';
import { scoreColumns } from '../../parts/score-columns.ts';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { ByPicker, chartLink, useDivision, type ViewProps, valueIn } from './controls.tsx';
import { csvColumns } from './csv-columns.tsx';
import { SNAPSHOT } from './documents.ts';
import { ExportBar } from './export-bar.tsx';
import { useExplored } from './state.ts';

/** Scores by two dimensions, as a table tinted by the score. */
export function HeatView(_: ViewProps) {
  const [view] = useView();
  const [{ isTable }, change] = useExplored();
  const { dimensions, can } = useViewer();
  const { chosen } = useDivision(2);
  const href = useHref();
  // Two always: what the address leaves out are the first ones.
  const [first, second] = [...chosen, ...dimensions.filter((one) => !chosen.includes(one))];
  const pair = first && second ? [first, second] : null;
  const variables = {
    segment: segmentInput(view),
    window: view.window,
    asOf: view.asOf,
    basis: view.basis,
    groupBy: (pair ?? []).map(({ enumValue }) => enumValue as never),
    orderBy: [],
  };
  const { data, error, isLoading, isStale, refresh } = useRead(SNAPSHOT, variables, { pause: pair === null });
  const chart = useRef<HTMLDivElement>(null);
  if (!pair || !first || !second)
    return (
      <Empty title="There is only one dimension">
        A table of two needs another one in the configuration.
      </Empty>
    );
  const cells = cellsOf(data?.nps ?? [], first.field, second.field);
  const columns: Column<HeatCell>[] = [
    { key: 'row', title: first.label, value: ({ row }) => row },
    { key: 'column', title: second.label, value: ({ column }) => column },
    ...scoreColumns<HeatCell>(),
  ];
  const caption = `Score by ${first.label.toLowerCase()} and ${second.label.toLowerCase()}`;
  return (
    <Panel
      title={`${caption}, ${formatWindow(view.window, view.asOf).toLowerCase()}`}
      isStale={isStale}
      testId="explore-heat"
    >
      <div className="row no-print">
        <ByPicker label="Rows" place={0} chosen={pair} />
        <ByPicker label="Columns" place={1} chosen={pair} />
      </div>
      {isLoading ? <Skeleton height={320} /> : null}
      {error ? <Failed error={error} onRetry={refresh} /> : null}
      {data && cells.length === 0 ? <NoAnswers /> : null}
      {cells.length > 0 ? (
        <>
          <div ref={chart}>
            {isTable ? (
              <DataTable
                caption={caption}
                columns={columns}
                rows={cells}
                rowKey={({ row, column }) => `${row} ${column}`}
              />
            ) : (
              <HeatTable
                caption={caption}
                rowTitle={first.label}
                columnTitle={second.label}
                cells={cells}
                {...(can('readResponse')
                  ? {
                      hrefOf: ({ row, column }) =>
                        href('/responses', {
                          segment: { ...view.segment, [first.field]: [row], [second.field]: [column] },
                        }),
                      link: chartLink,
                    }
                  : {})}
              />
            )}
          </div>
          <ExportBar
            chart={chart}
            figure={() => heatFigure(cells)}
            csv={() => toCsv(csvColumns(columns), cells)}
            document="ExploreSnapshot"
            reads={[{ name: '', variables }]}
            moving={view.asOf === null ? { asOf: 'now' } : null}
            isTable={isTable}
            onTable={(next) => change({ isTable: next })}
          />
        </>
      ) : null}
    </Panel>
  );
}

function cellsOf(rows: ExploreScoresQuery['nps'], rowField: string, columnField: string): HeatCell[] {
  return rows.map((row) => ({
    row: valueIn(row, rowField),
    column: valueIn(row, columnField),
    score: row.score ?? null,
    low: row.low ?? null,
    high: row.high ?? null,
    responses: row.responses ?? null,
    suppressed: row.suppressed,
  }));
}
