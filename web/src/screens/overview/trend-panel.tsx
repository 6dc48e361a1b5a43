import { useMemo } from 'react';
import { Lines } from '../../charts/lines.tsx';
import type { Mark } from '../../charts/lines-marks.tsx';
import { MarksLegend, MarksTable } from '../../charts/marks-list.tsx';
import { useTwin } from '../../charts/twin.tsx';
import { graphql } from '../../gql/gql.ts';
import type { Granularity, OverviewTrendQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatDay, formatDayOfYear, formatMonth } from '../../lib/format.ts';
import { segmentInput } from '../../lib/url-state.ts';
import { useMedia } from '../../lib/use-media.ts';
import { daysOf, monthsLater, type Range } from '../../lib/windows.ts';
import type { Column } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { pointOf, scoreColumns, timeColumn } from '../../parts/score-columns.ts';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { useMarks } from '../../parts/use-marks.ts';
import { type Score, useOnPulse } from './use-score.ts';

const TREND = graphql(`
  query OverviewTrend($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!, $basis: Basis!) {
    npsSeries(segment: $segment, from: $from, to: $to, every: $every, basis: $basis) {
      id
      time
      until
      score
      low
      high
      responses
      suppressed
    }
  }
`);

type Row = OverviewTrendQuery['npsSeries'][number];

/** Fewer answers a week make intervals too wide to read: months then. */
const ENOUGH_A_WEEK = 20;
const HEIGHT = 284;
/** A very large screen has room for a taller one, and is read from afar. */
const WALL = '(min-width: 1900px) and (min-height: 1000px)';
const WALL_HEIGHT = 480;
const NO_ROWS: readonly Row[] = [];

/** The score of twelve months with its interval, gaps, and what happened. */
export function TrendPanel({ score }: { readonly score: Score }) {
  const { view, row, ranges, pulse } = score;
  const range = ranges && { from: monthsLater(ranges.after.to, -12), to: ranges.after.to };
  const every = everyOf(row?.responses ?? 0, ranges?.after);
  const { data, error, isLoading, isOfBefore, refresh } = useRead(
    TREND,
    { segment: segmentInput(view), basis: view.basis, every, from: range?.from ?? '', to: range?.to ?? '' },
    { pause: range === null },
  );
  // Its months end where the window of the score ends.
  const scoreFailed = range === null ? score.read.error : undefined;
  useOnPulse(pulse, refresh);
  const height = useMedia(WALL) ? WALL_HEIGHT : HEIGHT;
  const rows = data?.npsSeries ?? NO_ROWS;
  const lines = useMemo(() => [{ name: 'score', points: rows.map(pointOf) }], [rows]);
  const formatTime = every === 'MONTH' ? formatMonth : (time: number) => `Week of ${formatDay(time)}`;
  const marks = useMarks(range, segmentInput(view), { isLive: view.asOf === null });
  const caption = `Score by ${every === 'MONTH' ? 'month' : 'week'}, 12 months`;
  const isEmpty = rows.every((one) => one.score === null && !one.suppressed);
  const twin = useTwin({
    name: 'trend',
    caption,
    columns: COLUMNS,
    rows,
    rowKey: ({ time }) => time,
    isEmpty,
  });
  return (
    <Panel
      title={caption}
      className="overview-trend"
      testId="trend"
      actions={twin.actions}
      isStale={isOfBefore}
    >
      {(error ?? scoreFailed) ? (
        <Failed
          title="The trend could not be read"
          error={error ?? scoreFailed}
          onRetry={error ? refresh : score.read.refresh}
        />
      ) : isLoading ? (
        <Skeleton height={height} />
      ) : isEmpty ? (
        <Empty title="No answers in these 12 months">Each month that has answers is a point here.</Empty>
      ) : twin.table ? (
        <>
          {twin.table}
          <MarksTable marks={marks} name="trend" />
        </>
      ) : (
        <>
          <Lines
            label={caption}
            lines={lines}
            marks={marks}
            height={height}
            formatTime={formatTime}
            formatTick={every === 'MONTH' ? formatMonth : formatDayOfYear}
          />
          <Legend marks={marks} bucket={every === 'MONTH' ? 'Months' : 'Weeks'} />
        </>
      )}
    </Panel>
  );
}

function everyOf(responses: number, window: Range | undefined): Granularity {
  return window && (7 * responses) / daysOf(window) >= ENOUGH_A_WEEK ? 'WEEK' : 'MONTH';
}

const COLUMNS: readonly Column<Row>[] = [timeColumn(), ...scoreColumns<Row>()];

function Legend({ marks, bucket }: { readonly marks: readonly Mark[]; readonly bucket: string }) {
  return (
    <ul className="lines-marks small">
      <li>Band: 95% interval</li>
      <li>{bucket} of UTC</li>
      <MarksLegend marks={marks} />
    </ul>
  );
}
