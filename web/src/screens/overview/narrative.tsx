import { Link } from 'wouter';
import { graphql } from '../../gql/gql.ts';
import { useRead } from '../../lib/api.ts';
import { useScreenHref } from '../../lib/open-screens.ts';
import { segmentInput } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import type { Score } from './use-score.ts';

const NARRATIVE = graphql(`
  query OverviewNarrative($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {
    narrative(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {
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

/** What happened, in sentences; each leads to the score that proves it. */
export function Narrative({ score: { view } }: { readonly score: Score }) {
  const { can } = useViewer();
  const href = useScreenHref();
  const { window, asOf, basis } = view;
  const { data, error, isLoading, refresh } = useRead(NARRATIVE, {
    segment: segmentInput(view),
    window,
    asOf,
    basis,
  });
  if (error) return <Failed title="The text could not be read" error={error} onRetry={refresh} />;
  if (isLoading) return <Skeleton lines={4} />;
  const sentences = data?.narrative.sentences ?? [];
  if (sentences.length === 0) return <p className="muted">There is nothing to say of this window.</p>;
  return (
    <ol className="narrative" data-testid="narrative">
      {sentences.map(({ text, facts }) => {
        const cited = facts.flatMap(({ cites }) => cites).at(-1);
        const evidence =
          can('traceLineage') && cited !== undefined ? href(`/lineage/${encodeURIComponent(cited)}`) : null;
        return (
          <li key={facts.map(({ id }) => id).join()}>
            {text}{' '}
            {evidence !== null ? (
              <Link className="small" href={evidence} aria-label={`Evidence of: ${text}`}>
                Evidence
              </Link>
            ) : null}
          </li>
        );
      })}
    </ol>
  );
}
