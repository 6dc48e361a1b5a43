import {
  type AnyPgColumn,
  bigserial,
  boolean,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment, recordedAt } from './columns.ts';

/** Predictions and models. Triggers (migrations/0003) carry predictions into rollups. */

/** A model on its way from candidate to retired; exactly one is the champion. */
export const MODEL_STAGES = ['CANDIDATE', 'SHADOW', 'CHAMPION', 'RETIRED'] as const;
export type ModelStage = (typeof MODEL_STAGES)[number];
export type StageCause = 'registered' | 'shadow' | 'promotion' | 'rollback';

/** One declared input of models, by content. */
export const featureDefinition = pgTable('feature_definition', {
  /** SHA-256 of what follows and of the code. */
  key: text('key').primaryKey(),
  name: text('name').notNull(),
  version: integer('version').notNull(),
  source: text('source').notNull(),
  description: text('description').notNull(),
  columns: jsonb('columns').$type<readonly string[]>().notNull(),
  codeHash: text('code_hash').notNull(),
  recordedAt: recordedAt(),
});

/** The features of one model version, in the order of their columns. */
export const featureSet = pgTable('feature_set', {
  key: text('key').primaryKey(),
  features: jsonb('features').$type<readonly string[]>().notNull(),
  recordedAt: recordedAt(),
});

/** What a head was trained on: by hash, without storing it. */
export const trainingSet = pgTable('training_set', {
  hash: text('hash').primaryKey(),
  head: text('head').notNull(),
  examples: integer('examples').notNull(),
  description: text('description').notNull(),
  /** Responses before this were used; null for sets from elsewhere. */
  until: moment('until'),
  /** The journal's end when the set was read. */
  journalPosition: text('journal_position'),
  recordedAt: recordedAt(),
});

/** Version 0: surveyed, the respondent gave the number. The others carry their artefact. */
export const modelVersion = pgTable('model_version', {
  id: integer('id').primaryKey(),
  label: text('label').notNull(),
  recordedAt: recordedAt(),
  /** SHA-256 of the artefact's canonical JSON. */
  key: text('key').unique(),
  /** The version that reads other languages beside it, as its artefact names it by key; null where it reads alone. */
  companionId: integer('companion_id').references((): AnyPgColumn => modelVersion.id),
  stage: text('stage').$type<ModelStage>(),
  artefact: jsonb('artefact').$type<unknown>(),
  featureSetKey: text('feature_set_key').references(() => featureSet.key),
  trainedAt: moment('trained_at'),
  /** Ed25519 over the manifest (key, label, training sets), by the instance's key; base64. */
  signature: text('signature'),
});

export const modelTrainingSet = pgTable(
  'model_training_set',
  {
    modelVersionId: integer('model_version_id')
      .notNull()
      .references(() => modelVersion.id),
    hash: text('hash')
      .notNull()
      .references(() => trainingSet.hash),
  },
  (table) => [primaryKey({ columns: [table.modelVersionId, table.hash] })],
);

/** Every change of stage, with who and why; never updated or deleted. */
export const modelEvent = pgTable('model_event', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  modelVersionId: integer('model_version_id')
    .notNull()
    .references(() => modelVersion.id),
  from: text('from_stage').$type<ModelStage>(),
  to: text('to_stage').$type<ModelStage>().notNull(),
  /** What was requested: a promotion retires another model in the same transaction. */
  cause: text('cause').$type<StageCause>().notNull(),
  actor: text('actor').notNull(),
  /** Id of the caller who decided; null without one (the model that ships), and in older rows. */
  actorId: text('actor_id'),
  reason: text('reason').notNull(),
  recordedAt: recordedAt(),
});

/**
 * One model version's prediction for one response, in millionths. A hypertable by `answered_at` if TimescaleDB
 * is installed. Never updated: a corrected response gets a new one.
 */
export const prediction = pgTable(
  'prediction',
  {
    responseId: uuid('response_id').notNull(),
    answeredAt: moment('answered_at').notNull(),
    cellId: integer('cell_id').notNull(),
    modelVersionId: integer('model_version_id').notNull(),
    mappingVersionId: integer('mapping_version_id').notNull(),
    /** Whether the response has a surveyed class too. */
    surveyed: boolean('surveyed').notNull(),
    /** 0 detractor, 1 passive, 2 promoter; null when the model abstains. */
    class: smallint('class'),
    detractor: integer('detractor').notNull(),
    passive: integer('passive').notNull(),
    promoter: integer('promoter').notNull(),
    /** 0 negative, 1 neutral, 2 positive; null when the model abstains. */
    sentiment: smallint('sentiment'),
    negative: integer('negative').notNull(),
    neutral: integer('neutral').notNull(),
    positive: integer('positive').notNull(),
    /** Of each theme of the model, in its order. */
    themes: integer('themes').array().notNull(),
    uncertainty: integer('uncertainty').notNull(),
    abstained: text('abstained'),
    /** SHA-256 of the feature values. */
    featuresHash: text('features_hash').notNull(),
    // What the monitors read of a text; null in predictions older than the monitors.
    words: integer('words'),
    tokens: smallint('tokens'),
    unknownTokens: smallint('unknown_tokens'),
    /** ISO 639-1; null if undetected. */
    language: text('language'),
    predictedAt: moment('predicted_at').notNull(),
    /** The class that the respondent gave: 0 detractor, 1 passive, 2 promoter; null without one. */
    surveyedClass: smallint('surveyed_class'),
  },
  (table) => [primaryKey({ columns: [table.responseId, table.modelVersionId, table.answeredAt] })],
);
