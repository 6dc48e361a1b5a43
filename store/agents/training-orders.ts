import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ModelStage } from '../tables/scoring.ts';

/** The agent whose decisions order trainings. */
export const RETRAINING = 'retraining';
/** An order that made no model in this time makes none at all. */
export const ORDER_HOURS = 24;

/** A decision to train that was approved or acted on. */
export interface TrainingOrder {
  /** The key of the decision. */
  readonly decision: string;
  /** The companion of the champion that is to be trained again; null: the champion itself. */
  readonly companion: number | null;
  readonly until: Date;
  /** When it was ordered. */
  readonly at: Date;
  /** What it made, of a pair the first version; null: nothing yet. */
  readonly model: number | null;
  /** The companion of what it made: the one that was trained, or the one that was kept. */
  readonly modelCompanion: number | null;
  readonly stage: ModelStage | null;
  /** Since when the model is a shadow; null: it never was one. */
  readonly shadowSince: Date | null;
}

const NEWEST = statement(
  'training_order_newest',
  `SELECT o.decision, o.companion, o.until, o.at, e.model_version_id AS model, m.companion_id AS "modelCompanion", m.stage,
      (SELECT max(s.recorded_at) FROM model_event s WHERE s.model_version_id = m.id AND s.to_stage = 'SHADOW') AS "shadowSince"
    FROM (SELECT DISTINCT ON (companion IS NULL) * FROM (
        SELECT d.id AS decision, (given.action->>'companion')::integer AS companion, (given.action->>'until')::timestamptz AS until,
          d.settled_at AS at
        FROM agent_decision d LEFT JOIN agent_approval a ON a.decision_id = d.id,
          LATERAL (SELECT coalesce(a.edited, d.decision->'action') AS action) given
        WHERE d.agent = '${RETRAINING}' AND d.state = 'DONE' AND given.action->>'do' = 'train') every
      ORDER BY companion IS NULL, at DESC, decision) o
      LEFT JOIN model_event e ON e.cause = 'registered' AND e.reason = 'Decision:' || o.decision
      LEFT JOIN model_version m ON m.id = e.model_version_id
    ORDER BY o.at`,
);
const OF_DECISION = statement(
  'training_order_models',
  `SELECT count(*)::integer AS n FROM model_event WHERE cause = 'registered' AND reason = 'Decision:' || $1::text`,
);
const LABELS = statement(
  'training_order_labels',
  `SELECT (SELECT count(*) FROM (SELECT FROM response WHERE class IS NOT NULL AND comment IS NOT NULL AND answered_at >= $1
        AND answered_at < $2 LIMIT $4) r)::integer AS labels,
      (SELECT count(DISTINCT v.response_id) FROM review v JOIN review_decision d ON d.review_id = v.id
        WHERE v.decided_at >= $3 AND d.verdict = 'CORRECTED')::integer AS corrections`,
);
/** The same of the answers that one model version has read. */
const LABELS_READ = statement(
  'training_order_labels_read',
  `SELECT (SELECT count(*) FROM (SELECT FROM prediction WHERE model_version_id = $5 AND surveyed AND answered_at >= $1
        AND answered_at < $2 LIMIT $4) p)::integer AS labels,
      (SELECT count(DISTINCT v.response_id) FROM review v JOIN review_decision d ON d.review_id = v.id
        WHERE v.decided_at >= $3 AND d.verdict = 'CORRECTED' AND EXISTS (SELECT FROM prediction p
          WHERE p.response_id = v.response_id AND p.model_version_id = $5))::integer AS corrections`,
);
const UNTIL = statement(
  'training_order_until',
  `SELECT max(t.until) AS until FROM model_training_set m JOIN training_set t ON t.hash = m.hash WHERE m.model_version_id = ANY ($1::integer[])`,
);

/** The newest order for the champion itself, and the newest for its companion, the older one first. */
export function newestOrders(session: Session): Promise<TrainingOrder[]> {
  return session.rows<TrainingOrder>(NEWEST, []);
}

/** How many models were registered for the decision. */
export async function ordersOf(session: Session, decision: string): Promise<number> {
  const [row] = await session.rows<{ n: number }>(OF_DECISION, [decision]);
  return row?.n ?? 0;
}

/** Until when answered responses were seen by the training of one of the models; null: of none. */
export async function trainedUntil(session: Session, models: readonly number[]): Promise<Date | null> {
  const [row] = await session.rows<{ until: Date | null }>(UNTIL, [models]);
  return row?.until ?? null;
}

/**
 * New labelled responses (at most `most`) of a period, and responses that reviewers corrected since; of those that the model
 * version has read, or of all.
 */
export async function countLabels(
  session: Session,
  given: { from: Date; until: Date; since: Date; most: number; readBy: number | null },
): Promise<{ readonly labels: number; readonly corrections: number }> {
  const { from, until, since, most, readBy } = given;
  const period = [from, until, since, most];
  const [row] = await session.rows<{ labels: number; corrections: number }>(
    readBy === null ? LABELS : LABELS_READ,
    readBy === null ? period : [...period, readBy],
  );
  return row ?? { labels: 0, corrections: 0 };
}

const MADE_NOTHING = '; it made nothing yet: ';
const NOTE = statement(
  'training_order_note',
  `UPDATE agent_decision SET outcome = split_part(outcome, '${MADE_NOTHING}', 1) || coalesce('${MADE_NOTHING}' || $2::text, '')
    WHERE id = $1 AND outcome IS DISTINCT FROM split_part(outcome, '${MADE_NOTHING}', 1) || coalesce('${MADE_NOTHING}' || $2::text, '')`,
);

/** Says with the decision that ordered a training why it made nothing at the last try; null: it made its model. */
export async function noteOrder(
  session: OwnerSession,
  decision: string,
  reason: string | null,
): Promise<void> {
  await session.rows(NOTE, [decision, reason]);
}
