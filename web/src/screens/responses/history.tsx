import { Link } from 'wouter';
import { useRead } from '../../lib/api.ts';
import { formatMoment } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { LINEAGE } from './documents.ts';

/** When the answer arrived and changed, what reviewers decided, and where it comes from, in one line. */
export function History({ id }: { readonly id: string }) {
  const { can } = useViewer();
  const href = useHref();
  const mayTrace = can('traceLineage');
  const { data, error, refresh } = useRead(LINEAGE, { id }, { pause: !mayTrace });
  if (!mayTrace) return null;
  if (error) return <Failed error={error} title="Its history could not be read" onRetry={refresh} />;
  const nodes = data?.trace.nodes ?? [];
  const byTime = (a: { recordedAt?: string | null }, b: { recordedAt?: string | null }) =>
    (a.recordedAt ?? '') < (b.recordedAt ?? '') ? -1 : 1;
  const events = nodes.filter(({ kind }) => kind === 'SourceEvent').sort(byTime);
  const of = (kind: string) => nodes.find((one) => one.kind === kind)?.label;
  const line = [events.at(-1)?.label, of('MappingVersion'), of('SurveyVersion')].filter(Boolean);
  return (
    <section className="stack">
      <h3>History</h3>
      {data ? (
        <ol className="history small">
          {events.map((event, i) => (
            <li key={event.id}>
              <time dateTime={event.recordedAt ?? ''}>
                {event.recordedAt ? formatMoment(event.recordedAt) : ''}
              </time>{' '}
              {i === 0
                ? 'It arrived'
                : isCorrection(event.label)
                  ? 'It was corrected'
                  : 'A newer delivery replaced it'}
              <span className="muted" dir="auto">
                {' '}
                {event.label}
              </span>
            </li>
          ))}
          {(data.reviews.nodes ?? []).map((review) => (
            <li key={review.id}>
              <time dateTime={review.recordedAt ?? ''}>
                {review.recordedAt ? formatMoment(review.recordedAt) : ''}
              </time>{' '}
              {review.label}
            </li>
          ))}
        </ol>
      ) : (
        <Skeleton lines={2} />
      )}
      {line.length > 0 ? (
        <p className="small">
          <span className="muted" dir="auto">
            {line.join(' ← ')}
          </span>{' '}
          <Link href={href(`/lineage/${encodeURIComponent(id)}`)}>Open its lineage</Link>
        </p>
      ) : null}
    </section>
  );
}

const isCorrection = (label: string): boolean => /^correct/i.test(label);
