import { boolean, customType, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** A set of cell ids, as ranges: one value answers for any cell, whatever their number. */
const cellSet = (name: string) =>
  customType<{ data: string }>({ dataType: () => 'int4multirange' })(name)
    .notNull()
    .default('{}');

/**
 * What scopes see, as the scoped views read it. A fingerprint always names the same scope: cells are added,
 * never removed.
 */
export const scope = pgTable('scope', {
  fingerprint: text('fingerprint').primaryKey(),
  /** Every cell, present and future, with everything about it. */
  everything: boolean('everything').notNull(),
  usedAt: timestamp('used_at', { withTimezone: true, mode: 'date' }).notNull(),
  score: cellSet('score'),
  response: cellSet('response'),
  comment: cellSet('comment'),
  respondent: cellSet('respondent'),
  prediction: cellSet('prediction'),
  staff: cellSet('staff'),
});
