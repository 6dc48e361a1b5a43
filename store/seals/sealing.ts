import type { HashedNode } from '../../domain/seals/merkle.ts';
import type { Manifest, SignedCheckpoint } from '../../domain/seals/seal.ts';
import type { KeptLeaf } from '../../domain/seals/seal-match.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { JournalPosition } from '../journal/journal.ts';
import type { ClosedRollup } from './closed-rollups.ts';
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
 * further than the follower had come (`from`) before the rollups were read. Call it after the facts were read.
 */
export async function lastEntriesOf(
  session: Session,
  closed: readonly ClosedRollup[],
  from: JournalPosition,
): Promise<Map<ClosedRollup, string>> {
  type Row = Pick<RollupRef, 'hour' | 'cellId' | 'model'> & { readonly entry: string };
  const parameters = [from.xact, from.position, ...rollupParameters(closed)];
  const rows = await session.rows<Row>(LAST_ENTRIES, parameters);
  const key = ({ hour, cellId, model }: Pick<RollupRef, 'hour' | 'cellId' | 'model'>) =>
    `${hour} ${cellId} ${model}`;
  const entries = new Map(rows.map((row) => [key(row), row.entry]));
  return new Map(closed.map((rollup) => [rollup, entries.get(key(rollup)) ?? rollup.lastEntry]));
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

/** What one batch adds to the log: rows as JSON. */
export interface Addition {
  readonly seals: string;
  readonly leaves: string;
  readonly nodes: string;
  /** Of the log with them. */
  readonly checkpoint: SignedCheckpoint;
}

/** Seals with their leaves, their nodes of the log, and the checkpoint after them, written as JSON before anything is locked. */
export function additionOf(
  seals: readonly NewSeal[],
  nodes: readonly HashedNode[],
  checkpoint: SignedCheckpoint,
): Addition {
  const rows = seals.map(({ leaves: _, content, ...row }) => ({
    ...row,
    revision: content.revision,
    why: content.why,
    at: content.sealedAt,
  }));
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
  return {
    seals: JSON.stringify(rows),
    leaves: JSON.stringify(leaves),
    nodes: JSON.stringify(nodes),
    checkpoint,
  };
}

/** Adds the seals to the log. */
export async function insertSeals(
  session: Session,
  { seals, leaves, nodes, checkpoint }: Addition,
): Promise<void> {
  await session.rows(INSERT_SEALS, [seals]);
  await session.rows(INSERT_LEAVES, [leaves]);
  await session.rows(INSERT_NODES, [nodes]);
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
