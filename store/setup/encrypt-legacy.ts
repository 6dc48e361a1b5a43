import { randomBytes } from 'node:crypto';
import type { Session, Store } from '../database/client.ts';
import { rewriteFiles } from '../database/rewrite-files.ts';
import { statement } from '../database/statement.ts';
import { REENCRYPTING } from '../encryption/reencrypt-comments.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';

/*
 * Data from before there were keys: the migration "subjects_link" gave every person a row, here the rows get
 * their keys and the data is encrypted. In batches, each in its own transaction, so that an interrupted run
 * continues where it stopped.
 */

/** Subjects of one transaction. */
const BATCH = 500;

const STATE = statement(
  'seal_state',
  `SELECT sealed_at AS "sealedAt", EXISTS (SELECT FROM subject_key) AS "hasSubjects" FROM instance WHERE id = 1`,
);
const OPEN_SUBJECTS = statement(
  'seal_subjects',
  `SELECT id, pseudonym FROM subject_key WHERE wrapped IS NULL ORDER BY id LIMIT $1 FOR UPDATE`,
);
const COMMENTS = statement(
  'seal_comments',
  `SELECT r.id, r.answered_at AS "answeredAt", r.cell_id AS "cellId", r.comment, k.subject_id AS "subjectId",
      r.source_event_id AS "sourceEventId"
    FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    WHERE k.subject_id = ANY ($1::uuid[])`,
);
const ENCRYPT_COMMENTS = statement(
  'seal_update',
  `UPDATE response r SET comment = s.comment, subject_id = s."subjectId"
    FROM json_to_recordset($1::json)
      AS s (id uuid, "answeredAt" timestamptz, "cellId" integer, comment text, "subjectId" uuid)
    WHERE r.id = s.id AND r.answered_at = s."answeredAt" AND r.cell_id = s."cellId"`,
);
const ENCRYPT_SUBJECTS = statement(
  'seal_keys',
  `UPDATE subject_key k SET lookup = s.lookup, pseudonym = s.pseudonym, wrapped = s.wrapped, provider = $2,
      key_version = s.version, wrapped_at = now()
    FROM json_to_recordset($1::json) AS s (id uuid, lookup text, pseudonym text, wrapped text, version text)
    WHERE k.id = s.id`,
);
const SEALED = statement('seal_done', 'UPDATE instance SET sealed_at = now() WHERE id = 1');

interface CommentRow {
  readonly id: string;
  readonly answeredAt: Date;
  readonly cellId: number;
  readonly comment: string | null;
  readonly subjectId: string;
  readonly sourceEventId: string;
}

/**
 * Encrypts what is stored in plain text, and rewrites the embedded database's files that held it. On a server
 * the operator does that: `VACUUM FULL response, response_key` and the age of the WAL
 * (docs/guides/data-protection-officer.md).
 */
export async function encryptLegacy(
  store: Store,
  encryption: SubjectEncryption,
  lookupOf: (pseudonym: string) => string,
  onProgress: (subjects: number) => void,
): Promise<void> {
  const [state] = await store.rows<{ sealedAt: Date | null; hasSubjects: boolean }>(STATE, []);
  if (!state || state.sealedAt) return;
  let done = 0;
  for (let sealed = -1; sealed !== 0; done += sealed) {
    sealed = await store.transaction((session) => encryptBatch(session, encryption, lookupOf));
    if (sealed > 0) onProgress(done + sealed);
  }
  if (state.hasSubjects && store.backend === 'pglite') await rewriteFiles(store);
  await store.rows(SEALED, []);
}

async function encryptBatch(
  session: Session,
  encryption: SubjectEncryption,
  lookupOf: (pseudonym: string) => string,
): Promise<number> {
  const rows = await session.rows<{ id: string; pseudonym: string | null }>(OPEN_SUBJECTS, [BATCH]);
  if (rows.length === 0) return 0;
  const subjects = new Map(rows.map(({ id, pseudonym }) => [id, { id, pseudonym, key: randomBytes(32) }]));
  const comments = await session.rows<CommentRow>(COMMENTS, [[...subjects.keys()]]);
  await session.rows(REENCRYPTING, []);
  const sealed = comments.map(({ id, answeredAt, cellId, comment, subjectId, sourceEventId }) => {
    const subject = subjects.get(subjectId);
    if (!subject) throw new Error(`the subject of response ${id} is not of this batch`);
    const text = comment === null ? null : encryption.encryptComment(subject, id, sourceEventId, comment);
    return { id, answeredAt, cellId, comment: text, subjectId };
  });
  await session.rows(ENCRYPT_COMMENTS, [JSON.stringify(sealed)]);
  const list = [...subjects.values()];
  const wrapped = await encryption.wrap(session, list);
  const keys = list.map((subject, i) => {
    const { id, pseudonym } = subject;
    if (pseudonym === null) return { id, lookup: null, pseudonym, ...wrapped[i] };
    const lookup = lookupOf(pseudonym);
    return { id, lookup, pseudonym: encryption.encryptPseudonym(subject, pseudonym, lookup), ...wrapped[i] };
  });
  await session.rows(ENCRYPT_SUBJECTS, [JSON.stringify(keys), encryption.provider.name]);
  return list.length;
}
