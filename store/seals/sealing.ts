import type { HashedNode } from '../../domain/seals/merkle.ts';
import type { Manifest, SignedCheckpoint } from '../../domain/seals/seal.ts';
import type { KeptLeaf } from '../../domain/seals/seal-match.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { followerPosition } from '../journal/journal.ts';
import { type RollupRef, rollupParameters } from './seal-facts.ts';
import type { SealRow } from './seals.ts';

/** A rollup that changed according to the journal. */
export interface Touched {
  readonly hour: number;
  readonly cellId: number;
  readonly model: number;
  /** Journal positions: "transaction.position". */
  readonly firstEntry: string;
  readonly lastEntry: string;
  readonly firstTouched: Date;
  readonly lastTouched: Date;
}

const NOTE = statement(
  'sealing_note',
  `INSERT INTO seal_pending AS p (cell_id, model_version_id, bucket, first_entry, last_entry, first_touched, last_touched)
    SELECT t."cellId", t.model, to_timestamp(t.hour::float8 * 3600), t."firstEntry", t."lastEntry", t."firstTouched", t."lastTouched"
    FROM json_to_recordset($1::json) AS t ("cellId" integer, model integer, hour integer, "firstEntry" text, "lastEntry" text,
      "firstTouched" timestamptz, "lastTouched" timestamptz)
    ORDER BY 1, 2, 3
    ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET last_entry = excluded.last_entry,
      last_touched = greatest(p.last_touched, excluded.last_touched), refused = NULL`,
);

/** Records rollups as touched, each once. */
export async function noteTouched(session: Session, touched: readonly Touched[]): Promise<void> {
  if (touched.length > 0) await session.rows(NOTE, [JSON.stringify(touched)]);
}

/** Along the key, in one pass of either index. */
const NOTE_ALL = statement(
  'sealing_note_all',
  `INSERT INTO seal_pending AS p (cell_id, model_version_id, bucket, first_entry, last_entry, first_touched, last_touched)
    SELECT cell_id, model_version_id, bucket, $1, $2, now(), now() FROM (
      (SELECT cell_id, model_version_id, bucket FROM rollup_hour
        WHERE (cell_id, model_version_id, bucket) > ($3::integer, $4::integer, $5::timestamptz) ORDER BY 1, 2, 3 LIMIT $6)
      UNION
      (SELECT DISTINCT cell_id, model_version_id, bucket FROM seal
        WHERE (cell_id, model_version_id, bucket) > ($3::integer, $4::integer, $5::timestamptz) ORDER BY 1, 2, 3 LIMIT $6)
      ORDER BY 1, 2, 3 LIMIT $6) known
    ORDER BY 1, 2, 3
    ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET last_entry = excluded.last_entry,
      last_touched = excluded.last_touched, refused = NULL
    RETURNING cell_id AS "cellId", model_version_id AS model, bucket`,
);
const NOTED_AT_ONCE = 5_000;

/** A rollup, in key order. */
export interface RollupPlace {
  readonly cellId: number;
  readonly model: number;
  readonly bucket: Date;
}

export const BEFORE_ALL: RollupPlace = { cellId: -1, model: 0, bucket: new Date(0) };

/**
 * Records rollups after that place as touched between the two entries, because the entries that would say which
 * are gone. Returns the last one recorded, null if there was none. Idempotent.
 */
export async function noteSomeTouched(
  session: Session,
  [firstEntry, lastEntry]: readonly [string, string],
  { cellId, model, bucket }: RollupPlace,
  limit = NOTED_AT_ONCE,
): Promise<RollupPlace | null> {
  const noted = await session.rows<RollupPlace>(NOTE_ALL, [
    firstEntry,
    lastEntry,
    cellId,
    model,
    bucket,
    limit,
  ]);
  return noted.sort(byPlace).at(-1) ?? null;
}

const byPlace = (a: RollupPlace, b: RollupPlace) =>
  a.cellId - b.cellId || a.model - b.model || a.bucket.getTime() - b.bucket.getTime();

/** A rollup that may be sealed now. */
export interface ClosedRollup extends RollupRef {
  readonly firstEntry: string;
  readonly lastEntry: string;
  readonly firstTouched: Date;
  readonly lastTouched: Date;
  readonly modelKey: string | null;
  readonly featureSet: string | null;
}

/** When a rollup is closed: by its hour, and by the time since it was last touched. */
export interface Closing {
  /** Hours that begin at this moment or earlier. Epoch milliseconds, like everything here. */
  readonly bucketUntil: number;
  readonly lastTouchedUntil: number;
  /** Continuously touched ones are sealed once the first touch is this long ago. */
  readonly firstTouchedUntil: number;
  /** About as many responses at once, but at least one rollup. */
  readonly responses: number;
}

