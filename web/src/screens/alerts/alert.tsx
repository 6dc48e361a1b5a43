import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { AlertsOneQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatMoment, viewerZone } from '../../lib/format.ts';
import { useLive } from '../../lib/live.ts';
import { useNodeHref } from '../../lib/node-href.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { useHref } from '../../lib/url-state.ts';
import { useKeys } from '../../lib/use-keys.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Events } from '../../parts/events.tsx';
import { JsonFacts } from '../../parts/json-facts.tsx';
import { Panel } from '../../parts/panel.tsx';
import { SegmentWords } from '../../parts/segment-words.tsx';
import { SeverityChip } from '../../parts/severity.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { Accounts } from './accounts.tsx';
import { type Action, AlertButtons, AlertDialog, actionsOn, KEYS } from './actions.tsx';
import { ALERT, LIVE } from './documents.ts';
import { Drivers } from './drivers.tsx';
import { Examples } from './examples.tsx';
import { AlertNarrative } from './narrative.tsx';
import { Scores } from './scores.tsx';
import { SeriesPanel } from './series.tsx';
import { windowsOf } from './windows.ts';
import { EVENT_WORDS, STATE_WORDS } from './words.ts';

export type FullAlert = Extract<NonNullable<AlertsOneQuery['node']>, { __typename: 'Alert' }>;

/** One alert: what happened, what shows it, and what was done about it. */
export function Alert({ id }: { readonly id: string }) {
  const { data, error, isLoading, refresh } = useRead(ALERT, { id });
  useLive(
    LIVE,
    {},
    {
      positionOf: ({ alertUpdates }) => alertUpdates.position,
      onUpdate: ({ alertUpdates: { alert } }) => {
        const shown = data?.node?.__typename === 'Alert' ? data.node.changedAt : null;
        if (alert.id === id && alert.changedAt !== shown) refresh();
      },
    },
  );
  const href = useHref();
  const back = (
    <p className="small no-print">
      <Link href={href('/alerts')}>All alerts</Link>
    </p>
  );
  if (isLoading) return <Skeleton height={420} />;
  if (error) return <Failed title="The alert could not be read" error={error} onRetry={refresh} />;
  if (data?.node?.__typename !== 'Alert')
    return (
      <div className="alert">
        {back}
        <Empty title="This alert is not there">
          It does not exist, or it counts answers that your role may not read.
        </Empty>
      </div>
    );
  return (
    <article className="alert" aria-label="Alert">
      {back}
      <Head alert={data.node} />
      <Parts alert={data.node} />
    </article>
  );
}

function Head({ alert }: { readonly alert: FullAlert }) {
  const { can } = useViewer();
  const [action, setAction] = useState<Action | null>(null);
  const [done, setDone] = useState<{ readonly words: string; readonly page?: string | undefined } | null>(
    null,
  );
  const link = useScreenHref();
  const trace = useNodeHref();
  useKeys((key) => {
    const wanted = KEYS[key];
    if (!wanted || !can('manageCases') || !actionsOn(alert).includes(wanted)) return false;
    setAction(wanted);
    return true;
  }, action === null);
  const { severity, state, title, summary, segmentValues, since, raisedAt, resolvedAt, rule, after } = alert;
  const lineage = can('traceLineage') && after ? trace(after.id) : null;
  const own = can('traceLineage') ? link(`/lineage/${encodeURIComponent(alert.id)}`) : null;
  const page = done?.page ? link(done.page) : null;
  const rules = alert.decision?.agent === 'score-monitor' ? link('/rules') : null;
  return (
    <header className="alert-head panel">
      <div className="row">
        <SeverityChip severity={severity} />
        <span className={`alerts-state alerts-state-${state.toLowerCase()} small`}>{STATE_WORDS[state]}</span>
      </div>
      <h2 dir="auto">{title}</h2>
      {summary ? <p dir="auto">{summary}</p> : null}
      <dl className="alert-facts small">
        <Fact name="Segment">
          <SegmentWords values={segmentValues} />
        </Fact>
        <Fact name="Since">{formatMoment(since)}</Fact>
        <Fact name="Raised">{formatMoment(raisedAt)}</Fact>
        {resolvedAt ? <Fact name="Resolved">{formatMoment(resolvedAt)}</Fact> : null}
        <Fact name="Rule">{rules ? <Link href={rules}>{rule}</Link> : rule}</Fact>
        <Fact name="Times">{viewerZone()}</Fact>
      </dl>
      <AlertButtons alert={alert} onAction={setAction} />
      {done ? (
        <p className="small" role="status">
          {done.words} {page ? <Link href={page}>Go to the case</Link> : null}
        </p>
      ) : null}
      <p className="row small no-print">
        {own ? <Link href={own}>Trace it to its answers and to what was done</Link> : null}
        {lineage ? <Link href={lineage}>Trace the score since</Link> : null}
      </p>
      <AlertDialog
        alert={alert}
        action={action}
        onClose={() => setAction(null)}
        onDone={(words, to) => setDone({ words, page: to })}
      />
    </header>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Parts({ alert }: { readonly alert: FullAlert }) {
  const { decision, events, evidence, facts } = alert;
  const windows = windowsOf(alert);
  return (
    <div className="alert-parts">
      <div className="alert-main">
        <Accounts alert={alert} />
        <AlertNarrative id={alert.id} />
        {windows ? <Scores alert={alert} windows={windows} /> : null}
        {windows ? <SeriesPanel alert={alert} windows={windows} /> : null}
        {windows ? <Drivers alert={alert} windows={windows} /> : null}
        <Examples alert={alert} windows={windows} />
      </div>
      <div className="alert-side">
        <Panel title="What happened" testId="alert-events">
          <Events
            label="Events of the alert"
            events={events.map(({ kind, ...one }) => ({ ...one, what: EVENT_WORDS[kind] }))}
          />
        </Panel>
        {decision ? <DecisionPanel decision={decision} /> : null}
        <Panel title="The numbers behind it" testId="alert-facts">
          <JsonFacts value={facts} label="Facts" />
          {evidence.length > 0 ? (
            <>
              <h3 className="small">Evidence</h3>
              <JsonFacts value={evidence} label="Evidence" />
            </>
          ) : null}
        </Panel>
      </div>
    </div>
  );
}

function DecisionPanel({ decision }: { readonly decision: NonNullable<FullAlert['decision']> }) {
  const href = useNodeHref();
  const { id, agent, policy, reason, decidedAt, replay, alternatives } = decision;
  const link = href(id);
  return (
    <Panel
      title="Who decided it, and why"
      testId="alert-decision"
      actions={link ? <Link href={link}>The decision</Link> : null}
    >
      <p>
        <span dir="auto">{reason}</span>{' '}
        <span className="muted small">
          {agent}, {policy}, {formatMoment(decidedAt)}
        </span>
      </p>
      {alternatives.length > 0 ? (
        <p className="small">Considered instead: {alternatives.map((one) => one.reason).join('; ')}.</p>
      ) : null}
      <p className="small">
        {replay.same
          ? 'Computed again from what it observed, the decision is the same.'
          : `Computed again, the decision differs: ${replay.reason ?? 'another version decides now'}.`}
      </p>
    </Panel>
  );
}
