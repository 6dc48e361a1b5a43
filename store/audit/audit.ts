import canonicalize from 'canonicalize';
import {
  type AuditCheckpoint,
  type AuditEntry,
  type AuditRow,
  type AuditSubject,
  nextRow,
} from '../../domain/seals/audit.ts';
import type { Session, Store } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';

/** Advisory lock: rows are appended by one transaction at a time, across processes. */
const LOCK = statement('audit_lock', `SELECT pg_advisory_xact_lock(${LOCKS.audit})`);
const LAST = statement('audit_last', 'SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1');
const INSERT = statement(
  'audit_insert',
  `INSERT INTO audit_log (seq, at, actor, actor_name, role, policy_version, purpose, action, subject, outcome, previous, hash)
    SELECT * FROM json_to_recordset($1::json) AS r (seq bigint, at timestamptz, actor text, "actorName" text, role text,
      "policyVersion" text, purpose text, action text, subject text, outcome text, previous text, hash text)`,
  { isSmall: true },
);

/**
 * Appends to the log in the transaction of the change itself: both are stored, or neither. Call it last in the
 * transaction, which must be READ COMMITTED: it blocks other appenders until it ends.
 */
export async function audit(session: Session, ...entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await session.rows(LOCK, []);
  // A statement after the lock sees what its last holder committed.
  let last = await auditCheckpoint(session);
  const rows = entries.map((entry) => {
    const row = nextRow(entry, last);
    last = row;
    return { ...row, subject: canonicalize(row.subject) };
  });
  await session.rows(INSERT, [JSON.stringify(rows)]);
}

/** Records a change; called at the end of its transaction. */
export type NoteChange = (session: Session, subject: AuditSubject) => Promise<void>;

/** The last row of the log, or null while it is empty. */
export async function auditCheckpoint(session: Session): Promise<AuditCheckpoint | null> {
  const [last] = await session.rows<AuditCheckpoint>(LAST, []);
  return last ?? null;
}

/** Filter; null: any. */
export interface AuditFilter {
  /** Id or name. */
  readonly actor: string | null;
  readonly action: string | null;
  /** Inclusive. */
  readonly from: Date | null;
  /** Exclusive. */
  readonly to: Date | null;
}

const COLUMNS = `seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, actor, actor_name AS "actorName",
  role, policy_version AS "policyVersion", purpose, action, subject, outcome, previous, hash`;
const MATCHES = `($2::text IS NULL OR actor = $2 OR actor_name = $2) AND ($3::text IS NULL OR action = $3)
  AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)`;
const NEWEST = statement(
  'audit_newest',
  `SELECT ${COLUMNS} FROM audit_log WHERE seq < $1 AND ${MATCHES} ORDER BY seq DESC LIMIT $6`,
);
const OLDEST = statement(
  'audit_oldest',
  `SELECT ${COLUMNS} FROM audit_log WHERE seq > $1 AND ${MATCHES} ORDER BY seq LIMIT $6`,
);

type StoredRow = Omit<AuditRow, 'subject'> & { readonly subject: string };

/** Rows below that seq (null: from the newest on), newest first. */
export async function readAudit(
  session: Session,
  filter: AuditFilter,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<AuditRow[]> {
  const { actor, action, from, to } = filter;
  const below = before ?? Number.MAX_SAFE_INTEGER;
  return (await session.rows<StoredRow>(NEWEST, [below, actor, action, from, to, limit])).map(rowOf);
}

const STREAMED = 1_000;

/** All rows of the period, oldest first, in consecutive pages. */
export async function* streamAudit(
  session: Session,
  { from, to }: Pick<AuditFilter, 'from' | 'to'>,
): AsyncGenerator<AuditRow[]> {
  for (let after = 0; ; ) {
    const rows = await session.rows<StoredRow>(OLDEST, [after, null, null, from, to, STREAMED]);
    if (rows.length > 0) yield rows.map(rowOf);
    if (rows.length < STREAMED) return;
    after = rows.at(-1)?.seq ?? after;
  }
}

/** A subject that is not canonical JSON is passed on as text, which no hash matches. */
function rowOf(stored: StoredRow): AuditRow {
  try {
    const subject = JSON.parse(stored.subject) as AuditRow['subject'];
    if (canonicalize(subject) === stored.subject) return { ...stored, subject };
  } catch {
    // Reported below.
  }
  return { ...stored, subject: { unreadable: stored.subject } };
}

const POLICIES = statement(
  'audit_policies',
  `SELECT subject FROM audit_log WHERE action = 'policies' ORDER BY seq DESC LIMIT 1`,
);

/**
 * Records which policies are in force, once for all processes, whether they changed while one ran or between
 * two starts.
 */
export function auditPolicies(store: Store, version: string, at: number): Promise<void> {
  return store.transaction(async (session) => {
    await session.rows(LOCK, []);
    const [last] = await session.rows<{ subject: string }>(POLICIES, []);
    const before = last ? (JSON.parse(last.subject) as { to: string }).to : null;
    if (before === version) return;
    const system = { actor: 'system', actorName: 'system', role: 'system', purpose: null };
    const subject = { from: before, to: version };
    await audit(session, {
      ...system,
      policyVersion: version,
      at,
      action: 'policies',
      subject,
      outcome: 'done',
    });
  });
}
