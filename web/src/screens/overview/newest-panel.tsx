import { Link } from 'wouter';
import { graphql } from '../../gql/gql.ts';
import type { OverviewNewestQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatAge, formatMoment, TEXT_DIRECTION } from '../../lib/format.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { segmentInput } from '../../lib/url-state.ts';
import { useNow } from '../../lib/use-now.ts';
import { Panel } from '../../parts/panel.tsx';
import { ScoreChip } from '../../parts/score-chip.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import { type Score, useOnPulse } from './use-score.ts';

const NEWEST = graphql(`
  query OverviewNewest($segment: SegmentInput, $from: DateTime, $to: DateTime) {
    responses(segment: $segment, from: $from, to: $to, first: 30) {
      edges {
        node {
          id
          answeredAt
          score
          class
          comment
          segmentValues {
            field
            value
          }
        }
      }
    }
  }
`);

type Answer = OverviewNewestQuery['responses']['edges'][number]['node'];
const SHOWN = 12;

/** The newest answers that say something. */
export function NewestPanel({ score: { view, ranges, pulse } }: { readonly score: Score }) {
  const now = useNow();
  const { data, error, isLoading, refresh } = useRead(
    NEWEST,
    { segment: segmentInput(view), from: ranges?.after.from, to: ranges?.after.to },
    { pause: ranges === null },
  );
  useOnPulse(pulse, refresh);
  const href = useScreenHref();
  const all = (data?.responses.edges ?? []).map(({ node }) => node);
  const commented = all.filter(({ comment }) => comment);
  const answers = (commented.length > 0 ? commented : all).slice(0, SHOWN);
  const more = href('/responses');
  return (
    <Panel
      title={commented.length > 0 ? 'Newest comments' : 'Newest answers'}
      className="overview-newest"
      testId="responses"
      actions={more ? <Link href={more}>All answers</Link> : null}
    >
      {error ? (
        <Failed title="The answers could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton lines={6} />
      ) : answers.length === 0 ? (
        <Empty title="No answers in this window">Each answer appears here when it arrives.</Empty>
      ) : (
        <ul className="overview-answers">
          {answers.map((answer) => (
            <li key={answer.id} className={pulse > 0 ? 'fresh' : ''}>
              <AnswerLine answer={answer} now={now} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function AnswerLine({ answer, now }: { readonly answer: Answer; readonly now: number }) {
  const href = useScreenHref();
  const open = href('/responses', {}, { id: answer.id });
  const text = (
    <span className="overview-comment" {...TEXT_DIRECTION}>
      {answer.comment ?? 'No comment'}
    </span>
  );
  return (
    <>
      <ScoreChip score={answer.score ?? null} npsClass={answer.class ?? null} />
      <div>
        {open ? <Link href={open}>{text}</Link> : text}
        <p className="muted small">
          {answer.segmentValues
            .filter(({ value }) => value !== 'unknown')
            .map(({ field, value }) => (
              <span key={field}>{value} · </span>
            ))}
          <time className="overview-age" dateTime={answer.answeredAt} title={formatMoment(answer.answeredAt)}>
            {formatAge(answer.answeredAt, now)}
          </time>
        </p>
      </div>
    </>
  );
}
