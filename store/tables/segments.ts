import { integer, jsonb, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Versions of the rules that turn attributes into dimensions, and how far each was applied to stored answers (decision 0162). */
export const segmentRules = pgTable('segment_rules', {
  id: serial('id').primaryKey(),
  /** The text of segments.config as given. */
  config: text('config').notNull(),
  /** The same, checked. */
  rules: jsonb('rules').notNull(),
  /** The version that it undoes. */
  undoes: integer('undoes'),
  actor: text('actor').notNull(),
  actorName: text('actor_name').notNull(),
  reason: text('reason').notNull(),
  recordedAt: moment('recorded_at').notNull().defaultNow(),
  /** Stored answers that were filed by it so far, those of them that changed their cell, and those that stayed for a reason. */
  seen: integer('seen').notNull().default(0),
  moved: integer('moved').notNull().default(0),
  held: integer('held').notNull().default(0),
  undeclared: integer('undeclared').notNull().default(0),
  appliedAt: moment('applied_at'),
});
