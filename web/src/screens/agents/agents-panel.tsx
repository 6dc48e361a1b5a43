import { useState } from 'react';
import type { AgentsListQuery, Autonomy } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatAge, formatCount, formatMoment } from '../../lib/format.ts';
import { useParam } from '../../lib/url-state.ts';
import { useNow } from '../../lib/use-now.ts';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { ListRow, RowList } from '../../parts/row-list.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { AGENTS, SET } from './documents.ts';
import { DryRun } from './dry-run.tsx';
import { AUTONOMY_WORDS, STATE_WORDS } from './words.ts';

type Agent = AgentsListQuery['agents'][number];

/** Every agent: how far it may go, whether it runs, and what it did. */
export function AgentsPanel() {
  const { data, error, isLoading, refresh } = useRead(AGENTS, {});
  const [trying, setTrying] = useParam('try');
  return (
    <Panel title="What runs here" testId="agents">
      {error ? <Failed title="The agents could not be read" error={error} onRetry={refresh} /> : null}
      {isLoading ? <Skeleton lines={6} /> : null}
      {data?.agents.length === 0 ? (
        <Empty title="No agent runs here">This version came without agents.</Empty>
      ) : null}
      <RowList>
        {data?.agents.map((agent) => (
          <Row key={agent.name} agent={agent} onTry={() => setTrying(agent.name)} />
        ))}
      </RowList>
      <DryRun name={trying} onClose={() => setTrying(null)} />
    </Panel>
  );
}

type Change = 'autonomy' | 'switch';

function Row({ agent, onTry }: { readonly agent: Agent; readonly onTry: () => void }) {
  const [change, setChange] = useState<Change | null>(null);
  const { name, description, version, autonomy, enabled, changedBy, changedAt, reason } = agent;
  return (
    <ListRow label={name}>
      <div className="stack">
        <p className="row">
          <strong>{name}</strong>
          <span className="muted small">version {version}</span>
          <span className={`agents-switch small ${enabled ? 'agents-on' : 'agents-off'}`}>
            {enabled ? AUTONOMY_WORDS[autonomy] : 'Switched off'}
          </span>
        </p>
        <p>{description}</p>
        <LastRun agent={agent} />
        {changedBy && changedAt ? (
          <p className="muted small">
            Set by {changedBy}, {formatMoment(changedAt)}: <span dir="auto">{reason}</span>
          </p>
        ) : null}
      </div>
      <div className="row agents-actions">
        <Button onPress={onTry} label={`Dry run of ${name}`}>
          Dry run
        </Button>
        <Button onPress={() => setChange('autonomy')} label={`Set how far ${name} may go`}>
          Set autonomy
        </Button>
        <Button
          look={enabled ? 'danger' : 'primary'}
          onPress={() => setChange('switch')}
          label={`Switch ${name} ${enabled ? 'off' : 'on'}`}
        >
          {enabled ? 'Switch off' : 'Switch on'}
        </Button>
      </div>
      <Dialogs agent={agent} change={change} onClose={() => setChange(null)} />
    </ListRow>
  );
}

function LastRun({ agent: { lastRunAt, observed, error, decisions } }: { readonly agent: Agent }) {
  const now = useNow();
  return (
    <>
      <p className="small">
        {lastRunAt ? (
          <>
            Last run{' '}
            <time dateTime={lastRunAt} title={formatMoment(lastRunAt)}>
              {formatAge(lastRunAt, now)}
            </time>
            {typeof observed === 'number' ? `, looked at ${formatCount(observed)}` : ''}
          </>
        ) : (
          <span className="muted">It has not run yet.</span>
        )}
        {error ? <span className="agents-error"> · ended with an error: {error}</span> : null}
      </p>
      {decisions.length > 0 ? (
        <p className="muted small numbers">
          {decisions
            .map(({ state, count }) => `${formatCount(count)} ${STATE_WORDS[state].toLowerCase()}`)
            .join(' · ')}
        </p>
      ) : null}
    </>
  );
}

function Dialogs({
  agent: { name, autonomy, enabled, defaultAutonomy },
  change,
  onClose,
}: {
  readonly agent: Agent;
  readonly change: Change | null;
  readonly onClose: () => void;
}) {
  const send = useSend();
  const options = Object.entries(AUTONOMY_WORDS).map(([id, label]) => ({
    id,
    label: id === defaultAutonomy ? `${label} (as it came)` : label,
  }));
  return (
    <>
      <ReasonDialog
        isOpen={change === 'autonomy'}
        onClose={onClose}
        title={`How far may ${name} go?`}
        action="Set autonomy"
        fields={[{ name: 'autonomy', label: 'Autonomy', initial: autonomy, options }]}
        onConfirm={async (reason, given) =>
          (await send(SET, { name, enabled, reason, autonomy: given.autonomy as Autonomy })).error ?? null
        }
      >
        It holds for what it decides from now on. Proposals that wait stay as they are.
      </ReasonDialog>
      <ReasonDialog
        isOpen={change === 'switch'}
        onClose={onClose}
        title={enabled ? `Switch ${name} off?` : `Switch ${name} on?`}
        action={enabled ? 'Switch off' : 'Switch on'}
        isDanger={enabled}
        onConfirm={async (reason) =>
          (await send(SET, { name, autonomy, enabled: !enabled, reason })).error ?? null
        }
      >
        {enabled
          ? 'It takes no further step, also in the middle of a run. Its proposals wait and can be rejected.'
          : 'It runs again from now on, as far as its autonomy allows.'}
      </ReasonDialog>
    </>
  );
}
