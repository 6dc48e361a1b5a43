import { useState } from 'react';
import type { AccessKeysQuery } from '../../gql/graphql.ts';
import { type Read, useSend } from '../../lib/api.ts';
import { formatAge, formatDay, formatMoment } from '../../lib/format.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { REVOKE } from './documents.ts';
import { type ApiKey, narrowingOf, stateOf } from './words.ts';

interface KeysProps {
  readonly read: Read<AccessKeysQuery>;
  readonly onSees: (id: string) => void;
  readonly onCreate: () => void;
  readonly onChange: () => void;
}

/** The keys, and what can be done with each. */
export function Keys({ read, onSees, onCreate, onChange }: KeysProps) {
  const { data, error, isLoading, isStale, refresh } = read;
  const send = useSend();
  const [isAll, setAll] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const now = Date.now();
  const all = data?.apiKeys ?? [];
  const active = all.filter((key) => stateOf(key, now) === 'active');
  const ended = all.length - active.length;
  const shown = (isAll ? all : active).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const columns = useColumns(now, isAll, onSees, setRevoking);
  return (
    <Panel
      title="Keys"
      isStale={isStale}
      testId="keys"
      actions={
        <>
          {ended > 0 ? (
            <Button look="quiet" aria-pressed={isAll} onPress={() => setAll(!isAll)}>
              {isAll ? 'Hide ended keys' : `Show ${ended} ended`}
            </Button>
          ) : null}
          <Button look="primary" icon="plus" onPress={onCreate}>
            Create a key
          </Button>
        </>
      }
    >
      {isLoading ? <Skeleton lines={5} /> : null}
      {error ? <Failed title="The keys could not be read" error={error} onRetry={refresh} /> : null}
      {data ? (
        <DataTable
          isStacked
          caption="Keys"
          columns={columns}
          rows={shown}
          rowKey={({ id }) => id}
          csvName="keys.csv"
          empty={
            <Empty
              title="There is no key yet"
              actions={
                <Button icon="plus" onPress={onCreate}>
                  Create a key
                </Button>
              }
            >
              The administrator's key is for setting up. Make a key for each person and program, with the role
              that it needs.
            </Empty>
          }
        />
      ) : null}
      <ReasonDialog
        isOpen={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke the key “${revoking?.name}”?`}
        action="Revoke the key"
        isDanger
        onConfirm={async (reason) => {
          const { error: wrong } = await send(REVOKE, { id: revoking?.id ?? '', reason });
          if (!wrong) onChange();
          return wrong ?? null;
        }}
      >
        It is refused within a second, and its live updates, files under way and signed-in browsers end. This
        cannot be undone: its user needs a new key.
      </ReasonDialog>
    </Panel>
  );
}

function useColumns(
  now: number,
  isAll: boolean,
  onSees: (id: string) => void,
  onRevoke: (key: ApiKey) => void,
): Column<ApiKey>[] {
  const { dimensions } = useViewer();
  const labelOf = (field: string) => dimensions.find((one) => one.field === field)?.label ?? field;
  const narrowing = ({ attributes, sources, readOnly }: ApiKey) => [
    ...narrowingOf(attributes, labelOf),
    ...(sources ? [`Sources: ${sources.join(', ')}`] : []),
    ...(readOnly ? ['Reads only'] : []),
  ];
  return [
    {
      key: 'name',
      title: 'Name',
      value: ({ name }) => name,
      render: (key) => (
        <div className="access-name">
          <strong dir="auto">{key.name}</strong>
          <div className="muted">
            by <span dir="auto">{key.createdBy}</span>, {formatDay(key.createdAt)}
          </div>
        </div>
      ),
    },
    { key: 'role', title: 'Role', value: ({ role }) => role },
    {
      key: 'limits',
      title: 'Narrowed to',
      value: (key) => narrowing(key).join('; '),
      render: (key) => {
        const lines = narrowing(key);
        if (lines.length === 0) return <span className="muted">Everything its role may</span>;
        return lines.map((line) => (
          <div key={line} dir="auto">
            {line}
          </div>
        ));
      },
    },
    {
      key: 'used',
      title: 'Last used',
      value: ({ lastUsedAt }) => lastUsedAt,
      render: ({ lastUsedAt }) =>
        lastUsedAt ? (
          <span title={formatMoment(lastUsedAt)}>{formatAge(lastUsedAt, now)}</span>
        ) : (
          <span className="muted">Never</span>
        ),
    },
    {
      key: 'expires',
      title: isAll ? 'Ends' : 'Expires',
      value: ({ expiresAt, revokedAt }) => revokedAt ?? expiresAt,
      render: (key) => <End of={key} now={now} />,
    },
    {
      key: 'actions',
      title: '',
      render: (key) => (
        <div className="access-actions no-print">
          <Button look="quiet" label={`What ${key.name} sees`} onPress={() => onSees(key.id)}>
            What it sees
          </Button>
          {key.revokedAt ? null : (
            <Button look="quiet" label={`Revoke ${key.name}`} onPress={() => onRevoke(key)}>
              Revoke
            </Button>
          )}
        </div>
      ),
    },
  ];
}

/** A key that ends within two weeks says so in words. */
const SOON_MS = 14 * 86_400_000;

function End({ of: key, now }: { readonly of: ApiKey; readonly now: number }) {
  const { expiresAt, revokedAt, revokedBy } = key;
  if (revokedAt)
    return (
      <span className="access-ended">
        Revoked {formatDay(revokedAt)}
        {revokedBy ? ` by ${revokedBy}` : ''}
      </span>
    );
  if (!expiresAt) return <span className="muted">Never</span>;
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return <span className="access-ended">Expired {formatDay(expiresAt)}</span>;
  return (
    <span className={left < SOON_MS ? 'access-soon' : ''} title={formatMoment(expiresAt)}>
      {formatDay(expiresAt)}
      {left < SOON_MS ? ` (${left < 86_400_000 ? 'today' : `in ${Math.ceil(left / 86_400_000)} days`})` : ''}
    </span>
  );
}
