import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ResponsesAnswerQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatMoment, formatShare, viewerZone } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { ScoreChip } from '../../parts/score-chip.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { AnswerActions } from './actions.tsx';
import { ANSWER } from './documents.ts';
import { SENTIMENT_WORDS, themeName } from './filters.tsx';
import { History } from './history.tsx';
import { ShadedComment } from './shaded-comment.tsx';
import { CLASS_WORDS } from './words.ts';

type Node = NonNullable<ResponsesAnswerQuery['node']>;
/** An answer with what the model read in it. */
export type FullAnswer = Extract<Node, { __typename: 'Response' }>;
type Prediction = NonNullable<FullAnswer['prediction']>;

interface AnswerProps {
  readonly id: string;
  /** An action changed or removed answers; the words say which. `undo` reverts it. */
  readonly onChanged: (words: string, undo?: { readonly respondent: string }) => void;
}

/** One answer: what the viewer may do with it, its text, what the model read, its history and origin. */
export function Answer({ id, onChanged }: AnswerProps) {
  const { data, error, isLoading, isStale, refresh } = useRead(ANSWER, { id });
  if (isLoading) return <Skeleton lines={9} />;
  if (error) return <Failed error={error} title="The answer could not be read" onRetry={refresh} />;
  const node = data?.node;
  if (node && node.id !== id) return <Skeleton lines={9} />;
  if (node?.__typename !== 'Response')
    return (
      <Empty title="This answer is not there">
        It was erased or restricted, or it is outside of what your role may see.
      </Empty>
    );
  const answer = node as FullAnswer;
  return (
    <article className="answer" aria-busy={isStale}>
      <Facts answer={answer} />
      <Counting answer={answer} />
      {/* Above what is read later, which would move the buttons under the pointer. */}
      <AnswerActions answer={answer} onChanged={onChanged} />
      <Text answer={answer} />
      <Reading answer={answer} />
      <History id={id} />
    </article>
  );
}

