import { randomBytes, randomUUID } from 'node:crypto';
import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { type ConnectionKeyRow, openConnectionKeys, SECRET_KEY } from '../encryption/connection-secrets.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';

/*
 * What a connection delivered and could not be stored: encrypted, each row under a key of its own, until it is replayed, discarded or
 * expired (docs/guides/quarantine.md).
 */

/** Why it is kept. */
export const QUARANTINE_REASONS = ['BODY', 'SCHEMA', 'VALUE', 'MAPPING', 'THIN'] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];
/** What became of it. */
export const QUARANTINE_STATUSES = ['WAITING', 'FETCHING', 'REPLAYED', 'DISCARDED', 'EXPIRED'] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

/** Rows with content of one connection, and their bytes. */
export const MOST_QUARANTINED = 5_000;
export const MOST_QUARANTINED_BYTES = 32 * 1024 * 1024;

/** Something to be kept. */
export interface Quarantined {
  readonly reason: QuarantineReason;
  /** Of the rejection, and the field that it names. */
  readonly code: string;
  readonly field: string | null;
  readonly position: string;
  /** A keyed hash of the content. */
  readonly digest: string;
  readonly lookups: readonly string[];
  readonly content: string;
}

/** Of which connection, and until when. */
export interface QuarantineTerm {
  readonly connection: string;
  readonly receivedAt: Date;
  readonly expiresAt: Date;
}

const INSERT = statement(
  'quarantine_insert',
  `WITH used AS (SELECT count(*) AS n, coalesce(sum(bytes), 0) AS b FROM quarantine
      WHERE connection_id = $1 AND sealed IS NOT NULL AND reason <> 'THIN'),
    given AS (SELECT q.*, row_number() OVER (ORDER BY place) AS n, sum(bytes) OVER (ORDER BY place) AS b
      FROM json_to_recordset($2::json) AS q (place integer, id uuid, reason text, code text, field text, position text, digest text,
        lookups text[], bytes integer, wrapped text, version text, content text)),
    fits AS (SELECT given.*, used.n + given.n <= ${MOST_QUARANTINED} AND used.b + given.b <= ${MOST_QUARANTINED_BYTES} AS ok
      FROM given, used),
    kept AS (INSERT INTO quarantine (id, connection_id, status, reason, code, field, position, digest, lookups, bytes, wrapped,
          provider, key_version, wrapped_at, sealed, received_at, expires_at)
      SELECT id, $1, 'WAITING', reason, code, field, position, convert_to(digest, 'UTF8'), lookups, bytes, wrapped, $3, version, now(),
        decode(content, 'base64'), $4, $5 FROM fits WHERE ok
      ON CONFLICT (connection_id, digest) WHERE sealed IS NOT NULL DO NOTHING)
    UPDATE connection SET unkept = unkept + $6 + (SELECT count(*) FROM fits WHERE NOT ok) WHERE id = $1`,
);

/**
 * Keeps the items of a connection whose row the transaction has locked, so that the bound is exact; the same content waits once. What
 * finds no room is counted with the connection, and so are `unkept` further ones.
 * @throws KeyProviderError
 */
export async function keepQuarantined(
  session: Session,
  encryption: SubjectEncryption,
  { connection, receivedAt, expiresAt }: QuarantineTerm,
  { items, unkept }: { readonly items: readonly Quarantined[]; readonly unkept: number },
): Promise<void> {
  if (items.length + unkept === 0) return;
  const subjects = items.map(() => ({ id: randomUUID(), key: randomBytes(32) }));
  const wrapped = await encryption.wrap(session, subjects);
  const rows = items.map(({ content, ...item }, place) => {
    const subject = subjects[place] as (typeof subjects)[number];
    const sealed = encryption.encryptEvent(subject, subject.id, content, 'quarantine');
    return {
      ...{ ...item, ...wrapped[place], place, id: subject.id, bytes: sealed.length },
      content: sealed.toString('base64'),
    };
  });
  await session.rows(INSERT, [
    connection,
    JSON.stringify(rows),
    encryption.provider.name,
    receivedAt,
    expiresAt,
    unkept,
  ]);
}

