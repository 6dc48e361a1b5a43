import { randomBytes } from 'node:crypto';
import { UserError } from '../../domain/errors/user-error.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** An import as stored. */
export interface ImportRun {
  readonly id: number;
  /** Its public key. */
  readonly key: string;
  readonly file: string;
  /** The source of its responses; null where it is not known. */
  readonly source: string | null;
  readonly digest: string | null;
  readonly mapHash: string | null;
  readonly madeBy: string;
  readonly actorName: string;
  readonly begunAt: Date;
  readonly endedAt: Date | null;
  readonly account: Readonly<Record<string, number>> | null;
  readonly undoAt: Date | null;
  readonly undoBy: string | null;
  readonly undoReason: string | null;
  readonly undoneAt: Date | null;
  readonly removed: number;
  readonly restored: number;
  readonly stayed: number;
}

/** Rows of an import that is being undone, or was. */
export class ImportUndoneError extends UserError {
  override readonly name = 'ImportUndoneError';

  constructor() {
    super('import: this import was undone; begin another one');
  }
}

/** How many one caller may start per day. */
export const MOST_A_DAY = 1_000;

/** Of an import that did not name its source: that of a response which it brought. */
const SOURCE = `coalesce(import_run.source, (SELECT s.name FROM source_event e JOIN mapping_version m ON m.id = e.mapping_version_id
    JOIN source s ON s.id = m.source_id WHERE e.import_id = import_run.id LIMIT 1))`;
const COLUMNS = `id, key, file, ${SOURCE} AS source, digest, map_hash AS "mapHash", made_by AS "madeBy", actor_name AS "actorName",
  begun_at AS "begunAt", ended_at AS "endedAt", account, undo_at AS "undoAt", undo_by AS "undoBy", undo_reason AS "undoReason",
  undone_at AS "undoneAt", removed, restored, stayed`;
const BEGIN = statement(
  'import_begin',
  `INSERT INTO import_run (key, file, digest, map_hash, made_by, actor_name, begun_at, source)
    SELECT $1, $2, $3, $4, $5, $6, $7::timestamptz, $8 WHERE (SELECT count(*) FROM import_run
      WHERE made_by = $5 AND begun_at > $7::timestamptz - interval '1 day') < ${MOST_A_DAY} RETURNING ${COLUMNS}`,
);
const FIND = statement('import_find', `SELECT ${COLUMNS} FROM import_run WHERE key = $1`);
const FIND_OPEN = statement(
  'import_find_open',
  `SELECT ${COLUMNS} FROM import_run WHERE file = $1 AND map_hash = $2 AND undo_at IS NULL ORDER BY id DESC LIMIT 1`,
);
const END = statement(
  'import_end',
  `UPDATE import_run SET ended_at = $2, account = $3::jsonb WHERE id = $1 RETURNING ${COLUMNS}`,
);
const PROGRESS = statement(
  'import_progress',
  'UPDATE import_run SET account = $2::jsonb WHERE id = $1 AND ended_at IS NULL',
);
const LIST = statement(
  'import_list',
  `SELECT ${COLUMNS} FROM import_run WHERE id < $1 ORDER BY id DESC LIMIT $2`,
);
/** Locked until the rows are stored: an undo cannot begin meanwhile. */
const OPEN = statement(
  'import_open',
  'SELECT id FROM import_run WHERE id = ANY ($1::integer[]) AND undo_at IS NULL ORDER BY id FOR SHARE',
);

/** What is known of an import at its beginning. */
export interface NewImport {
  readonly file: string;
  readonly source?: string | null | undefined;
  readonly digest: string | null;
  readonly mapHash: string | null;
  readonly madeBy: string;
  readonly actorName: string;
}

/** Records the start of an import; null if the caller has started too many today. */
export async function beginImport(session: Session, given: NewImport, now: Date): Promise<ImportRun | null> {
  const { file, source = null, digest, mapHash, madeBy, actorName } = given;
  const key = randomBytes(6).toString('hex');
  const values = [key, file, digest, mapHash, madeBy, actorName, now, source];
  const [run] = await session.rows<ImportRun>(BEGIN, values);
  return run ?? null;
}

/** The import of that key, or null. */
export async function findImport(session: Session, key: string): Promise<ImportRun | null> {
  const [run] = await session.rows<ImportRun>(FIND, [key]);
  return run ?? null;
}

/** The newest import of that file and map that was not undone, or null. */
export async function findOpenImport(
  session: Session,
  file: string,
  mapHash: string,
): Promise<ImportRun | null> {
  const [run] = await session.rows<ImportRun>(FIND_OPEN, [file, mapHash]);
  return run ?? null;
}

/** Whether the import continues with that file and map. */
export function isOpenFor(
  run: ImportRun,
  { digest, mapHash }: Pick<NewImport, 'digest' | 'mapHash'>,
): boolean {
  return run.undoAt === null && run.digest === digest && run.mapHash === mapHash;
}

/** Records its sender's counts, and the end of an import unless it goes on (null). */
export async function endImport(
  session: Session,
  id: number,
  account: Readonly<Record<string, number>>,
  now: Date | null,
): Promise<void> {
  await session.rows(END, [id, now, JSON.stringify(account)]);
}

/** Records the counts of an import so far. */
export async function noteProgress(
  session: Session,
  id: number,
  account: Readonly<Record<string, number>>,
): Promise<void> {
  await session.rows(PROGRESS, [id, JSON.stringify(account)]);
}

/** Newest first, those below that id (null: from the newest on). */
export function listImports(session: Session, before: number | null, limit: number): Promise<ImportRun[]> {
  return session.rows<ImportRun>(LIST, [before ?? 2_147_483_647, limit]);
}

/**
 * Locks the imports until the transaction ends.
 * @throws ImportUndoneError
 */
export async function assertImportsOpen(session: Session, ids: readonly number[]): Promise<void> {
  const given = [...new Set(ids)];
  if (given.length === 0) return;
  const open = await session.rows(OPEN, [given]);
  if (open.length < given.length) throw new ImportUndoneError();
}
