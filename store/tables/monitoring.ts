import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import type { Segment } from '../../domain/segments/cell.ts';
import { moment } from './columns.ts';

/** The monitored figures of a model in use. */
export const MODEL_METRICS = [
  'ACCURACY',
  'RANKED_PROBABILITY_SCORE',
  'BRIER',
  'ECE',
  'CLASS_MIX',
  'EMBEDDINGS',
  'LENGTH',
  'LANGUAGE',
  'UNKNOWN_WORDS',
  'ABSTENTION',
] as const;
export type ModelMetric = (typeof MODEL_METRICS)[number];

/**
 * One figure of one model version in one window compared with the reference window before it; written once, by
 * the monitor. A trigger appends to the journal.
 */
export const monitorReading = pgTable(
  'monitor_reading',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    modelVersionId: integer('model_version_id').notNull(),
    metric: text('metric').$type<ModelMetric>().notNull(),
    /** {}: everything; else one value of one dimension. As canonical JSON in `segment_key`. */
    segment: jsonb('segment').$type<Segment>().notNull(),
    segmentKey: text('segment_key').notNull(),
    from: moment('window_from').notNull(),
    until: moment('window_until').notNull(),
    referenceFrom: moment('reference_from').notNull(),
    n: integer('n').notNull(),
    referenceN: integer('reference_n').notNull(),
    value: doublePrecision('value').notNull(),
    reference: doublePrecision('reference'),
    /** 95 % interval of value - reference. */
    low: doublePrecision('low'),
    high: doublePrecision('high'),
    pValue: doublePrecision('p_value'),
    /** Adjusted for all tests at that time (Benjamini and Hochberg). */
    adjustedPValue: doublePrecision('adjusted_p_value'),
    alarm: boolean('alarm').notNull(),
    detail: jsonb('detail').$type<Readonly<Record<string, unknown>>>().notNull(),
    recordedAt: moment('recorded_at').notNull().defaultNow(),
  },
  (table) => [
    unique().on(table.modelVersionId, table.until, table.metric, table.segmentKey),
    // Alarms are few among readings, and alerts are derived from them (store/lineage/lineage-annotations.ts).
    index('monitor_alarm').on(table.modelVersionId, table.until).where(sql`alarm`),
  ],
);
