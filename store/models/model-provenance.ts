import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';
import type { StageCause } from '../tables/scoring.ts';
import type { FeatureRow, ModelStage, TrainingSetRow } from './models.ts';

/** One change of stage: from, to, who requested it, and why. */
export interface ModelEventRow {
  readonly id: number;
  readonly from: ModelStage | null;
  readonly to: ModelStage;
  readonly cause: StageCause;
  readonly actor: string;
  readonly reason: string;
  readonly recordedAt: Date;
}

const TRAINING_SETS = statement(
  'model_training_sets',
  `SELECT t.hash, t.head, t.examples, t.description, t.until, t.journal_position AS "journalPosition"
    FROM model_training_set m JOIN training_set t ON t.hash = m.hash WHERE m.model_version_id = $1 ORDER BY t.head, t.hash`,
);
const FEATURES = statement(
  'model_features',
  `SELECT f.key, f.name, f.version, f.source, f.description, f.columns, f.code_hash AS "codeHash"
    FROM model_version v JOIN feature_set s ON s.key = v.feature_set_key,
      jsonb_array_elements_text(s.features) WITH ORDINALITY AS listed (key, place)
      JOIN feature_definition f ON f.key = listed.key
    WHERE v.id = $1 ORDER BY listed.place`,
);
const FEATURE_SET = statement(
  'model_feature_set',
  `SELECT s.key, jsonb_array_length(s.features) AS features, s.recorded_at AS "recordedAt"
    FROM model_version v JOIN feature_set s ON s.key = v.feature_set_key WHERE v.id = $1`,
);
const EVENTS = statement(
  'model_events',
  `SELECT id, from_stage AS "from", to_stage AS "to", cause, actor, reason, recorded_at AS "recordedAt"
    FROM model_event WHERE model_version_id = $1 ORDER BY id`,
);
const SIGNATURE = statement('model_signature', 'SELECT signature FROM model_version WHERE id = $1');

/** By content, as the database writes JSON: the same calibrations have the same key. */
const CALIBRATION_KEY = `CASE WHEN v.artefact #> '{heads,nps,calibration}' IS NOT NULL THEN encode(sha256(convert_to(
    jsonb_build_object('nps', v.artefact #> '{heads,nps,calibration}', 'sentiment', v.artefact #> '{heads,sentiment,calibration}',
      'themes', jsonb_path_query_array(v.artefact, '$.heads.themes[*].head.calibration'))::text, 'UTF8')), 'hex') END`;
const CALIBRATION = statement(
  'model_calibration',
  `SELECT ${CALIBRATION_KEY} AS key, v.artefact #>> '{heads,nps,calibration,kind}' AS nps,
      v.artefact #>> '{heads,sentiment,calibration,kind}' AS sentiment FROM model_version v WHERE v.id = $1`,
);

/**
 * How a model version's outputs become probabilities: a hash of the fitted calibrations of all heads, and their
 * kinds.
 */
export async function readCalibration(session: Session, id: number) {
  const [row] = await session.rows<{ key: string | null; nps: string; sentiment: string | null }>(
    CALIBRATION,
    [id],
  );
  return row?.key ? { ...row, key: row.key } : null;
}

/** What models are made of, as kinds of node. */
export type PartKind = 'TrainingSet' | 'FeatureSet' | 'Feature' | 'Calibration';

const MODELS_OF: Readonly<Record<PartKind, Statement>> = {
  TrainingSet: statement(
    'models_of_training_set',
    'SELECT model_version_id AS id FROM model_training_set WHERE hash = $1 ORDER BY 1',
  ),
  FeatureSet: statement(
    'models_of_feature_set',
    'SELECT id FROM model_version WHERE feature_set_key = $1 ORDER BY 1',
  ),
  Feature: statement(
    'models_of_feature',
    `SELECT v.id FROM model_version v JOIN feature_set s ON s.key = v.feature_set_key
      WHERE s.features @> to_jsonb($1::text) ORDER BY 1`,
  ),
  Calibration: statement(
    'models_of_calibration',
    `SELECT v.id FROM model_version v WHERE ${CALIBRATION_KEY} = $1 ORDER BY 1`,
  ),
};