const CLAIM = statement(
  'sealing_claim',
  `DELETE FROM seal_pending d USING (
      SELECT p.cell_id, p.model_version_id, p.bucket, c.key AS cell, v.key AS model_key, v.feature_set_key,
        sum(coalesce(r.n, 0) + 1) OVER (ORDER BY p.bucket, p.cell_id, p.model_version_id) - coalesce(r.n, 0) - 1 AS before
      FROM (SELECT * FROM seal_pending WHERE bucket <= $1 AND (last_touched <= $2 OR first_touched <= $3) AND refused IS NULL
          ORDER BY bucket, cell_id, model_version_id LIMIT $5) p
        JOIN cell c ON c.id = p.cell_id JOIN model_version v ON v.id = p.model_version_id
        LEFT JOIN rollup_hour r USING (cell_id, model_version_id, bucket)
    ) closed
    WHERE d.cell_id = closed.cell_id AND d.model_version_id = closed.model_version_id AND d.bucket = closed.bucket
      AND closed.before < $4
    RETURNING floor(extract(epoch FROM d.bucket) / 3600)::integer AS hour, d.cell_id AS "cellId", closed.cell,
      d.model_version_id AS model, d.first_entry AS "firstEntry", d.last_entry AS "lastEntry",
      d.first_touched AS "firstTouched", d.last_touched AS "lastTouched", closed.model_key AS "modelKey",
      closed.feature_set_key AS "featureSet"`,
);

/** Takes closed rollups from the pending ones; a rollback returns them. */
export function claimClosed(session: Session, closing: Closing): Promise<ClosedRollup[]> {
  const { bucketUntil, lastTouchedUntil, firstTouchedUntil, responses } = closing;
  const times = [bucketUntil, lastTouchedUntil, firstTouchedUntil].map((time) => new Date(time));
  return session.rows<ClosedRollup>(CLAIM, [...times, responses, responses]);
}

/** The follower of the journal that seals. */
export const SEALER = 'sealer';

const LAST_ENTRIES = statement(
  'sealing_last_entries',
  `SELECT touched.hour, touched."cellId", touched.model,
      (array_agg(touched.xact || '.' || touched.position ORDER BY touched.xact DESC, touched.position DESC))[1] AS entry
    FROM (SELECT (d->>1)::integer AS hour, (d->>0)::integer AS "cellId", j.xact, j.position,
        CASE j.kind WHEN 'predictions' THEN (j.payload->>'model')::integer ELSE 0 END AS model
      FROM journal j, jsonb_array_elements(j.payload->'deltas') d
      WHERE (j.xact, j.position) > ($1::bigint, $2::bigint) AND j.kind IN ('responses', 'predictions')) touched
    JOIN unnest($3::timestamptz[], $4::integer[], $5::integer[]) AS given (bucket, cell, model) ON given.cell = touched."cellId"
      AND given.model = touched.model AND given.bucket = to_timestamp(touched.hour::float8 * 3600)
    GROUP BY 1, 2, 3`,
);

/**
 * The last committed entry that touched each of the closed rollups: facts are read as they are, and may be
 * further than the follower has come. Call it after the facts were read.
 */
export async function lastEntriesOf(
  session: Session,
  closed: readonly ClosedRollup[],
): Promise<Map<ClosedRollup, string>> {
  const at = await followerPosition(session, SEALER);
  type Row = Pick<RollupRef, 'hour' | 'cellId' | 'model'> & { readonly entry: string };
  const parameters = [at.xact, at.position, ...rollupParameters(closed)];
  const rows = await session.rows<Row>(LAST_ENTRIES, parameters);
  const key = ({ hour, cellId, model }: Pick<RollupRef, 'hour' | 'cellId' | 'model'>) =>
    `${hour} ${cellId} ${model}`;
  const entries = new Map(rows.map((row) => [key(row), row.entry]));
  return new Map(closed.map((rollup) => [rollup, entries.get(key(rollup)) ?? rollup.lastEntry]));
}

const REFUSE = statement(
  'sealing_refuse',
  `INSERT INTO seal_pending (cell_id, model_version_id, bucket, first_entry, last_entry, first_touched, last_touched, refused)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET refused = excluded.refused`,
);

