import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * Which process follows the journal for each kind of work (store/database/lease.ts). The token grows with each
 * change of holder.
 */
export const lease = pgTable('lease', {
  name: text('name').primaryKey(),
  token: bigint('token', { mode: 'number' }).notNull(),
  /** Where the process runs; null: free. */
  holder: text('holder'),
  /** By the database's clock. */
  heldUntil: timestamp('held_until', { withTimezone: true, mode: 'date' }).notNull(),
});
