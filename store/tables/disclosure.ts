import { boolean, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** One for each set of cells and smallest count: what callers who may not read the answers have been told. */
export const disclosureLedger = pgTable('disclosure_ledger', {
  key: text('key').primaryKey(),
  /** The number of its last lot; taken under a lock of the row. */
  lots: integer('lots').notNull(),
  smallestCount: integer('smallest_count').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** The cells that were there when a ledger was last used, and which of them it is about: what it is found by. */
export const disclosureCell = pgTable(
  'disclosure_cell',
  {
    ledger: text('ledger').notNull(),
    cellId: integer('cell_id').notNull(),
    guarded: boolean('guarded').notNull(),
    /** How many lots there were when the cell came; none of those has it. */
    since: integer('since').notNull(),
  },
  (table) => [primaryKey({ columns: [table.ledger, table.cellId] })],
);

/** The changes of a lot (domain/disclosure/disclosure.ts); added, never changed. */
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
