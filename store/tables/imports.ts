import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * The highest revision that each import, and everything else together (import 0), delivered of a response. Only of responses of
 * which an import delivered a revision: when the import is undone, the others say which revision the response has reached.
 */
export const deliveredRevision = pgTable(
  'delivered_revision',
  {
    responseId: uuid('response_id').notNull(),
    importId: integer('import_id').notNull(),
    revision: bigint('revision', { mode: 'number' }),
    revisedAt: moment('revised_at'),
  },
  (table) => [
    primaryKey({ columns: [table.responseId, table.importId] }),
    index().on(table.importId, table.responseId),
  ],
);

/** A delivery that repeated what a row of another import had brought (import 0: no import): the response stays for it. */
export const repeatedEvent = pgTable(
  'repeated_event',
  {
    eventId: uuid('event_id').notNull(),
    importId: integer('import_id').notNull(),
    importLine: integer('import_line'),
    position: text('position').notNull(),
    receivedAt: moment('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.importId] }), index().on(table.importId)],
);

/** One import of a file: what it was, how it ended, and whether it was undone. */
export const importRun = pgTable(
  'import_run',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    /** Its public key. */
    key: text('key').notNull().unique(),
    file: text('file').notNull(),
    /** The source of its responses, as its map names it; null if the sender does not give it. */
    source: text('source'),
    /** SHA-256 of the file; null if the sender does not give it. */
    digest: text('digest'),
    /** SHA-256 of the map. */
    mapHash: text('map_hash'),
    /** The id of the caller, and its name. */
    madeBy: text('made_by').notNull(),
    actorName: text('actor_name').notNull(),
    begunAt: moment('begun_at').notNull(),
    endedAt: moment('ended_at'),
    /** The sender's counts: accepted, duplicates, rejected and so on. */
    account: jsonb('account').$type<Readonly<Record<string, number>>>(),
    /** Since when it is being undone: it accepts nothing any more. */
    undoAt: moment('undo_at'),
    undoBy: text('undo_by'),
    undoReason: text('undo_reason'),
    undoneAt: moment('undone_at'),
    /** Responses that were removed, restored to earlier content, or kept with a later one. */
    removed: integer('removed').notNull().default(0),
    restored: integer('restored').notNull().default(0),
    stayed: integer('stayed').notNull().default(0),
  },
  (table) => [index().on(table.madeBy)],
);
