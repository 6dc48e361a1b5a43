import { UserError } from '../../domain/errors/user-error.ts';
import type { NoteChange } from '../audit/audit.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ModelStage } from '../models/models.ts';
import type { ReviewCause, ReviewVerdict } from '../tables/reviews.ts';
import type { Reason } from './review-reasons.ts';

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

const COLUMNS = `v.id, v.response_id AS "responseId", v.cell_id AS "cellId", v.decision_id AS "decisionId", v.model_version_id AS "modelVersionId", v.cause,
  v.reason, v.queued_at AS "queuedAt", v.claimed_by AS "claimedBy", v.claimed_until AS "claimedUntil", v.decided_at AS "decidedAt"`;

const DISPUTE = statement(
  'reviews_dispute',
  `INSERT INTO review AS v (response_id, answered_at, cell_id, model_version_id, cause, reason, queued_at)
    SELECT r.id, r.answered_at, r.cell_id, $2, 'DISPUTED', $3, $4 FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at WHERE k.id = $1
    ON CONFLICT (response_id, model_version_id) WHERE decided_at IS NULL
      DO UPDATE SET cause = 'DISPUTED', reason = coalesce(v.reason || E'\\n', '') || EXCLUDED.reason
    RETURNING ${COLUMNS}`,
);
const OPEN = statement(
  'reviews_open',
  `SELECT ${COLUMNS} FROM review v
    WHERE (v.cell_id = ANY ($1::integer[]) OR $6 AND v.decision_id IS NOT NULL) AND (v.decided_at IS NOT NULL) = $2 AND (v.queued_at, v.id) > ($3, $4::uuid)
    ORDER BY v.queued_at, v.id LIMIT $5`,
);
const BY_ID = statement('reviews_by_id', `SELECT ${COLUMNS} FROM review v WHERE v.id = $1 FOR UPDATE`);
const CLAIM = statement(
  'reviews_claim',
  `UPDATE review v SET claimed_by = $2, claimed_until = $3 WHERE v.id = $1 RETURNING ${COLUMNS}`,
);
const DECIDE = statement(
  'reviews_decide',
  `INSERT INTO review_decision (review_id, actor, actor_name, verdict, class, reason, decided_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
const CLOSE = statement(
  'reviews_close',
  `UPDATE review v SET decided_at = $2, claimed_by = NULL, claimed_until = NULL WHERE v.id = $1 RETURNING ${COLUMNS}`,
);
const DECIDER = statement('reviews_decider', 'SELECT actor_id AS "actorId" FROM model_event WHERE id = $1');
const DISPUTE_DECISION = statement(
  'reviews_dispute_decision',
  `INSERT INTO review AS v (decision_id, model_version_id, cause, reason, queued_at)
    SELECT e.id, e.model_version_id, 'DISPUTED', $2, $3 FROM model_event e WHERE e.id = $1
    ON CONFLICT (decision_id) WHERE decided_at IS NULL
      DO UPDATE SET cause = 'DISPUTED', reason = coalesce(v.reason || E'\\n', '') || EXCLUDED.reason
    RETURNING ${COLUMNS}`,
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

/** One person's verdict on a decision about a model version. */
export interface ReviewedDecision {
  /** The stage that was decided on. */
  readonly to: ModelStage;
  readonly verdict: ReviewVerdict;
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

const OF_MODEL = statement(
  'reviews_of_model',
  `SELECT e.to_stage AS to, d.verdict, d.actor_name AS by, d.reason, d.decided_at AS at FROM model_event e
      JOIN review v ON v.decision_id = e.id JOIN review_decision d ON d.review_id = v.id
    WHERE e.model_version_id = $1 ORDER BY d.id`,
);

/** Verdicts on decisions about the model version: for callers who may see decisions. */
export function readReviewedDecisions(session: Session, model: number): Promise<ReviewedDecision[]> {
  return session.rows<ReviewedDecision>(OF_MODEL, [model]);
}

/** The reviewer, the time, and how the verdict is stored. */
export interface Reviewer {
  /** Id of the caller: two keys of one name are two people. */
  readonly id: string;
  readonly name: string;
  readonly now: Date;
  readonly note: NoteChange;
  /** Whether the caller may review it. */
  readonly may: (review: Pick<ReviewRow, 'cellId'>) => boolean;
  /**
   * Encrypts the reason of a review of a response for the respondent; null if there is none. Absent: it is
   * stored as is.
   */
  readonly encrypt?: (session: Session, reason: Reason) => Promise<string | null>;
}

/** @throws ReviewError when the respondent was erased. */
async function kept(
  session: Session,
  reason: Reason,
  { encrypt }: Pick<Reviewer, 'encrypt'>,
): Promise<string> {
  const sealed = encrypt ? await encrypt(session, reason) : reason.reason;
  if (sealed === null) throw new ReviewError('id: no such review exists here');
  return sealed;
}

const CLAIM_MS = 30 * 60_000;

/** @throws ReviewError when there is no such review for this caller. */
async function held(session: Session, id: string, { may }: Reviewer): Promise<ReviewRow> {
  const [found] = await session.rows<ReviewRow>(BY_ID, [id]);
  if (!found || !may(found)) throw new ReviewError('id: no such review exists here');
  return found;
}

/** Keeps others from deciding for half an hour. @throws ReviewError */
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
    throw new ReviewError(`id: another reviewer has claimed this review until ${claimedUntil.toISOString()}`);
}

/** The id of the decider, if known. */
async function deciderOf(session: Session, decisionId: number): Promise<string | null> {
  const [row] = await session.rows<{ actorId: string | null }>(DECIDER, [decisionId]);
  return row?.actorId ?? null;
}

export interface Verdict {
  readonly verdict: ReviewVerdict;
  readonly class: 0 | 1 | 2 | null;
  readonly reason: string;
}

/**
 * Stores the reviewer's verdict; once as many as are needed decided alike, the review is decided.
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
    if ((found.decisionId === null ? 'OVERTURNED' : 'CORRECTED') === verdict.verdict)
      throw new ReviewError(
        found.decisionId === null
          ? 'input: what a model said is confirmed, or corrected by a class; decisions are overturned'
          : 'input: a decision is confirmed, or overturned; a class corrects what a model said of a response',
      );
    const before = await readDecisions(session, [id]);
    if (found.decisionId !== null && (await deciderOf(session, found.decisionId)) === by.id)
      throw new ReviewError('id: this was your own decision; another person must review it');
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
 * Queues a disputed response: in the open review, else in a new one, in which earlier deciders may decide
 * again.
 */
export function disputeResponse(
  store: Store,
  responseId: string,
  modelVersionId: number,
  reason: string,
  by: Pick<Reviewer, 'now' | 'note' | 'encrypt'>,
): Promise<ReviewRow | null> {
  return store.transaction(async (session) => {
    const said = await kept(session, { responseId, reason, isNew: true }, by);
    const [queued] = await session.rows<ReviewRow>(DISPUTE, [responseId, modelVersionId, said, by.now]);
    if (queued) await by.note(session, { review: queued.id, response: responseId });
    return queued ?? null;
  });
}

/** Queues a disputed decision, like `disputeResponse`; null if there is no such decision. */
export function disputeDecision(
  store: Store,
  decisionId: number,
  reason: string,
  by: Pick<Reviewer, 'now' | 'note'>,
): Promise<ReviewRow | null> {
  return store.transaction(async (session) => {
    const [queued] = await session.rows<ReviewRow>(DISPUTE_DECISION, [decisionId, reason, by.now]);
    if (queued) await by.note(session, { review: queued.id, decision: decisionId });
    return queued ?? null;
  });
}
