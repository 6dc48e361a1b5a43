import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ScaleRule } from '../../domain/nps/scale.ts';
import type { CellAttributes } from '../../domain/segments/cell.ts';
import { bytea, moment, recordedAt } from './columns.ts';

/**
 * The system of record. Triggers (migrations/0001) maintain the rollups and append to the journal in the
 * transaction of the change; no other code writes rollup_*. Journal rows are kept for retention.journal
 * (store/journal/journal-trim.ts).
 */
/** The id of the caller whose response used it first; null for older rows. */
const madeBy = () => text('made_by');

/** One row: what must stay the same for the life of this database. */
export interface KeyCheck {
  readonly provider: string;
  readonly version: string;
  readonly wrapped: string;
}

export const instance = pgTable('instance', {
  id: smallint('id').primaryKey(),
  /**
   * HMAC of a constant under the pseudonym pepper: another pepper would silently split every respondent in two.
   */
  pepperFingerprint: text('pepper_fingerprint').notNull(),
  /** The database's id in the associated data of everything encrypted in it. */
  tenant: uuid('tenant').notNull().defaultRandom(),
  /** When everything from before there were keys had been encrypted. */
  sealedAt: moment('sealed_at'),
  /**
   * A key without content, wrapped like those of persons: shows at a start whether stored data can be
   * decrypted.
   */
  keyCheck: jsonb('key_check').$type<KeyCheck>(),
  recordedAt: recordedAt(),
});

export const source = pgTable(
  'source',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull().unique(),
    recordedAt: recordedAt(),
    madeBy: madeBy(),
  },
  (table) => [index().on(table.madeBy)],
);

export const surveyVersion = pgTable(
  'survey_version',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    version: text('version').notNull(),
    recordedAt: recordedAt(),
    madeBy: madeBy(),
  },
  (table) => [unique().on(table.name, table.version), index().on(table.madeBy)],
);

export const scaleRule = pgTable('scale_rule', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  key: text('key').notNull().unique(),
  rule: jsonb('rule').$type<ScaleRule>().notNull(),
  recordedAt: recordedAt(),
});

export const mappingVersion = pgTable(
  'mapping_version',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    key: text('key').notNull().unique(),
    sourceId: integer('source_id')
      .notNull()
      .references(() => source.id),
    surveyVersionId: integer('survey_version_id')
      .notNull()
      .references(() => surveyVersion.id),
    scaleRuleId: integer('scale_rule_id')
      .notNull()
      .references(() => scaleRule.id),
    connector: text('connector').notNull(),
    definition: jsonb('definition').notNull(),
    /** What removed names from its comments; null: nothing did. */
    redaction: text('redaction'),
    recordedAt: recordedAt(),
    madeBy: madeBy(),
  },
  (table) => [index().on(table.madeBy)],
);

export const cell = pgTable(
  'cell',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    key: text('key').notNull().unique(),
    attributes: jsonb('attributes').$type<CellAttributes>().notNull(),
    recordedAt: recordedAt(),
    /** The id of the caller whose response needed it first, and that response's source: whose share it uses. */
    madeBy: text('made_by'),
    source: text('source'),
    /** Whether one of its values replaces another that was sent, because the share was used up. */
    overflow: boolean('overflow').notNull().default(false),
    /**
     * Whether a response was ever filed there: unused ones are released (store/responses/return-cells.ts). True
     * by default: an earlier version does not flag the cells that it uses.
     */
    used: boolean('used').notNull().default(true),
  },
  (table) => [index().on(table.madeBy, table.recordedAt), index().on(table.source)],
);

/**
 * One row per response for the life of the data: the idempotency key (id = hash of source and external id) and
 * the response's location, because a hypertable can neither be unique without its time column nor be searched
 * cheaply by id.
 */
export const responseKey = pgTable(
  'response_key',
  {
    id: uuid('id').primaryKey(),
    answeredAt: moment('answered_at').notNull(),
    receivedAt: moment('received_at').notNull(),
    cellId: integer('cell_id').notNull(),
    /** The owner; null for an erased response, of which only the id stays (decision 0023). */
    subjectId: uuid('subject_id'),
    contentHash: text('content_hash').notNull(),
    /** The highest revision delivered, if its sender counts or dates revisions. */
    revision: bigint('revision', { mode: 'number' }),
    revisedAt: moment('revised_at'),
    /**
     * The event that brought the current content; null if its id follows from the content's hash
     * (`sourceEventId`).
     */
    eventId: uuid('event_id'),
    /** The version of the segment rules that it was filed by; 0: none. Those behind the newest are filed again. */
    segmentRules: integer('segment_rules').notNull().default(0),
  },
  (table) => [
    index().on(table.subjectId),
    index('response_key_behind').on(table.segmentRules).where(sql`subject_id IS NOT NULL`),
  ],
);

