import { bigint, date, integer, jsonb, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);
type Counts = Readonly<Record<string, number>>;

/**
 * What arrived of a source on a day of UTC, and what was made of it. Kept for 90 days
 * (store/responses/source-days.ts). It has no foreign key: checking it would lock the source's row.
 */
export const sourceDay = pgTable(
  'source_day',
  {
    /** 0: rejected items that name no source that is known. */
    sourceId: integer('source_id').notNull(),
    day: date('day').notNull(),
    /** Items that were stored, and items that repeat what was stored. */
    accepted: counter('accepted'),
    duplicates: counter('duplicates'),
    /** Of the stored ones those whose fields were looked at: all but those from before that was done. */
    examined: counter('examined'),
    /** Of these the ones without a field: { "comment": 12, "region": 3 }. */
    missing: jsonb('missing').$type<Counts>().notNull().default({}),
    /** Of these, imports left out, by the time between answer and arrival (domain/detection/delays.ts): { "5": 40, "-7": 1 }. */
    delays: jsonb('delays').$type<Counts>().notNull().default({}),
    /** Rejected items by their code: { "INVALID_TIME": 3 }. */
    rejected: jsonb('rejected').$type<Counts>().notNull().default({}),
    lastAcceptedAt: moment('last_accepted_at'),
    lastRejectedAt: moment('last_rejected_at'),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.day] })],
);
