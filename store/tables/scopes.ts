import { boolean, pgTable, text } from 'drizzle-orm/pg-core';
import { cellSet, moment } from './columns.ts';

/** A set of cell ids, as ranges: one value answers for any cell, whatever their number. */
const cells = (name: string) => cellSet(name).notNull().default('{}');

/**
 * What scopes see, as the scoped views read it. A fingerprint always names the same scope: cells are added,
 * never removed.
 */
export const scope = pgTable('scope', {
  fingerprint: text('fingerprint').primaryKey(),
  /** Every cell, present and future, with everything about it. */
  everything: boolean('everything').notNull(),
  usedAt: moment('used_at').notNull(),
  score: cells('score'),
  response: cells('response'),
  comment: cells('comment'),
  respondent: cells('respondent'),
  prediction: cells('prediction'),
  staff: cells('staff'),
});
