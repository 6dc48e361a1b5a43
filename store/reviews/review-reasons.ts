import type { OwnerSession, Session, Store } from '../database/client.ts';
import { rewriteFiles } from '../database/rewrite-files.ts';
import { type Statement, statement } from '../database/statement.ts';
import { REENCRYPTING } from '../encryption/reencrypt-comments.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { SubjectWithKey } from '../encryption/subject-rows.ts';

/*
 * The reason of a dispute or decision may quote the comment: in reviews of responses it is encrypted under the
 * key of the response's person, and is deleted with it. Several reasons of one review stand one per line, each
 * encrypted on its own.
 */

const MARK = 'sealed:';
const OWNERS = statement(
  'reasons_owners',
  `SELECT k.id, k.subject_id AS "subjectId", s.shared FROM response_key k JOIN subject_key s ON s.id = k.subject_id
    WHERE k.id = ANY ($1::uuid[])`,
);

/** The reason of a dispute or decision. */
export interface Reason {
  /** null: it concerns a decision about a model, and no person. */
  readonly responseId: string | null;
  readonly reason: string;
  /** For a review that does not exist yet. */
  readonly isNew: boolean;
}

interface Owner {
  readonly id: string;
  readonly subjectId: string;
  readonly shared: boolean;
}

/**
 * The reason, encrypted for the respondent; null if there is none (any more). For a new review the subject is
 * locked, so that it cannot be erased before; an existing review is deleted with the response.
 */
export async function encryptReason(
  session: Session,
  encryption: SubjectEncryption,
  { responseId, reason, isNew }: Reason,
): Promise<string | null> {
  if (responseId === null) return reason;
  // Twice: a shared key may be replaced while waiting for it.
  for (let attempt = 0; attempt < 2; attempt++) {
    const [owner] = await session.rows<Owner>(OWNERS, [[responseId]]);
    if (!owner) return null;
    const ids = [owner.subjectId];
    const [subject] = await (isNew || owner.shared
      ? encryption.held(session, ids)
      : encryption.read(session, ids));
    if (subject) return MARK + encryption.encryptReason(subject, responseId, reason);
  }
  return null;
}

const OF_RESPONSES: readonly { readonly find: Statement; readonly keep: Statement }[] = [
  {
    find: statement(
      'reasons_disputes_of',
      `SELECT id::text AS id, response_id AS "responseId", reason FROM review
        WHERE response_id = ANY ($1::uuid[]) AND reason LIKE '%${MARK}%'`,
    ),
    keep: statement('reasons_move_dispute', 'UPDATE review SET reason = $2 WHERE id = $1::uuid'),
  },
  {
    find: statement(
      'reasons_decisions_of',
      `SELECT d.id::text AS id, v.response_id AS "responseId", d.reason
        FROM review_decision d JOIN review v ON v.id = d.review_id
        WHERE v.response_id = ANY ($1::uuid[]) AND d.reason LIKE '%${MARK}%'`,
    ),
    keep: statement('reasons_move_decision', 'UPDATE review_decision SET reason = $2 WHERE id = $1::bigint'),
  },
];

/**
 * Reasons in reviews of the responses, encrypted under other keys. In a transaction with the setting that
 * allows it.
 */
export async function reencryptReasons(
  session: Session,
  encryption: SubjectEncryption,
  moved: ReadonlyMap<string, { readonly from: SubjectWithKey; readonly to: SubjectWithKey }>,
): Promise<void> {
  for (const { find, keep } of OF_RESPONSES) {
    const rows = await session.rows<{ id: string; responseId: string; reason: string }>(find, [
      [...moved.keys()],
    ]);
    for (const { id, responseId, reason } of rows) {
      const keys = moved.get(responseId);
      if (!keys) continue;
      const again = reason.split('\n').map((line) => {
        if (!line.startsWith(MARK) || line === MARK) return line;
        const text = encryption.decrypt(keys.from, 'review', responseId, line.slice(MARK.length));
        return MARK + encryption.encryptReason(keys.to, responseId, text);
      });
      await session.rows(keep, [id, again.join('\n')]);
    }
  }
}

