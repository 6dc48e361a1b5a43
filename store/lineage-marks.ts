import type { RollupKey } from '../domain/lineage.ts';
import type { SealCause } from '../domain/seal.ts';
import { HOUR_MS } from '../domain/time-windows.ts';
import type { Session, Statement } from './client.ts';
import type { ReviewCause } from './review-schema.ts';

/** What was said of facts after they were there: seals of rollups, reviews of responses. */

/** One revision of a rollup's seal. Not its place in the log: that tells how much else is sealed. */
export interface SealMark {
  readonly revision: number;
  readonly why: SealCause;
  /** Of its manifest, hex. */
  readonly hash: string;
  readonly recordedAt: Date;
}

const SEALS: Statement = {
  name: 'marks_seals',
  text: `SELECT s.revision, s.why, s.hash, s.recorded_at AS "recordedAt" FROM seal s JOIN cell c ON c.id = s.cell_id
    WHERE c.key = $1 AND s.model_version_id = $2 AND s.bucket = $3 ORDER BY s.revision`,
};

/** The revisions of a rollup's seal, the oldest first. */
export function readSealMarks(session: Session, { hour, cell, model }: RollupKey): Promise<SealMark[]> {
  return session.rows<SealMark>(SEALS, [cell, model, new Date(hour * HOUR_MS)]);
}

/** One review of what a model version said of a response. */
export interface ReviewMark {
  readonly id: string;
  readonly responseId: string;
  readonly cellId: number;
  readonly model: number;
  readonly cause: ReviewCause;
  readonly queuedAt: Date;
  readonly decidedAt: Date | null;
}

const REVIEW = `SELECT id, response_id AS "responseId", cell_id AS "cellId", model_version_id AS model, cause,
    queued_at AS "queuedAt", decided_at AS "decidedAt" FROM review`;
const REVIEWS_OF: Statement = {
  name: 'marks_reviews_of',
  text: `${REVIEW} WHERE response_id = $1 ORDER BY queued_at, id`,
};
const REVIEW_BY_ID: Statement = { name: 'marks_review', text: `${REVIEW} WHERE id = $1` };

/** The reviews of what models said of a response, the oldest first. */
export function readReviewMarks(session: Session, responseId: string): Promise<ReviewMark[]> {
  return session.rows<ReviewMark>(REVIEWS_OF, [responseId]);
}

export async function readReviewMark(session: Session, id: string): Promise<ReviewMark | null> {
  const [found] = await session.rows<ReviewMark>(REVIEW_BY_ID, [id]);
  return found ?? null;
}
