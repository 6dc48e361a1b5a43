import { useState } from 'react';
import { graphql } from '../../gql/gql.ts';
import type { OverviewNarrativeQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { segmentInput } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Sentences } from '../../parts/sentences.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import type { Score } from './use-score.ts';

const NARRATIVE = graphql(`
  query OverviewNarrative($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!, $rewrite: Boolean!) {
    narrative(segment: $segment, window: $window, asOf: $asOf, basis: $basis, rewrite: $rewrite) {
      by
      refused
      failure
      sentences {
        text
        facts {
          id
          cites
        }
      }
    }
  }
`);

type Shown = OverviewNarrativeQuery['narrative'];

/** What happened, in sentences; each leads to the score that proves it. */
export function Narrative({ score: { view } }: { readonly score: Score }) {
  const [isRewritten, setRewritten] = useState(false);
  const { window, asOf, basis } = view;
  const { data, error, isLoading, isStale, refresh } = useRead(NARRATIVE, {
    segment: segmentInput(view),
    window,
    asOf,
    basis,
    rewrite: isRewritten,
  });
  const sentences = data?.narrative.sentences ?? [];
  return (
    <div className="overview-text" aria-busy={isStale}>
      <RewriteSwitch isOn={isRewritten} onChange={setRewritten} />
      {error ? <Failed title="The text could not be read" error={error} onRetry={refresh} /> : null}
      {isLoading ? <Skeleton lines={4} /> : null}
      {sentences.length > 0 ? <Sentences sentences={sentences} testId="narrative" /> : null}
      {data && sentences.length === 0 ? (
        <p className="muted">There is nothing to say of this window.</p>
      ) : null}
      <p className="small muted" role="status">
        {isRewritten && isStale
          ? 'The language model writes.'
          : isRewritten && data
            ? wordsOf(data.narrative)
            : ''}
      </p>
    </div>
  );
}

/** For deployments with a language model: it writes the text, and a program checks each of its sentences. */
function RewriteSwitch({
  isOn,
  onChange,
}: {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}) {
  const { languageModel } = useViewer().viewer;
  if (languageModel === null) return null;
  return (
    <label className="overview-rewrite no-print">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      <span>Let {languageModel} write the text</span>
    </label>
  );
}

const FAILURES: Readonly<Record<NonNullable<Shown['failure']>, string>> = {
  ADDRESS_REFUSED: 'its address is not allowed',
  BUDGET: 'it was asked too often in this hour',
  MALFORMED: 'its answer was no text over the facts',
  NO_ENDPOINT: 'there is none',
  STATUS: 'it answered with an error',
  TIMEOUT: 'it took too long',
  TOO_LONG: 'its answer was too long',
  UNREACHABLE: 'it cannot be reached',
};

/** Who wrote the text, and why not the language model. */
function wordsOf({ by, refused, failure }: Shown): string {
  if (by === 'MODEL')
    return 'Written by the language model. Each number, name and quote was checked against the facts.';
  const templates = 'The text of the templates is shown.';
  if (failure !== null) return `The language model did not write: ${FAILURES[failure]}. ${templates}`;
  if (refused.length === 0) return templates;
  const count = refused.length === 1 ? 'one sentence' : `${refused.length} sentences`;
  return `The text of the language model was refused: ${count} did not say what the facts say. ${templates}`;
}
