import { bigint, index, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

const rollupColumns = () => ({
  bucket: moment('bucket').notNull(),
  cellId: integer('cell_id').notNull(),
  modelVersionId: integer('model_version_id').notNull(),
  promoters: integer('promoters').notNull(),
  passives: integer('passives').notNull(),
  detractors: integer('detractors').notNull(),
  n: integer('n').notNull(),
  /** Of points: hundredths of a point on 0-10; 0 if the class is inferred. */
  sum: bigint('sum', { mode: 'number' }).notNull(),
  sumSquares: bigint('sum_squares', { mode: 'number' }).notNull(),
  // The following columns are 0 if the class is surveyed. Alone: of responses without a surveyed score, which
  // COMBINED uses.
  alonePromoters: integer('alone_promoters').notNull().default(0),
  alonePassives: integer('alone_passives').notNull().default(0),
  aloneDetractors: integer('alone_detractors').notNull().default(0),
  /** Sums of the class probabilities, in millionths. */
  promoterMillionths: bigint('promoter_millionths', { mode: 'number' }).notNull().default(0),
  passiveMillionths: bigint('passive_millionths', { mode: 'number' }).notNull().default(0),
  detractorMillionths: bigint('detractor_millionths', { mode: 'number' }).notNull().default(0),
});

// The cell leads the key: a segment is a list of cells, and each is then one range scan over its buckets.

/** Kept for 48 hours, for live windows. A hypertable by `bucket` if TimescaleDB is installed. */
export const rollupMinute = pgTable('rollup_minute', rollupColumns(), (table) => [
  primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket] }),
]);

export const rollupHour = pgTable('rollup_hour', rollupColumns(), (table) => [
  primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket] }),
  // The lineage lists them hour by hour.
  index().on(table.bucket),
]);

export const rollupDay = pgTable('rollup_day', rollupColumns(), (table) => [
  primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket] }),
]);

/** Which mapping versions (so which sources, surveys and scale rules) fed an hour rollup, and with how many responses. */
export const rollupMapping = pgTable(
  'rollup_mapping',
  {
    bucket: moment('bucket').notNull(),
    cellId: integer('cell_id').notNull(),
    modelVersionId: integer('model_version_id').notNull(),
    mappingVersionId: integer('mapping_version_id').notNull(),
    n: integer('n').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket, table.mappingVersionId] }),
    index().on(table.mappingVersionId, table.bucket),
  ],
);
