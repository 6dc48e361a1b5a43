import { bigint, pgTable, primaryKey, serial, text, uuid } from 'drizzle-orm/pg-core';
import type { RetainedField } from '../../domain/privacy/retention.ts';
import { moment } from './columns.ts';
import { deletionRecord } from './data-subjects.ts';

/** How long what is kept, by source and field (decision 0168). */

/** Rules that people set, each change a row: of those about the same the last one is in force. */
export const retentionRule = pgTable('retention_rule', {
  id: serial('id').primaryKey(),
  /** The name of the source; null: every source. It need not have sent anything yet. */
  source: text('source'),
  field: text('field').$type<RetainedField>().notNull(),
  /** Of `dimensions`: the attribute. */
  dimension: text('dimension'),
  /** ISO 8601 duration; null: the rule was withdrawn. */
  keep: text('keep'),
  actor: text('actor').notNull(),
  actorName: text('actor_name').notNull(),
  reason: text('reason').notNull(),
  recordedAt: moment('recorded_at').notNull().defaultNow(),
});

/** Which fields of an answer the policy deleted, and in which batch: the answer says why it lacks them. */
export const agedField = pgTable(
  'aged_field',
  {
    responseId: uuid('response_id').notNull(),
    /** comments or dimensions. */
    field: text('field').$type<RetainedField>().notNull(),
    /** The attribute of the dimension; blank for comments. */
    dimension: text('dimension').notNull().default(''),
    deletionId: bigint('deletion_id', { mode: 'number' })
      .notNull()
      .references(() => deletionRecord.id),
  },
  (table) => [primaryKey({ columns: [table.responseId, table.field, table.dimension] })],
);
