import { useState } from 'react';
import { Link } from 'wouter';
import type { ModelVersionDetailQuery } from '../../gql/graphql.ts';
import { useSend } from '../../lib/api.ts';
import { formatCount, formatDay, formatMoment } from '../../lib/format.ts';
import { useHref } from '../../lib/url-state.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReasonDialog } from '../../parts/reason-dialog.tsx';
import { DisputeDecision } from './documents.ts';
import { languageWords, STAGE_WORDS } from './figures.ts';

type Detail = Extract<NonNullable<ModelVersionDetailQuery['node']>, { readonly history?: unknown }>;
type Event = Detail['history'][number];

/** Who decided what about the version, why, and what reviewers said of it. */
export function HistoryPanel({
  history,
  onChanged,
}: {
  readonly history: readonly Event[];
  readonly onChanged: () => void;
}) {
  if (history.length === 0) return null;
  return (
    <Panel title="Decisions" testId="model-history">
      <ol className="version-decisions">
        {[...history].reverse().map((event) => (
          <Decision key={event.id} event={event} onChanged={onChanged} />
        ))}
      </ol>
    </Panel>
  );
}

function Decision({ event, onChanged }: { event: Event; onChanged: () => void }) {
  const { can, viewer } = useViewer();
  const href = useHref();
  const send = useSend();
  const [isOpen, setOpen] = useState(false);
  const { from, to, actor, reason, recordedAt, underReview, verdicts } = event;
  const isChange = from !== null;
  return (
    <li>
      <p>
        <strong>
          {isChange
            ? `${STAGE_WORDS[from]} to ${STAGE_WORDS[to].toLowerCase()}`
            : `Became a ${STAGE_WORDS[to].toLowerCase()}`}
        </strong>{' '}
        <span className="muted small">
          by {actor}, {formatMoment(recordedAt)}
        </span>
      </p>
      <p className="small" dir="auto">
        {reason}
      </p>
      {verdicts.map((one) => (
        <p key={`${one.by} ${one.at}`} className="small decision-verdict">
          <strong>{one.verdict === 'OVERTURNED' ? 'Overturned' : 'Confirmed'}</strong> by {one.by},{' '}
          {formatMoment(one.at)}: <span dir="auto">{one.reason}</span>
        </p>
      ))}
      <div className="row small">
        {underReview && (
          <span className="pending">
            Waits for a review by another person
            {can('review') && viewer.name !== actor && (
              <>
                {': '}
                <Link href={href('/reviews')}>open the reviews</Link>
              </>
            )}
          </span>
        )}
        {!underReview && can('readPrediction') && (
          <Button onPress={() => setOpen(true)}>Dispute this decision</Button>
        )}
      </div>
      <ReasonDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="Dispute this decision?"
        action="Dispute"
        onConfirm={async (why) => {
          const { error } = await send(DisputeDecision, { decision: event.id, reason: why });
          if (error === undefined) onChanged();
          return error ?? null;
        }}
      >
        Another person than the one who decided reviews it. The version stays where it is until someone
        promotes or rolls back.
      </ReasonDialog>
    </li>
  );
}

/** What it was trained on, and its inputs. */
export function MadeOfPanel({ detail }: { readonly detail: Detail }) {
  const { can } = useViewer();
  const href = useHref();
  const { trainingSets, features, encoder, languages, artefact } = detail;
  const trace = (id: string, text: string) =>
    can('traceLineage') ? <Link href={href(`/lineage/${encodeURIComponent(id)}`)}>{text}</Link> : text;
  return (
    <Panel title="What it is made of">
      <dl className="made-of small">
        {trainingSets.map((set) => (
          <div key={set.hash + set.head}>
            <dt>Learnt: {set.head}</dt>
            <dd>
              {trace(`TrainingSet:${set.hash}`, `${formatCount(set.examples)} examples`)}
              {set.until ? ` up to ${formatDay(set.until)}` : ''}.{' '}
              <span className="muted">{set.description}</span>
            </dd>
          </div>
        ))}
        <div>
          <dt>Encoder</dt>
          <dd className="hash">{encoder}</dd>
        </div>
        <div>
          <dt>Reads</dt>
          <dd>{languageWords(languages)}</dd>
        </div>
        <div>
          <dt>Artefact</dt>
          <dd className="hash">sha256:{artefact}</dd>
        </div>
        <div>
          <dt>Inputs beside the text</dt>
          <dd>
            {features.map((one, i) => (
              <span key={one.key} title={one.description}>
                {i > 0 ? ', ' : ''}
                {trace(`Feature:${one.key}`, one.name)}
              </span>
            ))}
          </dd>
        </div>
      </dl>
    </Panel>
  );
}
