import type { Session } from '../database/client.ts';
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
  readonly until: Date;
  /** When it was ordered. */
  readonly at: Date;
  /** What it made; null: nothing yet. */
  readonly model: number | null;
  readonly stage: ModelStage | null;
  /** Since when the model is a shadow; null: it never was one. */
  readonly shadowSince: Date | null;
}

const NEWEST = statement(
  'training_order_newest',
  `SELECT o.decision, o.until, o.at, e.model_version_id AS model, m.stage,
      (SELECT max(s.recorded_at) FROM model_event s WHERE s.model_version_id = m.id AND s.to_stage = 'SHADOW') AS "shadowSince"
    FROM (SELECT d.id AS decision, (coalesce(a.edited, d.decision->'action')->>'until')::timestamptz AS until, d.settled_at AS at
      FROM agent_decision d LEFT JOIN agent_approval a ON a.decision_id = d.id
      WHERE d.agent = '${RETRAINING}' AND d.state = 'DONE' AND coalesce(a.edited, d.decision->'action')->>'do' = 'train'
      ORDER BY d.settled_at DESC, d.id LIMIT 1) o
      LEFT JOIN model_event e ON e.cause = 'registered' AND e.reason = 'Decision:' || o.decision
      LEFT JOIN model_version m ON m.id = e.model_version_id`,
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
const UNTIL = statement(
  'training_order_until',
  `SELECT max(t.until) AS until FROM model_training_set m JOIN training_set t ON t.hash = m.hash WHERE m.model_version_id = ANY ($1::integer[])`,
);

/** The newest order, or null. */
export async function newestOrder(session: Session): Promise<TrainingOrder | null> {
  const [row] = await session.rows<TrainingOrder>(NEWEST, []);
  return row ?? null;
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

/** New labelled responses (at most `most`) of a period, and responses that reviewers corrected since. */
export async function countLabels(
  session: Session,
  { from, until, since, most }: { from: Date; until: Date; since: Date; most: number },
): Promise<{ readonly labels: number; readonly corrections: number }> {
  const [row] = await session.rows<{ labels: number; corrections: number }>(LABELS, [
    from,
    until,
    since,
    most,
  ]);
  return row ?? { labels: 0, corrections: 0 };
}
