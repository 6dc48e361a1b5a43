import type { RollupKey } from '../../domain/lineage/lineage.ts';
import type { SealCause } from '../../domain/seals/seal.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ModelMetric } from '../tables/monitoring.ts';
import type { ReviewCause } from '../tables/reviews.ts';
import type { ModelStage, StageCause } from '../tables/scoring.ts';

/**
 * Annotations, statements made about facts later: seals of rollups, decisions and alerts about models, reviews.
 */

/** One revision of a rollup's seal, without its place in the log, which would reveal how much else is sealed. */
export interface SealAnnotation {
  readonly revision: number;
  readonly why: SealCause;
  /** Of its manifest, hex. */
  readonly hash: string;
  readonly recordedAt: Date;
}

const SEALS = statement(
  'marks_seals',
  `SELECT s.revision, s.why, s.hash, s.recorded_at AS "recordedAt" FROM seal s
    WHERE s.cell_id = (SELECT id FROM cell WHERE key = $1) AND s.model_version_id = $2 AND s.bucket = $3 ORDER BY s.revision`,
);

/** The revisions of a rollup's seal, the oldest first. */
export function readSealAnnotations(
  session: Session,
  { hour, cell, model }: RollupKey,
): Promise<SealAnnotation[]> {
  return session.rows<SealAnnotation>(SEALS, [cell, model, new Date(hour * HOUR_MS)]);
}

/** One revision of a seal, with its rollup. */
export interface SealOfRollup extends RollupKey {
  readonly revision: number;
  readonly recordedAt: Date;
}

const SEAL_OF_ROLLUP = `SELECT floor(extract(epoch FROM s.bucket) / 3600)::integer AS hour, c.key AS cell, s.model_version_id AS model,
    s.revision, s.recorded_at AS "recordedAt"`;
const SEAL_RANGE = statement(
  'marks_seal_range',
  `${SEAL_OF_ROLLUP} FROM seal s JOIN cell c ON c.id = s.cell_id WHERE s.id BETWEEN $1 AND $2 ORDER BY s.id`,
);
/** By model version, of which there are few: the index of seals leads with cell and model version. */
const SEALS_OF_HOURS = statement(
  'marks_seals_of_hours',
  `${SEAL_OF_ROLLUP} FROM unnest($1::timestamptz[], $2::text[]) AS given (bucket, cell) JOIN cell c ON c.key = given.cell
    CROSS JOIN model_version v JOIN seal s ON s.cell_id = c.id AND s.model_version_id = v.id AND s.bucket = given.bucket ORDER BY s.id`,
);

/** The seals whose place in the log is between the two, inclusive. */
export function readSealRange(session: Session, first: number, last: number): Promise<SealOfRollup[]> {
  return session.rows<SealOfRollup>(SEAL_RANGE, [first, last]);
}

/** All seals of the cells in the hours, under every model version. */
export function readSealsOfHours(
  session: Session,
  hours: readonly { readonly hour: number; readonly cell: string }[],
): Promise<SealOfRollup[]> {
  const parameters = [hours.map(({ hour }) => new Date(hour * HOUR_MS)), hours.map(({ cell }) => cell)];
  return session.rows<SealOfRollup>(SEALS_OF_HOURS, parameters);
}

/** One review: of a prediction for a response, or of a decision about a model version. */
export interface ReviewAnnotation {
  readonly id: string;
  readonly responseId: string | null;
  readonly decisionId: number | null;
  readonly model: number;
  readonly cause: ReviewCause;
  readonly queuedAt: Date;
  readonly decidedAt: Date | null;
}

const REVIEW = `SELECT id, response_id AS "responseId", decision_id AS "decisionId", model_version_id AS model, cause,
    queued_at AS "queuedAt", decided_at AS "decidedAt" FROM review`;
const REVIEWS_OF = statement('marks_reviews_of', `${REVIEW} WHERE response_id = $1 ORDER BY queued_at, id`);
const REVIEWS_OF_DECISION = statement(
  'marks_reviews_of_decision',
  `${REVIEW} WHERE decision_id = $1 ORDER BY queued_at, id`,
);
const REVIEW_BY_ID = statement('marks_review', `${REVIEW} WHERE id = $1`);

/** The reviews of predictions for a response, the oldest first. */
export function readReviewAnnotations(session: Session, responseId: string): Promise<ReviewAnnotation[]> {
  return session.rows<ReviewAnnotation>(REVIEWS_OF, [responseId]);
}

/** The reviews of a decision, the oldest first. */
export function readReviewsOfDecision(session: Session, decisionId: number): Promise<ReviewAnnotation[]> {
  return session.rows<ReviewAnnotation>(REVIEWS_OF_DECISION, [decisionId]);
}

const REVIEWS_BY_ID = statement('marks_reviews', `${REVIEW} WHERE id = ANY ($1::uuid[])`);

/** The existing ones of the reviews. */
export function readReviewAnnotationsById(
  session: Session,
  ids: readonly string[],
): Promise<ReviewAnnotation[]> {
  return session.rows<ReviewAnnotation>(REVIEWS_BY_ID, [ids]);
}

export async function readReviewAnnotation(session: Session, id: string): Promise<ReviewAnnotation | null> {
  const [found] = await session.rows<ReviewAnnotation>(REVIEW_BY_ID, [id]);
  return found ?? null;
}

