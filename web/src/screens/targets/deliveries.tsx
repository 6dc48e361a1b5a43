import { useState } from 'react';
import { Link } from 'wouter';
import type { DeliveryState, TargetsDeliveriesQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatAge, formatCount, formatMoment } from '../../lib/format.ts';
import { useNodeHref } from '../../lib/node-href.ts';
import { useParam } from '../../lib/url-state.ts';
import { useEachMinute } from '../../lib/use-each-minute.ts';
import { useNow } from '../../lib/use-now.ts';
import { Button } from '../../parts/button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Picker } from '../../parts/picker.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { DELIVERIES, REPLAY, REPLAY_ALL } from './documents.ts';
import type { Target } from './targets-panel.tsx';
import { EVENT_WORDS, STATE_WORDS } from './words.ts';

type Delivery = TargetsDeliveriesQuery['deliveries']['edges'][number]['node'];

const PAGE = 50;
const ALL = 'all';
const STATES = Object.keys(STATE_WORDS) as DeliveryState[];

interface DeliveriesProps {
  readonly targets: readonly Target[] | undefined;
  readonly target: string | null;
  readonly onTarget: (id: string | null) => void;
}

/** What was sent, is to be sent, or was given up. */
export function Deliveries({ targets, target, onTarget }: DeliveriesProps) {
  const [given, setState] = useParam('state');
  const state = STATES.find((one) => one.toLowerCase() === given) ?? null;
  const [first, setFirst] = useState(PAGE);
  const { data, error, isLoading, isOfBefore, refresh } = useRead(DELIVERIES, {
    target,
    state: state && [state],
    first,
  });
  useEachMinute(refresh);
  const [replaying, setReplaying] = useState<Delivery | Target | null>(null);
  const shown = targets?.find(({ id }) => id === target);
  const rows = (data?.deliveries.edges ?? []).map(({ node }) => node);
  const columns = useColumns(setReplaying);
  return (
    <Panel
      title={shown ? `Deliveries to ${shown.name}` : 'Deliveries'}
      testId="deliveries"
      isStale={isOfBefore}
      actions={<Button icon="refresh" look="quiet" label="Read the deliveries again" onPress={refresh} />}
    >
      <div className="row no-print">
        <Picker
          label="Target"
          isFilter={target !== null}
          options={[
            { id: ALL, label: 'any' },
            ...(targets ?? []).map(({ id, name }) => ({ id, label: name })),
          ]}
          value={[target ?? ALL]}
          onChange={([id]) => onTarget(id === undefined || id === ALL ? null : id)}
        />
        <Picker
          label="State"
          isFilter={state !== null}
          options={[{ id: ALL, label: 'any' }, ...STATES.map((id) => ({ id, label: STATE_WORDS[id] }))]}
          value={[state ?? ALL]}
          onChange={([id]) => setState(id === undefined || id === ALL ? null : id.toLowerCase())}
        />
      </div>
      {error ? (
        <Failed title="The deliveries could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton lines={5} />
      ) : (
        <DataTable
          isStacked
          caption="Deliveries, the newest first"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          empty={
            <Empty title="There are no deliveries">
              {state === null
                ? 'Each event for a target appears here when it happens.'
                : `None is ${STATE_WORDS[state].toLowerCase()}.`}
            </Empty>
          }
        />
      )}
      <div className="row">
        {shown && rows.some((one) => one.state === 'DEAD') ? (
          <Button icon="refresh" onPress={() => setReplaying(shown)}>
            Send all that were given up again
          </Button>
        ) : null}
        {data?.deliveries.pageInfo.hasNextPage ? (
          <Button onPress={() => setFirst((count) => count + PAGE)}>Show older ones</Button>
        ) : null}
      </div>
      <ReplayDialog replaying={replaying} onClose={() => setReplaying(null)} onDone={refresh} />
    </Panel>
  );
}

interface ReplayProps {
  /** A delivery, or a target for all of its dead ones. */
  readonly replaying: Delivery | Target | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function ReplayDialog({ replaying, onClose, onDone }: ReplayProps) {
  const send = useSend();
  const isAll = replaying !== null && 'kind' in replaying;
  return (
    <ReasonDialog
      isOpen={replaying !== null}
      onClose={onClose}
      title={isAll ? `Send all that ${replaying.name} did not take again?` : 'Send it again?'}
      action={isAll ? 'Send them again' : 'Send it again'}
      onConfirm={async (reason) => {
        const id = replaying?.id ?? '';
        const { error } = isAll
          ? await send(REPLAY_ALL, { target: id, reason })
          : await send(REPLAY, { id, reason });
        if (error === undefined) onDone();
        return error ?? null;
      }}
    >
      It keeps its id, so that a target which had it after all recognises it, and gets all of its attempts
      again.
    </ReasonDialog>
  );
}

function useColumns(onReplay: (delivery: Delivery) => void): Column<Delivery>[] {
  const now = useNow();
  const href = useNodeHref();
  return [
    {
      key: 'event',
      title: 'Event',
      value: ({ event }) => EVENT_WORDS[event],
      render: ({ event, subject }) => {
        const link = href(subject);
        return link ? <Link href={link}>{EVENT_WORDS[event]}</Link> : EVENT_WORDS[event];
      },
    },
    {
      key: 'target',
      title: 'Target',
      value: ({ target }) => target.name,
      render: ({ target }) => <span dir="auto">{target.name}</span>,
    },
    {
      key: 'state',
      title: 'State',
      value: ({ state }) => STATE_WORDS[state],
      render: ({ state, lastError, remoteId }) => (
        <>
          <span className={`targets-state targets-${state.toLowerCase()}`}>{STATE_WORDS[state]}</span>
          {remoteId ? <div className="muted">as {remoteId}</div> : null}
          {lastError && state !== 'DELIVERED' ? <div className="muted">{lastError}</div> : null}
        </>
      ),
    },
    {
      key: 'attempts',
      title: 'Attempts',
      isNumber: true,
      value: ({ attempts }) => attempts,
      render: ({ attempts, lastStatus }) =>
        `${formatCount(attempts)}${typeof lastStatus === 'number' ? `, last ${lastStatus}` : ''}`,
    },
    {
      key: 'at',
      title: 'When',
      value: ({ createdAt }) => createdAt,
      render: ({ createdAt, settledAt, due, state }) => {
        const at = state === 'PENDING' ? due : (settledAt ?? createdAt);
        return (
          <time dateTime={at} title={formatMoment(at)}>
            {state === 'PENDING' && Date.parse(at) > now ? `next ${formatMoment(at)}` : formatAge(at, now)}
          </time>
        );
      },
    },
    {
      key: 'actions',
      title: '',
      render: (delivery) =>
        delivery.state === 'DEAD' ? (
          <Button
            look="quiet"
            icon="refresh"
            label={`Send again: ${EVENT_WORDS[delivery.event]} to ${delivery.target.name}`}
            onPress={() => onReplay(delivery)}
          >
            Send again
          </Button>
        ) : null,
    },
  ];
}
