import type { NoteChange } from '../audit/audit.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ReviewVerdict } from '../tables/reviews.ts';
import type { Reason } from './review-reasons.ts';
import {
  REVIEW_COLUMNS,
  type ReviewDecisionRow,
  ReviewError,
  type ReviewingCaller,
  type ReviewRow,
  readDecisions,
} from './reviews.ts';

const DISPUTE = statement(
  'reviews_dispute',
  `INSERT INTO review AS v (response_id, answered_at, cell_id, model_version_id, cause, reason, queued_at)
    SELECT r.id, r.answered_at, r.cell_id, $2, 'DISPUTED', $3, $4 FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at WHERE k.id = $1
    ON CONFLICT (response_id, model_version_id) WHERE decided_at IS NULL
      DO UPDATE SET cause = 'DISPUTED', reason = coalesce(v.reason || E'\\n', '') || EXCLUDED.reason
    RETURNING ${REVIEW_COLUMNS}`,
);
const BY_ID = statement('reviews_by_id', `SELECT ${REVIEW_COLUMNS} FROM review v WHERE v.id = $1 FOR UPDATE`);
const CLAIM = statement(
  'reviews_claim',
  `UPDATE review v SET claimed_by = $2, claimed_until = $3 WHERE v.id = $1 RETURNING ${REVIEW_COLUMNS}`,
);
const DECIDE = statement(
  'reviews_decide',
  `INSERT INTO review_decision (review_id, actor, actor_name, verdict, class, reason, decided_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
const CLOSE = statement(
  'reviews_close',
  `UPDATE review v SET decided_at = $2, claimed_by = NULL, claimed_until = NULL WHERE v.id = $1 RETURNING ${REVIEW_COLUMNS}`,
);
const DECIDER = statement('reviews_decider', 'SELECT actor_id AS "actorId" FROM model_event WHERE id = $1');
const DISPUTE_DECISION = statement(
  'reviews_dispute_decision',
  `INSERT INTO review AS v (decision_id, model_version_id, cause, reason, queued_at)
    SELECT e.id, e.model_version_id, 'DISPUTED', $2, $3 FROM model_event e WHERE e.id = $1
    ON CONFLICT (decision_id) WHERE decided_at IS NULL
      DO UPDATE SET cause = 'DISPUTED', reason = coalesce(v.reason || E'\\n', '') || EXCLUDED.reason
    RETURNING ${REVIEW_COLUMNS}`,
);
/** The reviewer, the time, and how the verdict is stored. */
export interface Reviewer extends ReviewingCaller {
  readonly name: string;
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

/** Gives a claim back, so that others can decide; a claim of another reviewer stays. @throws ReviewError */
export function releaseReview(store: Store, id: string, by: Reviewer): Promise<ReviewRow> {
  return store.transaction(async (session) => {
    const found = await held(session, id, by);
    if (found.claimedBy !== by.id) return found;
    const [released] = await session.rows<ReviewRow>(CLAIM, [id, null, null]);
    await by.note(session, { review: id });
    return released ?? found;
  });
}

/** Why it is not free, or null. */
function takenBy({ decidedAt, claimedBy, claimedUntil }: ReviewRow, by: ReviewingCaller): string | null {
  if (decidedAt) return 'this review is decided';
  return claimedBy !== null && claimedBy !== by.id && claimedUntil && claimedUntil > by.now
    ? `another reviewer has claimed this review until ${claimedUntil.toISOString()}`
    : null;
}

function assertFree(review: ReviewRow, by: Reviewer): void {
  const taken = takenBy(review, by);
  if (taken !== null) throw new ReviewError(`id: ${taken}`);
}

/** Why this caller cannot decide it, or null. */
export async function blockedFor(
  session: Session,
  review: ReviewRow,
  before: readonly ReviewDecisionRow[],
  by: ReviewingCaller,
): Promise<string | null> {
  const taken = takenBy(review, by);
  if (taken !== null) return taken;
  if (review.decisionId !== null && (await deciderOf(session, review.decisionId)) === by.id)
    return 'this was your own decision; another person must review it';
  return before.some(({ actor }) => actor === by.id)
    ? 'you have decided this review; it needs another person who decides alike'
    : null;
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
    const blocked = await blockedFor(session, found, before, by);
    if (blocked !== null) throw new ReviewError(`id: ${blocked}`);
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
