import type { Scope } from '../../domain/access/scope.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { OwnerSession, ScopedSession, Store } from '../database/client.ts';
import { lateralPredictions } from '../database/lateral-join.ts';
import { hold, type Lease } from '../database/lease.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { EncryptedComment } from '../encryption/subject-rows.ts';

/** A response with text, as a model reads it. */
export interface ScorableResponse {
  readonly id: string;
  readonly answeredAt: Date;
  readonly cellId: number;
  readonly mappingVersionId: number;
  readonly comment: string;
  /** 0 detractor, 1 passive, 2 promoter; null without a surveyed score. */
  readonly class: 0 | 1 | 2 | null;
  /** Identifies the version of the response that was read. */
  readonly contentHash: string;
}

/** The dependencies of reading texts of responses. */
export interface TextDeps {
  readonly store: OwnerSession;
  readonly encryption: SubjectEncryption;
}

type EncryptedText = Omit<ScorableResponse, 'comment'> & EncryptedComment;

/** One model version's prediction for one response; probabilities in millionths. */
export interface PredictionRow {
  readonly responseId: string;
  readonly answeredAt: Date;
  readonly cellId: number;
  readonly modelVersionId: number;
  readonly mappingVersionId: number;
  readonly surveyed: boolean;
  readonly class: number | null;
  readonly detractor: number;
  readonly passive: number;
  readonly promoter: number;
  readonly sentiment: number | null;
  readonly negative: number;
  readonly neutral: number;
  readonly positive: number;
  readonly themes: readonly number[];
  readonly uncertainty: number;
  readonly abstained: string | null;
  readonly featuresHash: string;
  /** Of the text; null in predictions older than the monitors, and `language` if undetected. */
  readonly words: number | null;
  readonly tokens: number | null;
  readonly unknownTokens: number | null;
  readonly language: string | null;
}

const TEXTS = statement(
  'predictions_texts',
  `SELECT r.id, r.answered_at AS "answeredAt", r.cell_id AS "cellId", r.mapping_version_id AS "mappingVersionId",
      r.comment, r.class, r.subject_id AS "subjectId", r.source_event_id AS "sourceEventId", k.content_hash AS "contentHash"
    FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    WHERE k.id = ANY ($1::uuid[]) AND r.comment IS NOT NULL ORDER BY r.id`,
);
const KNOWN = statement(
  'predictions_known',
  `SELECT p.response_id AS id FROM prediction p JOIN response_key k ON k.id = p.response_id AND k.answered_at = p.answered_at
    WHERE p.response_id = ANY ($1::uuid[]) AND p.model_version_id = $2`,
);
/** Correcting or deleting a response locks its key: until then what was read still holds. */
const HOLD = statement(
  'predictions_hold',
  `SELECT id, content_hash AS "contentHash" FROM response_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE`,
);
const STILL_THERE = statement(
  'predictions_still_there',
  `SELECT r.id FROM response r JOIN json_to_recordset($1::json) AS p ("responseId" uuid, "answeredAt" timestamptz, "cellId" integer)
    ON r.id = p."responseId" AND r.answered_at = p."answeredAt" AND r.cell_id = p."cellId"`,
);
const INSERT = statement(
  'predictions_insert',
  `INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed, class,
      detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, abstained, features_hash,
      words, tokens, unknown_tokens, language, predicted_at, surveyed_class)
    SELECT p."responseId", p."answeredAt", p."cellId", p."modelVersionId", p."mappingVersionId", p.surveyed, p.class,
      p.detractor, p.passive, p.promoter, p.sentiment, p.negative, p.neutral, p.positive,
      ARRAY(SELECT jsonb_array_elements_text(p.themes)::integer), p.uncertainty, p.abstained, p."featuresHash",
      p.words, p.tokens, p."unknownTokens", p.language, now(),
      (SELECT r.class FROM response r WHERE r.id = p."responseId" AND r.answered_at = p."answeredAt")
    FROM json_to_recordset($1::json) AS p ("responseId" uuid, "answeredAt" timestamptz, "cellId" integer,
      "modelVersionId" integer, "mappingVersionId" integer, surveyed boolean, class smallint, detractor integer,
      passive integer, promoter integer, sentiment smallint, negative integer, neutral integer, positive integer,
      themes jsonb, uncertainty integer, abstained text, "featuresHash" text,
      words integer, tokens smallint, "unknownTokens" smallint, language text)
    ORDER BY p."responseId" ON CONFLICT DO NOTHING RETURNING response_id`,
);
const BY_RESPONSES = statement(
  'predictions_by_responses',
  `SELECT p.response_id AS "responseId", p.answered_at AS "answeredAt", p.cell_id AS "cellId",
      p.model_version_id AS "modelVersionId", p.mapping_version_id AS "mappingVersionId", p.surveyed, p.class, p.detractor,
      p.passive, p.promoter, p.sentiment, p.negative, p.neutral, p.positive, p.themes, p.uncertainty, p.abstained,
      p.features_hash AS "featuresHash", p.words, p.tokens, p.unknown_tokens AS "unknownTokens", p.language
    FROM response_key k
      ${lateralPredictions('k', 'p', 'it.model_version_id = ANY ($2::integer[])')}
    WHERE k.id = ANY ($1::uuid[])`,
);

