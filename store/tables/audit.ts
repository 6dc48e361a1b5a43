import { bigint, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { AuditOutcome } from '../../domain/seals/audit.ts';

/**
 * Who read or changed what. Each row has the hash of the one before it, and checkpoints have the hash of the
 * last: rows are only added.
 */
export const auditLog = pgTable(
  'audit_log',
  {
    /** From 1 without gaps, assigned under a lock. */
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    at: timestamp('at', { withTimezone: true, mode: 'date' }).notNull(),
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    role: text('role').notNull(),
    policyVersion: text('policy_version'),
    purpose: text('purpose'),
    action: text('action').notNull(),
    /** Canonical JSON, as hashed. */
    subject: text('subject').notNull(),
    outcome: text('outcome').$type<AuditOutcome>().notNull(),
    previous: text('previous'),
    hash: text('hash').notNull(),
  },
  (table) => [index().on(table.at), index().on(table.actor, table.seq), index().on(table.action, table.seq)],
);
