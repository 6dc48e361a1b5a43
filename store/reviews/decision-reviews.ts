import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ModelStage } from '../models/models.ts';
import type { ReviewVerdict } from '../tables/reviews.ts';

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

/** The state of the reviews of one decision. */
export interface DecisionReviews {
  /** Whether one is open. */
  readonly open: boolean;
  readonly verdicts: readonly ReviewedDecision[];
}

const OF_DECISION = statement(
  'reviews_of_decision',
  `SELECT v.decided_at IS NULL AS open, d.verdict, d.actor_name AS by, d.reason, d.decided_at AS at
    FROM review v LEFT JOIN review_decision d ON d.review_id = v.id WHERE v.decision_id = $1 ORDER BY d.id`,
);

/** What reviewers said of one decision: for callers who may see decisions. */
export async function readDecisionReviews(
  session: Session,
  decision: { readonly id: number; readonly to: ModelStage },
): Promise<DecisionReviews> {
  type Row = { readonly open: boolean; readonly verdict: ReviewVerdict | null } & Omit<
    ReviewedDecision,
    'verdict' | 'to'
  >;
  const rows = await session.rows<Row>(OF_DECISION, [decision.id]);
  return {
    open: rows.some(({ open }) => open),
    verdicts: rows.flatMap(({ open: _open, verdict, ...more }) =>
      verdict === null ? [] : [{ ...more, verdict, to: decision.to }],
    ),
  };
}
