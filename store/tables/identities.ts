import { sql } from 'drizzle-orm';
import { bigserial, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What two identifiers can both be of. */
export const IDENTITY_KINDS = ['RESPONDENT', 'ACCOUNT'] as const;
export type IdentityKind = (typeof IDENTITY_KINDS)[number];

/**
 * A statement that two identifiers are of one person or account. Rows are only added; an undo is noted with its row. Triggers
 * (migrations/0061) name changed rows in the journal.
 */
export const identityMerge = pgTable(
  'identity_merge',
  {
    id: uuid('id').primaryKey(),
    /** The order in which they are replayed. */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    kind: text('kind').$type<IdentityKind>().notNull(),
    /** Rows of subject_key; null once the person is erased or nothing of them is left. */
    fromId: uuid('from_id'),
    /** Its subject is the one that both are shown as. */
    intoId: uuid('into_id'),
    actor: text('actor').notNull(),
    /** Null where a sender stated it, and once the person is gone. */
    reason: text('reason'),
    recordedAt: moment('recorded_at').notNull().defaultNow(),
    undoneAt: moment('undone_at'),
    undoneBy: text('undone_by'),
    undoReason: text('undo_reason'),
    /** When both subjects were deleted. */
    goneAt: moment('gone_at'),
  },
  (table) => [
    index('identity_merge_from').on(table.fromId).where(sql`from_id IS NOT NULL`),
    index('identity_merge_into').on(table.intoId).where(sql`into_id IS NOT NULL`),
    index('identity_merge_newest').on(table.recordedAt, table.id),
  ],
);

/**
 * What the standing merges amount to: for each subject that any of them names, the one that it counts as. Rows keep the subject under
 * which they came; readers resolve it here (store/encryption/merged.ts).
 */
export const mergedSubject = pgTable(
  'merged_subject',
  { id: uuid('id').primaryKey(), rootId: uuid('root_id').notNull() },
  (table) => [index().on(table.rootId)],
);
