import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  check,
  index,
  integer,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';
import { modelEvent } from './scoring.ts';

/** Why a prediction, or a decision about a model, should be reviewed. */
export const REVIEW_CAUSES = ['LOW_CONFIDENCE', 'HIGH_IMPACT', 'SAMPLED', 'DISPUTED'] as const;
export type ReviewCause = (typeof REVIEW_CAUSES)[number];
/** OVERTURNED applies to decisions, CORRECTED to predictions. */
export type ReviewVerdict = 'CONFIRMED' | 'CORRECTED' | 'OVERTURNED';

/**
 * A review of a prediction for one response, or of one decision about a model version. The former is deleted
 * with its response, and with the text that was judged, by triggers of the response.
 */
export const review = pgTable(
  'review',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    responseId: uuid('response_id'),
    answeredAt: moment('answered_at'),
    cellId: integer('cell_id'),
    /** A change of stage (model_event). */
    decisionId: bigint('decision_id', { mode: 'number' }).references(() => modelEvent.id),
    modelVersionId: integer('model_version_id').notNull(),
    cause: text('cause').$type<ReviewCause>().notNull(),
    /** For a dispute: the reason. */
    reason: text('reason'),
    queuedAt: moment('queued_at').notNull(),
    claimedBy: text('claimed_by'),
    claimedUntil: moment('claimed_until'),
    /** null while it is open. */
    decidedAt: moment('decided_at'),
  },
  (table) => [
    // A response may be disputed again after it was decided.
    uniqueIndex('review_open').on(table.responseId, table.modelVersionId).where(sql`decided_at IS NULL`),
    uniqueIndex('review_open_decision').on(table.decisionId).where(sql`decided_at IS NULL`),
    index().on(table.responseId),
    index().on(table.queuedAt, table.id),
    check(
      'review_of_one',
      sql`num_nonnulls(response_id, decision_id) = 1 AND num_nonnulls(response_id, answered_at, cell_id) IN (0, 3)`,
    ),
  ],
);

/** One person's verdict, and why; never changed. */
export const reviewDecision = pgTable(
  'review_decision',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    reviewId: uuid('review_id')
      .notNull()
      .references(() => review.id, { onDelete: 'cascade' }),
    /** Id and name of the caller. */
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    verdict: text('verdict').$type<ReviewVerdict>().notNull(),
    /** 0 detractor, 1 passive, 2 promoter; null if the model was right. */
    class: smallint('class'),
    reason: text('reason').notNull(),
    decidedAt: moment('decided_at').notNull(),
  },
  (table) => [unique().on(table.reviewId, table.actor)],
);
