import { type Line, Lines } from '../../charts/lines.tsx';
import type { TimePoint } from '../../charts/lines-geometry.ts';
import { useTwin } from '../../charts/twin.tsx';
import type { BusinessCurvesQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatCount, formatShare } from '../../lib/format.ts';
import { useParam } from '../../lib/url-state.ts';
import type { Column } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { Failed, HiddenState, Skeleton } from '../../parts/states.tsx';
import { type Asked, HORIZON, HORIZONS } from './asked.ts';
import { CURVES } from './documents.ts';
import { LongerWindow, NoOutcomes } from './parts.tsx';

type Point = BusinessCurvesQuery['retentionCurves'][number];

const CLASSES = [
  ['PROMOTER', 'Promoters'],
  ['PASSIVE', 'Passives'],
  ['DETRACTOR', 'Detractors'],
] as const;
const nameOf = (npsClass: string | null | undefined): string =>
  CLASSES.find(([id]) => id === npsClass)?.[1] ?? 'All classes';
const percent = (share: number | null | undefined) => (share == null ? null : 100 * share);
const dayWords = (day: number): string => (day === 1 ? '1 day' : `${formatCount(day)} days`);

/** The share of accounts that is left over the days after their answer, by the class of that answer. */
export function RetentionPanel({ asked }: { readonly asked: Asked }) {
  const [chosen, choose] = useParam('horizon');
  const horizon = HORIZONS.find(({ id }) => id === chosen)?.id ?? HORIZON;
  const { data, error, isLoading, isStale, refresh } = useRead(CURVES, { ...asked, horizon });
  const points = data?.retentionCurves ?? [];
  const shown = points.filter(({ suppressed }) => !suppressed);
  const twin = useTwin({
    name: 'retention',
    caption: 'Retention by class',
    columns: COLUMNS,
    rows: points,
    rowKey: (point) => `${point.class} ${point.day}`,
  });
  return (
    <Panel
      title="How many accounts are left after their answer"
      testId="business-retention"
      isStale={isStale}
      actions={
        <>
          <Picker
            label="Over"
            options={HORIZONS}
            value={[horizon]}
            onChange={([id]) => choose(id ?? null, { replace: true })}
          />
          {twin.actions}
        </>
      }
    >
      {error ? (
        <Failed title="The retention could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton height={320} />
      ) : points.length === 0 ? (
        <NoOutcomes title="No accounts to watch in this window">
          Retention needs answers that name an account or a respondent, and when its subscription started or
          was cancelled.
        </NoOutcomes>
      ) : shown.length === 0 ? (
        <HiddenState title="Too few accounts to show">
          Retention of so few accounts would show who stayed, so it is not shown to your role.
        </HiddenState>
      ) : (
        (twin.table ?? <Curves points={shown} />)
      )}
      {shown.length > 0 ? <Notes points={points} asked={asked} /> : null}
    </Panel>
  );
}

function Curves({ points }: { readonly points: readonly Point[] }) {
  const lines = CLASSES.map(([npsClass, name]): Line => {
    const own = points.filter((point) => point.class === npsClass);
    return { name: `${name}, ${formatCount(own[0]?.accounts ?? 0)} accounts`, points: own.map(pointOf) };
  }).filter(({ points: own }) => own.length > 0);
  return (
    <Lines
      lines={lines}
      label="Share of accounts left by days after the answer, by class"
      formatTime={dayWords}
      look="classes"
      words={wordsOf}
      formatValue={(value) => formatShare(value / 100)}
    />
  );
}

const pointOf = (point: Point): TimePoint => ({
  ...{ time: point.day, score: percent(point.retention), suppressed: false },
  ...{
    low: percent(point.retentionLow),
    high: percent(point.retentionHigh),
    responses: point.watched ?? null,
  },
});

/** A moment of one curve in words. */
function wordsOf(point: TimePoint | undefined): string {
  if (!point || point.score === null) return 'not watched for so long';
  const bounds =
    point.low === null || point.high === null
      ? 'none cancelled yet'
      : `${formatShare(point.low / 100)} to ${formatShare(point.high / 100)}`;
  return `${formatShare(point.score / 100, 1)} left (${bounds}), ${formatCount(point.responses)} still watched`;
}

function Notes({ points, asked }: { readonly points: readonly Point[]; readonly asked: Asked }) {
  const all = points.filter((point) => point.class === null && !point.suppressed).at(-1);
  const hidden = CLASSES.filter(([id]) => points.some((point) => point.class === id && point.suppressed));
  return (
    <div className="small muted stack">
      {all ? (
        <p>
          {formatCount(all.accounts)} accounts that subscribed when they first answered in this window;{' '}
          {formatCount(all.cancelled)} were seen to cancel. Estimate of Kaplan and Meier; the bands are 95 %
          intervals (Greenwood, log-log). Accounts that answered lately count for as long as they were
          watched.
        </p>
      ) : null}
      {hidden.length > 0 ? (
        <p>{hidden.map(([, name]) => name).join(', ')}: too few accounts to show to your role.</p>
      ) : null}
      <LongerWindow asked={asked} />
    </div>
  );
}

const COLUMNS: readonly Column<Point>[] = [
  { key: 'class', title: 'Class', value: (point) => nameOf(point.class) },
  { key: 'day', title: 'Day', isNumber: true, value: ({ day }) => day },
  {
    ...{ key: 'retention', title: 'Left', isNumber: true },
    value: ({ retention }) => retention,
    render: ({ retention, suppressed }) => (suppressed ? 'hidden' : formatShare(retention, 1)),
  },
  {
    key: 'low',
    title: 'Low',
    isNumber: true,
    value: ({ retentionLow }) => retentionLow,
    render: ({ retentionLow }) => formatShare(retentionLow, 1),
  },
  {
    key: 'high',
    title: 'High',
    isNumber: true,
    value: ({ retentionHigh }) => retentionHigh,
    render: ({ retentionHigh }) => formatShare(retentionHigh, 1),
  },
  { key: 'watched', title: 'Still watched', isNumber: true, value: ({ watched }) => watched },
  { key: 'cancelled', title: 'Cancelled', isNumber: true, value: ({ cancelled }) => cancelled },
  { key: 'accounts', title: 'Accounts', isNumber: true, value: ({ accounts }) => accounts },
];
