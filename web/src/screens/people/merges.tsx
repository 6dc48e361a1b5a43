import { useState } from 'react';
import type { IdentityKind, PeopleMergesQuery } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { usePages } from '../../lib/use-pages.ts';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type AskedField, ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { MERGE, MERGES, UNDO_MERGE } from './documents.ts';

type Merge = PeopleMergesQuery['merges']['edges'][number]['node'];

const IDENTIFIER = 'As it was sent in, or the pseudonym.';
const FIELDS: readonly AskedField[] = [
  {
    name: 'kind',
    label: 'Both are of one',
    initial: 'RESPONDENT',
    options: [
      { id: 'RESPONDENT', label: 'Person' },
      { id: 'ACCOUNT', label: 'Account' },
    ],
  },
  { name: 'from', label: 'Identifier', hint: IDENTIFIER, missing: 'Write an identifier.' },
  { name: 'into', label: 'Counts as', hint: IDENTIFIER, missing: 'Write the other identifier.' },
];

/** Which identifiers were merged: by senders, and by the data protection officer, who merges and undoes here. */
export function Merges({ changes, onChange }: { readonly changes: number; readonly onChange: () => void }) {
  const { data, rows, error, isLoading, isStale, refresh, problem, hasOlder, readOlder, isReadingOlder } =
    usePages(MERGES, (answer) => answer.merges, changes);
  const send = useSend();
  const [isMerging, setMerging] = useState(false);
  const [undoing, setUndoing] = useState<Merge | null>(null);
  const done = (wrong: string | undefined) => {
    if (!wrong) onChange();
    return wrong ?? null;
  };
  return (
    <Panel
      title="Merged identifiers"
      isStale={isStale}
      testId="merges"
      actions={<Button onPress={() => setMerging(true)}>Merge two identifiers</Button>}
    >
      {isLoading ? <Skeleton lines={3} /> : null}
      {error ? <Failed title="The merges could not be read" error={error} onRetry={refresh} /> : null}
      {data ? (
        <DataTable
          isStacked
          caption="Merged identifiers"
          rows={rows}
          rowKey={({ id }) => id}
          empty={
            <Empty title="No identifiers are merged">
              When two identifiers turn out to be of one person or account, merge them: everything counts as
              one, also what arrives later, until it is undone.
            </Empty>
          }
          columns={columnsOf(setUndoing)}
        />
      ) : null}
      {problem ? <Failed title="The older merges could not be read" error={problem} /> : null}
      {hasOlder ? (
        <div>
          <Button isDisabled={isReadingOlder} onPress={() => void readOlder()}>
            Show older merges
          </Button>
        </div>
      ) : null}
      <ReasonDialog
        isOpen={isMerging}
        onClose={() => setMerging(false)}
        title="Merge two identifiers?"
        action="Merge"
        fields={FIELDS}
        onConfirm={async (reason, { kind, from = '', into = '' }) =>
          done((await send(MERGE, { kind: kind as IdentityKind, from, into, reason })).error)
        }
      >
        Everything of both counts and is shown as one. Rights that were exercised over one hold for both. It
        can be undone until the person is erased.
      </ReasonDialog>
      <ReasonDialog
        isOpen={undoing !== null}
        onClose={() => setUndoing(null)}
        title="Undo the merge?"
        action="Undo the merge"
        onConfirm={async (reason) => done((await send(UNDO_MERGE, { id: undoing?.id ?? '', reason })).error)}
      >
        Everything counts again for the identifier that it came with, also what arrived since.
      </ReasonDialog>
    </Panel>
  );
}

const columnsOf = (undo: (merge: Merge) => void): readonly Column<Merge>[] => [
  {
    key: 'at',
    title: 'Merged',
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
  { key: 'kind', title: 'Of one', value: ({ kind }) => (kind === 'ACCOUNT' ? 'Account' : 'Person') },
  { key: 'from', title: 'Identifier', render: ({ from }) => <code>{from ?? 'erased'}</code> },
  { key: 'into', title: 'Counts as', render: ({ into }) => <code>{into ?? 'erased'}</code> },
  { key: 'reason', title: 'Reason', value: ({ reason }) => reason ?? 'Stated by the sender' },
  {
    key: 'state',
    title: 'State',
    value: ({ undoneAt }) => undoneAt ?? '',
    render: (merge) =>
      merge.undoneAt ? (
        <>
          Undone {formatMoment(merge.undoneAt)}
          <div className="muted" dir="auto">
            by {merge.undoneBy}: {merge.undoReason}
          </div>
        </>
      ) : merge.goneAt ? (
        'Nothing is left of it'
      ) : (
        <Button
          look="quiet"
          label={`Undo the merge of ${formatMoment(merge.at)}`}
          onPress={() => undo(merge)}
        >
          Undo
        </Button>
      ),
  },
];
