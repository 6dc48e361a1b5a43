import { Link } from 'wouter';
import { useRead } from '../../lib/api.ts';
import { formatMoment, TEXT_DIRECTION } from '../../lib/format.ts';
import { kindOfId, useNodeHref } from '../../lib/node-href.ts';
import { Panel } from '../../parts/panel.tsx';
import { ScoreChip } from '../../parts/score-chip.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { CAUSE } from './documents.ts';

/** The answer or the alert that a case is about. */
export function Cause({ id }: { readonly id: string }) {
  const { data, error, isLoading, refresh } = useRead(CAUSE, { id });
  const link = useNodeHref()(id);
  const node = data?.node;
  return (
    <Panel
      title={kindOfId(id) === 'Response' ? 'The answer that it is about' : 'The alert that it is about'}
      testId="case-cause"
      actions={link && node ? <Link href={link}>Open it</Link> : null}
    >
      {error ? (
        <Failed title="It could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton lines={2} />
      ) : node?.__typename === 'Alert' ? (
        <>
          <strong dir="auto">{node.title}</strong>
          <p dir="auto">{node.summary}</p>
        </>
      ) : node?.__typename === 'Response' ? (
        <div className="case-answer">
          <ScoreChip score={node.score ?? null} npsClass={node.class ?? null} />
          <div>
            <p {...TEXT_DIRECTION}>{node.comment ?? 'No comment, or not for your role'}</p>
            <p className="muted small">{formatMoment(node.answeredAt)}</p>
          </div>
        </div>
      ) : (
        <p className="muted">It is not there any more, or outside of what your role may see.</p>
      )}
    </Panel>
  );
}
