import {
  bigint,
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { SealCause } from '../../domain/seals/seal.ts';
import { bytea, moment } from './columns.ts';

/**
 * Seals: Merkle trees over the facts of hour rollups. Rows are only added; an erasure removes only what leads
 * from a leaf to a person. Integrity is shown by hashes, not by triggers: write access to a table includes
 * dropping its triggers.
 */

/** One revision of one rollup's seal. */
export const seal = pgTable(
  'seal',
  {
    /** Its place in the log, from 0 without gaps. */
    id: bigint('id', { mode: 'number' }).primaryKey(),
    bucket: moment('bucket').notNull(),
    cellId: integer('cell_id').notNull(),
    modelVersionId: integer('model_version_id').notNull(),
    revision: integer('revision').notNull(),
    why: text('why').$type<SealCause>().notNull(),
    /** Canonical JSON, as hashed. */
    manifest: text('manifest').notNull(),
    /** SHA-256 of 0x00 and the manifest, hex: its leaf in the log. */
    hash: text('hash').notNull(),
    recordedAt: moment('recorded_at').notNull(),
  },
  (table) => [unique().on(table.cellId, table.modelVersionId, table.bucket, table.revision)],
);

/** The leaves of a seal, in order. For an erased response only the hash is left. */
export const sealLeaf = pgTable(
  'seal_leaf',
  {
    sealId: bigint('seal_id', { mode: 'number' }).notNull(),
    place: integer('place').notNull(),
    hash: bytea('hash').notNull(),
    responseId: uuid('response_id'),
    salt: bytea('salt'),
    origin: text('origin'),
  },
  (table) => [primaryKey({ columns: [table.sealId, table.place] }), index().on(table.responseId)],
);

/** Complete subtrees of the log, from level 1; level 0 are the seals. */
export const sealNode = pgTable(
  'seal_node',
  {
    level: smallint('level').notNull(),
    place: bigint('place', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.level, table.place] })],
);

/** Checkpoints, each chained to the one before. */
export const sealHead = pgTable('seal_head', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  body: text('body').notNull(),
  signature: text('signature').notNull(),
  /** Whether the file outside the database has it. */
  published: boolean('published').notNull().default(false),
});

/** Rollups that changed according to the journal, to be sealed once they are closed. */
export const sealPending = pgTable(
  'seal_pending',
  {
    bucket: moment('bucket').notNull(),
    cellId: integer('cell_id').notNull(),
    modelVersionId: integer('model_version_id').notNull(),
    firstEntry: text('first_entry').notNull(),
    lastEntry: text('last_entry').notNull(),
    firstTouched: moment('first_touched').notNull(),
    lastTouched: moment('last_touched').notNull(),
    /** Why it is not sealed: a fact changed without an event that explains it. Until the next change. */
    refused: text('refused'),
  },
  (table) => [
    primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket] }),
    index().on(table.bucket),
  ],
);

/** The public keys that sign for this database, in order of use: the last is in use. */
export const signingKey = pgTable('signing_key', {
  id: integer('id').primaryKey(),
  /** SPKI, DER, base64. */
  publicKey: text('public_key').notNull().unique(),
  /**
   * The rotation that brought it into use: canonical JSON, signed by it and by the key before it (null if that
   * was lost). The first has none.
   */
  statement: text('statement'),
  signature: text('signature'),
  formerSignature: text('former_signature'),
  recordedAt: moment('recorded_at').notNull().defaultNow(),
});
