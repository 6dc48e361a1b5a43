import { boolean, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * What scopes see, as the views of the second wall (wall.ts) read it. A fingerprint names a scope for good: rows are added
 * when cells are, never changed.
 */
export const scope = pgTable('scope', {
  fingerprint: text('fingerprint').primaryKey(),
  /** Every cell, present and future, with all that is known of it. */
  everything: boolean('everything').notNull(),
  usedAt: timestamp('used_at', { withTimezone: true, mode: 'date' }).notNull(),
});

export const scopeCell = pgTable(
  'scope_cell',
  {
    fingerprint: text('fingerprint').notNull(),
    cellId: integer('cell_id').notNull(),
    score: boolean('score').notNull(),
    response: boolean('response').notNull(),
    comment: boolean('comment').notNull(),
    respondent: boolean('respondent').notNull(),
    prediction: boolean('prediction').notNull(),
  },
  (table) => [primaryKey({ columns: [table.fingerprint, table.cellId] })],
);
