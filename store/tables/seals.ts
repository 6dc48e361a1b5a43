import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { SealCause } from '../../domain/seals/seal.ts';

/**
 * Seals: Merkle trees over what hour rollups are made of. Rows are added and stay; only what leads from a leaf to a
 * person goes when they are erased. That nobody changed them is shown by hashes, not by triggers: who can change a
 * table can drop a trigger.
 */
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

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
    /** Canonical JSON, as it was hashed. */
    manifest: text('manifest').notNull(),
    /** SHA-256 of 0x00 and the manifest, hex: its leaf in the log. */
    hash: text('hash').notNull(),
    recordedAt: moment('recorded_at').notNull(),
  },
  (table) => [unique().on(table.cellId, table.modelVersionId, table.bucket, table.revision)],
);

/** The leaves of a seal, in order. Of an erased response only the hash is left. */
export const sealLeaf = pgTable(
  'seal_leaf',
  {
    sealId: bigint('seal_id', { mode: 'number' }).notNull(),
    place: integer('place').notNull(),
    hash: bytes('hash').notNull(),
    responseId: uuid('response_id'),
    salt: bytes('salt'),
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

/** Signed states of the log, each chained to the one before. */
export const sealHead = pgTable('seal_head', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  body: text('body').notNull(),
  signature: text('signature').notNull(),
  /** Whether the place outside of the record has it. */
  published: boolean('published').notNull().default(false),
});

/** Rollups that the journal told a change of, and that are to be sealed once they are closed. */
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
    /** Why it is not sealed: a fact that changed though nothing brought a change. Until the next change. */
    refused: text('refused'),
  },
  (table) => [
    primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket] }),
    index().on(table.bucket),
  ],
);

/** The public keys that sign for this record, in the order in which they came into use: the last is in use. */
export const signingKey = pgTable('signing_key', {
  id: integer('id').primaryKey(),
  /** SPKI, DER, base64. */
  publicKey: text('public_key').notNull().unique(),
  /** What brought it into use: canonical JSON, signed by it and by the key before it (null where that was lost). The first has none. */
  statement: text('statement'),
  signature: text('signature'),
  formerSignature: text('former_signature'),
  recordedAt: moment('recorded_at').notNull().defaultNow(),
});
