import type { Confusion, InferredPart } from '../../domain/models/quantification.ts';
import { type Counts, ZERO } from '../../domain/nps/nps.ts';
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
  /** The version that reads other languages beside it; null where it reads alone. */
  readonly companion: number | null;
  /** The versions that it is the companion of; its own stage says nothing of these. */
  readonly companionOf: readonly Pick<RegisteredModel, 'id' | 'stage'>[];
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
  `SELECT id, label, recorded_at AS "recordedAt", key, stage, companion_id AS companion, trained_at AS "trainedAt",
      artefact->'encoder'->>'name' AS "encoderName", artefact->'encoder'->>'hash' AS "encoderHash",
      coalesce(artefact->'languages', '[]') AS languages, artefact->'evaluation' AS evaluation,
      coalesce((SELECT json_agg(json_build_object('id', o.id, 'stage', o.stage) ORDER BY o.id) FROM model_version o
        WHERE o.companion_id = m.id), '[]') AS "companionOf"
    FROM model_version m WHERE id > 0 ORDER BY id`,
);
const ARTEFACT = statement('models_artefact', 'SELECT artefact FROM model_version WHERE id = $1');
const PARTS = `SELECT p.id, p.artefact->'confusion' AS confusion
    FROM model_version m JOIN model_version p ON p.id IN (m.id, m.companion_id)`;
const CHAMPION = statement('models_champion', `${PARTS} WHERE m.stage = 'CHAMPION' ORDER BY p.id <> m.id`);
const PARTS_OF = statement('models_parts', `${PARTS} WHERE m.id = $1 ORDER BY p.id <> m.id`);
const SAME = statement(
  'models_same_heads',
  `SELECT coalesce(a.artefact->'encoder' = b.artefact->'encoder' AND a.artefact->'heads' = b.artefact->'heads', false) AS same
    FROM model_version a, model_version b WHERE a.id = $1 AND b.id = $2`,
);
const REIGNS = statement(
  'models_reigns',
  `SELECT model_version_id AS model, cause = 'rollback' AS rollback, recorded_at AS at FROM model_event
    WHERE to_stage = 'CHAMPION' ORDER BY id`,
);

/** Two versions with equal heads predict the same (SAME). */
const heads = (version: string) =>
  `md5((${version}.artefact->>'encoder') || (${version}.artefact->>'heads'))`;
const REIGNING_HEADS = statement(
  'models_reigning_heads',
  `SELECT ${heads('m')} AS own, ${heads('c')} AS beside, e.cause = 'rollback' AS rollback, e.recorded_at AS at
    FROM model_event e JOIN model_version m ON m.id = e.model_version_id LEFT JOIN model_version c ON c.id = m.companion_id
    WHERE e.to_stage = 'CHAMPION' ORDER BY e.id`,
);

/** The existing ones of the model versions. */
export function readModelVersions(session: Session, ids: readonly number[]): Promise<ModelVersionRow[]> {
  return session.rows<ModelVersionRow>(BY_IDS, [ids]);
}

/** A version that reads some of the texts: it stores what it infers under its own id. */
export interface ModelPart {
  readonly id: number;
  /** Its errors on held-out examples (true x predicted); null if it states none. */
  readonly confusion: Confusion | null;
}

/** Counts of each part with its known errors; none if one of them states none. */
export function inferredParts(parts: readonly ModelPart[], counts: readonly Counts[]): InferredPart[] {
  const inferred = parts.flatMap(({ confusion }, i) =>
    confusion ? [{ counts: counts[i] ?? ZERO, confusion }] : [],
  );
  return inferred.length === parts.length ? inferred : [];
}

/** The ids under which they store what they infer. */
export const idsOf = (parts: readonly ModelPart[]): number[] => parts.map(({ id }) => id);

/** What reads under the name of that version: itself, then its companion if it has one. None if there is no such version. */
export function readModelParts(session: Session, id: number): Promise<ModelPart[]> {
  return session.rows<ModelPart>(PARTS_OF, [id]);
}

/** What a model version reads for: the champion or a shadow, as itself or as the companion of one; else its own stage. */
export function stageInUse({ stage, companionOf }: RegisteredModel): ModelStage {
  const stages = [stage, ...companionOf.map((one) => one.stage)];
  return (['CHAMPION', 'SHADOW'] as const).find((one) => stages.includes(one)) ?? stage;
}

/** Whether the model version scores new responses: the champion, shadows, and the companions of these. */
export function isInUse(model: RegisteredModel): boolean {
  return ['CHAMPION', 'SHADOW'].includes(stageInUse(model));
}

/** Whether both predict the same of a text that both read: a pair has the heads of the versions that it was made of. */
export async function predictTheSame(session: Session, one: number, other: number): Promise<boolean> {
  const [row] = await session.rows<{ same: boolean }>(SAME, [one, other]);
  return row?.same ?? false;
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

/** The model version that counts, and what reads under its name. */
export interface Champion {
  readonly id: number;
  /** Itself, then its companion if it has one. */
  readonly parts: readonly ModelPart[];
}

/** Null before there is one. */
export async function readChampion(session: Session): Promise<Champion | null> {
  const parts = await session.rows<ModelPart>(CHAMPION, []);
  return parts[0] ? { id: parts[0].id, parts } : null;
}

/** Who reigns, since when, and which version a rollback would return to. */
export interface Reign {
  readonly champion: number | null;
  readonly since: Date | null;
  readonly previous: number | null;
}

/** Since when the heads that the champion, and its companion, predict with have counted without a break; null: it has none. */
export interface PartsSince {
  readonly champion: Date | null;
  readonly companion: Date | null;
}

/** As `readReign`; a champion that another one follows with the same heads, beside another companion, counts as one. */
export async function readPartsSince(session: Session): Promise<PartsSince> {
  interface Heads {
    readonly own: string;
    readonly beside: string | null;
  }
  const reigns: Heads[] = [];
  let last: Heads | undefined;
  let since: PartsSince = { champion: null, companion: null };
  for (const { rollback: back, at, ...heads } of await session.rows<Heads & { rollback: boolean; at: Date }>(
    REIGNING_HEADS,
    [],
  )) {
    if (back) reigns.pop();
    else reigns.push(heads);
    const now = reigns.at(-1);
    const beside = now?.beside ?? null;
    since = {
      champion: now?.own === last?.own ? since.champion : at,
      companion: beside === null ? null : beside === last?.beside ? since.companion : at,
    };
    last = now;
  }
  return since;
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
