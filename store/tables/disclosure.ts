import { boolean, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * One for each set of cells and smallest count: what callers without the right to read the responses have
 * received.
 */
export const disclosureLedger = pgTable('disclosure_ledger', {
  key: text('key').primaryKey(),
  /** The number of its last release; assigned under a lock of the row. */
  lots: integer('lots').notNull(),
  smallestCount: integer('smallest_count').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** The cells that existed when a ledger was last used, and which of them are protected: identifies it. */
export const disclosureCell = pgTable(
  'disclosure_cell',
  {
    ledger: text('ledger').notNull(),
    cellId: integer('cell_id').notNull(),
    guarded: boolean('guarded').notNull(),
    /** How many releases there were when the cell was added; none of those has it. */
    since: integer('since').notNull(),
  },
  (table) => [primaryKey({ columns: [table.ledger, table.cellId] })],
);

/** The changes of a release (domain/disclosure/disclosure.ts); added, never changed. */
export const disclosureRelease = pgTable(
  'disclosure_lot',
  {
    ledger: text('ledger').notNull(),
    lot: integer('lot').notNull(),
    /**
     * Which responses: "surveyed", or of a model version "alone 1" without and "beside 1" with a surveyed
     * class.
     */
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
