import { boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/** One for each set of cells and smallest count: what callers who may not read the answers have been told. */
export const disclosureLedger = pgTable('disclosure_ledger', {
  key: text('key').primaryKey(),
  /** The number of its last lot; taken under a lock of the row. */
  lots: integer('lots').notNull(),
});

/** The changes of a lot (domain/disclosure.ts); added, never changed. */
export const disclosureLot = pgTable(
  'disclosure_lot',
  {
    ledger: text('ledger').notNull(),
    lot: integer('lot').notNull(),
    /** Which answers: "surveyed", or of a model version "alone 1" without and "beside 1" with a surveyed class. */
    part: text('part').notNull(),
    soft: boolean('soft').notNull(),
    cellId: integer('cell_id').notNull(),
    hour: integer('hour').notNull(),
    promoters: integer('promoters').notNull(),
    passives: integer('passives').notNull(),
    detractors: integer('detractors').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.ledger, table.lot, table.cellId, table.hour] }),
    index().on(table.cellId),
  ],
);