function Facts({ answer }: { readonly answer: FullAnswer }) {
  const { dimensions } = useViewer();
  const labelOf = (field: string) => dimensions.find((one) => one.field === field)?.label ?? field;
  const { score, class: npsClass, scale, answeredAt, respondent, segmentValues, externalId, source } = answer;
  return (
    <>
      <div className="answer-head">
        <ScoreChip score={score ?? null} npsClass={npsClass ?? null} />
        <div>
          <strong>{npsClass ? CLASS_WORDS[npsClass] : 'No score'}</strong>
          <div className="muted small">
            <time dateTime={answeredAt}>{formatMoment(answeredAt)}</time> ({viewerZone()})
            {score === null || score === undefined ? null : (
              <> · {scale.replace(/^(\d+)-(\d+)/, '$1 to $2')}</>
            )}
          </div>
        </div>
      </div>
      <dl className="facts small">
        {segmentValues
          .filter(({ value }) => value !== '')
          .map(({ field, value }) => (
            <Fact key={field} name={labelOf(field)}>
              {value}
            </Fact>
          ))}
        <Fact name="Source">{source}</Fact>
        <Fact name="Identifier">{externalId}</Fact>
        {respondent ? <Fact name="Respondent">{respondent}</Fact> : null}
      </dl>
    </>
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

const UNCOUNTED_WORDS = {
  SUPERSEDED: 'a later answer of the person is counted',
  WITHIN_PERIOD: 'an answer of the person shortly before it is counted',
  FLAGGED: 'a rule flagged it',
  LEFT_OUT: 'a person left it out',
  PUT_BACK: 'a person put it back',
} as const;

/** Whether scores count it, where that is not a matter of course. */
function Counting({ answer: { counting } }: { readonly answer: FullAnswer }) {
  const href = useHref();
  const { counted, reason, rule, since, instead } = counting;
  const flags = counting.flags ?? [];
  if (counted && !reason && flags.length === 0) return null;
  return (
    <p className="small" role="note">
      <strong>{counted ? 'Counted' : 'Not counted'}</strong>
      {reason ? <>: {UNCOUNTED_WORDS[reason]}</> : null}
      {rule ? <> ({rule})</> : null}
      {since ? (
        <>
          , since <time dateTime={since}>{formatMoment(since)}</time>
        </>
      ) : null}
      .{counted && flags.length > 0 ? <> Flagged by {flags.join(', ')}.</> : null}{' '}
      {instead ? (
        <Link href={href('/responses', {}, { answer: instead })}>Open the counted answer</Link>
      ) : null}
    </p>
  );
}

function Text({ answer: { id, comment, prediction } }: { readonly answer: FullAnswer }) {
  const { can } = useViewer();
  if (comment === null || comment === undefined)
    return (
      <p className="muted">
        {can('readComment') ? 'There is no comment.' : 'The text is not shown to your role.'}
      </p>
    );
  if (!prediction)
    return (
      <p className="shaded-text" dir="auto">
        {comment}
      </p>
    );
  return <ShadedComment id={id} comment={comment} decided={decisionsOf(prediction)} />;
}

/** What the model decided, or would have: the most probable class where it abstained. */
function decisionsOf({ promoter, passive, detractor, positive, neutral, negative }: Prediction) {
  const most = (names: Record<string, number>) =>
    Object.entries(names).sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
  return {
    NPS: most({ promoter, passive, detractor }),
    SENTIMENT: most({ positive, neutral, negative }),
  };
}

/** What the model read in the text. */
function Reading({ answer: { prediction, comment } }: { readonly answer: FullAnswer }) {
  const { can } = useViewer();
  if (!can('readPrediction')) return null;
  if (!prediction)
    return comment ? (
      <section className="stack">
        <h3>What the model read</h3>
        <p className="muted small">No model has read it yet.</p>
      </section>
    ) : null;
  const { promoter, passive, detractor, positive, neutral, negative, themes, abstained } = prediction;
  const called = themes.filter((one) => one.called);
  const others = themes.filter((one) => !one.called).slice(0, 5);
  return (
    <section className="stack">
      <h3>What the model read</h3>
      {abstained ? (
        <p className="small">
          <strong>It abstained</strong> because {lowerFirst(abstained)}
        </p>
      ) : null}
      <Chances
        title={prediction.class ? CLASS_WORDS[prediction.class] : 'Class'}
        parts={[
          ['promoter', 'Promoter', promoter],
          ['passive', 'Passive', passive],
          ['detractor', 'Detractor', detractor],
        ]}
      />
      <Chances
        title={prediction.sentiment ? SENTIMENT_WORDS[prediction.sentiment] : 'Sentiment'}
        parts={[
          ['promoter', 'Positive', positive],
          ['passive', 'Neutral', neutral],
          ['detractor', 'Negative', negative],
        ]}
      />
      <ul className="theme-chips" aria-label="Themes">
        {called.map(({ theme, probability }) => (
          <li key={theme} className="theme-chip">
            <span dir="auto">{themeName(theme)}</span>{' '}
            <span className="numbers">{formatShare(probability)}</span>
          </li>
        ))}
        {called.length === 0 ? <li className="muted small">It named no theme.</li> : null}
      </ul>
      {others.length > 0 ? (
        <p className="muted small">
          Less probable:{' '}
          {others
            .map(({ theme, probability }) => `${themeName(theme)} ${formatShare(probability)}`)
            .join(', ')}
        </p>
      ) : null}
      <p className="muted small">By model version {prediction.modelVersion.version}.</p>
    </section>
  );
}

const lowerFirst = (text: string): string =>
  `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.?$/, '.');

function Chances({
  title,
  parts,
}: {
  readonly title: string;
  readonly parts: readonly (readonly [string, string, number])[];
}) {
  return (
    <div className="chances small">
      <div className="spread">
        <strong>{title}</strong>
        <span className="muted numbers">
          {parts.map(([, name, value]) => `${name.toLowerCase()} ${formatShare(value)}`).join(' · ')}
        </span>
      </div>
      <div className="chances-bar" aria-hidden="true">
        {parts.map(([look, name, value]) => (
          <span key={name} className={`chances-${look}`} style={{ flexGrow: value }} />
        ))}
      </div>
    </div>
  );
}
