import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { OpenSubject, SubjectEncryption } from './subject-encryption.ts';

interface OldComment {
  readonly id: string;
  readonly answeredAt: Date;
  readonly cellId: number;
  readonly comment: string;
  readonly subjectId: string;
  readonly sourceEventId: string;
}

const OLD = statement(
  'reseal_old',
  `SELECT r.id, r.answered_at AS "answeredAt", r.cell_id AS "cellId", r.comment, r.subject_id AS "subjectId",
      r.source_event_id AS "sourceEventId"
    FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    WHERE k.subject_id = ANY ($1::uuid[]) AND r.comment LIKE '1.%'`,
);
const OLD_RESTRICTED = statement(
  'reseal_old_restricted',
  `SELECT id, row->>'comment' AS comment, subject_id AS "subjectId", row->>'source_event_id' AS "sourceEventId"
    FROM restricted_response WHERE subject_id = ANY ($1::uuid[]) AND row->>'comment' LIKE '1.%'`,
);
/** Triggers are disabled: the encrypted fact is the same as before. */
export const REENCRYPTING = statement('seal_quietly', `SET LOCAL scoreline.sealing = 'on'`);
/** From here on they are enabled again in the transaction. */
export const REENCRYPTED = statement('seal_quietly_done', `SET LOCAL scoreline.sealing = 'off'`);
const UPDATE = statement(
  'reseal_update',
  `UPDATE response r SET comment = s.comment
    FROM json_to_recordset($1::json)
      AS s (id uuid, "answeredAt" timestamptz, "cellId" integer, comment text, "sourceEventId" uuid)
    WHERE r.id = s.id AND r.answered_at = s."answeredAt" AND r.cell_id = s."cellId" AND r.source_event_id = s."sourceEventId"`,
);
const UPDATE_RESTRICTED = statement(
  'reseal_update_restricted',
  `UPDATE restricted_response x SET row = x.row || jsonb_build_object('comment', s.comment)
    FROM json_to_recordset($1::json) AS s (id uuid, comment text, "sourceEventId" text)
    WHERE x.id = s.id AND x.row->>'source_event_id' = s."sourceEventId"`,
);

/** Re-encrypts the comments of these subjects that are not bound to a version of their response yet. */
export async function reencryptComments(
  session: Session,
  encryption: SubjectEncryption,
  subjects: readonly OpenSubject[],
): Promise<void> {
  const byId = new Map(subjects.map((subject) => [subject.id, subject]));
  const ids = [...byId.keys()];
  const again = <Row extends Omit<OldComment, 'answeredAt' | 'cellId'>>(rows: readonly Row[]) =>
    rows.flatMap((row) => {
      const subject = byId.get(row.subjectId);
      if (!subject) return [];
      const text = encryption.openComment(subject, row.id, row.sourceEventId, row.comment);
      return [{ ...row, comment: encryption.encryptComment(subject, row.id, row.sourceEventId, text) }];
    });
  const old = again(await session.rows<OldComment>(OLD, [ids]));
  if (old.length > 0) {
    await session.rows(REENCRYPTING, []);
    await session.rows(UPDATE, [JSON.stringify(old)]);
  }
  const restricted = again(await session.rows<OldComment>(OLD_RESTRICTED, [ids]));
  if (restricted.length > 0) await session.rows(UPDATE_RESTRICTED, [JSON.stringify(restricted)]);
}
