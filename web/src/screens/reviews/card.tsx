import type { RefObject } from 'react';
import { Link } from 'wouter';
import { useRead } from '../../lib/api.ts';
import { formatMoment, formatShare } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { ShadedText } from '../../parts/shaded-text.tsx';
import type { Choice } from './deck.ts';
import { Explanation } from './documents.ts';
import type { Review } from './use-deck.ts';
import { CLASS_WORDS, causeLabel, causeWords, reasonFor } from './words.ts';

interface CardProps {
  readonly review: Review;
  /** It waits for a decision; false: it shows what was decided. */
  readonly isOpen: boolean;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly reasonField: RefObject<HTMLInputElement | null>;
  readonly onChoose: (choice: Choice) => void;
  readonly onSkip: () => void;
}

/** One review: what is asked, why, and what can be decided. */
export function Card(props: CardProps) {
  const { review, isOpen } = props;
  const { response } = review;
  return (
    <article className="review-card" aria-label="Review">
      <header className="review-why">
        <span className={`cause cause-${review.cause.toLowerCase()}`}>{causeLabel(review.cause)}</span>
        <span>{causeWords(review.cause, response === null)}</span>
      </header>
      {review.reason !== null && (
        <blockquote className="review-dispute" dir="auto">
          {review.reason}
        </blockquote>
      )}
      {response ? <ResponsePart response={response} /> : <DecisionPart review={review} />}
      <Said review={review} />
      {isOpen && <Choices {...props} />}
    </article>
  );
}

function ResponsePart({ response }: { response: NonNullable<Review['response']> }) {
  // Of this one only: the model reads the text again for it.
  const explained = useRead(Explanation, { id: response.id }, { policy: 'cache-first' });
  const node = explained.data?.node;
  const shares =
    node && 'prediction' in node && node.id === response.id ? (node.prediction?.explanation ?? []) : [];
  const { comment, prediction, score, segmentValues } = response;
  const { dimensions } = useViewer();
  const href = useHref();
  const read = prediction?.class ?? null;
  const label = (field: string) => dimensions.find((one) => one.field === field)?.label ?? field;
  return (
    <>
      {comment === null ? (
        <p className="muted">Your role may not read this text.</p>
      ) : (
        <ShadedText text={comment} shares={shares} toward={read === null ? null : CLASS_WORDS[read]} />
      )}
      <dl className="review-facts">
        <div>
          <dt>The model read</dt>
          <dd>
            {read === null ? 'nothing' : <ClassChip value={read} />}{' '}
            {prediction && (
              <span className="muted small numbers">
                {formatShare(prediction.detractor)} detractor, {formatShare(prediction.passive)} passive,{' '}
                {formatShare(prediction.promoter)} promoter
                {prediction.abstained ? `; the model abstains: ${prediction.abstained}` : ''}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>The respondent gave</dt>
          <dd>
            {score === null ? (
              'no number'
            ) : (
              <>
                <strong className="numbers">{score}</strong>{' '}
                {response.class !== null && <ClassChip value={response.class} />}
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>From</dt>
          <dd>
            <span className="small">
              {segmentValues.map(({ field, value }) => `${label(field)}: ${value}`).join(' · ')}
              {segmentValues.length > 0 ? ' · ' : ''}
              {formatMoment(response.answeredAt)}
            </span>{' '}
            <Link className="small" href={href('/responses', {}, { response: response.id })}>
              Open the answer
            </Link>
          </dd>
        </div>
      </dl>
    </>
  );
}

function DecisionPart({ review }: { review: Review }) {
  const href = useHref();
  return (
    <>
      <p className="review-decision">{review.decision?.label ?? 'A decision about a model version'}</p>
      {review.modelVersion && (
        <p className="small">
          <Link href={href('/models', {}, { version: String(review.modelVersion.version) })}>
            Look at version {review.modelVersion.version}: quality, drift, and who decided why
          </Link>
        </p>
      )}
    </>
  );
}

/** What was decided so far, and how many must agree. */
function Said({ review: { decisions, approvals, decidedAt } }: { review: Review }) {
  if (decisions.length === 0 && approvals < 2) return null;
  return (
    <section className="review-said">
      <h2>What was said</h2>
      {decidedAt === null && approvals > 1 && (
        <p className="muted small">
          {approvals} people must decide alike. Decide for yourself before you read the others.
        </p>
      )}
      <ul>
        {decisions.map((one) => (
          <li key={`${one.by} ${one.at}`} className="small">
            <strong>{one.by}</strong>{' '}
            {one.class !== null ? (
              <ClassChip value={one.class} />
            ) : one.verdict === 'OVERTURNED' ? (
              'overturned it'
            ) : (
              'confirmed it'
            )}{' '}
            <span className="muted">{formatMoment(one.at)}</span>
            <br />
            <span dir="auto">{one.reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Choices({ review, reason, onReason, reasonField, onChoose, onSkip }: CardProps) {
  const isResponse = review.response !== null;
  if (review.blocked !== null)
    return (
      <div className="review-choices">
        <p className="review-blocked">You cannot decide this one: {review.blocked}.</p>
        <Button onPress={onSkip}>
          Skip <kbd>x</kbd>
        </Button>
      </div>
    );
  return (
    <div className="review-choices">
      {isResponse && <p className="small muted">What does the text say?</p>}
      <div className="row">
        {isResponse ? (
          <>
            <Button onPress={() => onChoose('DETRACTOR')}>
              Detractor <kbd>1</kbd>
            </Button>
            <Button onPress={() => onChoose('PASSIVE')}>
              Passive <kbd>2</kbd>
            </Button>
            <Button onPress={() => onChoose('PROMOTER')}>
              Promoter <kbd>3</kbd>
            </Button>
            <Button look="primary" icon="check" onPress={() => onChoose('CONFIRM')}>
              The model is right <kbd>Enter</kbd>
            </Button>
          </>
        ) : (
          <>
            <Button look="primary" icon="check" onPress={() => onChoose('CONFIRM')}>
              Confirm the decision <kbd>Enter</kbd>
            </Button>
            <Button look="danger" onPress={() => onChoose('OVERTURN')}>
              Overturn it <kbd>o</kbd>
            </Button>
          </>
        )}
        <Button look="quiet" onPress={onSkip}>
          Skip <kbd>x</kbd>
        </Button>
      </div>
      <label className="review-reason small">
        <span>
          Reason <kbd>e</kbd>
        </span>
        <input
          ref={reasonField}
          value={reason}
          maxLength={500}
          placeholder={isResponse ? `If empty: “${reasonFor('CONFIRM')}”` : 'Needed to overturn a decision'}
          onChange={(event) => onReason(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      </label>
    </div>
  );
}

function ClassChip({ value }: { value: keyof typeof CLASS_WORDS }) {
  return <span className={`class-chip class-${value.toLowerCase()}`}>{CLASS_WORDS[value]}</span>;
}
