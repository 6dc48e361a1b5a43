import { Link } from 'wouter';
import { useRead } from '../../lib/api.ts';
import { formatAnswers, formatCount, formatMoment } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { Partial } from '../../parts/states.tsx';
import { IMPACT } from './documents.ts';
import type { Groups } from './picture.ts';
import { capital, kindName, labelText } from './words.ts';

/** Kinds whose contribution is summed; others are looked at downstream. */
const SUMMED = new Set([
  'Source',
  'SurveyVersion',
  'ScaleRule',
  'MappingVersion',
  'ModelVersion',
  'TrainingSet',
  'FeatureSet',
  'Feature',
  'Calibration',
]);

/** What is known of one node, and where it leads. */
export function Details({ groups, isStart }: { readonly groups: Groups; readonly isStart: boolean }) {
  const href = useHref();
  const { node, reason, complete } = groups;
  return (
    <div className="stack" data-testid="lineage-details">
      <p className="lineage-label" dir="auto">
        {labelText(node.label)}
      </p>
      <dl className="lineage-facts small">
        <div>
          <dt className="muted">Kind</dt>
          <dd>{capital(kindName(node.kind))}</dd>
        </div>
        {node.recordedAt ? (
          <div>
            <dt className="muted">Recorded</dt>
            <dd>{formatMoment(node.recordedAt)}</dd>
          </div>
        ) : null}
        <div>
          <dt className="muted">Id</dt>
          <dd>
            <code>{node.id}</code>
          </dd>
        </div>
      </dl>
      <p className="row small">
        {node.kind === 'Response' ? (
          <Link href={href('/responses', {}, { answer: node.id })}>Read the answer</Link>
        ) : null}
        {node.kind === 'ModelVersion' ? <Link href={href('/models')}>Models</Link> : null}
        {isStart ? null : <Link href={href(`/lineage/${encodeURIComponent(node.id)}`)}>Start from here</Link>}
      </p>
      {SUMMED.has(node.kind) ? <Impact id={node.id} /> : null}
      {complete || !reason ? null : <Partial>{capital(reason)}.</Partial>}
    </div>
  );
}

function Impact({ id }: { readonly id: string }) {
  const { data } = useRead(IMPACT, { id });
  if (!data) return null;
  const { totals, decisions, alerts } = data.impact;
  const { responses, inferred, rollups, segments, firstHour, lastHour } = totals;
  const parts = [
    ...(responses ? [formatAnswers(responses)] : []),
    ...(inferred ? [`${formatCount(inferred)} inferred classes`] : []),
  ];
  return (
    <div className="small stack" data-testid="lineage-impact">
      <p>
        {parts.length > 0
          ? `Went into the counts of ${parts.join(' and ')}, in ${formatCount(rollups)} ${kindName('Rollup', rollups ?? 0)} of ${formatCount(segments)} ${kindName('Cell', segments ?? 0)}`
          : 'Went into no count'}
        {firstHour && lastHour ? `, ${formatMoment(firstHour)} to ${formatMoment(lastHour)}` : ''}.
      </p>
      {[...(decisions?.nodes ?? []), ...(alerts?.nodes ?? [])].map(({ id: mark, label }) => (
        <p key={mark} className="muted">
          {label}
        </p>
      ))}
      {totals.reason ? <Partial>{capital(totals.reason)}.</Partial> : null}
    </div>
  );
}
