import { useEffect, useMemo, useRef, useState } from 'react';
import type { DataConnectionsQuery, DataQuarantineQuery } from '../../../gql/graphql.ts';
import { useRead, useSend } from '../../../lib/api.ts';
import { formatCount } from '../../../lib/format.ts';
import { useParam } from '../../../lib/url-state.ts';
import { useEachMinute } from '../../../lib/use-each-minute.ts';
import { Button } from '../../../parts/button.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Empty, Failed, Partial, Skeleton } from '../../../parts/states.tsx';
import { ConfirmButton } from '../confirm-button.tsx';
import { DISCARD, QUARANTINE } from './documents.ts';
import { Filters, type Narrowed, useNarrowed } from './filters.tsx';
import { ItemDrawer } from './item.tsx';
import { Items } from './items.tsx';
import '../../../parts/filter-row.css';
import './quarantine.css';
import { useReplay, type Wanted } from './use-replay.ts';
import { countWords, type Item, replayWords } from './words.ts';

type Connection = DataConnectionsQuery['connections'][number];
type Held = Extract<NonNullable<DataQuarantineQuery['node']>, { quarantine: object }>;

interface QuarantineProps {
  readonly connections: readonly Connection[];
  /** Something was replayed or discarded. */
  readonly onChanged: () => void;
}

/** What connections delivered and could not be stored: found, opened, replayed, discarded. */
export function Quarantine({ connections, onChanged }: QuarantineProps) {
  const [given, choose] = useParam('quarantine');
  const box = useRef<HTMLDivElement>(null);
  // A count beside a connection leads here.
  useEffect(() => {
    if (given !== null) box.current?.scrollIntoView({ block: 'nearest' });
  }, [given]);
  const connection =
    connections.find(({ id }) => id === given) ??
    connections.find(({ waiting }) => waiting > 0) ??
    connections[0];
  const narrowed = useNarrowed();
  if (!connection) return null;
  return (
    <div ref={box}>
      <Panel title="Quarantine" testId="quarantine">
        <p className="muted small">
          What a connection delivers and cannot be stored waits here, encrypted, until it is put right.
        </p>
        <Filters connections={connections} connection={connection.id} onConnection={choose} />
        <Waiting
          key={JSON.stringify([connection.id, narrowed.filter, narrowed.shown])}
          connection={connection}
          narrowed={narrowed}
          onChanged={onChanged}
        />
      </Panel>
    </div>
  );
}

interface WaitingProps {
  readonly connection: Connection;
  readonly narrowed: Narrowed;
  readonly onChanged: () => void;
}

function Waiting({ connection, narrowed, onChanged }: WaitingProps) {
  const [trail, setTrail] = useState<readonly string[]>([]);
  const filter = { ...narrowed.filter, statuses: [...narrowed.statuses] };
  const { data, error, refresh } = useRead(
    QUARANTINE,
    { connection: connection.id, filter, after: trail.at(-1) ?? null },
    { policy: 'cache-and-network' },
  );
  useEachMinute(refresh);
  const [opened, open] = useParam('item');
  const [account, setAccount] = useState('');
  const held = (data?.node ?? null) as Held | null;
  const items = useMemo(() => held?.quarantine.edges.map(({ node }) => node) ?? [], [held]);
  const changed = (words: string) => {
    setAccount(words);
    refresh();
    onChanged();
  };
  // What is settled is not opened again where it is listed as such.
  const closing = async (acting: Promise<string | null>) => {
    const wrong = await acting;
    if (wrong === null) open(null);
    return wrong;
  };
  const act = useActions(connection.id, held, changed);
  if (error) return <Failed title="The quarantine could not be read" error={error} onRetry={refresh} />;
  if (!data) return <Skeleton lines={5} />;
  if (!held) return <Empty title="There is no such connection any more" />;
  const isWaiting = narrowed.shown === 'waiting';
  return (
    <>
      <Summary held={held} />
      <p role="status" className={account ? 'notice' : 'sr'}>
        {account}
      </p>
      {items.length > 0 ? (
        <Items items={items} onOpen={(id) => open(id)} />
      ) : (
        <Nothing narrowed={narrowed} waiting={held.waiting} />
      )}
      <div className="row no-print">
        {isWaiting && items.length > 0 ? (
          <OfAll narrowed={narrowed} waiting={held.waiting} name={connection.name} act={act} />
        ) : null}
        <Pages trail={trail} onTrail={setTrail} next={held.quarantine.pageInfo} />
      </div>
      <ItemDrawer
        item={items.find(({ id }) => id === opened) ?? null}
        onClose={() => open(null)}
        onReplay={(item) => closing(act.replay({ ids: [item.id] }, item))}
        onDiscard={(item) => closing(act.discard({ ids: [item.id] }))}
      />
    </>
  );
}

