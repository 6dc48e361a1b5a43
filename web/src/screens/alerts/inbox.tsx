import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { formatAge, formatCount, formatDay, formatMoment } from '../../lib/format.ts';
import { pageOfId } from '../../lib/node-href.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { useHref, useParam } from '../../lib/url-state.ts';
import { useKeys } from '../../lib/use-keys.ts';
import { useNow } from '../../lib/use-now.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { SegmentWords } from '../../parts/segment-words.tsx';
import { SeverityChip } from '../../parts/severity.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { type Action, AlertButtons, AlertDialog, actionsOn, KEYS } from './actions.tsx';
import { type InboxAlert, type Tab, useInbox } from './use-inbox.ts';
import { STATE_WORDS } from './words.ts';

interface Notice {
  readonly words: string;
  readonly page?: string | undefined;
}

/** What needs someone's attention, the newest first. */
export function Inbox() {
  const [shown, show] = useParam('show');
  const tab: Tab = shown === 'closed' ? 'closed' : 'open';
  return (
    <div className="alerts">
      <header>
        <h1>Alerts</h1>
        <p className="muted small">
          What agents found that someone should know: one entry for one cause, changed while it lasts.{' '}
          <kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens.
        </p>
      </header>
      <Tabs
        label="Which alerts are shown"
        value={tab}
        onChange={(id) => show(id === 'closed' ? id : null)}
        tabs={[
          { id: 'open', title: 'Open' },
          { id: 'closed', title: 'Resolved and dismissed' },
        ]}
      />
      <List key={tab} tab={tab} />
    </div>
  );
}

function List({ tab }: { readonly tab: Tab }) {
  const { read, alerts, waiting, hasMore, more } = useInbox(tab);
  const { can } = useViewer();
  const href = useHref();
  const [, navigate] = useLocation();
  const [chosen, choose] = useState<string | null>(null);
  const [action, setAction] = useState<Action | null>(null);
  const [notice, setNotice] = useState<Notice | null>(null);
  const place = Math.max(
    0,
    alerts.findIndex(({ id }) => id === chosen),
  );
  const current = alerts[place];
  const move = (by: number) => {
    const next = alerts[Math.min(alerts.length - 1, Math.max(0, place + by))];
    if (next) choose(next.id);
  };
  useKeys((key) => {
    const wanted = KEYS[key];
    if (key === 'j' || key === 'ArrowDown') move(1);
    else if (key === 'k' || key === 'ArrowUp') move(-1);
    else if (key === 'Enter' && current) navigate(href(pageOfId(current.id) ?? ''));
    else if (wanted && current && can('manageCases') && actionsOn(current).includes(wanted))
      setAction(wanted);
    else return false;
    return true;
  }, action === null);
  return (
    <>
      {notice ? <NoticeLine notice={notice} onClose={() => setNotice(null)} /> : null}
      {waiting > 0 ? (
        <Button icon="refresh" onPress={read.refresh}>
          {formatCount(waiting)} new
        </Button>
      ) : null}
      <ListState read={read} isEmpty={alerts.length === 0} tab={tab} />
      {alerts.length > 0 ? (
        <ol className="alerts-list panel" aria-label="Alerts, the newest first">
          {alerts.map((alert) => (
            <Row
              key={alert.id}
              alert={alert}
              isCurrent={alert === current}
              onChoose={() => choose(alert.id)}
              onAction={setAction}
            />
          ))}
        </ol>
      ) : null}
      {hasMore ? <Button onPress={more}>Show older ones</Button> : null}
      {current ? (
        <AlertDialog
          alert={current}
          action={action}
          onClose={() => setAction(null)}
          onDone={(words, page) => setNotice({ words: `${current.title}: ${words}`, page })}
        />
      ) : null}
    </>
  );
}

function NoticeLine({
  notice: { words, page },
  onClose,
}: {
  readonly notice: Notice;
  readonly onClose: () => void;
}) {
  const link = useScreenHref()(page ?? '');
  return (
    <p className="alerts-notice row small" role="status">
      <span>{words}</span>
      {page && link ? <Link href={link}>Go to the case</Link> : null}
      <Button look="quiet" icon="close" label="Close the note" onPress={onClose} />
    </p>
  );
}

interface RowProps {
  readonly alert: InboxAlert;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
  readonly onAction: (action: Action) => void;
}

function Row({ alert, isCurrent, onChoose, onAction }: RowProps) {
  const now = useNow();
  const href = useHref();
  const box = useRef<HTMLLIElement>(null);
  const wasCurrent = useRef(isCurrent);
  if (isCurrent && !wasCurrent.current) box.current?.scrollIntoView({ block: 'nearest' });
  wasCurrent.current = isCurrent;
  const { severity, title, summary, state, since, raisedAt, segmentValues, rule } = alert;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: j and k choose by keyboard; a click beside the link only chooses the row
    <li ref={box} aria-current={isCurrent ? 'true' : undefined} onClick={onChoose}>
      <div className="alerts-row-head">
        <SeverityChip severity={severity} />
        <Link href={href(pageOfId(alert.id) ?? '')} className="alerts-title" dir="auto">
          {title}
        </Link>
        <span className={`alerts-state alerts-state-${state.toLowerCase()} small`}>{STATE_WORDS[state]}</span>
        <time className="muted small" dateTime={raisedAt} title={formatMoment(raisedAt)}>
          {formatAge(raisedAt, now)}
        </time>
      </div>
      {summary ? <p dir="auto">{summary}</p> : null}
      <p className="muted small">
        <SegmentWords values={segmentValues} /> · since {formatDay(since)} · rule {rule}
      </p>
      {isCurrent ? <AlertButtons alert={alert} onAction={onAction} /> : null}
    </li>
  );
}

function ListState({
  read,
  isEmpty,
  tab,
}: {
  readonly read: ReturnType<typeof useInbox>['read'];
  readonly isEmpty: boolean;
  readonly tab: Tab;
}) {
  const agents = useScreenHref()('/agents');
  if (read.isLoading) return <Skeleton height={320} />;
  if (read.error)
    return <Failed title="The alerts could not be read" error={read.error} onRetry={read.refresh} />;
  if (!isEmpty) return null;
  if (tab === 'closed')
    return (
      <Empty title="Nothing is closed yet">
        Alerts whose cause is over, or that someone dismissed, stay here.
      </Empty>
    );
  return (
    <Empty
      title="Nothing needs you now"
      actions={
        agents ? (
          <Link className="button" href={agents}>
            See what is watched
          </Link>
        ) : null
      }
    >
      Agents watch the scores, the data and the models. What they find appears here by itself.
    </Empty>
  );
}
