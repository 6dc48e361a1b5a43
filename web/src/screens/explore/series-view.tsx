import { useMemo, useRef } from 'react';
import { type Line, Lines, MOST_BANDS } from '../../charts/lines.tsx';
import { MarksLegend, MarksTable } from '../../charts/marks-list.tsx';
import type { ExploreLinesQuery, Granularity } from '../../gql/graphql.ts';
import { toCsv } from '../../lib/csv.ts';
import {
  formatDay,
  formatDayOfYear,
  formatHour,
  formatHourOfYear,
  formatMonth,
  formatWindow,
} from '../../lib/format.ts';
import { granularityOf, iso, type Range, relativeWindow, windowAt } from '../../lib/ranges.ts';
import { segmentInput, useView } from '../../lib/url-state.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { NoAnswers } from '../../parts/no-answers.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { pointOf, scoreColumns, timeColumn } from '../../parts/score-columns.ts';
import { Failed, Partial, Skeleton } from '../../parts/states.tsx';
import { useMarks } from '../../parts/use-marks.ts';
import { ByPicker, groupName, useDivision, type ViewProps } from './controls.tsx';
import { csvColumns } from './csv-columns.tsx';
import { SERIES } from './documents.ts';
import { ExportBar } from './export-bar.tsx';
import { SegmentList } from './segment-list.tsx';
import { EVERY, MOST_SEGMENTS, nameOfSegment, readsOf, useExplored } from './state.ts';
import { useReads } from './use-reads.ts';

type Row = ExploreLinesQuery['npsSeries'][number];
interface NamedRow extends Row {
  readonly name: string;
}

const EVERY_WORDS: Readonly<Record<string, string>> = {
  HOUR: 'Hour',
  DAY: 'Day',
  WEEK: 'Week',
  MONTH: 'Month',
  QUARTER: 'Quarter',
};

/** Scores over time: of everything, of the largest groups of a dimension, or of segments side by side. */
export function SeriesView({ moment }: ViewProps) {
  const [view] = useView();
  const [explored, change] = useExplored();
  const { chosen, groupBy } = useDivision(1);
  const { segments, isRolling, isTable } = explored;
  const range = windowAt(view.window, moment);
  const every = explored.every ?? granularityOf(range);
  const bySegments = segments.length > 0;
  const common = {
    from: iso(range.from),
    to: iso(range.until),
    every,
    rolling: isRolling ? view.window : null,
    basis: view.basis,
  };
  const own = segmentInput(view);
  const asked = bySegments
    ? segments.map((segment) => ({ ...common, segment: { ...own, ...segment }, groupBy: [] }))
    : [{ ...common, segment: own, groupBy }];
  const { data, error, isLoading, isStale, refresh } = useReads(SERIES, asked, JSON.stringify(segments));
  const rows = useMemo(() => {
    const names = bySegments ? segments.map(nameOfSegment) : null;
    return (data ?? []).flatMap(({ npsSeries }, i) =>
      npsSeries.map((row): NamedRow => ({ ...row, name: names?.[i] ?? groupName(row) })),
    );
  }, [data, bySegments, segments]);
  const { lines, left } = useMemo(() => linesOf(rows), [rows]);
  const marks = useMarks({ from: common.from, to: common.to }, bySegments ? null : own, {
    isLive: view.asOf === null,
  });
  const chart = useRef<HTMLDivElement>(null);
  const columns = columnsOf(every, bySegments || chosen.length > 0);
  return (
    <Panel
      title={`Score over time, ${formatWindow(view.window, view.asOf).toLowerCase()}`}
      isStale={isStale}
      testId="explore-series"
    >
      <Controls every={every} />
      {isLoading ? <Skeleton height={320} /> : null}
      {error ? <Failed error={error} onRetry={refresh} /> : null}
      {left > 0 ? (
        <Partial>{`The ${lines.length} largest groups are drawn; the table has ${left} more.`}</Partial>
      ) : null}
      {data && lines.length === 0 ? <NoAnswers /> : null}
      {lines.length > 0 ? (
        <>
          <div ref={chart}>
            {isTable ? (
              <>
                <DataTable
                  caption="Scores over time"
                  columns={columns}
                  rows={rows}
                  rowKey={({ id, name }) => `${name} ${id}`}
                />
                <MarksTable marks={marks} name="series" />
              </>
            ) : (
              <Lines
                lines={lines}
                marks={marks}
                label={`Score over time of ${lines.map(({ name }) => name).join(', ')}`}
                formatTime={timeFormat(every)}
                formatTick={tickFormat(every, range)}
              />
            )}
          </div>
          <p className="small muted">
            {lines.length <= MOST_BANDS && !isTable ? 'Band: 95% interval. ' : ''}
            {EVERY_WORDS[every]}s of UTC.
          </p>
          {isTable ? null : (
            <ul className="lines-marks small">
              <MarksLegend marks={marks} />
            </ul>
          )}
          <ExportBar
            chart={chart}
            csv={() => toCsv(csvColumns(columns), rows)}
            document="ExploreSeries"
            reads={readsOf(segments, asked)}
            moving={view.asOf === null ? relativeWindow(view.window) : null}
            isTable={isTable}
            onTable={(next) => change({ isTable: next })}
          />
        </>
      ) : null}
    </Panel>
  );
}