/** What is asked for: null and absent mean any. */
export interface QuarantineFilter {
  readonly ids?: readonly string[] | null;
  readonly statuses?: readonly QuarantineStatus[] | null;
  readonly reasons?: readonly QuarantineReason[] | null;
  readonly fields?: readonly string[] | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/** A row as listed. */
export interface QuarantineRow {
  readonly id: string;
  readonly connectionId: string;
  readonly status: QuarantineStatus;
  readonly reason: QuarantineReason;
  readonly code: string;
  readonly field: string | null;
  readonly position: string;
  readonly bytes: number;
  readonly receivedAt: Date;
  readonly attempts: number;
  readonly attemptedAt: Date | null;
  readonly dueAt: Date | null;
  readonly lastError: string | null;
  readonly expiresAt: Date;
  readonly settledAt: Date | null;
}

export const QUARANTINE_COLUMNS = `id, connection_id AS "connectionId", status, reason, code, field, position, bytes, received_at AS "receivedAt", attempts,
  attempted_at AS "attemptedAt", due_at AS "dueAt", last_error AS "lastError", expires_at AS "expiresAt", settled_at AS "settledAt"`;
/** What takes the content from a row, and the key that it is under. */
export const EMPTIED = `sealed = NULL, wrapped = NULL, provider = NULL, key_version = NULL, wrapped_at = NULL, lookups = NULL, due_at = NULL`;
/** What a filter says, with the parameters of `matching`. */
export const MATCHES = `connection_id = $1 AND ($2::uuid[] IS NULL OR id = ANY ($2)) AND ($3::text[] IS NULL OR status = ANY ($3))
  AND ($4::text[] IS NULL OR reason = ANY ($4)) AND ($5::text[] IS NULL OR field = ANY ($5))
  AND ($6::timestamptz IS NULL OR received_at >= $6) AND ($7::timestamptz IS NULL OR received_at < $7)`;
export const matching = (connection: string, filter: QuarantineFilter) => [
  connection,
  filter.ids ?? null,
  filter.statuses ?? null,
  filter.reasons ?? null,
  filter.fields ?? null,
  filter.from ?? null,
  filter.to ?? null,
];
const LIST = statement(
  'quarantine_page',
  `SELECT ${QUARANTINE_COLUMNS} FROM quarantine WHERE ${MATCHES} AND ($8::uuid IS NULL OR (received_at, id) <
      (SELECT a.received_at, a.id FROM quarantine a WHERE a.id = $8 AND a.connection_id = $1))
    ORDER BY received_at DESC, id DESC LIMIT $9`,
);
const COUNTS = statement(
  'quarantine_reasons',
  `SELECT reason, count(*)::integer AS count FROM quarantine WHERE connection_id = $1 AND sealed IS NOT NULL GROUP BY 1 ORDER BY 1`,
);
const ALL_COUNTS = statement(
  'quarantine_gauge',
  `SELECT c.connector, q.reason, count(*)::integer AS count FROM quarantine q JOIN connection c ON c.id = q.connection_id
    WHERE q.sealed IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
);

/** How many wait for one reason. */
export interface QuarantineCount {
  readonly reason: QuarantineReason;
  readonly count: number;
}

/** Newest first, older than that row (null: from the newest on). */
export function listQuarantined(
  session: OwnerSession,
  connection: string,
  filter: QuarantineFilter,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<QuarantineRow[]> {
  return session.rows<QuarantineRow>(LIST, [...matching(connection, filter), after, limit]);
}

const CONNECTION = statement(
  'quarantine_connection',
  'SELECT connection_id AS id FROM quarantine WHERE id = $1',
);

/** The connection that delivered it; null where there is no such row. */
export async function connectionOfQuarantined(session: OwnerSession, id: string): Promise<string | null> {
  const [row] = await session.rows<{ id: string }>(CONNECTION, [id]);
  return row?.id ?? null;
}

/** How many of the connection wait, by reason. */
export function countQuarantined(session: OwnerSession, connection: string): Promise<QuarantineCount[]> {
  return session.rows<QuarantineCount>(COUNTS, [connection]);
}

/** How many wait, by connector and reason. */
export function countAllQuarantined(
  session: OwnerSession,
): Promise<(QuarantineCount & { readonly connector: string })[]> {
  return session.rows(ALL_COUNTS, []);
}

const CONTENTS = statement(
  'quarantine_contents',
  `SELECT ${SECRET_KEY}, sealed FROM quarantine WHERE id = ANY ($1::uuid[]) AND sealed IS NOT NULL`,
);

/** The contents by id; of rows that are settled there is none. @throws KeyProviderError, DecryptionError */
export async function openQuarantined(
  session: Session,
  encryption: SubjectEncryption,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await session.rows<ConnectionKeyRow & { sealed: Uint8Array }>(CONTENTS, [ids]);
  const keys = await openConnectionKeys(encryption, rows);
  // A key is used once and dies with its row: it must not stay in memory.
  encryption.forget(rows.map(({ id }) => id));
  return new Map(
    rows.map(({ id, sealed }, i) => [
      id,
      encryption.decrypt(keys[i] as (typeof keys)[number], 'quarantine', id, sealed),
    ]),
  );
}
