import type { SignedCheckpoint } from '../../domain/seals/seal.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/*
 * Reads the log of seals as a whole, page by page. Texts are hashed and compared inside the database: a page
 * returns one row. A database that lies about its own hashes is detected by the roots, which are computed here
 * and signed.
 */

/**
 * Whether a seal's columns match its manifest. A manifest is canonical JSON (RFC 8785), so positions in it are
 * known, and finding a text costs less than parsing.
 */
const SOUND = `coalesce(encode(sha256('\\x00'::bytea || convert_to(s.manifest, 'UTF8')), 'hex') = s.hash
  AND strpos(s.manifest, '"revision":' || s.revision || ',"rollup":"Rollup:' || to_char(s.bucket AT TIME ZONE 'UTC', 'YYYYMMDDHH24')
    || ':' || c.key || ':' || s.model_version_id || '","root":"') > 0
  AND date_trunc('hour', s.bucket, 'UTC') = s.bucket
  AND strpos(s.manifest, '"sealedAt":"' || to_char(s.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"') > 0
  AND date_trunc('milliseconds', s.recorded_at) = s.recorded_at
  AND right(s.manifest, length(s.why) + 10) = ',"why":"' || s.why || '"}', false)`;

const PAGE = statement(
  'log_page',
  `SELECT count(*)::integer AS seals, coalesce(string_agg(hash, '' ORDER BY id), '') AS hashes,
      min(id) FILTER (WHERE NOT sound) AS unsound
    FROM (SELECT s.id, s.hash, ${SOUND} AS sound FROM seal s LEFT JOIN cell c ON c.id = s.cell_id
      WHERE s.id >= $1 AND s.id < $2) page`,
);

/** A page of the log. */
export interface LogPage {
  readonly seals: number;
  /** Hex, concatenated in the order of their places. */
  readonly hashes: string;
  /** The first seal that is not what was hashed, or whose columns differ from its manifest. */
  readonly unsound: number | null;
}

/** The seals whose places are between the two; `until` exclusive. */
export async function readLogPage(session: Session, from: number, until: number): Promise<LogPage> {
  const [page] = await session.rows<LogPage>(PAGE, [from, until]);
  return page ?? { seals: 0, hashes: '', unsound: null };
}

const MISSING = statement(
  'log_missing',
  `SELECT min(place) AS place FROM generate_series($1::bigint, $2::bigint - 1) place
    WHERE NOT EXISTS (SELECT FROM seal s WHERE s.id = place)`,
);
const OUTSIDE = statement(
  'log_outside',
  `SELECT min(id) AS place FROM seal WHERE id < 0 OR id >= (SELECT coalesce(max(size), 0) FROM seal_head)`,
);

/** The first place between the two without a seal, or null. */
export async function findMissingPlace(
  session: Session,
  from: number,
  until: number,
): Promise<number | null> {
  const [row] = await session.rows<{ place: number | null }>(MISSING, [from, until]);
  return row?.place ?? null;
}

/** The first seal that no checkpoint covers, or null. */
export async function findSealOutside(session: Session): Promise<number | null> {
  const [row] = await session.rows<{ place: number | null }>(OUTSIDE, []);
  return row?.place ?? null;
}

const PLACED = statement(
  'log_placed',
  `SELECT c.key AS cell, s.model_version_id AS model, floor(extract(epoch FROM s.bucket) / 3600)::integer AS hour
    FROM seal s LEFT JOIN cell c ON c.id = s.cell_id WHERE s.id = $1`,
);

/** Which rollup the columns of the seal at that place name; null if there is none, or no known one. */
export async function readPlaced(
  session: Session,
  place: number,
): Promise<{ readonly cell: string; readonly model: number; readonly hour: number } | null> {
  const [row] = await session.rows<{ cell: string | null; model: number; hour: number }>(PLACED, [place]);
  if (!row?.cell || Math.abs(row.hour * HOUR_MS) > 8.64e15) return null;
  return { ...row, cell: row.cell };
}

const BEFORE = statement(
  'log_head_before',
  'SELECT size, body, signature FROM seal_head WHERE size < $1 ORDER BY size DESC LIMIT 1',
);
const CHECKPOINT_OF = statement('log_head_of', 'SELECT size, body, signature FROM seal_head WHERE size = $1');

/** The checkpoint before the one of that size, or null. */
export async function readCheckpointBefore(session: Session, size: number): Promise<SignedCheckpoint | null> {
  return (await session.rows<SignedCheckpoint>(BEFORE, [size]))[0] ?? null;
}

/** The checkpoint of that size, or null. */
export async function readCheckpointOf(session: Session, size: number): Promise<SignedCheckpoint | null> {
  return (await session.rows<SignedCheckpoint>(CHECKPOINT_OF, [size]))[0] ?? null;
}
