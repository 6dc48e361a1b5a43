import type { PeopleErasuresQuery } from '../../gql/graphql.ts';
import { formatMoment } from '../../lib/format.ts';
import { usePages } from '../../lib/use-pages.ts';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { ERASURES } from './documents.ts';

type Row = PeopleErasuresQuery['erasures']['edges'][number]['node'];

/** The erasures that were asked for: when, why and how much, without the person. */
export function Erasures({ changes }: { readonly changes: number }) {
  const { data, rows, error, isLoading, isStale, refresh, problem, hasOlder, readOlder, isReadingOlder } =
    usePages(ERASURES, (answer) => answer.erasures, changes);
  return (
    <Panel title="Erasures" isStale={isStale} testId="erasures">
      {isLoading ? <Skeleton lines={3} /> : null}
      {error ? <Failed title="The erasures could not be read" error={error} onRetry={refresh} /> : null}
      {data ? (
        <DataTable
          isStacked
          caption="Erasures"
          rows={rows}
          rowKey={({ id }) => id}
          csvName="erasures.csv"
          empty={
            <Empty title="No person has been erased">
              An erasure leaves a record here: when, why and how much, without the person.
            </Empty>
          }
          columns={COLUMNS}
        />
      ) : null}
      {problem ? <Failed title="The older erasures could not be read" error={problem} /> : null}
      {hasOlder ? (
        <div>
          <Button isDisabled={isReadingOlder} onPress={() => void readOlder()}>
            Show older erasures
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'at',
    title: 'When',
    value: ({ at }) => at,
    render: ({ at, by }) => (
      <>
        <span className="people-when">{formatMoment(at)}</span>
        <div className="muted" dir="auto">
          by {by}
        </div>
      </>
    ),
  },
  { key: 'reason', title: 'Reason', value: ({ reason }) => reason },
  { key: 'responses', title: 'Answers', isNumber: true, value: ({ responses }) => responses },
  {
    key: 'state',
    title: 'State',
    value: ({ complete }) => (complete ? 'complete' : 'under way'),
    render: ({ complete, completedAt }) =>
      complete && completedAt ? (
        <>Complete {formatMoment(completedAt)}</>
      ) : (
        <strong className="people-open">Under way</strong>
      ),
  },
  {
    key: 'models',
    title: 'Models that learned from it',
    value: ({ models }) => models.map(({ version }) => version).join(', '),
    render: ({ models }) =>
      models.length === 0 ? (
        <span className="muted">None</span>
      ) : (
        models.map(({ version }) => version).join(', ')
      ),
  },
  {
    key: 'copies',
    title: 'Copies in backups',
    value: ({ copiesUnreadableSince }) => copiesUnreadableSince,
    render: ({ copiesUnreadableSince, wrappedBy }) =>
      copiesUnreadableSince
        ? `Unreadable since ${formatMoment(copiesUnreadableSince)}`
        : wrappedBy.length === 0
          ? 'None'
          : `Readable with ${wrappedBy.join(', ')}`,
  },
];
