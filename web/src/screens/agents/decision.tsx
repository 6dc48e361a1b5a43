import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { AgentsDecisionQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatMoment, viewerZone } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { JsonFacts } from '../../parts/json-facts.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { RowList } from '../../parts/row-list.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { APPROVE, DECISION, EDIT, REJECT } from './documents.ts';
import { AUTONOMY_WORDS, STATE_WORDS, VERB_WORDS } from './words.ts';

type FullDecision = Extract<NonNullable<AgentsDecisionQuery['node']>, { __typename: 'AgentDecision' }>;

/** One decision of an agent: what it observed, what followed, and what a person said to it. */
export function Decision({ id }: { readonly id: string }) {
  const { data, error, isLoading, refresh } = useRead(DECISION, { id });
  const href = useHref();
  const back = (
    <p className="small no-print">
      <Link href={href('/agents')}>All agents</Link>
    </p>
  );
  if (isLoading) return <Skeleton height={420} />;
  if (error) return <Failed title="The decision could not be read" error={error} onRetry={refresh} />;
  if (data?.node?.__typename !== 'AgentDecision')
    return (
      <div className="agents">
        {back}
        <Empty title="This decision is not there">
          It does not exist, or it counts answers that your role may not read.
        </Empty>
      </div>
    );
  const one = data.node;
  return (
    <article className="agents" aria-label="Decision">
      {back}
      <Head one={one} />
      <div className="decision-parts">
        <div className="decision-side">
          <Panel title="What it does" testId="decision-action">
            {one.action === null ? (
              <p>Nothing{one.nearMiss ? ', but little was missing' : ''}.</p>
            ) : (
              <JsonFacts value={one.action} label="Action" />
            )}
            {one.outcome ? (
              <p>
                <strong>Outcome:</strong> <span dir="auto">{one.outcome}</span>
              </p>
            ) : null}
          </Panel>
          <Alternatives one={one} />
          <Approval one={one} />
        </div>
        <div className="decision-side">
          <Panel title="What it observed" testId="decision-inputs">
            <JsonFacts value={one.inputs} label="Inputs" />
          </Panel>
          <ReplayPanel one={one} />
        </div>
      </div>
    </article>
  );
}

function Head({ one }: { readonly one: FullDecision }) {
  const { agent, key, policy, state, autonomy, nearMiss, reason, decidedAt, settledAt, about, traceId } = one;
  return (
    <header className="panel decision-head">
      <div className="row small">
        <strong>{agent}</strong>
        <span className={`decision-state decision-${state.toLowerCase()}`}>{STATE_WORDS[state]}</span>
        {nearMiss ? <span className="agents-near">near miss</span> : null}
      </div>
      <h2 dir="auto">{reason}</h2>
      <dl className="decision-facts small">
        <Fact name="About">{key}</Fact>
        <Fact name="Policy">{policy}</Fact>
        <Fact name="Autonomy then">{AUTONOMY_WORDS[autonomy]}</Fact>
        <Fact name="Decided">{formatMoment(decidedAt)}</Fact>
        {settledAt ? <Fact name="Settled">{formatMoment(settledAt)}</Fact> : null}
        {traceId ? <Fact name="Trace">{traceId}</Fact> : null}
        <Fact name="Times">{viewerZone()}</Fact>
      </dl>
      {about.length > 0 ? <JsonFacts value={{ concerns: about }} label="What it concerns" /> : null}
      <Verbs one={one} />
    </header>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

function Alternatives({ one: { alternatives } }: { readonly one: FullDecision }) {
  return (
    <Panel title="What it considered instead" testId="decision-alternatives">
      {alternatives.length === 0 ? <p className="muted">Nothing else.</p> : null}
      <RowList>
        {alternatives.map(({ action, reason }) => (
          <li key={`${reason} ${JSON.stringify(action)}`}>
            <p>
              <strong>{action === null ? 'To do nothing' : 'Another action'}:</strong>{' '}
              <span dir="auto">{reason}</span>
            </p>
            {action === null ? null : <JsonFacts value={action} label="Alternative" />}
          </li>
        ))}
      </RowList>
    </Panel>
  );
}

function Approval({ one: { approval } }: { readonly one: FullDecision }) {
  if (!approval) return null;
  const { verb, by, at, reason, edited } = approval;
  return (
    <Panel title="What a person said" testId="decision-approval">
      <p>
        <strong>{VERB_WORDS[verb]}</strong> by <span dir="auto">{by}</span>{' '}
        <span className="muted small">{formatMoment(at)}</span>
      </p>
      <p dir="auto">{reason}</p>
      {edited === null || edited === undefined ? null : <JsonFacts value={edited} label="Action instead" />}
    </Panel>
  );
}

function ReplayPanel({ one: { replay, inputHash } }: { readonly one: FullDecision }) {
  return (
    <Panel title="Computed again" testId="decision-replay">
      <p>
        {replay.same
          ? 'From the same inputs follows the same decision.'
          : `The decision differs: ${replay.reason ?? 'another version decides now'}.`}
      </p>
      <p className="muted small">
        SHA-256 of the inputs: <code className="decision-hash">{inputHash}</code>
      </p>
    </Panel>
  );
}

type Verb = 'approve' | 'edit' | 'reject';

/** Approve, edit or reject a proposal, each with a reason, for viewers who may. */
function Verbs({ one: { id, state, action } }: { readonly one: FullDecision }) {
  const { can } = useViewer();
  const send = useSend();
  const [verb, setVerb] = useState<Verb | null>(null);
  if (state !== 'PROPOSED' || !can('manageCases')) return null;
  const close = () => setVerb(null);
  const edit = async (reason: string, given: Readonly<Record<string, string>>) => {
    const parsed = parse(given.action ?? '');
    if (parsed === undefined) return 'The action is not JSON.';
    return (await send(EDIT, { id, action: parsed, reason })).error ?? null;
  };
  return (
    <div className="row no-print">
      <Button look="primary" icon="check" onPress={() => setVerb('approve')}>
        Approve
      </Button>
      <Button onPress={() => setVerb('edit')}>Edit and approve</Button>
      <Button look="danger" onPress={() => setVerb('reject')}>
        Reject
      </Button>
      <ReasonDialog
        isOpen={verb === 'approve'}
        onClose={close}
        title="Approve what is proposed?"
        action="Approve"
        onConfirm={async (reason) => (await send(APPROVE, { id, reason })).error ?? null}
      >
        It is carried out at once, under your name.
      </ReasonDialog>
      <ReasonDialog
        isOpen={verb === 'edit'}
        onClose={close}
        title="Do something else instead?"
        action="Approve the change"
        fields={[
          {
            name: 'action',
            label: 'Action',
            hint: 'The proposed action as JSON, with other values. What it is about cannot be changed.',
            lines: 6,
            initial: JSON.stringify(action, null, 2),
            missing: 'Write the action.',
          },
        ]}
        onConfirm={edit}
      >
        Your action is carried out at once, under your name. What was proposed stays stored.
      </ReasonDialog>
      <ReasonDialog
        isOpen={verb === 'reject'}
        onClose={close}
        title="Reject what is proposed?"
        action="Reject"
        isDanger
        onConfirm={async (reason) => (await send(REJECT, { id, reason })).error ?? null}
      >
        Nothing is done. It is not proposed again until the agent comes to another verdict.
      </ReasonDialog>
    </div>
  );
}

/** Undefined for a text that is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
