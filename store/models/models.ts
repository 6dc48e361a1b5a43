import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { ModelStage } from '../tables/scoring.ts';

export type { ModelStage } from '../tables/scoring.ts';

export interface ModelVersionRow {
  readonly id: number;
  readonly label: string;
  readonly recordedAt: Date;
}

/** A model as registered; its artefact is large and read separately. */
export interface RegisteredModel extends ModelVersionRow {
  /** SHA-256 of the artefact. */
  readonly key: string;
  readonly stage: ModelStage;
  readonly encoderName: string;
  readonly encoderHash: string;
  /** Codes of ISO 639-1. */
  readonly languages: readonly string[];
  readonly trainedAt: Date | null;
  readonly evaluation: unknown;
}

export interface FeatureRow {
  readonly key: string;
  readonly name: string;
  readonly version: number;
  readonly source: string;
  readonly description: string;
  readonly columns: readonly string[];
  readonly codeHash: string;
}

export interface TrainingSetRow {
  readonly hash: string;
  readonly head: string;
  readonly examples: number;
  readonly description: string;
  readonly until: Date | null;
  readonly journalPosition: string | null;
}

const KEY = statement('models_key', 'SELECT key FROM model_version WHERE id = $1');
const BY_IDS = statement(
  'models_by_ids',
  'SELECT id, label, recorded_at AS "recordedAt" FROM model_version WHERE id = ANY ($1::integer[]) ORDER BY id',
);
const REGISTERED = statement(
  'models_registered',
  `SELECT id, label, recorded_at AS "recordedAt", key, stage, trained_at AS "trainedAt",
      artefact->'encoder'->>'name' AS "encoderName", artefact->'encoder'->>'hash' AS "encoderHash",
      coalesce(artefact->'languages', '[]') AS languages, artefact->'evaluation' AS evaluation
    FROM model_version WHERE id > 0 ORDER BY id`,
);
const ARTEFACT = statement('models_artefact', 'SELECT artefact FROM model_version WHERE id = $1');
const CHAMPION = statement(
  'models_champion',
  `SELECT id, artefact->'confusion' AS confusion FROM model_version WHERE stage = 'CHAMPION'`,
);
const CONFUSION = statement(
  'models_confusion',
  `SELECT artefact->'confusion' AS confusion FROM model_version WHERE id = $1`,
);
const REIGNS = statement(
  'models_reigns',
  `SELECT model_version_id AS model, cause = 'rollback' AS rollback, recorded_at AS at FROM model_event
    WHERE to_stage = 'CHAMPION' ORDER BY id`,
);

/** The existing ones of the model versions. */
export function readModelVersions(session: Session, ids: readonly number[]): Promise<ModelVersionRow[]> {
  return session.rows<ModelVersionRow>(BY_IDS, [ids]);
}

/** The model's errors on held-out examples (true x predicted), or null when there is no such model. */
export async function readConfusion(
  session: Session,
  id: number,
): Promise<readonly (readonly number[])[] | null> {
  const [row] = await session.rows<{ confusion: number[][] | null }>(CONFUSION, [id]);
  return row?.confusion ?? null;
}

/** SHA-256 of the artefact, as registered; null for an unregistered model. */
export async function readModelKey(session: Session, id: number): Promise<string | null> {
  const [row] = await session.rows<{ key: string | null }>(KEY, [id]);
  return row?.key ?? null;
}

/** All models that were ever registered, oldest first. */
export function readRegistry(session: Session): Promise<RegisteredModel[]> {
  return session.rows<RegisteredModel>(REGISTERED, []);
}

/** The artefact of that model version as stored, or null. */
export async function readArtefact(session: Session, id: number): Promise<unknown> {
  const [row] = await session.rows<{ artefact: unknown }>(ARTEFACT, [id]);
  return row?.artefact ?? null;
}

/**
 * The champion's version and its confusion (true x predicted, on held-out examples), or null before there is
 * one.
 */
export async function readChampion(
  session: Session,
): Promise<{ readonly id: number; readonly confusion: readonly (readonly number[])[] } | null> {
  const [row] = await session.rows<{ id: number; confusion: number[][] }>(CHAMPION, []);
  return row ?? null;
}

/** Who reigns, since when, and which version a rollback would return to. */
export interface Reign {
  readonly champion: number | null;
  readonly since: Date | null;
  readonly previous: number | null;
}

/** The present reign by what was recorded. A rollback undoes the last reign; the one before it is then the current one. */
export async function readReign(session: Session): Promise<Reign> {
  const reigns: number[] = [];
  let since: Date | null = null;
  for (const { model, rollback: back, at } of await session.rows<{
    model: number;
    rollback: boolean;
    at: Date;
  }>(REIGNS, [])) {
    if (back) reigns.pop();
    else reigns.push(model);
    since = at;
  }
  return { champion: reigns.at(-1) ?? null, since, previous: reigns.at(-2) ?? null };
}