/** The responses that have text and no prediction by that model yet. */
export async function readUnscored(
  deps: TextDeps,
  ids: readonly string[],
  modelVersionId: number,
): Promise<ScorableResponse[]> {
  const rows = await deps.store.rows<EncryptedText>(TEXTS, [ids]);
  if (rows.length === 0) return [];
  const withText = rows.map(({ id }) => id);
  const known = await deps.store.rows<{ id: string }>(KNOWN, [withText, modelVersionId]);
  const scored = new Set(known.map(({ id }) => id));
  return openScorable(
    deps,
    rows.filter(({ id }) => !scored.has(id)),
  );
}

/** The responses of those ids that have text. */
export async function readScorable(deps: TextDeps, ids: readonly string[]): Promise<ScorableResponse[]> {
  return openScorable(deps, await deps.store.rows<EncryptedText>(TEXTS, [ids]));
}

async function openScorable(deps: TextDeps, rows: readonly EncryptedText[]): Promise<ScorableResponse[]> {
  const opened = await openTexts(deps, rows);
  if (opened.length === rows.length) return opened;
  // Erased meanwhile, or a shared key was replaced between text and key: only the former stays unread.
  const found = new Set(opened.map(({ id }) => id));
  const missed = rows.map(({ id }) => id).filter((id) => !found.has(id));
  return [...opened, ...(await openTexts(deps, await deps.store.rows<EncryptedText>(TEXTS, [missed])))];
}

/** Without those that were erased while being read. */
async function openTexts<Row extends EncryptedText>({ encryption }: TextDeps, rows: readonly Row[]) {
  const opened = await encryption.openComments(rows);
  return opened.flatMap(({ comment, respondent: _respondent, ...row }) =>
    comment === null ? [] : [{ ...row, comment }],
  );
}

/**
 * Stores predictions of responses that have not changed since they were read, each once; returns how many were
 * new. The triggers add them to the rollups of their model version.
 */
export function storePredictions(
  store: Store,
  predictions: readonly (PredictionRow & { readonly contentHash: string })[],
  lease: Lease,
): Promise<number> {
  if (predictions.length === 0) return Promise.resolve(0);
  return store.transaction(async (session) => {
    await hold(session, lease);
    const held = await session.rows<{ id: string; contentHash: string }>(HOLD, [
      predictions.map(({ responseId }) => responseId),
    ]);
    const contents = new Map(held.map(({ id, contentHash }) => [id, contentHash]));
    const unchanged = predictions.filter(
      ({ responseId, contentHash }) => contents.get(responseId) === contentHash,
    );
    const places = unchanged.map(({ responseId, answeredAt, cellId }) => ({
      responseId,
      answeredAt,
      cellId,
    }));
    const there = await session.rows<{ id: string }>(STILL_THERE, [JSON.stringify(places)]);
    const present = new Set(there.map(({ id }) => id));
    const rows = unchanged.filter(({ responseId }) => present.has(responseId));
    if (rows.length === 0) return 0;
    return (await session.rows(INSERT, [JSON.stringify(rows)])).length;
  });
}

