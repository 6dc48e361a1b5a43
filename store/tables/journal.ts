import { bigint, bigserial, index, jsonb, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { moment, recordedAt } from './columns.ts';

/** What one statement changed: of kind `responses`, or of kind `predictions` by one model version; other kinds change no count. */
export interface JournalPayload {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** [cell id, hours since 1970, Δ promoters, Δ passives, Δ detractors] */
  readonly deltas: readonly (readonly [number, number, number, number, number])[];
  /** Of kinds `predictions`, `model` and `monitor`: the model version. */
  readonly model?: number;
  /** Of kind `monitor`: the metrics that raised an alarm. */
  readonly alarms?: readonly string[];
  /** Of kind `seal`: the first and the last place in the log. */
  readonly seals?: readonly [first: number, last: number];
  /** Of kind `review`: ids of reviews that were queued, or deleted with their subject. */
  readonly reviews?: readonly string[];
  /** Of kind `outcome`: ids of outcomes that were stored, changed or deleted. */
  readonly outcomes?: readonly string[];
  /** Of kinds `alert`, `case`, `decision` and `delivery`: ids of rows that were added, changed or deleted. */
  readonly alerts?: readonly string[];
  readonly cases?: readonly string[];
  readonly decisions?: readonly string[];
  readonly deliveries?: readonly string[];
  /** Of kind `change`: ids of change events that were stored or changed. */
  readonly changes?: readonly string[];
  /** Of kind `identity`: ids of merges that were stated, undone, or lost their person. */
  readonly merges?: readonly string[];
}

export const journal = pgTable(
  'journal',
  {
    position: bigserial('position', { mode: 'number' }).primaryKey(),
    /** The transaction's id: a smaller position may commit later, so followers read in the order (xact, position). */
    xact: bigint('xact', { mode: 'number' }).notNull(),
    recordedAt: recordedAt(),
    kind: text('kind').notNull(),
    payload: jsonb('payload').$type<JournalPayload>().notNull(),
  },
  (table) => [index().on(table.xact, table.position)],
);

export const follower = pgTable('follower', {
  name: text('name').primaryKey(),
  xact: bigint('xact', { mode: 'number' }).notNull(),
  position: bigint('position', { mode: 'number' }).notNull(),
  recordedAt: recordedAt(),
});

/**
 * One row once entries were deleted: up to where, in the order of followers, the journal no longer reaches
 * back.
 */
export const journalMark = pgTable('journal_mark', {
  id: smallint('id').primaryKey(),
  xact: bigint('xact', { mode: 'number' }).notNull(),
  position: bigint('position', { mode: 'number' }).notNull(),
  /** The newest time of a deleted entry: later states are still available. */
  reachesBack: moment('reaches_back').notNull(),
  recordedAt: recordedAt(),
});
