import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  serial,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import type { PolicyKind } from '../../domain/responses/counting.ts';
import { moment, recordedAt } from './columns.ts';

/** What decides which answers are counted (decisions 0171 and 0172). */

/** Versions of the respondent policies of surveys, and how far each was applied to the answers before it. */
export const respondentPolicy = pgTable('respondent_policy', {
  id: serial('id').primaryKey(),
  survey: text('survey').notNull(),
  kind: text('kind').$type<PolicyKind>().notNull(),
  days: integer('days'),
  /** Answers given from this moment on follow it. */
  effectiveFrom: moment('effective_from').notNull(),
  actor: text('actor').notNull(),
  actorName: text('actor_name').notNull(),
  reason: text('reason').notNull(),
  recordedAt: recordedAt(),
  /** The last subject whose answers were reconsidered. */
  reached: uuid('reached'),
  /** How many answers changed by it so far. */
  moved: integer('moved').notNull().default(0),
  appliedAt: moment('applied_at'),
});

/** What a person decided about one answer: count it, or leave it out. The latest decision. */
export const countingVerdict = pgTable('counting_verdict', {
  responseId: uuid('response_id').primaryKey(),
  counted: boolean('counted').notNull(),
  actor: text('actor').notNull(),
  actorName: text('actor_name').notNull(),
  reason: text('reason').notNull(),
  recordedAt: recordedAt(),
});

/** The rules that flagged an answer. */
export const responseFlag = pgTable(
  'response_flag',
  {
    responseId: uuid('response_id').notNull(),
    rule: text('rule').notNull(),
    /** Whether the rule leaves out what it flags, as configured when it did. */
    leavesOut: boolean('leaves_out').notNull(),
    /** The version and thresholds of the rule, and what it found. */
    found: jsonb('found').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [primaryKey({ columns: [table.responseId, table.rule] })],
);

/** Keyed hashes of what the rules compare in an answer, for a week (store/responses/flag-answers.ts). */
export const answerPrint = pgTable(
  'answer_print',
  {
    responseId: uuid('response_id').notNull(),
    /** 64 bits of a hash that the rule is part of: no other rule has it. */
    print: bigint('print', { mode: 'bigint' }).notNull(),
    /** The subject; null if the answer names no respondent or the rule counts answers. */
    person: uuid('person'),
    answeredAt: moment('answered_at').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    index().on(table.responseId),
    index().on(table.print, table.answeredAt),
    index().on(table.recordedAt),
  ],
);