/** A decision about a model version: a change of its stage. `readModelEvents` returns who decided and why. */
export interface DecisionAnnotation {
  readonly id: number;
  readonly model: number;
  readonly from: ModelStage | null;
  readonly to: ModelStage;
  readonly cause: StageCause;
  readonly recordedAt: Date;
}

const DECISION = `SELECT id, model_version_id AS model, from_stage AS "from", to_stage AS "to", cause, recorded_at AS "recordedAt"
    FROM model_event`;
const DECISIONS = statement(
  'marks_decisions',
  `${DECISION} WHERE model_version_id = ANY ($1::integer[]) ORDER BY id`,
);
const DECISION_BY_ID = statement('marks_decision', `${DECISION} WHERE id = $1`);

/** The decisions about the model versions, the oldest first. */
export function readDecisionAnnotations(
  session: Session,
  models: readonly number[],
): Promise<DecisionAnnotation[]> {
  return session.rows<DecisionAnnotation>(DECISIONS, [models]);
}

export async function readDecisionAnnotation(
  session: Session,
  id: number,
): Promise<DecisionAnnotation | null> {
  const [found] = await session.rows<DecisionAnnotation>(DECISION_BY_ID, [id]);
  return found ?? null;
}

const TAUGHT = statement(
  'marks_taught',
  `SELECT DISTINCT m.model_version_id AS model FROM model_training_set m WHERE EXISTS (
      SELECT FROM training_set_member t JOIN response_key k ON k.id = t.response_id
        JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
        JOIN mapping_version v ON v.id = r.mapping_version_id
      WHERE t.hash = m.hash AND v.key = ANY ($1::text[])) ORDER BY 1`,
);

/**
 * The model versions that learnt from responses of these mapping versions, as far as the responses still exist.
 */
export async function readTaughtModels(session: Session, mappings: readonly string[]): Promise<number[]> {
  return (await session.rows<{ model: number }>(TAUGHT, [mappings])).map(({ model }) => model);
}

/**
 * An alert about a model version: one figure of the monitor raised an alarm, after a day without one. Alarms
 * within a day of the last belong to the same alert.
 */
export interface AlertAnnotation {
  /** Of the first reading. */
  readonly id: number;
  readonly model: number;
  readonly metric: ModelMetric;
  /** {}: everything; else one value of one dimension. */
  readonly segment: Segment;
  /** The end of its first week. */
  readonly until: Date;
  readonly recordedAt: Date;
}

/** Which responses were read: those of the mapping versions (null: any), in the cells (null: any). */
export interface AlertsTouched {
  readonly mappings: readonly string[] | null;
  /** Public keys. */
  readonly cells: readonly string[] | null;
}

/** Whichever responses were read. */
export const EVERY_ANSWER: AlertsTouched = { mappings: null, cells: null };

const ALARMS = `SELECT r.*, lag(r.window_until) OVER (PARTITION BY r.model_version_id, r.metric, r.segment_key
    ORDER BY r.window_until) AS before FROM monitor_reading r WHERE r.alarm`;
const BEGINS = `(a.before IS NULL OR a.window_until - a.before > interval '1 day')`;
const ALERT = `a.id, a.model_version_id AS model, a.metric, a.segment, a.window_until AS until, a.recorded_at AS "recordedAt"`;
/** Whether a response of the selection was among those of the reading. */
const READ = `EXISTS (SELECT FROM rollup_mapping f JOIN cell c ON c.id = f.cell_id JOIN mapping_version m ON m.id = f.mapping_version_id
    WHERE f.model_version_id = a.model_version_id AND f.bucket >= a.reference_from AND f.bucket < a.window_until AND f.n > 0
      AND ($2::text[] IS NULL OR m.key = ANY ($2)) AND ($3::text[] IS NULL OR c.key = ANY ($3))
      AND NOT EXISTS (SELECT FROM jsonb_each(a.segment) s WHERE (s.value ? coalesce(c.attributes ->> s.key, 'unknown')) IS NOT TRUE))`;
const ALERTS = statement(
  'marks_alerts',
  `SELECT ${ALERT} FROM (${ALARMS} AND r.model_version_id = ANY ($1::integer[])) a
    WHERE ${BEGINS} AND a.id > $4 AND ($2::text[] IS NULL AND $3::text[] IS NULL OR ${READ}) ORDER BY a.id LIMIT $5`,
);
const ALERT_BY_ID = statement(
  'marks_alert',
  `SELECT ${ALERT} FROM (${ALARMS}
      AND r.model_version_id = (SELECT model_version_id FROM monitor_reading WHERE id = $1)) a WHERE ${BEGINS} AND a.id = $1`,
);

/**
 * Up to `limit` (null: all) alerts about the model versions after `after`, the oldest first. Readings are over
 * all cells: only for callers who may see what was made of all of them.
 */
export function readAlertAnnotations(
  session: Session,
  models: readonly number[],
  { mappings, cells }: AlertsTouched,
  after: number,
  limit: number | null,
): Promise<AlertAnnotation[]> {
  return session.rows<AlertAnnotation>(ALERTS, [models, mappings, cells, after, limit]);
}

export async function readAlertAnnotation(session: Session, id: number): Promise<AlertAnnotation | null> {
  const [found] = await session.rows<AlertAnnotation>(ALERT_BY_ID, [id]);
  return found ?? null;
}
