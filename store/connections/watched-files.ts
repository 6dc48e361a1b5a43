import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** What became of a file that a connection found. */
export interface WatchedFile {
  /** Within the folder or bucket; blank: the folder or bucket itself, which could not be listed. */
  readonly path: string;
  readonly version: string;
  readonly state: 'importing' | 'done' | 'failed';
  readonly message: string | null;
  readonly importKey: string | null;
  readonly at: Date;
}

/** Files of a connection that are listed, the latest first. */
export const MOST_LISTED = 100;

const KNOWN = statement(
  'watched_files_known',
  'SELECT path, version, state FROM watched_file WHERE connection_id = $1',
);
const NOTE = statement(
  'watched_files_note',
  `INSERT INTO watched_file (connection_id, path, version, state, message, import_key, at)
      SELECT id, $2, $3, $4, $5, $6, $7 FROM connection WHERE id = $1 AND removed_at IS NULL
    ON CONFLICT (connection_id, path) DO UPDATE SET version = excluded.version, state = excluded.state,
      message = excluded.message, import_key = excluded.import_key, at = excluded.at`,
  { isSmall: true },
);
const FORGET = statement(
  'watched_files_forget',
  'DELETE FROM watched_file WHERE connection_id = $1 AND path <> ALL ($2::text[])',
);
const LIST = statement(
  'watched_files_list',
  `SELECT path, version, state, message, import_key AS "importKey", at FROM watched_file WHERE connection_id = $1
    ORDER BY at DESC, path LIMIT ${MOST_LISTED}`,
);

/** The files that a connection has found, by path. */
export async function knownFiles(
  session: OwnerSession,
  connection: string,
): Promise<ReadonlyMap<string, Pick<WatchedFile, 'version' | 'state'>>> {
  const rows = await session.rows<Pick<WatchedFile, 'path' | 'version' | 'state'>>(KNOWN, [connection]);
  return new Map(rows.map(({ path, ...rest }) => [path, rest]));
}

/** Records what became of a file. */
export async function noteFile(
  session: Session,
  connection: string,
  { path, version, state, message, importKey, at }: WatchedFile,
): Promise<void> {
  await session.rows(NOTE, [connection, path, version, state, message, importKey, at]);
}

/** Forgets all files but those of the paths. */
export async function forgetOtherFiles(
  session: Session,
  connection: string,
  paths: readonly string[],
): Promise<void> {
  await session.rows(FORGET, [connection, paths]);
}

/** The files of a connection, the latest first. */
export function listFiles(session: Session, connection: string): Promise<WatchedFile[]> {
  return session.rows<WatchedFile>(LIST, [connection]);
}
