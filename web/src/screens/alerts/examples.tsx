import { Link } from 'wouter';
import { useRead } from '../../lib/api.ts';
import { formatAge, formatMoment, TEXT_DIRECTION } from '../../lib/format.ts';
import { useNodeHref } from '../../lib/node-href.ts';
import { useNow } from '../../lib/use-now.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ScoreChip } from '../../parts/score-chip.tsx';
import { segmentInputOf } from '../../parts/segment-words.tsx';
import { Empty, Failed, Skeleton } from '../../parts/states.tsx';
import type { FullAlert } from './alert.tsx';
import { EXAMPLES } from './documents.ts';
import type { Windows } from './windows.ts';

const SHOWN = 6;

/** Answers since the change that say something, of those that the viewer may read. */
export function Examples({
  alert,
  windows,
}: {
  readonly alert: FullAlert;
  readonly windows: Windows | null;
}) {
  const { can } = useViewer();
  const now = useNow();
  const href = useNodeHref();
  const { before, after, since, segmentValues } = alert;
  const rose =
    typeof before?.score === 'number' && typeof after?.score === 'number' && after.score > before.score;
  const { data, error, isLoading, refresh } = useRead(
    EXAMPLES,
    {
      segment: segmentInputOf(segmentValues),
      from: windows?.afterFrom ?? since,
      to: windows?.afterTo ?? alert.changedAt,
      class: [rose ? 'PROMOTER' : 'DETRACTOR'],
    },
    { pause: !can('readResponse') },
  );
  const all = (data?.responses.edges ?? []).map(({ node }) => node);
  const commented = all.filter(({ comment }) => comment);
  const shown = (commented.length > 0 ? commented : all).slice(0, SHOWN);
  return (
    <Panel title={`Examples of ${rose ? 'promoters' : 'detractors'} since`} testId="alert-examples">
      {error ? (
        <Failed title="The answers could not be read" error={error} onRetry={refresh} />
      ) : isLoading ? (
        <Skeleton lines={5} />
      ) : shown.length === 0 ? (
        <Empty title="There are none">No such answer of this segment arrived in that time.</Empty>
      ) : (
        <ul className="alert-examples">
          {shown.map(({ id, score, class: npsClass, comment, answeredAt, segmentValues: values }) => {
            const link = href(id);
            const text = <span {...TEXT_DIRECTION}>{comment ?? 'No comment'}</span>;
            return (
              <li key={id} className="alert-example">
                <ScoreChip score={score ?? null} npsClass={npsClass ?? null} />
                <div>
                  {link ? <Link href={link}>{text}</Link> : text}
                  <p className="muted small">
                    {values.filter(({ value }) => value !== 'unknown').map(({ value }) => `${value} · `)}
                    <time dateTime={answeredAt} title={formatMoment(answeredAt)}>
                      {formatAge(answeredAt, now)}
                    </time>
                  </p>
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