const FORGET: readonly Statement[] = [
  statement(
    'reasons_forget_disputes',
    `UPDATE review SET reason = NULL WHERE reason IS NOT NULL
      AND (response_id = ANY ($1::uuid[]) OR (response_id = ANY ($2::uuid[]) AND answered_at < $3))`,
  ),
  // A decision keeps who made it and its verdict.
  statement(
    'reasons_forget_decisions',
    `UPDATE review_decision d SET reason = '${MARK}' FROM review v WHERE v.id = d.review_id AND d.reason <> '${MARK}'
      AND (v.response_id = ANY ($1::uuid[]) OR (v.response_id = ANY ($2::uuid[]) AND v.answered_at < $3))`,
  ),
];

/**
 * Deletes the reasons of reviews whose comments are deleted by age: they may quote them. In a transaction with the setting that allows it.
 * @param replaced answers of which only what stood before `before` is deleted: reviews of that have its time.
 */
export async function forgetReasons(
  session: Session,
  responseIds: readonly string[],
  replaced: readonly string[],
  before: Date,
): Promise<void> {
  if (responseIds.length + replaced.length === 0) return;
  for (const each of FORGET) await session.rows(each, [responseIds, replaced, before]);
}

/** The reason as given. One that is not encrypted belongs to no person; a line that was deleted, or whose key is, is left out. */
export async function openReason(
  { store, encryption }: { readonly store: OwnerSession; readonly encryption: SubjectEncryption },
  responseId: string | null,
  kept: string,
): Promise<string> {
  if (responseId === null || !kept.includes(MARK)) return kept;
  const [owner] = await store.rows<Owner>(OWNERS, [[responseId]]);
  const subjects = owner ? await encryption.subjects([owner.subjectId]) : new Map<string, OpenSubject>();
  const [subject] = [...subjects.values()];
  return kept
    .split('\n')
    .flatMap((line) => {
      if (!line.startsWith(MARK)) return [line];
      return subject && line !== MARK
        ? [encryption.decrypt(subject, 'review', responseId, line.slice(MARK.length))]
        : [];
    })
    .join('\n');
}

/** Reasons from before they were encrypted. */
const PLAIN: readonly { readonly find: Statement; readonly keep: Statement }[] = [
  {
    find: statement(
      'reasons_plain_disputes',
      `SELECT v.id::text AS id, v.response_id AS "responseId", v.reason FROM review v JOIN response_key k ON k.id = v.response_id
        WHERE v.reason IS NOT NULL AND v.reason NOT LIKE '${MARK}%' AND k.subject_id IS NOT NULL ORDER BY v.id LIMIT 500 FOR UPDATE OF v`,
    ),
    keep: statement('reasons_keep_dispute', 'UPDATE review SET reason = $2 WHERE id = $1::uuid'),
  },
  {
    find: statement(
      'reasons_plain_decisions',
      `SELECT d.id::text AS id, v.response_id AS "responseId", d.reason FROM review_decision d JOIN review v ON v.id = d.review_id
          JOIN response_key k ON k.id = v.response_id
        WHERE d.reason NOT LIKE '${MARK}%' AND k.subject_id IS NOT NULL ORDER BY d.id LIMIT 500 FOR UPDATE OF d`,
    ),
    keep: statement('reasons_keep_decision', 'UPDATE review_decision SET reason = $2 WHERE id = $1::bigint'),
  },
];

/** Encrypts reasons stored in plain text; the embedded database's files are rewritten after that. */
export async function encryptReasons(store: Store, encryption: SubjectEncryption): Promise<void> {
  let sealed = 0;
  for (const { find, keep } of PLAIN) {
    for (let batch = -1; batch !== 0; sealed += batch) {
      batch = await store.transaction(async (session) => {
        const rows = await session.rows<{ id: string; responseId: string; reason: string }>(find, []);
        // Decisions are immutable, and this does not change their meaning: the guard admits a transaction with
        // this setting.
        await session.rows(REENCRYPTING, []);
        for (const { id, responseId, reason } of rows)
          await session.rows(keep, [
            id,
            (await encryptReason(session, encryption, { responseId, reason, isNew: false })) ?? MARK,
          ]);
        return rows.length;
      });
    }
  }
  if (sealed > 0 && store.backend === 'pglite') await rewriteFiles(store, ['review', 'review_decision']);
}
