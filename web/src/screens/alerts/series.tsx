import { useMemo } from 'react';
import { Link } from 'wouter';
import { Lines } from '../../charts/lines.tsx';
import { MARK_SIGNS, type Mark } from '../../charts/lines-marks.tsx';
import { useTwin } from '../../charts/twin.tsx';
import type { AlertsSeriesQuery, Granularity } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatDay, formatDayOfYear, formatMoment, formatMonth } from '../../lib/format.ts';
import { useNodeHref } from '../../lib/node-href.ts';
import type { Column } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { pointOf, scoreColumns, timeColumn } from '../../parts/score-columns.ts';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import type { FullAlert } from './alert.tsx';
import { type Candidate, candidatesOf } from './candidates.ts';
import { SERIES } from './documents.ts';
import type { Windows } from './windows.ts';

type Row = AlertsSeriesQuery['npsSeries'][number];

const DAY_MS = 86_400_000;
/** Fewer answers in a bucket make intervals too wide to read. */
const ENOUGH = 20;
const HEIGHT = 260;
/** What is shown before and after the change, in buckets. */
const BUCKETS: Readonly<
  Record<'DAY' | 'WEEK' | 'MONTH', readonly [days: number, before: number, after: number]>
> = {
  DAY: [1, 45, 45],
  WEEK: [7, 26, 13],
  MONTH: [30, 12, 6],
};
const NO_ROWS: readonly Row[] = [];

/** The score around the change, with its interval and a mark where it began. */
export function SeriesPanel({ alert, windows }: { readonly alert: FullAlert; readonly windows: Windows }) {
  const every = everyOf(alert);
  const range = useMemo(() => rangeOf(alert.since, every), [alert.since, every]);
  const { segment } = windows;
  const { data, error, isLoading, refresh } = useRead(SERIES, { segment, every, ...range });
  const rows = data?.npsSeries ?? NO_ROWS;
  const lines = useMemo(() => [{ name: 'score', points: rows.map(pointOf) }], [rows]);
  const candidates = useMemo(() => candidatesOf(alert.facts), [alert.facts]);
  const marks: readonly Mark[] = useMemo(
    () => [
      { time: Date.parse(alert.since), kind: 'alert', label: 'here the change began' },
      ...candidates.map(({ kind, at }) => ({ time: Date.parse(at), kind: 'change' as const, label: kind })),
    ],
    [alert.since, candidates],
  );
  const unit = { DAY: 'day', WEEK: 'week', MONTH: 'month' }[every];
  const caption = `Score by ${unit} around the change`;
  const isEmpty = rows.every((one) => one.score === null && !one.suppressed);
  const twin = useTwin({
    name: 'alert-score',
    caption,
    columns: COLUMNS,
    rows,
    rowKey: ({ time }) => time,
    isEmpty,
  });
  const formatTime =
    every === 'MONTH'
      ? formatMonth
      : (time: number) => `${every === 'WEEK' ? 'Week of ' : ''}${formatDay(time)}`;
  return (
    <Panel title={caption} testId="alert-series" actions={twin.actions}>
      {error ? (
        <Failed title="The scores could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton height={HEIGHT} />
      ) : isEmpty ? (
        <Empty title="No answers around the change">
          They were erased, or they are outside of your role.
        </Empty>
      ) : (
        (twin.table ?? (
          <>
            <Lines
              label={caption}
              lines={lines}
              marks={marks}
              height={HEIGHT}
              formatTime={formatTime}
              formatTick={every === 'MONTH' ? formatMonth : formatDayOfYear}
            />
            <ul className="lines-marks small">
              <li>Band: 95% interval</li>
              <li>{MARK_SIGNS.alert} here the change began</li>
              {candidates.length > 0 ? <li>{MARK_SIGNS.change} what changed about then</li> : null}
            </ul>
          </>
        ))
      )}
      <Candidates candidates={candidates} />
    </Panel>
  );
}

/** What changed about then: it may be the cause, and nothing here shows that it is. */
function Candidates({ candidates }: { readonly candidates: readonly Candidate[] }) {
  const href = useNodeHref();
  if (candidates.length === 0) return null;
  return (
    <section aria-label="What changed about then">
      <h3 className="small">What changed about then, and may be the cause</h3>
      <ul className="alert-candidates small">
        {candidates.map(({ id, kind, at }) => {
          const link = href(id);
          return (
            <li key={id}>
              {link ? <Link href={link}>{kind}</Link> : kind}{' '}
              <span className="muted">{formatMoment(at)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The finest buckets with enough answers, by what the alert counted. */
function everyOf({ before, after }: FullAlert): 'DAY' | 'WEEK' | 'MONTH' {
  const daily = [before, after].map((row) => {
    const days = row ? (Date.parse(row.until) - Date.parse(row.time)) / DAY_MS : 0;
    return days > 0 ? (row?.responses ?? 0) / days : 0;
  });
  const rate = Math.max(...daily);
  return rate >= ENOUGH ? 'DAY' : 7 * rate >= ENOUGH ? 'WEEK' : 'MONTH';
}

function rangeOf(since: string, every: Granularity) {
  const [days, before, after] = BUCKETS[every as keyof typeof BUCKETS];
  const at = Date.parse(since);
  const hour = (time: number) => new Date(Math.ceil(time / 3_600_000) * 3_600_000).toISOString();
  return {
    from: hour(at - before * days * DAY_MS),
    to: hour(Math.min(Date.now(), at + after * days * DAY_MS)),
  };
}

const COLUMNS: readonly Column<Row>[] = [timeColumn(), ...scoreColumns<Row>()];
