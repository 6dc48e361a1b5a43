import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, moment } from './columns.ts';
import { connection } from './connection.ts';

/**
 * What a connection delivered and could not be stored yet: items and deliveries that were rejected, and notices of vendors that announce
 * an answer without sending it. The content is encrypted under a key of its own, and both are deleted as soon as it is replayed,
 * discarded or expired; the row stays a while without them.
 */
export const quarantine = pgTable(
  'quarantine',
  {
    id: uuid('id').primaryKey(),
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connection.id),
    /** WAITING for a person, FETCHING (a notice whose answer is fetched), REPLAYED, DISCARDED or EXPIRED. */
    status: text('status').notNull(),
    /** BODY, SCHEMA, VALUE, MAPPING or THIN. */
    reason: text('reason').notNull(),
    /** Of the rejection, and the field that it names: no value. */
    code: text('code').notNull(),
    field: text('field'),
    /** Where it stood in its delivery, as the provenance names it. */
    position: text('position').notNull(),
    /** A keyed hash of the content: the same item waits once. */
    digest: bytea('digest').notNull(),
    /** Keyed hashes of every text in the content, as of identifiers of persons: an erasure finds it by them. */
    lookups: text('lookups').array(),
    /** Of the content. */
    bytes: integer('bytes').notNull(),
    wrapped: text('wrapped'),
    provider: text('provider'),
    keyVersion: text('key_version'),
    wrappedAt: moment('wrapped_at'),
    /** The content; null once it is settled. */
    sealed: bytea('sealed'),
    receivedAt: moment('received_at').notNull(),
    /** Replays or fetches that failed. */
    attempts: integer('attempts').notNull().default(0),
    attemptedAt: moment('attempted_at'),
    /** When a notice is fetched next; null: not by itself. */
    dueAt: moment('due_at'),
    /** Until when the process that fetches may take; a claim that has expired is taken over. */
    claimedUntil: moment('claimed_until'),
    /** Why a fetch failed last: a code, no value. */
    lastError: text('last_error'),
    expiresAt: moment('expires_at').notNull(),
    settledAt: moment('settled_at'),
  },
  (table) => [
    uniqueIndex('quarantine_once').on(table.connectionId, table.digest).where(sql`sealed IS NOT NULL`),
    index('quarantine_list').on(table.connectionId, table.receivedAt, table.id),
    index('quarantine_kept').on(table.connectionId, table.bytes).where(sql`sealed IS NOT NULL`),
    index('quarantine_due').on(table.dueAt).where(sql`due_at IS NOT NULL`),
    index('quarantine_expiry').on(table.expiresAt).where(sql`sealed IS NOT NULL`),
    index('quarantine_settled').on(table.settledAt).where(sql`settled_at IS NOT NULL`),
    index('quarantine_lookups').using('gin', table.lookups),
  ],
);
