import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { CasesOneQuery } from '../../gql/graphql.ts';
import { useRead, useSend } from '../../lib/api.ts';
import { formatMoment, formatSpan, viewerZone } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useNow } from '../../lib/use-now.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { AccountPanel } from '../../parts/account-panel.tsx';
import { Button } from '../../parts/button.tsx';
import { Events } from '../../parts/events.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { SegmentWords } from '../../parts/segment-words.tsx';
import { SeverityChip } from '../../parts/severity.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { CaseActions } from './actions.tsx';
import { Cause } from './cause.tsx';
import { CASE, COMMENT } from './documents.ts';
import { useCaseUpdates } from './use-case-updates.ts';
import { dueWords, EVENT_WORDS, STATE_WORDS } from './words.ts';

export type FullCase = Extract<NonNullable<CasesOneQuery['node']>, { __typename: 'Case' }>;

/** One case: what it is about, who works on it, what was done, and how it ended. */
export function Case({ id }: { readonly id: string }) {
  const { data, error, isLoading, refresh } = useRead(CASE, { id });
  useCaseUpdates(refresh, id);
  const href = useHref();
  const back = (
    <p className="small no-print">
      <Link href={href('/cases')}>All cases</Link>
    </p>
  );
  if (isLoading) return <Skeleton height={420} />;
  if (error) return <Failed title="The case could not be read" error={error} onRetry={refresh} />;
  if (data?.node?.__typename !== 'Case')
    return (
      <div className="case">
        {back}
        <Empty title="This case is not there">
          It does not exist, it was deleted with its answer, or it is outside of what your role may see.
        </Empty>
      </div>
    );
  const one = data.node;
  return (
    <article className="case" aria-label="Case">
      {back}
      <Head one={one} />
      <div className="case-parts">
        <Panel title="What happened" testId="case-events">
          <Events
            label="History of the case"
            events={one.events.map(({ kind, ...event }) => ({ ...event, what: EVENT_WORDS[kind] }))}
          />
          <CommentForm one={one} />
        </Panel>
        {one.cause ? <Cause id={one.cause} /> : null}
        {one.cause?.startsWith('Alert:') ? <AccountPanel about={one.id} /> : null}
      </div>
    </article>
  );
}

function Head({ one }: { readonly one: FullCase }) {
  const now = useNow();
  const { severity, state, title, owner, playbook, openedAt, actedAt, closedAt, outcome, segmentValues } =
    one;
  const due = dueWords(one, now);
  return (
    <header className="case-head panel">
      <div className="row">
        <SeverityChip severity={severity} />
        <span className="small">{STATE_WORDS[state]}</span>
      </div>
      <h2 dir="auto">{title}</h2>
      {outcome ? (
        <p data-testid="case-outcome">
          <strong>Outcome:</strong> <span dir="auto">{outcome}</span>
        </p>
      ) : null}
      <dl className="case-facts small">
        <Fact name="Owner">{owner ?? 'no one yet'}</Fact>
        <Fact name="Due">
          {due ? <span className={due.isLate ? 'cases-late' : ''}>{due.words}</span> : 'not said'}
        </Fact>
        <Fact name="Opened">{formatMoment(openedAt)}</Fact>
        {actedAt ? <Fact name="First action after">{spanOf(openedAt, actedAt)}</Fact> : null}
        {closedAt ? <Fact name="Closed after">{spanOf(openedAt, closedAt)}</Fact> : null}
        <Fact name="Segment">
          <SegmentWords values={segmentValues} />
        </Fact>
        {playbook ? <Fact name="What to do">{playbook}</Fact> : null}
        <Fact name="Times">{viewerZone()}</Fact>
      </dl>
      <CaseActions one={one} />
    </header>
  );
}

const spanOf = (from: string, to: string) => formatSpan((Date.parse(to) - Date.parse(from)) / 1_000);

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

function CommentForm({ one: { id, state } }: { readonly one: FullCase }) {
  const { can } = useViewer();
  const send = useSend();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (!can('manageCases') || state === 'CLOSED') return null;
  const submit = async () => {
    if (text.trim() === '') return setProblem('Write a comment.');
    setBusy(true);
    const { error } = await send(COMMENT, { id, comment: text.trim() });
    setBusy(false);
    setProblem(error ?? null);
    if (error === undefined) setText('');
  };
  return (
    <form
      className="case-comment no-print"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field
        label="Comment"
        hint="Names, addresses and numbers of people are removed from it."
        lines={3}
        maxLength={2_000}
        value={text}
        onChange={setText}
        problem={problem}
      />
      <Button type="submit" isDisabled={isBusy}>
        Add the comment
      </Button>
    </form>
  );
}
