import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { DataSourcesQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatAge, formatCount, formatMoment, formatSpan, NONE } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { SOURCES } from './documents.ts';
import { SourceQuality } from './source-quality.tsx';
import { reasonWords } from './wizard/words.ts';

type Source = DataSourcesQuery['sources']['edges'][number]['node'];
type Deliveries = NonNullable<Source['deliveries']>;
type Rejected = Pick<Deliveries, 'rejected' | 'rejectedByCode'>;

/** How often the panel looks again. */
const LOOK_EVERY_MS = 30_000;

/** Where answers come from: how many, when the last one arrived, how late, and what was rejected. */
export function Sources() {
  const [pages, setPages] = useState<readonly (string | null)[]>([null]);
  return (
    <Panel title="Sources" testId="sources">
      {pages.map((after, at) => (
        <SourcePage
          key={after ?? ''}
          after={after}
          isLast={at === pages.length - 1}
          onMore={(next) => setPages([...pages, next])}
        />
      ))}
    </Panel>
  );
}

interface PageProps {
  readonly after: string | null;
  readonly isLast: boolean;
  readonly onMore: (after: string) => void;
}

function SourcePage({ after, isLast, onMore }: PageProps) {
  const { can } = useViewer();
  const { data, error, refresh } = useRead(
    SOURCES,
    { after, whole: can('administer') },
    { policy: 'cache-and-network' },
  );
  const href = useHref();
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) refresh();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [refresh]);
  if (error) return <Failed title="The sources could not be read" error={error} onRetry={refresh} />;
  if (!data) return <Skeleton />;
  const { edges, pageInfo, unattributed } = data.sources;
  const rows = edges.map(({ node }) => node);
  const isWhole = rows.some(({ deliveries }) => deliveries);
  return (
    <>
      {rows.length > 0 ? (
        <DataTable
          isStacked
          caption="Sources of answers"
          columns={columnsOf(isWhole, (name) => href('/responses', {}, { source: name }))}
          rows={rows}
          rowKey={({ name }) => name}
          csvName="sources.csv"
        />
      ) : after === null ? (
        <Empty title="No answer has arrived yet">
          {can('submitResponse')
            ? 'Drop a file above, or connect a survey tool: each source then appears here with its volume.'
            : 'Each source appears here with its volume when its first answer arrives.'}
        </Empty>
      ) : null}
      {after === null && unattributed && unattributed.rejected > 0 ? (
        <Unattributed {...unattributed} />
      ) : null}
      {isLast && pageInfo.hasNextPage && pageInfo.endCursor ? (
        <Button look="quiet" onPress={() => onMore(pageInfo.endCursor as string)}>
          Show more sources
        </Button>
      ) : null}
    </>
  );
}

/** When the last item arrived: also of a source that delivers old answers now. */
const arrivedAt = ({ deliveries, lastReceivedAt }: Source): string => {
  const accepted = deliveries?.lastAcceptedAt;
  return accepted && accepted > lastReceivedAt ? accepted : lastReceivedAt;
};

function Age({ time, now }: { readonly time: string; readonly now: number }) {
  return (
    <time dateTime={time} title={formatMoment(time)}>
      {formatAge(time, now)}
    </time>
  );
}

/** Only administrators see what was rejected. */
function columnsOf(isWhole: boolean, linkOf: (name: string) => string): Column<Source>[] {
  const now = Date.now();
  const columns: Column<Source>[] = [
    {
      key: 'name',
      title: 'Source',
      value: ({ name }) => name,
      render: ({ name }) => (
        <Link href={linkOf(name)} dir="auto" className="source-name">
          {name}
        </Link>
      ),
    },
    {
      key: 'responses',
      title: 'Answers, 30 days',
      isNumber: true,
      value: ({ responsesLast30Days }) => responsesLast30Days,
      render: ({ responsesLast30Days, complete }) =>
        complete ? formatCount(responsesLast30Days) : `over ${formatCount(responsesLast30Days)}`,
    },
    {
      key: 'answered',
      title: 'Newest answer',
      value: ({ lastAnsweredAt }) => lastAnsweredAt,
      render: ({ lastAnsweredAt }) => <Age time={lastAnsweredAt} now={now} />,
    },
    {
      key: 'received',
      title: 'Last received',
      value: arrivedAt,
      render: (source) => <Age time={arrivedAt(source)} now={now} />,
    },
    {
      key: 'lag',
      title: 'Median delay',
      value: ({ lagSeconds }) => lagSeconds,
      render: ({ lagSeconds }) => formatSpan(lagSeconds),
    },
  ];
  if (!isWhole) return columns;
  return [
    ...columns,
    {
      key: 'rejected',
      title: 'Rejected, 30 days',
      value: ({ deliveries }) => deliveries?.rejected,
      render: ({ deliveries }) => (deliveries ? <RejectedItems {...deliveries} /> : NONE),
    },
    {
      key: 'quality',
      title: 'Data quality',
      render: ({ name, quality }) => (quality ? <SourceQuality name={name} quality={quality} /> : NONE),
    },
  ];
}

function RejectedItems({ rejected, rejectedByCode }: Rejected) {
  if (rejected === 0) return <>none</>;
  return (
    <>
      <strong>{formatCount(rejected)}</strong>
      <span className="muted source-reasons">{reasonsOf(rejectedByCode)}</span>
    </>
  );
}

/** What was rejected and belongs to no source, such as a new one of which every item is wrong. */
function Unattributed({ rejected, rejectedByCode }: Rejected) {
  const words = rejected === 1 ? 'item that names' : 'items that name';
  return (
    <p className="notice small">
      {formatCount(rejected)} {words} no known source {rejected === 1 ? 'was' : 'were'} rejected in 30 days:{' '}
      {reasonsOf(rejectedByCode)}.
    </p>
  );
}

const reasonsOf = (codes: Rejected['rejectedByCode']): string =>
  codes.map(({ code, count }) => `${formatCount(count)} × ${reasonWords(code)}`).join(', ');