interface Actions {
  /** `item`: the one that is replayed. */
  readonly replay: (wanted: Wanted, item?: Item) => Promise<string | null>;
  readonly discard: (wanted: Wanted) => Promise<string | null>;
}

/** What is done with items; each returns what went wrong, in words. */
function useActions(connection: string, held: Held | null, onDone: (words: string) => void): Actions {
  const send = useSend();
  const replay = useReplay(connection);
  return {
    replay: async (wanted, item) => {
      const { data, error } = await replay(wanted);
      if (error !== undefined) return error;
      const isFetched = item
        ? item.reason === 'THIN'
        : (held?.quarantine.reasons.some(({ reason }) => reason === 'THIN') ?? false);
      const words = replayWords(data, isFetched);
      onDone(words);
      return item && data.problems.length > 0 ? words : null;
    },
    discard: async (wanted) => {
      const { data, error } = await send(DISCARD, { connection, ...wanted });
      if (error !== undefined) return error;
      onDone(`${formatCount(data.discardQuarantined)} discarded.`);
      return null;
    },
  };
}

function Summary({ held: { waiting, unkept, refused, quarantine } }: { readonly held: Held }) {
  return (
    <>
      {waiting > 0 ? (
        <p className="numbers">
          {formatCount(waiting)} {waiting === 1 ? 'waits' : 'wait'}: {countWords(quarantine.reasons)}.
        </p>
      ) : null}
      {unkept > 0 ? (
        <Partial>
          {formatCount(unkept)} more found no room and {unkept === 1 ? 'was' : 'were'} not kept: a connection
          has room for 5,000 items and 32 MiB.
        </Partial>
      ) : null}
      {refused > 0 ? (
        <p className="muted small numbers">
          {formatCount(refused)} {refused === 1 ? 'delivery' : 'deliveries'} without a valid signature:
          counted, never kept.
        </p>
      ) : null}
    </>
  );
}

function Nothing({ narrowed, waiting }: { readonly narrowed: Narrowed; readonly waiting: number }) {
  if (narrowed.shown === 'settled')
    return (
      <Empty title="Nothing was settled">
        What is replayed, discarded or expired stays listed for 30 days, without its content.
      </Empty>
    );
  if (narrowed.isNarrowed && waiting > 0)
    return (
      <Empty title="Nothing that waits matches">Widen the days, or clear the field and the reason.</Empty>
    );
  return (
    <Empty title="Nothing waits">Everything that this connection delivered is stored or left out.</Empty>
  );
}

interface OfAllProps {
  readonly narrowed: Narrowed;
  readonly waiting: number;
  readonly name: string;
  readonly act: Actions;
}

/** Replays or discards everything that the filters show, on all pages. */
function OfAll({ narrowed: { filter, isNarrowed }, waiting, name, act }: OfAllProps) {
  const what = isNarrowed ? 'all that match' : `all ${formatCount(waiting)}`;
  return (
    <>
      <ConfirmButton
        action={`Replay ${what}`}
        label={`Replay ${what} of ${name}`}
        title={`Replay ${what}?`}
        text="They are read by the present mapping, as if they arrived now. What is still wrong waits on, and says why."
        onConfirm={() => act.replay({ filter })}
      />
      <ConfirmButton
        action={`Discard ${what}`}
        label={`Discard ${what} of ${name}`}
        isDanger
        title={`Discard ${what}?`}
        text="Their contents are deleted, and with them what was answered. This cannot be undone."
        onConfirm={() => act.discard({ filter })}
      />
    </>
  );
}

interface PagesProps {
  /** Where the pages before this one began, but for the first. */
  readonly trail: readonly string[];
  readonly onTrail: (trail: readonly string[]) => void;
  readonly next: Held['quarantine']['pageInfo'];
}

function Pages({ trail, onTrail, next: { hasNextPage, endCursor } }: PagesProps) {
  return (
    <>
      {trail.length > 0 ? <Button onPress={() => onTrail(trail.slice(0, -1))}>Newer ones</Button> : null}
      {hasNextPage && endCursor ? (
        <Button onPress={() => onTrail([...trail, endCursor])}>Older ones</Button>
      ) : null}
    </>
  );
}
