import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { OutcomeKind } from '../../domain/outcomes/outcome-kinds.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { bytea, moment } from './columns.ts';

/** What every delivered fact has besides its content: its origin, and what decides which of two deliveries is newer. */
const delivered = {
  /** Derived from source and external id. */
  id: uuid('id').primaryKey(),
  sourceId: integer('source_id').notNull(),
  externalId: text('external_id').notNull(),
  receivedAt: moment('received_at').notNull(),
  contentHash: text('content_hash').notNull(),
  /** Hashes of contents that were replaced, the newest last: none of them wins again by arriving later. */
  formerHashes: text('former_hashes').array().notNull().default([]),
  /** The highest revision delivered, if its sender counts or dates revisions. */
  revision: bigint('revision', { mode: 'number' }),
  revisedAt: moment('revised_at'),
};

/** The import that brought its present content, which an undo removes; null: none. */
const importId = () => integer('import_id');

/**
 * What became of a respondent or an account: a payment, a cancelled subscription, a solved ticket. Triggers (migrations/0042) name
 * changed rows in the journal.
 */
export const outcome = pgTable(
  'outcome',
  {
    ...delivered,
    kind: text('kind').$type<OutcomeKind>().notNull(),
    at: moment('at').notNull(),
    cellId: integer('cell_id').notNull(),
    /** The respondent; its key encrypts the row if there is one. */
    subjectId: uuid('subject_id'),
    /** The account: a row of subject_key too. */
    accountId: uuid('account_id'),
    /** The staff member who solved the ticket or led the deal: a row of subject_key too. */
    staffId: uuid('staff_id'),
    /** Of OWNER_CHANGED: the owner, likewise, so that owners can be grouped without decrypting them. */
    ownerId: uuid('owner_id'),
    /** Of the respondent: such a row is in nothing that is counted, read or learnt from. */
    restricted: boolean('restricted').notNull().default(false),
    /** In minor units of the currency. */
    amount: bigint('amount', { mode: 'number' }),
    currency: text('currency'),
    quantity: bigint('quantity', { mode: 'number' }),
    /** The plan, step or feature. */
    name: text('name'),
    /** The person who owns the account from then on, encrypted. */
    owner: text('owner'),
    importId: importId(),
    /** The item in its request: "request 5f… item 3". */
    position: text('position').notNull(),
    /** The item as it arrived, encrypted; null after its retention. */
    sealed: bytea('sealed'),
  },
  (table) => [
    index().on(table.cellId, table.at, table.id),
    index().on(table.at, table.id),
    index('outcome_subject').on(table.subjectId, table.at).where(sql`subject_id IS NOT NULL`),
    index('outcome_account').on(table.accountId, table.at).where(sql`account_id IS NOT NULL`),
    index('outcome_staff').on(table.staffId).where(sql`staff_id IS NOT NULL`),
    index('outcome_owner').on(table.ownerId).where(sql`owner_id IS NOT NULL`),
    index('outcome_import').on(table.importId, table.id).where(sql`import_id IS NOT NULL`),
  ],
);

/** Ids of outcomes that were erased with their respondent or deleted by age: they are not taken again. */
export const goneOutcome = pgTable('gone_outcome', {
  id: uuid('id').primaryKey(),
  /** Where it was: only submitters of that cell learn that it is gone. */
  cellId: integer('cell_id').notNull(),
});

export const CHANGE_KINDS = ['DEPLOY', 'FLAG', 'CAMPAIGN', 'PRICE', 'INCIDENT'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Something that happened outside and may explain a score: a deploy, a campaign, an incident. Nothing personal. */
export const changeEvent = pgTable(
  'change_event',
  {
    ...delivered,
    kind: text('kind').$type<ChangeKind>().notNull(),
    title: text('title').notNull(),
    at: moment('at').notNull(),
    until: moment('until'),
    link: text('link'),
    /** The segment that it concerns; {}: every segment. */
    segment: jsonb('segment').$type<Segment>().notNull(),
    importId: importId(),
  },
  (table) => [index().on(table.at, table.id)],
);

/** Invitations that were sent: one by one, or the count of a day and segment. Nothing personal. */
export const invitation = pgTable(
  'invitation',
  {
    ...delivered,
    at: moment('at').notNull(),
    cellId: integer('cell_id').notNull(),
    invited: bigint('invited', { mode: 'number' }).notNull(),
    /** How many of them began to answer; null: it is not known. */
    started: bigint('started', { mode: 'number' }),
  },
  (table) => [index().on(table.cellId, table.at)],
);