export const sourceEvent = pgTable(
  'source_event',
  {
    id: uuid('id').primaryKey(),
    responseId: uuid('response_id').notNull(),
    mappingVersionId: integer('mapping_version_id').notNull(),
    position: text('position').notNull(),
    /** SHA-256 of the original item; null for a correction. */
    digest: bytea('digest'),
    /** The same as text, in rows from before `digest`. */
    hash: text('hash'),
    receivedAt: moment('received_at').notNull(),
    /** The subject whose key encrypts the content. */
    subjectId: uuid('subject_id'),
    /** The original item, encrypted; null after its retention, or from before there were keys. */
    sealed: bytea('sealed'),
    /** The same as text, in rows from before `sealed`: moved there by store/setup/move-events.ts. */
    content: text('content'),
    /** For a row of an import: the import, and the line of the file. */
    importId: integer('import_id'),
    importLine: integer('import_line'),
    /** When the import was undone. */
    undoneAt: moment('undone_at'),
    /** For a row of an import that replaced a response: the event behind what it replaced. */
    replaced: uuid('replaced'),
    /**
     * The row of `response` behind this event when a row of an import replaced it, its comment encrypted as
     * there.
     */
    stood: jsonb('stood'),
    /** What segment rules read of the item, encrypted; null where its cell says it all. As long as the event. */
    sent: bytea('sent'),
  },
  (table) => [
    index().on(table.responseId),
    index().on(table.subjectId),
    index().on(table.importId, table.responseId).where(sql`import_id IS NOT NULL`),
    index('source_event_stood').on(table.id).where(sql`stood IS NOT NULL`),
    index('source_event_as_text').on(table.id).where(sql`hash IS NOT NULL`),
  ],
);

/** A hypertable by `answered_at` if TimescaleDB is installed. class: 0 detractor, 1 passive, 2 promoter. */
export const response = pgTable(
  'response',
  {
    id: uuid('id').notNull(),
    answeredAt: moment('answered_at').notNull(),
    receivedAt: moment('received_at').notNull(),
    cellId: integer('cell_id').notNull(),
    mappingVersionId: integer('mapping_version_id').notNull(),
    /** The event that brought this content; superseded events keep pointing to the response's id. */
    sourceEventId: uuid('source_event_id').notNull(),
    externalId: text('external_id').notNull(),
    score: smallint('score'),
    points: smallint('points'),
    class: smallint('class'),
    /** Encrypted. */
    comment: text('comment'),
    /** The subject whose key encrypts it. */
    subjectId: uuid('subject_id'),
    /** The respondent's company: a row of subject_key too. */
    accountId: uuid('account_id'),
  },
  (table) => [
    // By time first: the order of lists, and new rows are neighbours in it. A statement that looks for an id names its time too.
    primaryKey({ columns: [table.answeredAt, table.id] }),
    index('response_account').on(table.accountId, table.answeredAt).where(sql`account_id IS NOT NULL`),
    index().on(table.cellId, table.answeredAt),
    // Those without a score are in no rollup: the newest of a source, and how many it has (store/responses/sources.ts).
    index('response_without_score').on(table.mappingVersionId, table.answeredAt).where(sql`class IS NULL`),
  ],
);

export * from './access.ts';
export * from './agents.ts';
export * from './audit.ts';
export * from './bi.ts';
export * from './connection.ts';
export * from './counting.ts';
export * from './data-subjects.ts';
export * from './disclosure.ts';
export * from './identities.ts';
export * from './imports.ts';
export * from './journal.ts';
export * from './lease.ts';
export * from './monitoring.ts';
export * from './on-call.ts';
export * from './outcomes.ts';
export * from './quarantine.ts';
export * from './retention.ts';
export * from './reviews.ts';
export * from './rollups.ts';
export * from './scopes.ts';
export * from './scoring.ts';
export * from './seals.ts';
export * from './segments.ts';
export * from './sources.ts';
export * from './targets.ts';
export * from './themes.ts';
export * from './watched-files.ts';
