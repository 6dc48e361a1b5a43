import { Suspense, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { DistributionBar } from '../../charts/distribution-bar.tsx';
import { IntervalBar } from '../../charts/interval-bar.tsx';
import { pValueWords } from '../../lib/change-words.ts';
import {
  formatAnswers,
  formatClock,
  formatInterval,
  formatScore,
  formatWindow,
  windowLength,
} from '../../lib/format.ts';
import { useLiveStatus } from '../../lib/live.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { useView } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { later } from '../../parts/later.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed, Hidden, Partial, Skeleton } from '../../parts/states.tsx';
import { VerdictWords } from '../../parts/verdict-words.tsx';
import type { Score, ScoreRow } from './use-score.ts';

interface ScorePanelProps {
  readonly score: Score;
  readonly onWhy: () => void;
}

/** The score with its interval, how the answers divide, and what changed. */
export function ScorePanel({ score, onWhy }: ScorePanelProps) {
  const { view, row, read } = score;
  return (
    <Panel
      title={`NPS, ${lowerFirst(formatWindow(view.window, view.asOf))}`}
      className="overview-score"
      actions={<CopyLink />}
      isStale={read.isOfBefore && score.updatedAt === null}
    >
      {row === undefined && read.error ? (
        <Failed title="The score could not be read" error={read.error} onRetry={read.refresh} />
      ) : row === undefined ? (
        <Skeleton height={236} />
      ) : row.suppressed ? (
        <Hidden />
      ) : row.responses === 0 ? (
        <NoAnswers score={score} />
      ) : (
        <Numbers score={score} row={row} onWhy={onWhy} />
      )}
    </Panel>
  );
}

function Numbers({ score, row, onWhy }: ScorePanelProps & { readonly row: ScoreRow }) {
  const { view, change, changed, updatedAt } = score;
  const href = useScreenHref();
  const answers = href('/responses');
  const proof = href(`/lineage/${encodeURIComponent(row.id)}`);
  const isClear = change && change.low !== null && change.low !== undefined;
  return (
    <>
      {view.asOf ? <OlderWindow /> : null}
      <div className="overview-number">
        <span
          key={row.score}
          className={`numbers ${updatedAt === null ? '' : 'fresh'}`}
          data-testid="score-now"
        >
          {formatScore(row.score, { sign: true })}
        </span>
        <div>
          <span className="sr">95% interval: </span>
          <span className="numbers" data-testid="score-interval">
            {formatInterval(row.low, row.high)}
          </span>
          {typeof row.score === 'number' && typeof row.low === 'number' && typeof row.high === 'number' ? (
            <IntervalBar score={row.score} low={row.low} high={row.high} />
          ) : null}
        </div>
      </div>
      <p className="muted small">
        {answers ? <Link href={answers}>{formatAnswers(row.responses)}</Link> : formatAnswers(row.responses)}
        {updatedAt === null ? null : <UpdatedAt at={updatedAt} />}
        {proof ? (
          <>
            {' · '}
            <Link href={proof}>Where it comes from</Link>
          </>
        ) : null}
      </p>
      <div className="overview-quiet">
        <DistributionBar
          promoters={row.promoters ?? 0}
          passives={row.passives ?? 0}
          detractors={row.detractors ?? 0}
          link={(npsClass, words) => {
            const to = href('/responses', {}, { class: npsClass });
            return to ? <Link href={to}>{words}</Link> : words;
          }}
        />
      </div>
      <div className="overview-change">
        {change ? (
          <>
            <p data-testid="change">
              <VerdictWords change={change} />
            </p>
            <p className="muted small">
              Against{' '}
              {view.compare === 'year'
                ? 'the same time a year before'
                : `the ${windowLength(view.window)} before`}
              {typeof change.before.score === 'number'
                ? ` (${formatScore(change.before.score, { sign: true })}, ${formatAnswers(change.before.responses)})`
                : ''}
              .{isClear ? ` ${pValueWords(change.pValue)}` : ''}
            </p>
            {isClear ? (
              <Button icon="arrow" onPress={onWhy}>
                Why
              </Button>
            ) : null}
          </>
        ) : changed.error ? (
          <Failed
            title="The two windows could not be compared"
            error={changed.error}
            onRetry={changed.refresh}
          />
        ) : (
          <Skeleton lines={2} />
        )}
      </div>
      <Announcement row={row} />
    </>
  );
}

/** When the last value came; says that it is stale where the stream is broken. */
function UpdatedAt({ at }: { readonly at: number }) {
  const { state } = useLiveStatus();
  return <> · {state === 'stale' ? `not live since ${formatClock(at)}` : `updated ${formatClock(at)}`}</>;
}

/** The window does not end now: says so, and leads back. */
function OlderWindow() {
  const [view, change] = useView();
  return (
    <Partial>
      The newest answers of this view are shown, not the {windowLength(view.window)} to now.{' '}
      <button type="button" className="link" onClick={() => change({ asOf: null })}>
        Show the present
      </button>
    </Partial>
  );
}

const FirstVisit = later(async () => ({ default: (await import('../data/first-visit.tsx')).FirstVisit }));

/** Nothing in the window: leads to where there is something. */
function NoAnswers({ score: { view, newest, read } }: { readonly score: Score }) {
  const { can } = useViewer();
  const [, change] = useView();
  const href = useScreenHref();
  const data = href('/data');
  const isNarrowed = Object.keys(view.segment).length > 0;
  return (
    <>
      <Empty
        title={`No answers in the ${lowerFirst(formatWindow(view.window, view.asOf))}`}
        actions={
          <>
            {newest ? (
              <Button look="primary" onPress={() => change({ asOf: newest })}>
                {`Show the ${windowLength(view.window)} to the newest answer`}
              </Button>
            ) : null}
            {isNarrowed ? <Button onPress={() => change({ segment: {} })}>Clear the segment</Button> : null}
            {data && !newest && !isNarrowed ? (
              <Link className="button button-primary" href={data}>
                Bring in answers
              </Link>
            ) : null}
          </>
        }
      >
        {newest
          ? 'There are older answers.'
          : isNarrowed
            ? 'No answer in this window is in the chosen segment.'
            : 'Import a file, start the demo, or connect a survey tool.'}
      </Empty>
      {can('administer') && !newest && !isNarrowed ? (
        <Suspense>
          <FirstVisit onChanged={read.refresh} />
        </Suspense>
      ) : null}
    </>
  );
}

const SPOKEN_EVERY_MS = 30_000;

/** Reads a live score aloud, at most twice a minute. */
function Announcement({ row }: { readonly row: ScoreRow }) {
  const [text, setText] = useState('');
  const last = useRef(0);
  const first = useRef(row.score);
  const words = `Score ${formatScore(row.score, { sign: true })}, ${formatInterval(row.low, row.high)}, ${formatAnswers(row.responses)}`;
  const hasChanged = row.score !== first.current;
  useEffect(() => {
    if (!hasChanged) return;
    const wait = Math.max(0, last.current + SPOKEN_EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setText(words);
    }, wait);
    return () => clearTimeout(timer);
  }, [words, hasChanged]);
  return (
    <p className="sr" aria-live="polite">
      {text}
    </p>
  );
}

function CopyLink() {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Button
      look="quiet"
      icon={isCopied ? 'check' : 'link'}
      label={isCopied ? 'Copied' : 'Copy a link to this view'}
      onPress={() => void copy()}
    />
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
