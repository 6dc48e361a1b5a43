import { useRef } from 'react';
import { DotPlot } from '../../charts/dot-plot.tsx';
import { scoresFigure } from '../../charts/figure.ts';
import type { ExploreScoresQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { toCsv } from '../../lib/csv.ts';
import { formatCount, formatScore, formatWindow } from '../../lib/format.ts';
import { segmentInput, useHref, useView } from '../../lib/url-state.ts';
import { type DimensionInfo, useViewer } from '../../lib/viewer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { NoAnswers } from '../../parts/no-answers.tsx';
import { Panel } from '../../parts/panel.tsx';
import { scoreColumns } from '../../parts/score-columns.ts';
import { Failed, Partial, Skeleton } from '../../parts/states.tsx';
import { ByPicker, groupName, segmentOfRow, useDivision, type ViewProps, valueIn } from './controls.tsx';
import { csvColumns, dotOf } from './csv-columns.tsx';
import { SNAPSHOT } from './documents.ts';
import { ExportBar } from './export-bar.tsx';
import { useExplored } from './state.ts';

type Row = ExploreScoresQuery['nps'][number];

/** So many groups are read, those with most answers first, and so many are drawn. */
const MOST_GROUPS = 500;
const MOST_DRAWN = 40;

/** Scores of one window by one or two dimensions, with their intervals and how they moved. */
export function SnapshotView(_: ViewProps) {
  const [view] = useView();
  const [{ isTable }, change] = useExplored();
  const { dimensions, can } = useViewer();
  const { chosen } = useDivision(2);
  const href = useHref();
  const division = chosen.length === 0 ? dimensions.slice(0, 1) : chosen;
  const common = { segment: segmentInput(view), window: view.window, asOf: view.asOf, basis: view.basis };
  const variables = {
    ...common,
    groupBy: division.map(({ enumValue }) => enumValue as never),
    first: MOST_GROUPS,
    orderBy: [{ by: 'RESPONSES' as const, direction: 'DESC' as const }],
  };
  const { data, error, isLoading, isStale, refresh } = useRead(SNAPSHOT, variables);
  const whole = useRead(SNAPSHOT, { ...common, groupBy: [], orderBy: [] });
  const chart = useRef<HTMLDivElement>(null);
  const rows = data?.nps ?? [];
  const overall = whole.data?.nps[0]?.score ?? null;
  const columns = columnsOf(division);
  const drawn = rows.slice(0, MOST_DRAWN).toSorted((a, b) => (b.score ?? -101) - (a.score ?? -101));
  return (
    <Panel
      title={`Score by ${division.map(({ label }) => label.toLowerCase()).join(' and ')}, ${formatWindow(view.window, view.asOf).toLowerCase()}`}
      isStale={isStale}
      testId="explore-snapshot"
    >
      <div className="row no-print">
        <ByPicker label="By" place={0} chosen={division} />
        <ByPicker label="and" place={1} none="Nothing" chosen={division} />
      </div>
      {isLoading ? <Skeleton height={320} /> : null}
      {error ? <Failed error={error} onRetry={refresh} /> : null}
      {data && rows.length === 0 ? <NoAnswers /> : null}
      {rows.length > drawn.length && !isTable ? (
        <Partial>{`The ${drawn.length} largest groups are drawn; the table has ${rows.length}.`}</Partial>
      ) : null}
      {rows.length >= MOST_GROUPS ? (
        <Partial>{`There are the ${formatCount(MOST_GROUPS)} groups with the most answers. Narrow the segment to see others.`}</Partial>
      ) : null}
      {rows.length > 0 ? (
        <>
          <div ref={chart}>
            {isTable ? (
              <DataTable caption="Scores by segment" columns={columns} rows={rows} rowKey={({ id }) => id} />
            ) : (
              <DotPlot
                caption="Score by segment"
                dots={drawn.map((row) =>
                  dotOf(
                    row,
                    groupName(row),
                    can('readResponse')
                      ? href('/responses', { segment: segmentOfRow(view.segment, row) })
                      : null,
                  ),
                )}
                overall={overall}
                isDetailed
              />
            )}
          </div>
          <ExportBar
            chart={chart}
            figure={() =>
              scoresFigure(
                drawn.map((row) => ({ ...row, name: groupName(row) })),
                overall,
              )
            }
            csv={() => toCsv(csvColumns(columns), rows)}
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

function columnsOf(division: readonly DimensionInfo[]): Column<Row>[] {
  return [
    ...division.map(
      ({ field, label }): Column<Row> => ({ key: field, title: label, value: (row) => valueIn(row, field) }),
    ),
    ...scoreColumns<Row>(),
    {
      key: 'change',
      title: 'Change',
      isNumber: true,
      value: (row) => row.change,
      render: (row) => formatScore(row.change, { sign: true }),
    },
  ];
}