/** The model versions that were made of it. */
export async function readModelsOf(session: Session, kind: PartKind, key: string): Promise<number[]> {
  return (await session.rows<{ id: number }>(MODELS_OF[kind], [key])).map(({ id }) => id);
}

const SUPERSEDED = statement(
  'models_superseded',
  `SELECT DISTINCT old.model_version_id AS id FROM model_event new JOIN model_event old
      ON old.recorded_at = new.recorded_at AND old.from_stage = 'CHAMPION' AND old.model_version_id <> new.model_version_id
    WHERE new.model_version_id = $1 AND new.to_stage = 'CHAMPION' AND new.cause = 'promotion' ORDER BY 1`,
);

/** The champions that the model version replaced when promoted: both changes belong to one transaction. */
export async function readSuperseded(session: Session, id: number): Promise<number[]> {
  return (await session.rows<{ id: number }>(SUPERSEDED, [id])).map((row) => row.id);
}

/** Erasing or restricting a response locks its key. */
const HOLD_MEMBERS = statement(
  'model_hold_members',
  'SELECT id FROM response_key WHERE id = ANY ($1::uuid[]) AND subject_id IS NOT NULL ORDER BY id FOR SHARE',
);
const PRESENT_MEMBERS = statement(
  'model_present_members',
  `SELECT k.id FROM response_key k WHERE k.id = ANY ($1::uuid[])
    AND NOT EXISTS (SELECT FROM restricted_response x WHERE x.id = k.id)`,
);
const NOTE_MEMBERS = statement(
  'model_training_set_members',
  'INSERT INTO training_set_member (hash, response_id) SELECT $1, unnest($2::uuid[]) ORDER BY 2 ON CONFLICT DO NOTHING',
);

/**
 * Records the members of a training set, so that an erasure can name the models that learnt from them. Returns
 * how many no longer exist: erased or restricted. The others are locked until the transaction ends.
 */
export async function noteMembers(
  session: Session,
  hash: string,
  responseIds: readonly string[],
): Promise<number> {
  const held = await session.rows<{ id: string }>(HOLD_MEMBERS, [responseIds]);
  // After the locks: restrictions by now are visible.
  const present = await session.rows<{ id: string }>(PRESENT_MEMBERS, [held.map(({ id }) => id)]);
  await session.rows(NOTE_MEMBERS, [hash, present.map(({ id }) => id)]);
  return new Set(responseIds).size - present.length;
}

/** What the heads of the model version were trained on. */
export function readTrainingSets(session: Session, id: number): Promise<TrainingSetRow[]> {
  return session.rows<TrainingSetRow>(TRAINING_SETS, [id]);
}

/** The features that the model version uses, in the order of their columns. */
export function readFeatures(session: Session, id: number): Promise<FeatureRow[]> {
  return session.rows<FeatureRow>(FEATURES, [id]);
}

/** The feature set of the model version: its key and number of features; null if it has none. */
export async function readFeatureSet(session: Session, id: number) {
  const [row] = await session.rows<{ key: string; features: number; recordedAt: Date }>(FEATURE_SET, [id]);
  return row ?? null;
}

/** Every change of stage of the model version, oldest first. */
export function readModelEvents(session: Session, id: number): Promise<ModelEventRow[]> {
  return session.rows<ModelEventRow>(EVENTS, [id]);
}

/** The signature over the model version's manifest, as JSON. */
export async function readSignature(session: Session, id: number): Promise<string | null> {
  const [row] = await session.rows<{ signature: string | null }>(SIGNATURE, [id]);
  return row?.signature ?? null;
}
