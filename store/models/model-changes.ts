import { UserError } from '../../domain/errors/user-error.ts';
import type { NoteChange } from '../audit/audit.ts';
import type { OwnerSession, Session, Store } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';
import type { ModelStage, StageCause } from '../tables/scoring.ts';
import { type FeatureRow, readReign, type TrainingSetRow } from './models.ts';

/* Changes of the registry of models: registrations, and stages. */

/** A model to register. */
export interface NewModel {
  readonly label: string;
  readonly key: string;
  readonly artefact: unknown;
  readonly trainedAt: Date;
  /** The version that its artefact names as its companion. */
  readonly companion: number | null;
  readonly signature: string;
  readonly features: readonly FeatureRow[];
  readonly trainingSets: readonly TrainingSetRow[];
}

/** Advisory lock: registrations and changes of stage run one after the other. */
const LOCK = statement('models_lock', `SELECT pg_advisory_xact_lock(${LOCKS.models})`);
const INSERT_FEATURES = statement(
  'models_features',
  `INSERT INTO feature_definition (key, name, version, source, description, columns, code_hash)
    SELECT * FROM json_to_recordset($1::json) AS f (key text, name text, version integer, source text, description text,
      columns jsonb, "codeHash" text) ON CONFLICT DO NOTHING`,
);
const INSERT_FEATURE_SET = statement(
  'models_feature_set',
  'INSERT INTO feature_set (key, features) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING',
);
const INSERT_TRAINING_SETS = statement(
  'models_training_sets',
  `INSERT INTO training_set (hash, head, examples, description, until, journal_position)
    SELECT * FROM json_to_recordset($1::json) AS t (hash text, head text, examples integer, description text,
      until timestamptz, "journalPosition" text) ON CONFLICT DO NOTHING`,
);
const INSERT_MODEL = statement(
  'models_insert',
  `INSERT INTO model_version (id, label, key, stage, artefact, feature_set_key, trained_at, signature, companion_id)
    SELECT max(id) + 1, $1, $2, 'CANDIDATE', $3::jsonb, $4, $5, $6, $7::integer FROM model_version
    ON CONFLICT (key) DO NOTHING RETURNING id`,
);
const LINK_SETS = statement(
  'models_link_sets',
  `INSERT INTO model_training_set (model_version_id, hash) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
);
const BY_KEY = statement('models_by_key', 'SELECT id FROM model_version WHERE key = $1');
const EVENT = statement(
  'models_event',
  `INSERT INTO model_event (model_version_id, from_stage, to_stage, cause, actor, actor_id, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
const SET_STAGE = statement('models_set_stage', 'UPDATE model_version SET stage = $2 WHERE id = $1');
const STAGES = statement('models_stages', 'SELECT id, stage FROM model_version WHERE id > 0');

/**
 * Registers a model as a candidate; the same artefact again returns the version that it has. `settle` runs after
 * the training sets: if it throws, the transaction fails and nothing is registered.
 */
export async function registerModelIn(
  session: OwnerSession,
  model: NewModel,
  featureSetKey: string,
  by: Change,
  settle: (session: Session) => Promise<void> = async () => undefined,
): Promise<number> {
  await session.rows(LOCK, []);
  const [known] = await session.rows<{ id: number }>(BY_KEY, [model.key]);
  if (known) {
    await settle(session);
    return known.id;
  }
  await session.rows(INSERT_FEATURES, [JSON.stringify(model.features)]);
  await session.rows(INSERT_FEATURE_SET, [
    featureSetKey,
    JSON.stringify(model.features.map(({ key }) => key)),
  ]);
  await session.rows(INSERT_TRAINING_SETS, [JSON.stringify(model.trainingSets)]);
  await settle(session);
  const { label, key, artefact, trainedAt, signature, companion } = model;
  const [row] = await session.rows<{ id: number }>(INSERT_MODEL, [
    label,
    key,
    JSON.stringify(artefact),
    featureSetKey,
    trainedAt,
    signature,
    companion,
  ]);
  if (!row) throw new Error('the registry has no version 0: its migrations were not applied');
  await session.rows(LINK_SETS, [row.id, model.trainingSets.map(({ hash }) => hash)]);
  await session.rows(EVENT, [row.id, null, 'CANDIDATE', 'registered', ...whoAndWhy(by)]);
  await by.note?.(session, { modelVersion: row.id, to: 'CANDIDATE' });
  return row.id;
}

/** A change of stage that the registry refuses; the message says what would be right. */
export class StageError extends UserError {
  override readonly name = 'StageError';
}

/** Who changes the registry, and why. */
export interface Change {
  readonly actor: string;
  /** Id of the caller, who cannot review their own decision; absent without a caller. */
  readonly actorId?: string;
  readonly reason: string;
  readonly note?: NoteChange;
}

const whoAndWhy = ({ actor, actorId, reason }: Change) => [actor, actorId ?? null, reason];

/**
 * Makes the model champion; the previous champion is retired. @throws StageError when there is no such model.
 */
export function promote(store: Store, id: number, by: Change): Promise<void> {
  return store.transaction((session) => promoteIn(session, id, by));
}

/** The same, in a transaction that does more. @throws StageError when there is no such model. */
export async function promoteIn(session: OwnerSession, id: number, by: Change): Promise<void> {
  await session.rows(LOCK, []);
  await enthrone(session, id, 'promotion', by);
}

/** Makes the model a shadow, which scores the same stream as the champion. @throws StageError */
export function makeShadow(store: Store, id: number, by: Change): Promise<void> {
  return store.transaction((session) => makeShadowIn(session, id, by));
}

/** The same, in a transaction that does more. @throws StageError */
export async function makeShadowIn(session: OwnerSession, id: number, by: Change): Promise<void> {
  await session.rows(LOCK, []);
  const stages = await stagesOf(session);
  const stage = stages.get(id);
  if (stage !== 'CANDIDATE')
    throw new StageError(`only a candidate becomes a shadow; this one is ${stage ?? 'unknown'}`);
  await move(session, id, [stage, 'SHADOW'], 'shadow', by);
  await by.note?.(session, { modelVersion: id, from: stage, to: 'SHADOW' });
}

/** Returns to the previous champion, and returns it. @throws StageError when there was none. */
export function rollback(store: Store, by: Change): Promise<number> {
  return store.transaction((session) => rollbackIn(session, by));
}

/** The same, in a transaction that does more. @throws StageError when there was none. */
export async function rollbackIn(session: OwnerSession, by: Change): Promise<number> {
  await session.rows(LOCK, []);
  const { previous } = await readReign(session);
  if (previous === null) throw new StageError('there was no champion before this one');
  await enthrone(session, previous, 'rollback', by);
  return previous;
}

async function stagesOf(session: Session): Promise<Map<number, ModelStage>> {
  const rows = await session.rows<{ id: number; stage: ModelStage }>(STAGES, []);
  return new Map(rows.map(({ id, stage }) => [id, stage]));
}

/** Makes the model champion if there is none yet; starting processes do it one after the other. */
export function promoteFirst(store: Store, id: number, by: Change): Promise<void> {
  return store.transaction(async (session) => {
    await session.rows(LOCK, []);
    const stages = await stagesOf(session);
    if (![...stages.values()].includes('CHAMPION')) await enthrone(session, id, 'promotion', by);
  });
}

async function enthrone(session: Session, id: number, cause: StageCause, by: Change): Promise<void> {
  const stages = await stagesOf(session);
  const stage = stages.get(id);
  if (stage === undefined) throw new StageError(`there is no model version ${id}`);
  if (stage === 'CHAMPION') throw new StageError(`model version ${id} is the champion already`);
  for (const [other, present] of stages) {
    if (present === 'CHAMPION') await move(session, other, ['CHAMPION', 'RETIRED'], cause, by);
  }
  await move(session, id, [stage, 'CHAMPION'], cause, by);
  await by.note?.(session, { modelVersion: id, from: stage, to: 'CHAMPION' });
}

async function move(
  session: Session,
  id: number,
  [from, to]: readonly [ModelStage, ModelStage],
  cause: StageCause,
  by: Change,
): Promise<void> {
  await session.rows(SET_STAGE, [id, to]);
  await session.rows(EVENT, [id, from, to, cause, ...whoAndWhy(by)]);
}
