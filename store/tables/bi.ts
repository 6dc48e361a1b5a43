import { jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Segment } from '../../domain/segments/cell.ts';
import { cellSet, moment } from './columns.ts';

const cells = (name: string) => cellSet(name).notNull().default('{}');

/**
 * Roles of PostgreSQL that may read the views of schema `bi`: one for each API key that has one. The views find the row by
 * session_user, and show nothing if role or attributes of the key are no longer those that the sets were made for.
 */
export const biLogin = pgTable('bi_login', {
  login: text('login').primaryKey(),
  keyId: uuid('key_id').notNull().unique(),
  role: text('role').notNull(),
  attributes: jsonb('attributes').$type<Segment>().notNull(),
  /** Cells whose scores, responses and predictions it sees. */
  score: cells('score'),
  response: cells('response'),
  prediction: cells('prediction'),
  /** Why it sees nothing under the present policies; null: it does. */
  refused: text('refused'),
  grantedAt: moment('granted_at').notNull(),
  /** When it last lost something: sessions from before are ended. */
  narrowedAt: moment('narrowed_at').notNull(),
  /** When its newest session in the audit log began, and when that row was written. */
  sessionAt: moment('session_at'),
  notedAt: moment('noted_at'),
});
