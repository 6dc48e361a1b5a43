import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { REENCRYPTED, REENCRYPTING } from '../encryption/reencrypt-comments.ts';
import type { OpenSubject, SubjectEncryption } from '../encryption/subject-encryption.ts';
import { reencryptReasons } from '../reviews/review-reasons.ts';

/** The new key of what belongs to that response and is encrypted under that shared key; undefined: it stays. */
export type TargetOf = (responseId: string, sharedId: string) => Pick<OpenSubject, 'id' | 'key'> | undefined;

/** $1 shared keys, $2 responses (null: everything encrypted under them). */
const COMMENTS = statement(
  'members_comments',
  `SELECT k.id, r.answered_at AS "answeredAt", r.cell_id AS "cellId", r.comment, k.subject_id AS "sharedId",
      r.source_event_id AS "sourceEventId", x.row->>'comment' AS "asideComment", x.row->>'source_event_id' AS "asideEventId"
    FROM response_key k LEFT JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
      LEFT JOIN restricted_response x ON x.id = k.id
    WHERE k.subject_id = ANY ($1::uuid[]) AND ($2::uuid[] IS NULL OR k.id = ANY ($2::uuid[]))`,
);
const EVENTS = statement(
  'members_events',
  `SELECT id, response_id AS "responseId", subject_id AS "sharedId", sealed, content, stood, sent FROM source_event
    WHERE subject_id = ANY ($1::uuid[]) AND ($2::uuid[] IS NULL OR response_id = ANY ($2::uuid[]))`,
);
const MOVE_KEYS = statement(
  'members_move_keys',
  `UPDATE response_key k SET subject_id = m."subjectId"
    FROM json_to_recordset($1::json) AS m (id uuid, "subjectId" uuid) WHERE k.id = m.id`,
);
const MOVE_COMMENTS = statement(
  'members_move_comments',
  `UPDATE response r SET comment = m.comment, subject_id = m."subjectId"
    FROM json_to_recordset($1::json)
      AS m (id uuid, "answeredAt" timestamptz, "cellId" integer, comment text, "subjectId" uuid)
    WHERE r.id = m.id AND r.answered_at = m."answeredAt" AND r.cell_id = m."cellId"`,
);
/** Of one that is not counted. */
const MOVE_ASIDE = statement(
  'members_move_aside',
  `UPDATE restricted_response x SET subject_id = m."subjectId",
      row = x.row || jsonb_build_object('comment', m.comment, 'subject_id', m."subjectId")
    FROM json_to_recordset($1::json) AS m (id uuid, comment text, "subjectId" uuid) WHERE x.id = m.id`,
);
const MOVE_EVENTS = statement(
  'members_move_events',
  `UPDATE source_event e SET sealed = decode(m.sealed, 'base64'), content = NULL, subject_id = m."subjectId", stood = m.stood,
      sent = decode(m.sent, 'base64')
    FROM json_to_recordset($1::json) AS m (id uuid, sealed text, "subjectId" uuid, stood jsonb, sent text) WHERE e.id = m.id`,
);

interface CommentRow {
  readonly id: string;
  /** Null if the response has no row. */
  readonly answeredAt: Date | null;
  readonly cellId: number | null;
  readonly comment: string | null;
  readonly sharedId: string;
  readonly sourceEventId: string | null;
  /** Of a response that is kept apart. */
  readonly asideComment: string | null;
  readonly asideEventId: string | null;
}
interface EventRow {
  readonly id: string;
  readonly responseId: string;
  readonly sharedId: string;
  readonly sealed: Uint8Array | null;
  readonly content: string | null;
  /** What a row of an import replaced, with its comment encrypted under the same key. */
  readonly stood: { readonly comment: string | null } | null;
  readonly sent: Uint8Array | null;
}

/**
 * Encrypts under other keys what is encrypted under these shared ones: of those responses, or of all. Both are
 * locked.
 */
export async function reencryptMembers(
  session: Session,
  encryption: SubjectEncryption,
  sharedIds: readonly string[],
  responseIds: readonly string[] | null,
  targetOf: TargetOf,
): Promise<void> {
  const opened = await encryption.read(session, sharedIds);
  const keys = new Map(opened.map((subject) => [subject.id, subject]));
  const responses = await session.rows<CommentRow>(COMMENTS, [sharedIds, responseIds]);
  const moved = responses.flatMap((row) => {
    const [from, to] = [keys.get(row.sharedId), targetOf(row.id, row.sharedId)];
    if (!from || !to) return [];
    const event = row.sourceEventId ?? row.asideEventId ?? '';
    const kept = row.comment ?? row.asideComment;
    const text = kept === null ? null : encryption.openComment(from, row.id, event, kept);
    const comment = text === null ? null : encryption.encryptComment(to, row.id, event, text);
    return [{ ...row, comment, from, to, subjectId: to.id }];
  });
  const events = await session.rows<EventRow>(EVENTS, [sharedIds, responseIds]);
  const movedEvents = events.flatMap(({ id, responseId, sharedId, sealed, content, stood, sent }) => {
    const [from, to] = [keys.get(sharedId), targetOf(responseId, sharedId)];
    if (!from || !to) return [];
    const kept = sealed ?? content;
    const again =
      kept === null ? null : encryption.encryptEvent(to, id, encryption.decrypt(from, 'event', id, kept));
    const text = stood?.comment == null ? null : encryption.openComment(from, responseId, id, stood.comment);
    const comment = text === null ? null : encryption.encryptComment(to, responseId, id, text);
    const before = stood && { ...stood, comment, subject_id: to.id };
    const read = encryption.moveSent({ from, fromEvent: id, sent }, to, id);
    return [{ id, sealed: again?.toString('base64') ?? null, subjectId: to.id, stood: before, sent: read }];
  });
  await session.rows(REENCRYPTING, []);
  await session.rows(MOVE_KEYS, [JSON.stringify(moved.map(({ id, subjectId }) => ({ id, subjectId })))]);
  const rows = moved.flatMap(({ id, answeredAt, cellId, comment, subjectId }) =>
    answeredAt === null ? [] : [{ id, answeredAt, cellId, comment, subjectId }],
  );
  await session.rows(MOVE_COMMENTS, [JSON.stringify(rows)]);
  const aside = moved.filter(({ asideEventId }) => asideEventId !== null);
  if (aside.length > 0)
    await session.rows(MOVE_ASIDE, [
      JSON.stringify(aside.map(({ id, comment, subjectId }) => ({ id, comment, subjectId }))),
    ]);
  await session.rows(MOVE_EVENTS, [JSON.stringify(movedEvents)]);
  await reencryptReasons(session, encryption, new Map(moved.map(({ id, from, to }) => [id, { from, to }])));
  await session.rows(REENCRYPTED, []);
}
