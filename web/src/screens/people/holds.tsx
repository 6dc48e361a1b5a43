import { useEffect, useState } from 'react';
import type { PeopleHoldsQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Failed } from '../../parts/states.tsx';
import { HOLDS, RELEASE_HOLD } from './documents.ts';

type Hold = PeopleHoldsQuery['legalHolds'][number];

/** Orders to keep what is held of a person or a segment; absent while there is none. */
export function Holds({ changes, onChange }: { readonly changes: number; readonly onChange: () => void }) {
  const { data, error, isStale, refresh } = useRead(HOLDS, {}, { policy: 'network-only' });
  const send = useSend();
  const [releasing, setReleasing] = useState<Hold | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after a hold was placed
  useEffect(() => {
    if (changes > 0) refresh();
  }, [changes]);
  if (!error && (data?.legalHolds.length ?? 0) === 0) return null;
  return (
    <Panel title="Legal holds" isStale={isStale} testId="holds">
      {error ? <Failed title="The holds could not be read" error={error} onRetry={refresh} /> : null}
      {data ? (
        <DataTable
          isStacked
          caption="Legal holds"
          rows={data.legalHolds}
          rowKey={({ id }) => id}
          columns={[
            {
              key: 'placed',
              title: 'Placed',
              value: ({ placedAt }) => placedAt,
              render: ({ placedAt, actor }) => (
                <>
                  <span className="people-when">{formatMoment(placedAt)}</span>
                  <div className="muted">by {actor}</div>
                </>
              ),
            },
            { key: 'reason', title: 'Reason', value: ({ reason }) => reason },
            {
              key: 'on',
              title: 'On',
              value: ({ segment }) => (segment ? JSON.stringify(segment) : 'A person'),
            },
            {
              key: 'state',
              title: 'State',
              value: ({ releasedAt }) => releasedAt ?? '',
              render: ({ releasedAt }) => (releasedAt ? `Released ${formatMoment(releasedAt)}` : 'In force'),
            },
            {
              key: 'act',
              title: '',
              render: (hold) =>
                hold.releasedAt ? null : (
                  <Button look="quiet" onPress={() => setReleasing(hold)}>
                    Release
                  </Button>
                ),
            },
          ]}
        />
      ) : null}
      <ReasonDialog
        isOpen={releasing !== null}
        onClose={() => setReleasing(null)}
        title="Release the hold?"
        action="Release the hold"
        onConfirm={async (reason) => {
          const { error: wrong } = await send(RELEASE_HOLD, { id: releasing?.id ?? '', reason });
          if (!wrong) onChange();
          return wrong ?? null;
        }}
      >
        What it kept can be erased, and ages out again by the retention policy.
      </ReasonDialog>
    </Panel>
  );
}
