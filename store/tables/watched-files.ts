import { pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { connection } from './connection.ts';

/** Files that a connection of a folder or a bucket has found there, and what became of them. One that is gone has no row. */
export const watchedFile = pgTable(
  'watched_file',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connection.id),
    /** Within the folder or bucket; blank: the folder or bucket itself, which cannot be listed. */
    path: text('path').notNull(),
    /** Another one means another content. */
    version: text('version').notNull(),
    /** importing, done or failed. */
    state: text('state').notNull(),
    /** Why it failed. */
    message: text('message'),
    /** The key of its import. */
    importKey: text('import_key'),
    at: timestamp('at', { withTimezone: true, mode: 'date' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.path] })],
);
