import { Link } from 'wouter';
import { useScreenHref } from '../lib/open-screens.ts';
import { useViewer } from '../lib/viewer.tsx';
import './sentences.css';

interface SentencesProps {
  readonly sentences: readonly {
    readonly text: string;
    readonly facts: readonly { readonly id: string; readonly cites: readonly string[] }[];
  }[];
  readonly testId: string;
}

/** A narrative: each sentence leads to what proves it. */
export function Sentences({ sentences, testId }: SentencesProps) {
  const { can } = useViewer();
  const href = useScreenHref();
  return (
    <ol className="sentences" data-testid={testId}>
      {sentences.map(({ text, facts }) => {
        const cited = facts.flatMap(({ cites }) => cites).at(-1);
        const evidence =
          can('traceLineage') && cited !== undefined ? href(`/lineage/${encodeURIComponent(cited)}`) : null;
        return (
          <li key={facts.map(({ id }) => id).join()}>
            <span dir="auto">{text}</span>{' '}
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
