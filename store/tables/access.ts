import { boolean, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Segment } from '../../domain/segments/cell.ts';
import { moment } from './columns.ts';

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
  /** It may not change anything: no mutations, no uploads. */
  readOnly: boolean('read_only').notNull().default(false),
  revokedAt: moment('revoked_at'),
  revokedBy: text('revoked_by'),
  /** Written at most once a minute. */
  lastUsedAt: moment('last_used_at'),
});

/** A person as an identity provider described them at the sign-in. */
export interface SessionClaims {
  readonly name: string;
  readonly role: string;
  /** Values by attribute of a dimension. */
  readonly attributes: Segment;
  readonly sources: readonly string[] | null;
}

/** Sessions of browsers. The token itself is not stored; rows are added and ended, and deleted some time later. */
export const browserSession = pgTable(
  'browser_session',
  {
    id: uuid('id').primaryKey(),
    /** SHA-256 of the token (256 random bits), as hex. */
    hash: text('hash').notNull().unique(),
    /** Who signed in: "admin", "ApiKey:…" or "login:…". */
    actor: text('actor').notNull(),
    /** SHA-256 of the key that was presented, or of the settings of the identity provider: a session ends with them. */
    keyHash: text('key_hash').notNull(),
    /** What an identity provider says of the person; null of the session of a key. */
    claims: jsonb('claims').$type<SessionClaims>(),
    createdAt: moment('created_at').notNull(),
    /** Written at most once a minute. */
    lastSeenAt: moment('last_seen_at'),
    expiresAt: moment('expires_at').notNull(),
    endedAt: moment('ended_at'),
  },
  (table) => [index().on(table.actor, table.createdAt)],
);
