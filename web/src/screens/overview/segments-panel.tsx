import { useState } from 'react';
import { Link } from 'wouter';
import { type Dot, DotPlot } from '../../charts/dot-plot.tsx';
import { useTwin } from '../../charts/twin.tsx';
import { graphql } from '../../gql/gql.ts';
import type { Dimension, OverviewSegmentsQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatCount, formatScore } from '../../lib/format.ts';
import { type Counts, differencesFromRest, type FromRest } from '../../lib/statistics.ts';
import { segmentInput, useHref, useParam, type View } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { scoreColumns } from '../../parts/score-columns.ts';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { type Score, useOnPulse } from './use-score.ts';

const SEGMENTS = graphql(`
  query OverviewSegments(
    $segment: SegmentInput
    $window: Duration!
    $asOf: DateTime
    $basis: Basis!
    $groupBy: [Dimension!]!
  ) {
    all: nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
      id
      score
      promoters
      passives
      detractors
      suppressed
    }
    groups: nps(
      segment: $segment
      window: $window
      asOf: $asOf
      basis: $basis
      groupBy: $groupBy
      orderBy: [{ by: RESPONSES, direction: DESC }]
      first: 200
    ) {
      id
      segmentValues {
        field
        value
      }
      score
      low
      high
      responses
      promoters
      passives
      detractors
      suppressed
    }
  }
`);

type Group = OverviewSegmentsQuery['groups'][number];
interface Segment extends Group {
  readonly name: string;
  readonly rest: FromRest | null;
}

/** Groups that are read: those with the most answers. */
const MOST = 200;
/** Segments shown before "Show all": those with the most answers. */
const SHOWN = 10;
/** Of the differences that carry a mark, at most this share is chance. */
const FALSE_DISCOVERIES = 0.05;

/** The score of each segment of a dimension; which differ from the rest beyond chance. */
export function SegmentsPanel({ score: { view, pulse } }: { readonly score: Score }) {
  const { dimensions } = useViewer();
  const [by, setBy] = useParam('by');
  const [isAll, setAll] = useState(false);
  const dimension =
    dimensions.find(({ field }) => field === by) ??
    dimensions.find(({ field }) => field === 'region') ??
    dimensions[0];
  const { window, asOf, basis } = view;
  const { data, error, isLoading, isOfBefore, refresh } = useRead(SEGMENTS, {
    segment: segmentInput(view),
    window,
    asOf,
    basis,
    groupBy: [dimension?.enumValue as Dimension],
  });
  useOnPulse(pulse, refresh);
  const segments = segmentsOf(data, view);
  const caption = `Score by ${dimension?.label.toLowerCase()}`;
  const twin = useTwin({
    name: 'segments',
    caption,
    columns: COLUMNS,
    rows: segments,
    rowKey: ({ id }) => id,
  });
  const shown = (isAll ? segments : segments.slice(0, SHOWN)).toSorted(byScore);
  return (
    <Panel
      title={
        <Picker
          label="By"
          options={dimensions.map(({ field, label }) => ({ id: field, label: label.toLowerCase() }))}
          value={dimension ? [dimension.field] : []}
          onChange={([field]) => setBy(field ?? null, { replace: true })}
        />
      }
      className="overview-segments"
      testId="segments"
      actions={twin.actions}
      isStale={isOfBefore}
    >
      {error ? (
        <Failed title="The segments could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton height={240} />
      ) : segments.length === 0 ? (
        <Empty title="No answers in this window">Each group that has answers is a line here.</Empty>
      ) : (
        (twin.table ?? (
          <>
            <DotPlot
              caption={caption}
              dots={shown.map((segment) => ({
                ...dotOf(segment),
                label: <Name segment={segment} view={view} />,
              }))}
              overall={data?.all[0]?.score ?? null}
            />
            <Notes
              segments={segments}
              isAll={isAll}
              isCut={(data?.groups.length ?? 0) >= MOST}
              onAll={() => setAll(!isAll)}
              view={view}
              overall={data?.all[0]?.score ?? null}
            />
          </>
        ))
      )}
    </Panel>
  );
}

