import { useMemo } from 'react';
import { Lines } from '../../charts/lines.tsx';
import { MARK_SIGNS, type Mark } from '../../charts/lines-marks.tsx';
import { MarksLegend } from '../../charts/marks-list.tsx';
import { useTwin } from '../../charts/twin.tsx';
import type { FiringVerdict, RulesSeriesQuery, SegmentInput } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatDay, formatDayOfYear, formatMonth } from '../../lib/format.ts';
import type { Column } from '../../parts/data-table.tsx';
import { pointOf, scoreColumns, timeColumn } from '../../parts/score-columns.ts';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { SERIES } from './documents.ts';
import type { Tested } from './use-replay.ts';
import { VERDICT_WORDS } from './words.ts';

/** The mark of each verdict. */
export const VERDICT_MARKS: Readonly<
  Record<FiringVerdict, { readonly kind: Mark['kind']; readonly sign: string }>
> = {
  REAL: { kind: 'real', sign: MARK_SIGNS.real },
  NOT_REAL: { kind: 'not-real', sign: MARK_SIGNS['not-real'] },
  UNDECIDED: { kind: 'undecided', sign: MARK_SIGNS.undecided },
};

type Bucket = RulesSeriesQuery['npsSeries'][number];
/** A bucket of the score with the verdicts of what fired in it. */
type Row = Bucket & { readonly fired: string };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const HEIGHT = 260;
const NO_BUCKETS: readonly Bucket[] = [];
/** Longer tests are shown by month. */
const MOST_WEEKS_DAYS = 400;

/** The score of the tested segment over the tested time, with a mark for each time that the rule would have fired. */
export function ReplaySeries({ tested: { draft, replay } }: { readonly tested: Tested }) {
  const { from, to, firings } = replay;
  const isLong = Date.parse(to) - Date.parse(from) > MOST_WEEKS_DAYS * DAY_MS;
  const segment = draft.watches === 'one' ? (draft.segment as SegmentInput) : null;
  const { data, error, isLoading, refresh } = useRead(SERIES, {
    segment,
    from: hourBefore(from),
    to: hourBefore(to),
    every: isLong ? 'MONTH' : 'WEEK',
  });
  const buckets = data?.npsSeries ?? NO_BUCKETS;
  const lines = useMemo(() => [{ name: 'score', points: buckets.map(pointOf) }], [buckets]);
  const marks: readonly Mark[] = useMemo(
    () =>
      firings.map(({ at, verdict }) => ({
        time: Date.parse(at),
        kind: VERDICT_MARKS[verdict].kind,
        label: `${formatDay(at)}: it would have fired, ${VERDICT_WORDS[verdict]}`,
      })),
    [firings],
  );
  const rows = useMemo(() => buckets.map((bucket) => withFirings(bucket, firings)), [buckets, firings]);
  const caption = `Score by ${isLong ? 'month' : 'week'}, and when the rule would have fired`;
  const isEmpty = buckets.every((one) => one.score === null && !one.suppressed);
  const twin = useTwin({
    name: 'rule-replay',
    caption,
    columns: COLUMNS,
    rows,
    rowKey: ({ time }) => time,
    isEmpty,
  });
  if (error) return <Failed title="The scores could not be read" error={error} onRetry={refresh} />;
  if (isLoading) return <Skeleton height={HEIGHT} />;
  if (isEmpty)
    return <Empty title="No answers in this time">Choose another segment, or a longer time.</Empty>;
  return (
    <section aria-label={caption}>
      <div className="spread no-print">
        <h3 className="small">{caption}</h3>
        <div className="rules-twin">{twin.actions}</div>
      </div>
      {twin.table ?? (
        <>
          <Lines
            label={caption}
            lines={lines}
            marks={marks}
            height={HEIGHT}
            formatTime={isLong ? formatMonth : (time) => `Week of ${formatDay(time)}`}
            formatTick={isLong ? formatMonth : formatDayOfYear}
          />
          <ul className="lines-marks small">
            <li>Band: 95% interval</li>
            <MarksLegend marks={marks} />
          </ul>
        </>
      )}
    </section>
  );
}

/** A series begins and ends with an hour of UTC. */
const hourBefore = (time: string): string =>
  new Date(Math.floor(Date.parse(time) / HOUR_MS) * HOUR_MS).toISOString();

function withFirings(bucket: Bucket, firings: Tested['replay']['firings']): Row {
  const [from, until] = [Date.parse(bucket.time), Date.parse(bucket.until)];
  const inside = firings.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < until);
  return {
    ...bucket,
    fired: inside.map(({ at, verdict }) => `${formatDay(at)}: ${VERDICT_WORDS[verdict]}`).join('; '),
  };
}

const COLUMNS: readonly Column<Row>[] = [
  timeColumn(),
  ...scoreColumns<Row>(),
  { key: 'fired', title: 'Fired', value: ({ fired }) => fired },
];
