import { useState } from 'react';
import type { TargetsListQuery } from '../../gql/graphql.ts';
import { type Read, useSend } from '../../lib/api.ts';
import { formatCount, formatMoment } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { ListRow, RowList } from '../../parts/row-list.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { REMOVE, UPDATE } from './documents.ts';
import { DryRun } from './dry-run.tsx';
import { EVENT_WORDS, kindLabel } from './words.ts';

export type Target = TargetsListQuery['targets'][number];

interface TargetsProps {
  readonly read: Read<TargetsListQuery>;
  readonly onCreate: () => void;
  readonly onDeliveries: (id: string) => void;
}

/** The targets, and what can be done with each. */
export function Targets({ read, onCreate, onDeliveries }: TargetsProps) {
  const { data, error, isLoading, refresh } = read;
  const [trying, setTrying] = useState<Target | null>(null);
  const add = (
    <Button look="primary" icon="plus" onPress={onCreate}>
      Add a target
    </Button>
  );
  return (
    <Panel title="Targets" testId="targets" actions={add}>
      {error ? <Failed title="The targets could not be read" error={error} onRetry={refresh} /> : null}
      {isLoading ? <Skeleton lines={5} /> : null}
      {data?.targets.length === 0 ? (
        <Empty title="Nothing is sent anywhere yet">
          Add a target, and alerts, cases and proposals reach Slack, a ticket system or your own program. It
          is sent only what its role may read.
        </Empty>
      ) : null}
      <RowList>
        {data?.targets.map((target) => (
          <Row
            key={target.id}
            target={target}
            onTry={() => setTrying(target)}
            onDeliveries={() => onDeliveries(target.id)}
            onChanged={refresh}
          />
        ))}
      </RowList>
      <DryRun target={trying} onClose={() => setTrying(null)} />
    </Panel>
  );
}

interface RowProps {
  readonly target: Target;
  readonly onTry: () => void;
  readonly onDeliveries: () => void;
  readonly onChanged: () => void;
}

function Row({ target, onTry, onDeliveries, onChanged }: RowProps) {
  const send = useSend();
  const [asked, setAsked] = useState<'switch' | 'remove' | null>(null);
  const { id, name, kind, events, role, segment, rate, createdBy, createdAt, disabledAt } = target;
  const isOff = disabledAt !== null && disabledAt !== undefined;
  const close = () => setAsked(null);
  return (
    <ListRow label={name}>
      <div className="stack">
        <p className="row">
          <strong dir="auto">{name}</strong>
          <span className="muted">{kindLabel(kind)}</span>
        </p>
        <Health target={target} />
        <p className="small">{events.map((event) => EVENT_WORDS[event]).join(' · ')}</p>
        <p className="muted small">
          It sees what the role {role} sees
          <Narrowed segment={segment} /> · at most {formatCount(rate)} a minute · made by {createdBy},{' '}
          {formatMoment(createdAt)}
        </p>
      </div>
      <div className="row targets-actions">
        <Button onPress={onDeliveries} label={`Deliveries to ${name}`}>
          Deliveries
        </Button>
        <Button onPress={onTry} label={`Dry run of ${name}`}>
          Dry run
        </Button>
        <Button onPress={() => setAsked('switch')} label={`Switch ${name} ${isOff ? 'on' : 'off'}`}>
          {isOff ? 'Switch on' : 'Switch off'}
        </Button>
        <Button look="danger" onPress={() => setAsked('remove')} label={`Remove ${name}`}>
          Remove
        </Button>
      </div>
      <ReasonDialog
        isOpen={asked === 'switch'}
        onClose={close}
        title={isOff ? `Switch ${name} on?` : `Switch ${name} off?`}
        action={isOff ? 'Switch on' : 'Switch off'}
        onConfirm={async (reason) =>
          (await send(UPDATE, { id, reason, input: { disabled: !isOff } })).error ?? null
        }
      >
        {isOff
          ? 'What is due is sent from now on.'
          : 'Nothing is sent until it is switched on again; what is due waits.'}
      </ReasonDialog>
      <ReasonDialog
        isOpen={asked === 'remove'}
        onClose={close}
        title={`Remove ${name}?`}
        action="Remove"
        isDanger
        onConfirm={async (reason) => {
          const { error } = await send(REMOVE, { id, reason });
          if (error === undefined) onChanged();
          return error ?? null;
        }}
      >
        Its secret is destroyed, and what is still to be sent is cancelled. This cannot be undone.
      </ReasonDialog>
    </ListRow>
  );
}

/** Whether it works: by shape and words. */
function Health({
  target: { failures, pausedUntil, disabledAt, disabledReason },
}: {
  readonly target: Target;
}) {
  const now = useNow();
  if (disabledAt)
    return (
      <p className="targets-health targets-off small">
        Switched off {formatMoment(disabledAt)}
        {disabledReason ? (
          <>
            : <span dir="auto">{disabledReason}</span>
          </>
        ) : null}
      </p>
    );
  if (pausedUntil && Date.parse(pausedUntil) > now)
    return (
      <p className="targets-health targets-paused small">
        Paused until {formatMoment(pausedUntil)}: {formatCount(failures)} attempts in a row failed.
      </p>
    );
  if (failures > 0)
    return (
      <p className="targets-health targets-paused small">
        The last {failures === 1 ? 'attempt' : `${formatCount(failures)} attempts`} failed; it is tried again.
      </p>
    );
  return <p className="targets-health targets-on small">Switched on</p>;
}

function Narrowed({ segment }: { readonly segment: unknown }) {
  const { dimensions } = useViewer();
  if (typeof segment !== 'object' || segment === null || Object.keys(segment).length === 0) return null;
  const labelOf = (field: string) => dimensions.find((one) => one.field === field)?.label ?? field;
  return (
    <span dir="auto">
      {' '}
      of{' '}
      {Object.entries(segment)
        .map(
          ([field, values]) =>
            `${labelOf(field)}: ${Array.isArray(values) ? values.join(' or ') : String(values)}`,
        )
        .join(', ')}
    </span>
  );
}