/** Narrows the page to the segment. */
function Name({ segment, view }: { readonly segment: Segment; readonly view: View }) {
  const href = useHref();
  const [first] = segment.segmentValues;
  if (!first) return segment.name;
  return (
    <Link href={href('/overview', { segment: { ...view.segment, [first.field]: [first.value] } })}>
      {segment.name}
    </Link>
  );
}

interface NotesProps {
  readonly segments: readonly Segment[];
  readonly isAll: boolean;
  /** There may be more of them than were read. */
  readonly isCut: boolean;
  readonly onAll: () => void;
  readonly view: View;
  readonly overall: number | null;
}

function Notes({ segments, isAll, isCut, onAll, view, overall }: NotesProps) {
  const hidden = segments.filter(({ suppressed }) => suppressed).length;
  const differing = segments.filter(differs).length;
  return (
    <div className="small muted stack">
      <p>
        ┆ overall {formatScore(overall)}.{' '}
        {view.basis !== 'SURVEYED'
          ? 'Differences are marked on the surveyed basis.'
          : differing === 0
            ? 'No segment differs from the rest beyond chance.'
            : `◆ ${differing === 1 ? '1 segment differs' : `${formatCount(differing)} segments differ`} from the rest beyond chance.`}
        {hidden > 0
          ? ` ${hidden === 1 ? '1 segment has' : `${formatCount(hidden)} segments have`} too few answers to show.`
          : ''}
        {isCut ? ` Only the ${formatCount(MOST)} segments with the most answers are compared.` : ''}
      </p>
      {segments.length > SHOWN ? (
        <div>
          <Button look="quiet" onPress={onAll}>
            {isAll ? `Show the ${SHOWN} with the most answers` : `Show all ${formatCount(segments.length)}`}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function segmentsOf(data: OverviewSegmentsQuery | undefined, { basis }: View): Segment[] {
  if (!data) return [];
  const all = countsOf(data.all[0]);
  const counts = data.groups.map((group) => countsOf(group));
  // Intervals of inferred answers include the model's errors, which counts do not show.
  const rests = basis === 'SURVEYED' && all ? differencesFromRest(all, counts) : counts.map(() => null);
  return data.groups
    .map((group, i) => ({
      ...group,
      name: group.segmentValues.map(({ value }) => value).join(', '),
      rest: rests[i] ?? null,
    }))
    .filter(({ responses, suppressed }) => suppressed || (responses ?? 0) > 0);
}

function countsOf(row: Pick<Group, 'promoters' | 'passives' | 'detractors'> | undefined): Counts | null {
  if (!row) return null;
  const { promoters, passives, detractors } = row;
  if (typeof promoters !== 'number' || typeof passives !== 'number' || typeof detractors !== 'number')
    return null;
  return { promoters, passives, detractors };
}

const byScore = (one: Segment, other: Segment): number =>
  (other.score ?? Number.NEGATIVE_INFINITY) - (one.score ?? Number.NEGATIVE_INFINITY);

const differs = ({ rest }: Segment): boolean => rest !== null && rest.adjustedP <= FALSE_DISCOVERIES;

const dotOf = (segment: Segment): Dot => ({
  key: segment.id,
  name: segment.name,
  score: segment.score ?? null,
  low: segment.low ?? null,
  high: segment.high ?? null,
  responses: segment.responses ?? null,
  isHidden: segment.suppressed,
  differs: differs(segment) ? ((segment.rest?.difference ?? 0) > 0 ? 'above' : 'below') : null,
});

const COLUMNS: readonly Column<Segment>[] = [
  { key: 'name', title: 'Segment', value: ({ name }) => name },
  ...scoreColumns<Segment>(),
  {
    key: 'rest',
    title: 'From the rest',
    isNumber: true,
    value: ({ rest }) => rest?.difference,
    render: ({ rest }) => formatScore(rest?.difference, { sign: true }),
  },
  {
    key: 'p',
    title: 'p, adjusted',
    isNumber: true,
    value: ({ rest }) => rest?.adjustedP,
    render: ({ rest }) => (rest ? (rest.adjustedP < 0.001 ? '< 0.001' : rest.adjustedP.toFixed(3)) : ''),
  },
];
