import type { RetentionRule } from '../../domain/privacy/retention.ts';
import type { OwnerSession, Session, Store } from '../database/client.ts';
import { statement, unnamed } from '../database/statement.ts';
import {
  EMPTIED,
  MATCHES,
  matching,
  QUARANTINE_COLUMNS,
  type Quarantined,
  type QuarantineFilter,
  type QuarantineRow,
} from './quarantine.ts';

/* How a row ends: replayed, discarded, expired or erased. Its content and its key go with it. */

/** For how long a row stays after its content is gone. */
const SETTLED_KEPT_MS = 30 * 24 * 3_600_000;
const AT_ONCE = 1_000;

const LOCK = statement('quarantine_lock', 'SELECT FROM connection WHERE id = $1 FOR UPDATE');
const NEXT = statement(
  'quarantine_next',
  `SELECT ${QUARANTINE_COLUMNS} FROM quarantine WHERE ${MATCHES} AND (attempted_at IS NULL OR attempted_at < $8)
    ORDER BY received_at, id LIMIT $9`,
);
const LEFT = statement(
  'quarantine_left',
  `SELECT count(*)::integer AS n FROM quarantine WHERE ${MATCHES} AND (attempted_at IS NULL OR attempted_at < $8)`,
);
const SETTLE = statement(
  'quarantine_settle',
  `UPDATE quarantine SET status = $2, settled_at = $3, ${EMPTIED} WHERE id = ANY ($1::uuid[]) AND sealed IS NOT NULL RETURNING id`,
);
const FAIL = statement(
  'quarantine_fail',
  `UPDATE quarantine q SET reason = f.reason, code = f.code, field = f.field, attempts = attempts + 1, attempted_at = $2
    FROM json_to_recordset($1::json) AS f (id uuid, reason text, code text, field text)
    WHERE q.id = f.id AND q.sealed IS NOT NULL RETURNING q.id`,
);
const DISCARD = statement(
  'quarantine_discard',
  `UPDATE quarantine SET status = 'DISCARDED', settled_at = $8, ${EMPTIED} WHERE ${MATCHES} AND sealed IS NOT NULL RETURNING id`,
);
const EXPIRE = statement(
  'quarantine_expire',
  `UPDATE quarantine SET status = 'EXPIRED', settled_at = $1, ${EMPTIED} WHERE id IN
    (SELECT id FROM quarantine WHERE expires_at <= $1 AND sealed IS NOT NULL LIMIT ${AT_ONCE}) RETURNING id`,
);
/** $1: the periods, each of a source or of every one. */
const SHORTEN = statement(
  'quarantine_shorten',
  `UPDATE quarantine q SET expires_at = s.until FROM (
      SELECT k.id, min((k.received_at AT TIME ZONE 'UTC' + r.keep::interval) AT TIME ZONE 'UTC') AS until
      FROM quarantine k JOIN connection c ON c.id = k.connection_id
        JOIN json_to_recordset($1::json) AS r (source text, keep text) ON r.source IS NULL OR c.sources @> to_jsonb(r.source)
      WHERE k.sealed IS NOT NULL GROUP BY k.id) s
    WHERE q.id = s.id AND s.until < q.expires_at`,
);
const FORGET = statement(
  'quarantine_forget',
  `DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE settled_at < $1 LIMIT ${AT_ONCE}) RETURNING id`,
);

/** Until the transaction ends, nothing is delivered, replayed or discarded for the connection. */
export async function lockConnection(session: Session, connection: string): Promise<void> {
  await session.rows(LOCK, [connection]);
}

/** The next ones to be replayed, oldest first: those that were not tried since that moment. */
export function nextQuarantined(
  session: OwnerSession,
  connection: string,
  filter: QuarantineFilter,
  { triedBefore, limit }: { readonly triedBefore: Date; readonly limit: number },
): Promise<QuarantineRow[]> {
  return session.rows<QuarantineRow>(NEXT, [...matching(connection, filter), triedBefore, limit]);
}

/** How many of them there are. */
export async function countNext(
  session: OwnerSession,
  connection: string,
  filter: QuarantineFilter,
  triedBefore: Date,
): Promise<number> {
  const [row] = await session.rows<{ n: number }>(LEFT, [...matching(connection, filter), triedBefore]);
  return row?.n ?? 0;
}

/** Deletes the contents of what was replayed or discarded; returns the ids that had one. */
export async function settleQuarantined(
  session: Session,
  ids: readonly string[],
  status: 'REPLAYED' | 'DISCARDED',
  at: Date,
): Promise<Set<string>> {
  const rows = await session.rows<{ id: string }>(SETTLE, [ids, status, at]);
  return new Set(rows.map(({ id }) => id));
}

/** Notes why another try failed; returns how many there were. */
export async function failQuarantined(
  session: Session,
  failures: readonly (Pick<Quarantined, 'reason' | 'code' | 'field'> & { readonly id: string })[],
  at: Date,
): Promise<number> {
  return (await session.rows(FAIL, [JSON.stringify(failures), at])).length;
}

/** Deletes the contents of the rows that match; returns how many. */
export async function discardQuarantined(
  session: Session,
  connection: string,
  filter: QuarantineFilter,
  at: Date,
): Promise<number> {
  return (await session.rows(DISCARD, [...matching(connection, filter), at])).length;
}

/**
 * Deletes the contents of what is past its term, and rows that were settled long ago. `emptied` is called where contents were deleted: the
 * embedded database's files are then to be rewritten.
 */
export async function expireQuarantined(store: Store, now: number, emptied: () => void): Promise<void> {
  const all = async (delete_: typeof EXPIRE, before: Date) => {
    let [sum, count] = [0, AT_ONCE];
    while (count === AT_ONCE) {
      count = (await store.rows(delete_, [before])).length;
      sum += count;
    }
    return sum;
  };
  const expired = await all(EXPIRE, new Date(now));
  await all(FORGET, new Date(now - SETTLED_KEPT_MS));
  if (expired === 0) return;
  emptied();
  // What a dead row holds is overwritten only after it.
  if (store.backend !== 'pglite') await store.rows(unnamed('VACUUM quarantine'), []);
}

/**
 * Lets what waits expire as the rules of retention say: those of the sources that a connection is bound to, and of every source. It
 * never lengthens what was said when an item came.
 */
export async function shortenQuarantine(session: Session, rules: readonly RetentionRule[]): Promise<void> {
  const periods = rules.flatMap(({ what, source, keep }) =>
    what === 'quarantine' ? [{ source, keep }] : [],
  );
  if (periods.length > 0) await session.rows(SHORTEN, [JSON.stringify(periods)]);
}

const ERASE = statement(
  'quarantine_erase',
  `DELETE FROM quarantine WHERE lookups && ($1::text[] || ARRAY(SELECT lookup FROM subject_key WHERE id = ANY ($2::uuid[])
    AND lookup IS NOT NULL)) RETURNING id`,
);

/** Deletes what names the person, by the lookups of the request and of the subjects found; returns how much. */
export async function eraseQuarantined(
  session: Session,
  lookups: readonly string[],
  subjectIds: readonly string[],
): Promise<number> {
  return (await session.rows(ERASE, [lookups, subjectIds])).length;
}
