import { jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Segment } from '../../domain/segments/cell.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** API keys. The key itself is not stored; rows are added and revoked, never deleted. */
export const apiKey = pgTable('api_key', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  /** In the policies. */
  role: text('role').notNull(),
  /** Values by attribute of a dimension, to which the key is limited; an absent one is not limited. */
  attributes: jsonb('attributes').$type<Segment>().notNull(),
  /** The sources that the key is bound to; null: it is not bound. */
  sources: jsonb('sources').$type<readonly string[]>(),
  /** SHA-256 of the key (256 random bits: a slow hash would add nothing), as hex. */
  hash: text('hash').notNull().unique(),
  createdAt: moment('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  expiresAt: moment('expires_at'),
  revokedAt: moment('revoked_at'),
  revokedBy: text('revoked_by'),
  /** Written at most once a minute. */
  lastUsedAt: moment('last_used_at'),
});
