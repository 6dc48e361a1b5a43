import { UserError } from '../../domain/errors/user-error.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ReviewCause, ReviewVerdict } from '../tables/reviews.ts';

/** A review of one response, or of one decision about a model version. */
export interface ReviewRow {
  readonly id: string;
  /** With its cell; both null for a review of a decision. */
  readonly responseId: string | null;
  readonly cellId: number | null;
  readonly decisionId: number | null;
  readonly modelVersionId: number;
  readonly cause: ReviewCause;
  readonly reason: string | null;
  readonly queuedAt: Date;
  readonly claimedBy: string | null;
  readonly claimedUntil: Date | null;
  readonly decidedAt: Date | null;
}

export interface ReviewDecisionRow {
  readonly reviewId: string;
  readonly actor: string;
  readonly actorName: string;
  readonly verdict: ReviewVerdict;
  readonly class: 0 | 1 | 2 | null;
  readonly reason: string;
  readonly decidedAt: Date;
}

/** The request cannot be done; the message says what would be right. */
export class ReviewError extends UserError {
  override readonly name = 'ReviewError';
}

/** Of a review `v`, as `ReviewRow` has them. */
export const REVIEW_COLUMNS = `v.id, v.response_id AS "responseId", v.cell_id AS "cellId", v.decision_id AS "decisionId", v.model_version_id AS "modelVersionId", v.cause,
  v.reason, v.queued_at AS "queuedAt", v.claimed_by AS "claimedBy", v.claimed_until AS "claimedUntil", v.decided_at AS "decidedAt"`;

const OPEN = statement(
  'reviews_open',
  `SELECT ${REVIEW_COLUMNS} FROM review v
    WHERE (v.cell_id = ANY ($1::integer[]) OR $6 AND v.decision_id IS NOT NULL) AND (v.decided_at IS NOT NULL) = $2 AND (v.queued_at, v.id) > ($3, $4::uuid)
    ORDER BY v.queued_at, v.id LIMIT $5`,
);
const DECISIONS = statement(
  'reviews_decisions',
  `SELECT review_id AS "reviewId", actor, actor_name AS "actorName", verdict, class, reason, decided_at AS "decidedAt"
    FROM review_decision WHERE review_id = ANY ($1::uuid[]) ORDER BY id`,
);

/** The end of a page of the queue. */
export interface ReviewCursor {
  readonly queuedAt: Date;
  readonly id: string;
}

const FIRST: ReviewCursor = {
  queuedAt: new Date('0001-01-01T00:00:00Z'),
  id: '00000000-0000-0000-0000-000000000000',
};

/** Oldest first: of responses in these cells, and of decisions if the caller may see them. */
export function readReviews(
  session: Session,
  { cellIds, decisions }: { readonly cellIds: readonly number[]; readonly decisions: boolean },
  {
    decided,
    after,
    limit,
  }: { readonly decided: boolean; readonly after: ReviewCursor | null; readonly limit: number },
): Promise<ReviewRow[]> {
  const { queuedAt, id } = after ?? FIRST;
  return session.rows<ReviewRow>(OPEN, [cellIds, decided, queuedAt, id, limit, decisions]);
}

export function readDecisions(session: Session, reviewIds: readonly string[]): Promise<ReviewDecisionRow[]> {
  return session.rows<ReviewDecisionRow>(DECISIONS, [reviewIds]);
}

/** The caller, and the time. */
export interface ReviewingCaller {
  /** Two keys of one name are two people. */
  readonly id: string;
  readonly now: Date;
}

/** How the work stands, of the reviews that a caller may see. */
export interface ReviewCounts {
  readonly waiting: number;
  /** Of the waiting ones: those that another reviewer has claimed. */
  readonly claimed: number;
  readonly decided: number;
  /** How often the caller decided. */
  readonly own: number;
}

const COUNTS = statement(
  'reviews_counts',
  `SELECT count(*) FILTER (WHERE v.decided_at IS NULL)::integer AS waiting,
      count(*) FILTER (WHERE v.decided_at IS NULL AND v.claimed_by <> $3 AND v.claimed_until > $4)::integer AS claimed,
      count(*) FILTER (WHERE v.decided_at IS NOT NULL)::integer AS decided,
      count(d.id)::integer AS own
    FROM review v LEFT JOIN review_decision d ON d.review_id = v.id AND d.actor = $3
    WHERE v.cell_id = ANY ($1::integer[]) OR $2 AND v.decision_id IS NOT NULL`,
);

/** Counts reviews of responses in these cells, and of decisions if the caller may see them. */
export async function countReviews(
  session: Session,
  { cellIds, decisions }: { readonly cellIds: readonly number[]; readonly decisions: boolean },
  by: ReviewingCaller,
): Promise<ReviewCounts> {
  const [row] = await session.rows<ReviewCounts>(COUNTS, [cellIds, decisions, by.id, by.now]);
  return row ?? { waiting: 0, claimed: 0, decided: 0, own: 0 };
}