function Controls({ every }: { readonly every: Granularity }) {
  const [{ segments, isRolling }, change] = useExplored();
  const { chosen } = useDivision(1);
  return (
    <div className="row no-print">
      {segments.length > 0 ? null : <ByPicker label="By" place={0} none="Nothing" chosen={chosen} />}
      <Picker
        label="Every"
        options={EVERY.map((id) => ({ id, label: EVERY_WORDS[id] ?? id }))}
        value={[every]}
        onChange={([id]) => change({ every: id as Granularity })}
      />
      <Picker
        label="Each point"
        options={[
          { id: 'bucket', label: 'its own answers' },
          { id: 'rolling', label: 'the window up to it' },
        ]}
        value={[isRolling ? 'rolling' : 'bucket']}
        onChange={([id]) => change({ isRolling: id === 'rolling' })}
      />
      <SegmentList />
    </div>
  );
}

/** The lines of the groups with most answers, and how many groups have none. */
function linesOf(rows: readonly NamedRow[]): { lines: Line[]; left: number } {
  const byName = new Map<string, NamedRow[]>();
  for (const row of rows) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
  const size = (of: readonly NamedRow[]) => of.reduce((sum, { responses }) => sum + (responses ?? 0), 0);
  const sorted = [...byName].sort(([, a], [, b]) => size(b) - size(a));
  const lines = sorted.slice(0, MOST_SEGMENTS).map(
    ([name, of]): Line => ({
      name,
      points: of.map(pointOf),
    }),
  );
  const some = lines.some(({ points }) => points.some(({ score }) => score !== null));
  return some ? { lines, left: sorted.length - lines.length } : { lines: [], left: 0 };
}

/** Within a year a date without it is one. */
const isShort = ({ from, until }: Range): boolean => until - from <= 366 * 86_400_000;

function timeFormat(every: Granularity): (time: number) => string {
  if (every === 'HOUR') return formatHour;
  return every === 'MONTH' || every === 'QUARTER' ? formatMonth : formatDay;
}

function tickFormat(every: Granularity, range: Range): (time: number) => string {
  if (every === 'HOUR') return formatHourOfYear;
  return isShort(range) && (every === 'DAY' || every === 'WEEK') ? formatDayOfYear : timeFormat(every);
}

function columnsOf(every: Granularity, isDivided: boolean): Column<NamedRow>[] {
  return [
    timeColumn(timeFormat(every)),
    ...(isDivided ? [{ key: 'name', title: 'Segment', value: ({ name }: NamedRow) => name }] : []),
    ...scoreColumns<NamedRow>(),
  ];
}
