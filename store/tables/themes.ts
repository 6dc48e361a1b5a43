import { integer, numeric, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/*
 * Which themes answers name, by model version, and how many answers of each class name them. Triggers keep the rollups exact in the
 * transaction of the prediction; no other code writes them.
 */

/** How often naming a theme must be right, by theme, as configured; a theme without a row is named from one half on. */
export const themePrecision = pgTable('theme_precision', {
  theme: text('theme').primaryKey(),
  precision: numeric('precision').notNull(),
});

/** The themes of a model version, by their place in its predictions (from 1), and from which probability they are named. */
export const modelTheme = pgTable(
  'model_theme',
  {
    modelVersionId: integer('model_version_id').notNull(),
    place: smallint('place').notNull(),
    theme: text('theme').notNull(),
    /** In millionths; null: the model does not reach the configured precision, so it never names the theme. */
    threshold: integer('threshold'),
  },
  (table) => [primaryKey({ columns: [table.modelVersionId, table.place] })],
);

const themeRollupColumns = () => ({
  bucket: moment('bucket').notNull(),
  cellId: integer('cell_id').notNull(),
  modelVersionId: integer('model_version_id').notNull(),
  /** The theme's place in the model. */
  theme: smallint('theme').notNull(),
  /** How many themes each of these answers names, so that an answer can be divided among them. */
  named: smallint('named').notNull(),
  // By the class that the respondent gave; answers without one are not in these.
  surveyedPromoters: integer('surveyed_promoters').notNull(),
  surveyedPassives: integer('surveyed_passives').notNull(),
  surveyedDetractors: integer('surveyed_detractors').notNull(),
  // By the class that the model inferred, of all answers.
  promoters: integer('promoters').notNull(),
  passives: integer('passives').notNull(),
  detractors: integer('detractors').notNull(),
  // The same, of answers without a surveyed class.
  alonePromoters: integer('alone_promoters').notNull(),
  alonePassives: integer('alone_passives').notNull(),
  aloneDetractors: integer('alone_detractors').notNull(),
});

export const themeHour = pgTable('theme_hour', themeRollupColumns(), (table) => [
  primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket, table.theme, table.named] }),
]);

export const themeDay = pgTable('theme_day', themeRollupColumns(), (table) => [
  primaryKey({ columns: [table.cellId, table.modelVersionId, table.bucket, table.theme, table.named] }),
]);
