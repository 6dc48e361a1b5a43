import { useRef, useState } from 'react';
import type { ReviewCountsQuery } from '../../gql/graphql.ts';
import { formatCount } from '../../lib/format.ts';
import { useParam } from '../../lib/url-state.ts';
import { useKeys } from '../../lib/use-keys.ts';
import { Button } from '../../parts/button.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { Card } from './card.tsx';
import type { Choice } from './deck.ts';
import { QueueList } from './queue-list.tsx';
import { useDeck } from './use-deck.ts';
import { choiceWords, reasonFor } from './words.ts';
import './reviews.css';

/** The queue of reviews, one keystroke a decision. */
export default function Reviews() {
  const [tab, setTab] = useParam('show');
  const decided = tab === 'decided';
  return (
    <Queue key={String(decided)} decided={decided} onDecided={(next) => setTab(next ? 'decided' : null)} />
  );
}

function Queue({ decided, onDecided }: { decided: boolean; onDecided: (decided: boolean) => void }) {
  const { queue, counts, deck, act, shown, reviews, notice, decide, undo } = useDeck(decided);
  const [reason, setReason] = useState('');
  const reasonField = useRef<HTMLInputElement>(null);
  const choose = (choice: Choice) => {
    if (shown === null || decided || shown.blocked !== null) return;
    if (choice === 'OVERTURN' && reason.trim() === '') return reasonField.current?.focus();
    decide(choice, reason.trim() || reasonFor(choice));
    setReason('');
  };
  useKeys((key) => {
    const isResponse = shown?.response != null;
    if (key === 'j' || key === 'ArrowDown') act({ type: 'move', by: 1 });
    else if (key === 'k' || key === 'ArrowUp') act({ type: 'move', by: -1 });
    else if (key === 'x') act({ type: 'skip' });
    else if (key === 'u') undo();
    else if (key === 'e') reasonField.current?.focus();
    else if (key === 'Enter') choose('CONFIRM');
    else if (isResponse && (key === '1' || key === 'd')) choose('DETRACTOR');
    else if (isResponse && (key === '2' || key === 'a')) choose('PASSIVE');
    else if (isResponse && (key === '3' || key === 'p')) choose('PROMOTER');
    else if (!isResponse && key === 'o') choose('OVERTURN');
    else return false;
    return true;
  }, queue.data !== undefined);
  const { data: counted } = counts;
  return (
    <div className="reviews">
      <header className="reviews-head">
        <div>
          <h1>Reviews</h1>
          <p className="muted small">
            What a person should check before a model learns from it. Decisions are permanent and keep their
            reason.
          </p>
        </div>
        <Progress counts={counted?.reviewCounts} />
      </header>
      <Tabs
        label="Which reviews are shown"
        value={decided ? 'decided' : 'waiting'}
        onChange={(id) => onDecided(id === 'decided')}
        tabs={[
          {
            id: 'waiting',
            title: `Waiting${counted ? ` (${formatCount(counted.reviewCounts.waiting)})` : ''}`,
          },
          {
            id: 'decided',
            title: `Decided${counted ? ` (${formatCount(counted.reviewCounts.decided)})` : ''}`,
          },
        ]}
      />
      <QueueState read={queue} isEmpty={deck.ids.length === 0} decided={decided} />
      {deck.ids.length > 0 && (
        <div className="reviews-desk">
          <QueueList
            ids={deck.ids}
            at={deck.at}
            reviews={reviews}
            onShow={(id) => act({ type: 'show', id })}
            hasMore={queue.data?.reviewQueue.pageInfo.hasNextPage ?? false}
          />
          {shown && (
            <Card
              review={shown}
              isOpen={!decided}
              reason={reason}
              onReason={setReason}
              reasonField={reasonField}
              onChoose={choose}
              onSkip={() => act({ type: 'skip' })}
            />
          )}
        </div>
      )}
      <div className="reviews-notice" role="status">
        {deck.pending ? (
          <span className="reviews-toast">
            <span>Decided: {choiceWords(deck.pending.choice)}. It is sent in a few seconds.</span>
            <Button icon="refresh" onPress={undo}>
              Undo <kbd>u</kbd>
            </Button>
          </span>
        ) : (
          notice && <span className="reviews-toast">{notice}</span>
        )}
      </div>
    </div>
  );
}

/** How far the work is: of what waited and was decided. */
function Progress({ counts }: { counts: ReviewCountsQuery['reviewCounts'] | undefined }) {
  if (!counts) return null;
  const { waiting, decided, claimed, own } = counts;
  const all = waiting + decided;
  const words = `${formatCount(decided)} of ${formatCount(all)} decided, ${formatCount(own)} by you`;
  return (
    <div className="reviews-progress small">
      <progress max={Math.max(1, all)} value={decided} aria-label="Reviews decided" />
      <span className="numbers">{words}</span>
      {claimed > 0 && <span className="muted numbers">{formatCount(claimed)} claimed by others</span>}
    </div>
  );
}

function QueueState({
  read,
  isEmpty,
  decided,
}: {
  read: ReturnType<typeof useDeck>['queue'];
  isEmpty: boolean;
  decided: boolean;
}) {
  if (read.isLoading) return <Skeleton height={320} />;
  if (read.error && isEmpty)
    return <Failed title="The reviews could not be read" error={read.error} onRetry={read.refresh} />;
  if (!isEmpty) return null;
  if (decided)
    return <Empty title="Nothing is decided yet">Decided reviews stay here, with who decided and why.</Empty>;
  return (
    <Empty
      title="Nothing waits for you"
      actions={
        <Button icon="refresh" onPress={read.refresh}>
          Look again
        </Button>
      }
    >
      Answers are queued when the model is not sure, when number and text disagree, by chance, or when someone
      disputes what the model read on the screen Responses.
    </Empty>
  );
}
