import type { AuditCheckpoint } from '../../domain/seals/audit.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/*
 * Follows the audit log inside the database. A row's canonical JSON (RFC 8785) is built in SQL, its names in
 * order; to_json escapes strings like JSON.stringify. A row that fails is checked again with
 * domain/seals/audit.ts, which names the problem.
 */

const TEXT = (column: string) => `coalesce(to_json(${column})::text, 'null')`;
const CONTENT = `'{"action":' || ${TEXT('action')} || ',"actor":' || ${TEXT('actor')} || ',"actorName":' || ${TEXT('actor_name')}
  || ',"at":"' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","outcome":' || ${TEXT('outcome')}
  || ',"policyVersion":' || ${TEXT('policy_version')} || ',"previous":' || ${TEXT('previous')} || ',"purpose":' || ${TEXT('purpose')}
  || ',"role":' || ${TEXT('role')} || ',"seq":' || seq || ',"subject":' || subject || '}'`;
const PAGE = statement(
  'audit_page',
  `SELECT count(*)::integer AS rows, coalesce(bool_and(right_here), true) AS sound, max(seq) AS seq,
      (array_agg(hash ORDER BY seq DESC))[1] AS hash
    FROM (SELECT seq, hash, seq = $1 + row_number() OVER (ORDER BY seq)
          AND previous IS NOT DISTINCT FROM coalesce(lag(hash) OVER (ORDER BY seq), $2)
          AND hash = encode(sha256(convert_to(${CONTENT}, 'UTF8')), 'hex') AS right_here
      FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $3) page`,
);

export interface AuditPage {
  readonly rows: number;
  /** Whether every row is what was hashed, and follows the one before. */
  readonly sound: boolean;
  readonly last: AuditCheckpoint | null;
}

/** Follows so many rows from the one after `last` on. */
export async function followAuditPage(
  session: Session,
  last: AuditCheckpoint | null,
  limit: number,
): Promise<AuditPage> {
  type Row = { rows: number; sound: boolean; seq: number | null; hash: string | null };
  const [row] = await session.rows<Row>(PAGE, [last?.seq ?? 0, last?.hash ?? null, limit]);
  if (!row || row.seq === null || row.hash === null) return { rows: 0, sound: true, last };
  return { rows: row.rows, sound: row.sound, last: { seq: row.seq, hash: row.hash } };
}

const HASHES = statement('audit_hashes', 'SELECT seq, hash FROM audit_log WHERE seq = ANY ($1::bigint[])');

/** The hashes of the existing rows among them, by number. */
export async function readAuditHashes(
  session: Session,
  seqs: readonly number[],
): Promise<Map<number, string>> {
  if (seqs.length === 0) return new Map();
  const rows = await session.rows<AuditCheckpoint>(HASHES, [seqs]);
  return new Map(rows.map(({ seq, hash }) => [seq, hash]));
}
