import { useEffect, useState } from 'react';
import type { AccessSessionsQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatAge, formatMoment } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { END_SESSIONS, SESSIONS } from './documents.ts';

type Session = AccessSessionsQuery['browserSessions']['edges'][number]['node'];
interface Ending {
  readonly session: Session;
  /** All sessions of its key or person. */
  readonly isAll: boolean;
}

const PAGE = 50;

/** The browsers that are signed in. `reading` counts what may have changed them. */
export function Sessions({ reading }: { readonly reading: number }) {
  const [first, setFirst] = useState(PAGE);
  const { data, error, isLoading, isStale, refresh } = useRead(SESSIONS, { first, actor: null });
  const send = useSend();
  const [ending, setEnding] = useState<Ending | null>(null);
  const now = Date.now();
  const rows = data?.browserSessions.edges.map(({ node }) => node) ?? [];
  // biome-ignore lint/correctness/useExhaustiveDependencies: when something changed
  useEffect(() => {
    if (reading > 0) refresh();
  }, [reading]);
  const end = async (reason: string) => {
    if (!ending) return null;
    const { session, isAll } = ending;
    const which = isAll ? { actor: session.actor, id: null } : { actor: null, id: session.id };
    const { error: wrong } = await send(END_SESSIONS, { ...which, reason });
    if (!wrong) refresh();
    return wrong ?? null;
  };
  return (
    <Panel title="Signed-in browsers" isStale={isStale} testId="sessions">
      {isLoading ? <Skeleton lines={3} /> : null}
      {error ? <Failed title="The sessions could not be read" error={error} onRetry={refresh} /> : null}
      {data ? (
        <DataTable
          isStacked
          caption="Signed-in browsers"
          rows={rows}
          rowKey={({ id }) => id}
          empty={
            <Empty title="No browser is signed in">People who sign in at this address appear here.</Empty>
          }
          columns={columnsOf(rows, now, setEnding)}
        />
      ) : null}
      {data?.browserSessions.pageInfo.hasNextPage && first < 500 ? (
        <Button onPress={() => setFirst(500)}>Show more</Button>
      ) : null}
      <ReasonDialog
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        title={
          ending?.isAll
            ? `Sign out ${ending.session.name} everywhere?`
            : `Sign out this browser of ${ending?.session.name}?`
        }
        action="Sign out"
        isDanger
        onConfirm={end}
      >
        Its page asks to sign in again within a second. The key itself stays valid: revoke it if it may be in
        wrong hands.
      </ReasonDialog>
    </Panel>
  );
}

function columnsOf(
  rows: readonly Session[],
  now: number,
  onEnd: (ending: Ending) => void,
): Column<Session>[] {
  const countOf = (actor: string) => rows.filter((one) => one.actor === actor).length;
  return [
    {
      key: 'name',
      title: 'Who',
      value: ({ name }) => name,
      render: ({ name, actor }) => (
        <div className="access-name">
          <strong dir="auto">{name}</strong>
          <div className="muted">{howOf(actor)}</div>
        </div>
      ),
    },
    { key: 'role', title: 'Role', value: ({ role }) => role },
    {
      key: 'since',
      title: 'Signed in',
      value: ({ createdAt }) => createdAt,
      render: ({ createdAt }) => <span title={formatMoment(createdAt)}>{formatAge(createdAt, now)}</span>,
    },
    {
      key: 'seen',
      title: 'Last seen',
      value: ({ lastSeenAt }) => lastSeenAt,
      render: ({ lastSeenAt }) => (lastSeenAt ? formatAge(lastSeenAt, now) : '–'),
    },
    {
      key: 'ends',
      title: 'Ends',
      value: ({ expiresAt }) => expiresAt,
      render: ({ expiresAt }) => <span className="access-group">{formatMoment(expiresAt)}</span>,
    },
    {
      key: 'actions',
      title: '',
      render: (session) => (
        <div className="access-actions no-print">
          <Button
            look="quiet"
            label={`Sign out this browser of ${session.name}`}
            onPress={() => onEnd({ session, isAll: false })}
          >
            Sign out
          </Button>
          {countOf(session.actor) > 1 ? (
            <Button
              look="quiet"
              label={`Sign out all ${countOf(session.actor)} browsers of ${session.name}`}
              onPress={() => onEnd({ session, isAll: true })}
            >
              All {countOf(session.actor)}
            </Button>
          ) : null}
        </div>
      ),
    },
  ];
}

function howOf(actor: string): string {
  if (actor === 'admin') return "The administrator's key";
  return actor.startsWith('login:') ? 'Signed in at the identity provider' : 'With a key';
}
