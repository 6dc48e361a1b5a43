import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { CaseState, CasesBoardQuery } from '../../gql/graphql.ts';
import { type Read, useRead } from '../../lib/api.ts';
import { formatAge, formatCount, formatMoment } from '../../lib/format.ts';
import { pageOfId } from '../../lib/node-href.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { useHref, useParam } from '../../lib/url-state.ts';
import { useKeys } from '../../lib/use-keys.ts';
import { useNow } from '../../lib/use-now.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { type NamedAccount, useAccountsOf } from '../../parts/account-panel.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { SegmentWords } from '../../parts/segment-words.tsx';
import { SeverityChip } from '../../parts/severity.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { BOARD } from './documents.ts';
import { useCaseUpdates } from './use-case-updates.ts';
import { dueWords, STATE_WORDS } from './words.ts';

export type BoardCase = CasesBoardQuery['cases']['edges'][number]['node'];

const PAGE = 50;
const COLUMNS = Object.keys(STATE_WORDS) as CaseState[];

/** The work on answers and alerts: what waits, what is under way, what is done. */
export function Board() {
  const { viewer } = useViewer();
  const [whose, setWhose] = useParam('whose');
  const isMine = whose === 'mine';
  const open = useColumn('OPEN');
  const doing = useColumn('IN_PROGRESS');
  const closed = useColumn('CLOSED');
  const columns = { OPEN: open, IN_PROGRESS: doing, CLOSED: closed };
  useCaseUpdates(() => {
    for (const { read } of Object.values(columns)) read.refresh();
  });
  const casesOf = (state: CaseState) =>
    (columns[state].read.data?.cases.edges ?? [])
      .map(({ node }) => node)
      .filter(({ owner }) => !isMine || owner === viewer.name);
  const shown = COLUMNS.flatMap(casesOf);
  const current = useChosen(shown.map(({ id }) => id));
  const { accounts } = useAccountsOf(shown.map(({ id }) => id));
  const isEmpty = Object.values(columns).every(({ read }) => read.data?.cases.edges.length === 0);
  return (
    <div className="cases">
      <header>
        <h1>Cases</h1>
        <p className="muted small">
          Work on one answer or one alert: who does it, until when, and how it ended. <kbd>j</kbd>{' '}
          <kbd>k</kbd> move, <kbd>Enter</kbd> opens.
        </p>
      </header>
      <Tabs
        label="Whose cases are shown"
        value={isMine ? 'mine' : 'all'}
        onChange={(id) => setWhose(id === 'mine' ? id : null)}
        tabs={[
          { id: 'all', title: 'Everyone’s' },
          { id: 'mine', title: 'Mine' },
        ]}
      />
      {isEmpty ? (
        <NoCases />
      ) : (
        <div className="cases-board">
          {COLUMNS.map((state) => (
            <Column
              key={state}
              state={state}
              read={columns[state].read}
              onMore={columns[state].more}
              cases={casesOf(state)}
              current={current}
              accounts={accounts}
            />
          ))}
        </div>
      )}
    </div>
  );
}

function useColumn(state: CaseState) {
  const [first, setFirst] = useState(PAGE);
  const read = useRead(BOARD, { state: [state], first });
  return { read, more: () => setFirst((count) => count + PAGE) };
}

/** The case that the keys chose. */
function useChosen(ids: readonly string[]): string | null {
  const [chosen, choose] = useState<string | null>(null);
  const href = useHref();
  const [, navigate] = useLocation();
  const at = chosen === null ? -1 : ids.indexOf(chosen);
  const move = (by: number) => {
    const next = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    choose(next);
    document.getElementById(next)?.scrollIntoView({ block: 'nearest' });
  };
  useKeys((key) => {
    if (key === 'j' || key === 'ArrowDown') move(1);
    else if (key === 'k' || key === 'ArrowUp') move(-1);
    else if (key === 'Enter' && at >= 0 && chosen) navigate(href(pageOfId(chosen) ?? ''));
    else return false;
    return true;
  }, true);
  return at >= 0 ? chosen : null;
}

interface ColumnProps {
  readonly state: CaseState;
  readonly read: Read<CasesBoardQuery>;
  readonly onMore: () => void;
  readonly cases: readonly BoardCase[];
  readonly current: string | null;
  readonly accounts: ReadonlyMap<string | null | undefined, NamedAccount>;
}

function Column({ state, read, onMore, cases, current, accounts }: ColumnProps) {
  const { data, error, isLoading, refresh } = read;
  const hasMore = data?.cases.pageInfo.hasNextPage ?? false;
  return (
    <Panel
      title={
        <>
          {STATE_WORDS[state]}{' '}
          <span className="muted numbers">
            {data ? `${formatCount(cases.length)}${hasMore ? '+' : ''}` : ''}
          </span>
        </>
      }
      className="cases-column"
      testId={`cases-${state.toLowerCase()}`}
    >
      {error ? (
        <Failed title="The cases could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton lines={6} />
      ) : cases.length === 0 ? (
        <p className="muted small">None.</p>
      ) : (
        <ol className="cases-list">
          {cases.map((one) => (
            <Card key={one.id} one={one} isCurrent={one.id === current} account={accounts.get(one.id)} />
          ))}
        </ol>
      )}
      {hasMore ? <Button onPress={onMore}>Show older ones</Button> : null}
    </Panel>
  );
}

function Card({
  one,
  isCurrent,
  account,
}: {
  readonly one: BoardCase;
  readonly isCurrent: boolean;
  readonly account: NamedAccount | undefined;
}) {
  const now = useNow();
  const href = useHref();
  const { id, severity, title, owner, openedAt, closedAt, outcome, segmentValues } = one;
  const due = dueWords(one, now);
  const at = closedAt ?? openedAt;
  return (
    <li id={id} className="cases-card" aria-current={isCurrent ? 'true' : undefined}>
      <Link href={href(pageOfId(id) ?? '')} dir="auto">
        {title}
      </Link>
      {outcome ? <p dir="auto">{outcome}</p> : null}
      {account ? (
        <p className="small" data-testid="case-account">
          <code>{account.account}</code>
          {account.owner ? <span dir="auto"> of {account.owner}</span> : null}
        </p>
      ) : null}
      <p className="cases-meta small">
        {closedAt ? null : <SeverityChip severity={severity} />}
        <span dir="auto">{owner ?? <span className="muted">No owner yet</span>}</span>
        {due ? <span className={due.isLate ? 'cases-late' : 'muted'}>{due.words}</span> : null}
        <time className="muted" dateTime={at} title={formatMoment(at)}>
          {closedAt ? 'Closed' : 'Opened'} {formatAge(at, now)}
        </time>
      </p>
      <p className="muted small">
        <SegmentWords values={segmentValues} />
      </p>
    </li>
  );
}

function NoCases() {
  const alerts = useScreenHref()('/alerts');
  return (
    <Empty
      title="No case was opened yet"
      actions={
        alerts ? (
          <Link className="button" href={alerts}>
            Go to the alerts
          </Link>
        ) : null
      }
    >
      Open one from an alert, or let an agent open them for customers at risk.
    </Empty>
  );
}
