import type { ReviewRules } from '../domain/review-rules.ts';
import type { NoteChange } from './audit.ts';
import type { Session, Statement, Store } from './client.ts';
import type { Reason } from './review-reasons.ts';
import type { ReviewCause, ReviewVerdict } from './review-schema.ts';

/** One response that somebody should look at, or has. */
export interface ReviewRow {
  readonly id: string;
  readonly responseId: string;
  readonly cellId: number;
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

/** It cannot be done as asked; the message says what would be right. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}

const COLUMNS = `v.id, v.response_id AS "responseId", v.cell_id AS "cellId", v.model_version_id AS "modelVersionId", v.cause,
  v.reason,   v.queued_at AS "queuedAt", v.claimed_by AS "claimedBy", v.claimed_until AS "claimedUntil", v.decided_at AS "decidedAt"`;

/** The sample is by hash: the same whoever queues, and again after a stop. */
const QUEUE: Statement = {
  name: 'reviews_queue',
  text: `INSERT INTO review (response_id, answered_at, cell_id, model_version_id, cause, queued_at)
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
};
const DISPUTE: Statement = {
  name: 'reviews_dispute',
  text: `INSERT INTO review AS v (response_id, answered_at, cell_id, model_version_id, cause, reason, queued_at)
    SELECT r.id, r.answered_at, r.cell_id, $2, 'DISPUTED', $3, $4 FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at WHERE k.id = $1
    ON CONFLICT (response_id, model_version_id) WHERE decided_at IS NULL
      DO UPDATE SET cause = 'DISPUTED', reason = coalesce(v.reason || E'\\n', '') || EXCLUDED.reason
    RETURNING ${COLUMNS}`,
};
const OPEN: Statement = {
  name: 'reviews_open',
  text: `SELECT ${COLUMNS} FROM review v
    WHERE v.cell_id = ANY ($1::integer[]) AND (v.decided_at IS NOT NULL) = $2 AND (v.queued_at, v.id) > ($3, $4::uuid)
    ORDER BY v.queued_at, v.id LIMIT $5`,
};
const BY_ID: Statement = {
  name: 'reviews_by_id',
  text: `SELECT ${COLUMNS} FROM review v WHERE v.id = $1 FOR UPDATE`,
};
const CLAIM: Statement = {
  name: 'reviews_claim',
  text: `UPDATE review v SET claimed_by = $2, claimed_until = $3 WHERE v.id = $1 RETURNING ${COLUMNS}`,
};
const DECIDE: Statement = {
  name: 'reviews_decide',
  text: `INSERT INTO review_decision (review_id, actor, actor_name, verdict, class, reason, decided_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};
const CLOSE: Statement = {
  name: 'reviews_close',
  text: `UPDATE review v SET decided_at = $2, claimed_by = NULL, claimed_until = NULL WHERE v.id = $1 RETURNING ${COLUMNS}`,
};
const DECISIONS: Statement = {
  name: 'reviews_decisions',
  text: `SELECT review_id AS "reviewId", actor, actor_name AS "actorName", verdict, class, reason, decided_at AS "decidedAt"
    FROM review_decision WHERE review_id = ANY ($1::uuid[]) ORDER BY id`,
};

/** Queues those of the responses that a rule takes; what is queued already stays as it is. */
export async function queueReviews(
  session: Session,
  rules: ReviewRules,
  modelVersionId: number,
  responseIds: readonly string[],
  now: Date,
): Promise<void> {
  const { contradictions, lowConfidence, sample } = rules;
  await session.rows(QUEUE, [responseIds, modelVersionId, contradictions, lowConfidence, sample, now]);
}

/** Where a page of the queue ended. */
export interface ReviewCursor {
  readonly queuedAt: Date;
  readonly id: string;
}

const FIRST: ReviewCursor = {
  queuedAt: new Date('0001-01-01T00:00:00Z'),
  id: '00000000-0000-0000-0000-000000000000',
};

/** Oldest first, in these cells (cut to the scope by the caller). */
export function readReviews(
  session: Session,
  cellIds: readonly number[],
  {
    decided,
    after,
    limit,
  }: { readonly decided: boolean; readonly after: ReviewCursor | null; readonly limit: number },
): Promise<ReviewRow[]> {
  const { queuedAt, id } = after ?? FIRST;
  return session.rows<ReviewRow>(OPEN, [cellIds, decided, queuedAt, id, limit]);
}

export function readDecisions(session: Session, reviewIds: readonly string[]): Promise<ReviewDecisionRow[]> {
  return session.rows<ReviewDecisionRow>(DECISIONS, [reviewIds]);
}

/** Who decides, when, and how it is noted. */
export interface Reviewer {
  /** Id of the caller: two keys of one name are two people. */
  readonly id: string;
  readonly name: string;
  readonly now: Date;
  readonly note: NoteChange;
  /** Whether the cell is theirs to review. */
  readonly may: (cellId: number) => boolean;
  /** Seals what is said of a response for whoever gave it; null where there is nobody. Absent: it is kept as it is. */
  readonly seal?: (session: Session, reason: Reason) => Promise<string | null>;
}

/** @throws ReviewError when whoever gave the response is gone. */
async function kept(session: Session, reason: Reason, { seal }: Pick<Reviewer, 'seal'>): Promise<string> {
  const sealed = seal ? await seal(session, reason) : reason.reason;
  if (sealed === null) throw new ReviewError('id: no such review exists here');
  return sealed;
}

const CLAIM_MS = 30 * 60_000;

/** @throws ReviewError when there is no such review for them. */
async function held(session: Session, id: string, { may }: Reviewer): Promise<ReviewRow> {
  const [found] = await session.rows<ReviewRow>(BY_ID, [id]);
  if (!found || !may(found.cellId)) throw new ReviewError('id: no such review exists here');
  return found;
}

/** Nobody else decides for half an hour. @throws ReviewError */
export function claimReview(store: Store, id: string, by: Reviewer): Promise<ReviewRow> {
  return store.transaction(async (session) => {
    const found = await held(session, id, by);
    assertFree(found, by);
    const until = new Date(by.now.getTime() + CLAIM_MS);
    const [claimed] = await session.rows<ReviewRow>(CLAIM, [id, by.id, until]);
    await by.note(session, { review: id });
    return claimed ?? found;
  });
}

function assertFree({ decidedAt, claimedBy, claimedUntil }: ReviewRow, by: Reviewer): void {
  if (decidedAt) throw new ReviewError('id: this review is decided');
  if (claimedBy !== null && claimedBy !== by.id && claimedUntil && claimedUntil > by.now)
    throw new ReviewError(`id: somebody else has claimed this review until ${claimedUntil.toISOString()}`);
}

export interface Verdict {
  readonly verdict: ReviewVerdict;
  readonly class: 0 | 1 | 2 | null;
  readonly reason: string;
}

/**
 * Keeps what the reviewer decided; once as many as are needed decided alike, the review is decided.
 * @throws ReviewError
 */
export function decideReview(
  store: Store,
  id: string,
  verdict: Verdict,
  approvals: number,
  by: Reviewer,
): Promise<ReviewRow> {
  return store.transaction(async (session) => {
    const found = await held(session, id, by);
    assertFree(found, by);
    const before = await readDecisions(session, [id]);
    if (before.some(({ actor }) => actor === by.id))
      throw new ReviewError('id: you have decided this review; it needs another person who decides alike');
    const said = { responseId: found.responseId, reason: verdict.reason, isNew: false };
    const reason = await kept(session, said, by);
    await session.rows(DECIDE, [id, by.id, by.name, verdict.verdict, verdict.class, reason, by.now]);
    const alike =
      before.filter((one) => one.verdict === verdict.verdict && one.class === verdict.class).length + 1;
    await by.note(session, { review: id, verdict: verdict.verdict });
    if (alike < approvals) {
      const [released] = await session.rows<ReviewRow>(CLAIM, [id, null, null]);
      return released ?? found;
    }
    const [closed] = await session.rows<ReviewRow>(CLOSE, [id, by.now]);
    return closed ?? found;
  });
}

/**
 * Queues a response because somebody disputes what was made of it: the review that is open, else a new one, in which who
 * decided before may decide again.
 */
export function disputeResponse(
  store: Store,
  responseId: string,
  modelVersionId: number,
  reason: string,
  by: Pick<Reviewer, 'now' | 'note' | 'seal'>,
): Promise<ReviewRow | null> {
  return store.transaction(async (session) => {
    const said = await kept(session, { responseId, reason, isNew: true }, by);
    const [queued] = await session.rows<ReviewRow>(DISPUTE, [responseId, modelVersionId, said, by.now]);
    if (queued) await by.note(session, { review: queued.id, response: responseId });
    return queued ?? null;
  });
}