/** Puts a rollup back, not to be sealed until it is touched again. */
export async function refuse(session: Session, rollup: ClosedRollup, reason: string): Promise<void> {
  const { hour, cellId, model, firstEntry, lastEntry, firstTouched, lastTouched } = rollup;
  const bucket = new Date(hour * HOUR_MS);
  await session.rows(REFUSE, [
    cellId,
    model,
    bucket,
    firstEntry,
    lastEntry,
    firstTouched,
    lastTouched,
    reason,
  ]);
}

const LATEST = statement(
  'sealing_latest',
  `SELECT DISTINCT ON (s.cell_id, s.model_version_id, s.bucket) s.id, s.cell_id AS "cellId", s.model_version_id AS model,
      floor(extract(epoch FROM s.bucket) / 3600)::integer AS hour, s.revision, s.why, s.manifest, s.hash
    FROM unnest($1::timestamptz[], $2::integer[], $3::integer[]) AS given (bucket, cell, model)
      JOIN seal s ON s.cell_id = given.cell AND s.model_version_id = given.model AND s.bucket = given.bucket
    ORDER BY s.cell_id, s.model_version_id, s.bucket, s.revision DESC`,
);

/** The newest seal of each of the rollups that has one. */
export function readLatestSeals(session: Session, rollups: readonly RollupRef[]): Promise<SealRow[]> {
  return session.rows<SealRow>(LATEST, rollupParameters(rollups));
}

/** A new revision and its leaves in order. */
export interface NewSeal extends Omit<SealRow, 'why' | 'revision'> {
  readonly content: Manifest;
  readonly leaves: readonly KeptLeaf[];
}

const INSERT_SEALS = statement(
  'sealing_insert_seals',
  `INSERT INTO seal (id, bucket, cell_id, model_version_id, revision, why, manifest, hash, recorded_at)
    SELECT id, to_timestamp(hour::float8 * 3600), "cellId", model, revision, why, manifest, hash, at
    FROM json_to_recordset($1::json) AS s (id bigint, hour integer, "cellId" integer, model integer, revision integer, why text,
      manifest text, hash text, at timestamptz)`,
);
const INSERT_LEAVES = statement(
  'sealing_insert_leaves',
  `INSERT INTO seal_leaf (seal_id, place, hash, response_id, salt, origin)
    SELECT s, p, decode(h, 'hex'), r, decode(t, 'hex'), o
    FROM json_to_recordset($1::json) AS l (s bigint, p integer, h text, r uuid, t text, o text)`,
);
const INSERT_NODES = statement(
  'sealing_insert_nodes',
  `INSERT INTO seal_node (level, place, hash)
    SELECT * FROM json_to_recordset($1::json) AS n (level smallint, place bigint, hash text)`,
);
const INSERT_CHECKPOINT = statement(
  'sealing_insert_head',
  'INSERT INTO seal_head (size, body, signature) VALUES ($1, $2, $3)',
);

/** Adds seals with their leaves, their nodes of the log, and the checkpoint after them. */
export async function insertSeals(
  session: Session,
  seals: readonly NewSeal[],
  nodes: readonly HashedNode[],
  checkpoint: SignedCheckpoint,
): Promise<void> {
  const rows = seals.map(({ leaves: _, content, ...row }) => ({
    ...row,
    revision: content.revision,
    why: content.why,
    at: content.sealedAt,
  }));
  await session.rows(INSERT_SEALS, [JSON.stringify(rows)]);
  const leaves = seals.flatMap(({ id, leaves: list }) =>
    list.map(({ hash, responseId, salt, origin }, place) => ({
      s: id,
      p: place,
      h: hash,
      r: responseId,
      t: salt,
      o: origin,
    })),
  );
  await session.rows(INSERT_LEAVES, [JSON.stringify(leaves)]);
  await session.rows(INSERT_NODES, [JSON.stringify(nodes)]);
  await session.rows(INSERT_CHECKPOINT, [checkpoint.size, checkpoint.body, checkpoint.signature]);
}

const UNPUBLISHED = statement(
  'sealing_unpublished',
  'SELECT size, body, signature FROM seal_head WHERE NOT published ORDER BY size',
);
const PUBLISHED = statement(
  'sealing_published',
  'UPDATE seal_head SET published = true WHERE size = ANY ($1::bigint[])',
);

/** Checkpoints that are not in the outside file yet, oldest first. */
export function readUnpublished(session: Session): Promise<SignedCheckpoint[]> {
  return session.rows<SignedCheckpoint>(UNPUBLISHED, []);
}

/** Records that the outside file has them. */
export async function markPublished(
  session: Session,
  checkpoints: readonly SignedCheckpoint[],
): Promise<void> {
  if (checkpoints.length > 0) await session.rows(PUBLISHED, [checkpoints.map(({ size }) => size)]);
}