/**
 * What those model versions predict for the responses, as far as the caller may see it: of a version and its companion, one row
 * at most for each response.
 */
export async function readPredictions(
  deps: { readonly store: ScopedSession; readonly cells: CellDictionary },
  scope: Scope,
  responseIds: readonly string[],
  modelVersionIds: readonly number[],
): Promise<PredictionRow[]> {
  const rows = await deps.store.rows<PredictionRow>(BY_RESPONSES, [responseIds, modelVersionIds]);
  return rows.filter(({ cellId }) => {
    const cell = deps.cells.get(cellId);
    return cell !== undefined && scope.allows('readPrediction', cell);
  });
}

/**
 * A correction by reviewers replaces the respondent's number, or supplies one. The verdict that closed the
 * newest review counts: its last one, with which enough people had decided alike.
 */
const LABELLED = statement(
  'predictions_labelled',
  `SELECT id, "answeredAt", "cellId", "mappingVersionId", comment, class, corrected, "subjectId", "sourceEventId", "contentHash" FROM (
      SELECT found.*, sum(octet_length(comment)) OVER (ORDER BY "answeredAt" DESC, id DESC) AS bytes FROM (
      SELECT r.id, r.answered_at AS "answeredAt", r.cell_id AS "cellId", r.mapping_version_id AS "mappingVersionId", r.comment,
        coalesce(c.class, r.class) AS class, c.class IS NOT NULL AS corrected, r.subject_id AS "subjectId", r.source_event_id AS "sourceEventId",
        k.content_hash AS "contentHash"
      FROM response r JOIN response_key k ON k.id = r.id AND k.answered_at = r.answered_at
        LEFT JOIN (SELECT DISTINCT ON (v.response_id) v.response_id, CASE d.verdict WHEN 'CORRECTED' THEN d.class END AS class
          FROM review v JOIN review_decision d ON d.review_id = v.id WHERE v.decided_at IS NOT NULL
          ORDER BY v.response_id, v.decided_at DESC, d.id DESC) c ON c.response_id = r.id
      WHERE (r.class IS NOT NULL OR c.class IS NOT NULL) AND r.comment IS NOT NULL AND r.answered_at < $1
        AND ($3::integer IS NULL OR EXISTS (SELECT FROM prediction p
          WHERE p.response_id = r.id AND p.model_version_id = $3 AND p.answered_at = r.answered_at))
      ORDER BY r.answered_at DESC, r.id DESC LIMIT $2) found
    ) newest WHERE bytes <= $4 ORDER BY "answeredAt", id`,
);

/** Encrypted texts that a training holds at once; 20,000 of usual length have a tenth of that. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A response with a label for its text. */
export interface LabelledResponse extends ScorableResponse {
  /** Whether a review decided the label. */
  readonly corrected: boolean;
}

/**
 * The newest responses answered before `until` that have text and a class, oldest first: the reviewed class,
 * else the respondent's own. `readBy`: only those that this model version has read. As many as have `mostBytes` of text.
 */
export async function readLabelled(
  deps: TextDeps,
  until: Date,
  limit: number,
  readBy: number | null = null,
  mostBytes = MOST_BYTES,
): Promise<LabelledResponse[]> {
  const parameters = [until, limit, readBy, mostBytes];
  return openTexts(deps, await deps.store.rows<EncryptedText & { corrected: boolean }>(LABELLED, parameters));
}
