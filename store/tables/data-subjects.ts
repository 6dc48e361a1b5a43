import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Segment } from '../../domain/segments/cell.ts';
import { moment, recordedAt } from './columns.ts';
import { trainingSet } from './scoring.ts';

/** Keys of data subjects, and what was done for them. */

/**
 * One person's data key. Without this row nothing that was encrypted for the person can be read again.
 * Responses without an identifier share a key with others of the same day (`shared`), until a right is
 * exercised over one of them: it then has a key of its own under the response's id (decision 0054).
 */
export const subjectKey = pgTable(
  'subject_key',
  {
    id: uuid('id').primaryKey(),
    /** Keyed hash of the pseudonym: finds the person, and reveals nothing without the pepper. */
    lookup: text('lookup').unique(),
    /** Encrypted under the data key; plain only until the database's first start with keys. */
    pseudonym: text('pseudonym'),
    /** Null only until the database's first start with keys. */
    wrapped: text('wrapped'),
    provider: text('provider'),
    keyVersion: text('key_version'),
    wrappedAt: moment('wrapped_at'),
    /** Stored, but not used (GDPR article 18): the responses are in restricted_response. */
    restricted: boolean('restricted').notNull().default(false),
    /** Restricted only because another subject that a merge made one with it is. */
    restrictedByMerge: boolean('restricted_by_merge').notNull().default(false),
    /** It, or one merged with it, is under a legal hold: neither erased nor aged out. */
    held: boolean('held').notNull().default(false),
    /** For several responses without an identifier: belongs to no person, so neither restricted nor held. */
    shared: boolean('shared').notNull().default(false),
    recordedAt: recordedAt(),
  },
  (table) => [index('subject_key_unsealed').on(table.id).where(sql`wrapped IS NULL`)],
);

/** Versions of wrapping keys that were retired: no process may wrap under them again. */
export const retiredKey = pgTable(
  'retired_key',
  {
    provider: text('provider').notNull(),
    version: text('version').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.version] })],
);

/**
 * Responses that are kept apart, outside every table that is counted or learnt from: those of restricted persons, which no caller
 * reads either, and those that are not counted for a reason (decision 0171), which the view `uncounted_response` shows.
 */
export const restrictedResponse = pgTable(
  'restricted_response',
  {
    id: uuid('id').primaryKey(),
    subjectId: uuid('subject_id').notNull(),
    /** The row of `response`, its comment encrypted as there. */
    row: jsonb('row').notNull(),
    recordedAt: recordedAt(),
    /** Why it is not counted; null: its person is restricted. */
    counting: text('counting'),
    /** The policy or the rule. */
    rule: text('rule'),
    /** The counted response that stands for it. */
    instead: uuid('instead'),
    /** Of the row, by a trigger: to list them. */
    answeredAt: moment('answered_at'),
    cellId: integer('cell_id'),
  },
  (table) => [
    index().on(table.subjectId),
    index('uncounted_response_newest').on(table.answeredAt, table.id).where(sql`counting IS NOT NULL`),
    index('restricted_response_last').on(table.recordedAt).where(sql`counting IS NULL`),
  ],
);

/** Which responses a training set was made of. */
export const trainingSetMember = pgTable(
  'training_set_member',
  {
    hash: text('hash')
      .notNull()
      .references(() => trainingSet.hash),
    responseId: uuid('response_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.responseId, table.hash] })],
);

/** A requested erasure. The identity is deleted when it completes; amount and reason stay. */
export const erasure = pgTable(
  'erasure',
  {
    id: uuid('id').primaryKey(),
    /** Keyed hashes of the pseudonym, until it is complete. */
    lookups: text('lookups').array(),
    /** Of the erased responses, until it is complete. */
    responseIds: uuid('response_ids').array(),
    /** When each of them was answered: where the check looks for it. Null in erasures of earlier versions. */
    responseTimes: moment('response_times').array(),
    /** Of the erased person, until it is complete. */
    subjectIds: uuid('subject_ids').array(),
    responses: integer('responses').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull(),
    /** Hashes of training sets that contained them. */
    trainingSets: text('training_sets').array().notNull(),
    /** Model versions made of those sets at the time of the request. */
    models: integer('models').array().notNull().default([]),
    /** Wrapping keys ("file 1") of copies of the data keys: remains can be read as long as these exist. */
    wrappedBy: text('wrapped_by').array().notNull().default([]),
    /** The transaction that deleted them: followers of the journal must have come so far. */
    xact: bigint('xact', { mode: 'number' }),
    /** When the journal was anonymised; null until then. */
    journalAt: moment('journal_at'),
    /** When the embedded database's files were rewritten; null until then, and for a server. */
    filesAt: moment('files_at'),
    completedAt: moment('completed_at'),
    recordedAt: recordedAt(),
  },
  (table) => [index().using('gin', table.lookups)],
);

/** What retention deleted: amount and rule, no content. */
export const deletionRecord = pgTable('deletion_record', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  /** comments, responses, outcomes, sourceEvents or dimensions. */
  what: text('what').notNull(),
  /** The source that the rule is of; null: every source. */
  source: text('source'),
  /** Of dimensions: the attribute. */
  dimension: text('dimension'),
  /** The duration that the policy names. */
  keep: text('keep').notNull(),
  /** Older than this was deleted. */
  before: moment('before').notNull(),
  rows: integer('rows').notNull(),
  recordedAt: recordedAt(),
});

/** An order to keep a person's or a segment's data whatever its age. */
export const legalHold = pgTable('legal_hold', {
  id: uuid('id').primaryKey(),
  subjectId: uuid('subject_id'),
  segment: jsonb('segment').$type<Segment>(),
  actor: text('actor').notNull(),
  reason: text('reason').notNull(),
  releasedAt: moment('released_at'),
  releasedBy: text('released_by'),
  releaseReason: text('release_reason'),
  recordedAt: recordedAt(),
});
