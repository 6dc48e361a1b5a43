import type { ReviewRules } from '../../domain/models/review-rules.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** Erasing or deleting a response locks its key: queued responses exist until the queue is committed. */
const HOLD = statement(
  'reviews_hold',
  'SELECT FROM response_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE',
);
/** The sample is by hash: independent of the process, and stable over restarts. */
const QUEUE = statement(
  'reviews_queue',
  `INSERT INTO review (response_id, answered_at, cell_id, model_version_id, cause, queued_at)
    SELECT * FROM (
      SELECT p.response_id, p.answered_at, p.cell_id, p.model_version_id,
        CASE
          WHEN $3 AND p.class IS NOT NULL AND abs(r.class - p.class) = 2 THEN 'HIGH_IMPACT'
          WHEN p.abstained LIKE 'uncertain%'
            OR p.class IS NOT NULL AND greatest(p.detractor, p.passive, p.promoter) < $4::float8 * 1000000 THEN 'LOW_CONFIDENCE'
          WHEN ('x' || substr(md5(p.response_id::text), 1, 8))::bit(32)::bigint < $5::float8 * 4294967296 THEN 'SAMPLED'
        END AS cause, $6::timestamptz
      FROM prediction p JOIN response r ON r.id = p.response_id AND r.answered_at = p.answered_at
      WHERE p.response_id = ANY ($1::uuid[]) AND p.model_version_id = $2
        AND NOT EXISTS (SELECT FROM review v WHERE v.response_id = p.response_id AND v.model_version_id = p.model_version_id)
    ) found WHERE cause IS NOT NULL ORDER BY response_id ON CONFLICT DO NOTHING`,
);
/**
 * A new champion changes every inferred score; to promote it despite an alarm of the monitor, of it or its companion, is doubtful. The
 * champion that it replaces retires by the same decision, which is reviewed once.
 */
const QUEUE_DECISIONS = statement(
  'reviews_queue_decisions',
  `INSERT INTO review (decision_id, model_version_id, cause, queued_at)
    SELECT * FROM (
      SELECT e.id, e.model_version_id,
        CASE
          WHEN e.to_stage = 'CHAMPION' AND EXISTS (SELECT FROM model_version m JOIN monitor_reading r ON r.model_version_id IN (m.id, m.companion_id)
            WHERE m.id = e.model_version_id AND r.alarm
              AND r.window_until = (SELECT max(l.window_until) FROM monitor_reading l WHERE l.model_version_id = r.model_version_id))
            THEN 'LOW_CONFIDENCE'
          WHEN e.to_stage = 'CHAMPION' THEN 'HIGH_IMPACT'
          WHEN ('x' || substr(md5(e.id::text), 1, 8))::bit(32)::bigint < $2::float8 * 4294967296 THEN 'SAMPLED'
        END AS cause, $3::timestamptz
      FROM model_event e
      WHERE e.model_version_id = ANY ($1::integer[]) AND e.actor_id IS NOT NULL AND e.to_stage <> 'RETIRED'
        AND NOT EXISTS (SELECT FROM review v WHERE v.decision_id = e.id)
    ) found WHERE cause IS NOT NULL ORDER BY id ON CONFLICT DO NOTHING`,
);

/** Queues the responses that match a rule; queued ones stay as they are. */
export async function queueReviews(
  session: Session,
  rules: ReviewRules,
  modelVersionId: number,
  responseIds: readonly string[],
  now: Date,
): Promise<void> {
  const { contradictions, lowConfidence, sample } = rules;
  await session.rows(HOLD, [responseIds]);
  await session.rows(QUEUE, [responseIds, modelVersionId, contradictions, lowConfidence, sample, now]);
}

/** Queues the decisions about the model versions that match a rule. */
export async function queueDecisionReviews(
  session: Session,
  { decisions, sample }: ReviewRules,
  models: readonly number[],
  now: Date,
): Promise<void> {
  if (decisions && models.length > 0) await session.rows(QUEUE_DECISIONS, [models, sample, now]);
}
