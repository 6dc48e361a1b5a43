import { boolean, customType, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** A set of cell ids, as ranges: one value tells of any cell, whatever their number. */
const cellSet = (name: string) =>
  customType<{ data: string }>({ dataType: () => 'int4multirange' })(name)
    .notNull()
    .default('{}');

/**
 * What scopes see, as the views of the second wall (wall.ts) read it. A fingerprint names a scope for good: cells are added
 * when there are more, never taken away.
 */
export const scope = pgTable('scope', {
  fingerprint: text('fingerprint').primaryKey(),
  /** Every cell, present and future, with all that is known of it. */
  everything: boolean('everything').notNull(),
  usedAt: timestamp('used_at', { withTimezone: true, mode: 'date' }).notNull(),
  score: cellSet('score'),
  response: cellSet('response'),
  comment: cellSet('comment'),
  respondent: cellSet('respondent'),
  prediction: cellSet('prediction'),
});
