import { againEventId } from '../../domain/responses/normalised-response.ts';
import type { SubjectDeps } from '../data-subjects/erase.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { OpenSubject } from '../encryption/subject-encryption.ts';
import { countAgain, reconsider } from '../responses/counting.ts';
import type { Claim } from '../responses/delivered.ts';
import { RESPONSE_COLUMNS, WITHDRAWN_CONTENT } from '../responses/response-row.ts';
import { noteRestricted, noteWithdrawn } from '../seals/leaf-tombstones.ts';
import type { KeyState, Restored } from './undo-fate.ts';

const CONTENTS = statement(
  'undo_contents',
  'SELECT id, sealed, content, sent FROM source_event WHERE id = ANY ($1::uuid[])',
);
/** Includes time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE = statement(
  'undo_delete',
  'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
);
const WITHDRAW = statement(
  'undo_withdraw',
  `UPDATE response_key SET content_hash = $2, revision = NULL, revised_at = NULL, event_id = NULL WHERE id = ANY ($1::uuid[])`,
);
const RESTORE_KEYS = statement(
  'undo_restore_keys',
  `UPDATE response_key k SET answered_at = s.answered_at, received_at = s.received_at, cell_id = s.cell_id,
      subject_id = s.subject_id, content_hash = s.content_hash, revision = s.revision, revised_at = s.revised_at,
      event_id = s.source_event_id, segment_rules = 0
    FROM json_to_recordset($1::json) AS s (id uuid, answered_at timestamptz, received_at timestamptz, cell_id integer, subject_id uuid,
      content_hash text, revision bigint, revised_at timestamptz, source_event_id uuid)
    WHERE k.id = s.id`,
);
const INSERT_EVENTS = statement(
  'undo_insert_events',
  `INSERT INTO source_event (id, response_id, mapping_version_id, position, digest, received_at, subject_id, sealed,
      import_id, import_line, replaced, sent)
    SELECT id, response_id, mapping_version_id, position, decode(digest, 'hex'), $2, subject_id, decode(sealed, 'base64'),
      import_id, import_line, replaced, decode(sent, 'base64')
    FROM json_to_recordset($1::json) AS e (id uuid, response_id uuid, mapping_version_id integer, position text, digest text,
      subject_id uuid, sealed text, import_id integer, import_line integer, replaced uuid, sent text)`,
);
/** Who repeated what stands again. */
const COPY_REPEATS = statement(
  'undo_copy_repeats',
  `INSERT INTO repeated_event (event_id, import_id, import_line, position, received_at)
    SELECT e.id, r.import_id, r.import_line, r.position, r.received_at
    FROM json_to_recordset($1::json) AS e (id uuid, target uuid) JOIN repeated_event r ON r.event_id = e.target`,
);
const INSERT_RESPONSES = statement(
  'undo_insert_responses',
  `INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points,
      class, comment, subject_id, account_id) SELECT * FROM json_to_recordset($1::json) AS r (${RESPONSE_COLUMNS})`,
);
const INSERT_RESTRICTED = statement(
  'undo_insert_restricted',
  `INSERT INTO restricted_response (id, subject_id, row)
    SELECT * FROM json_to_recordset($1::json) AS r (id uuid, subject_id uuid, row jsonb)`,
);
/** Withdrawn content is not kept; the record of its arrival and origin is. */
const MARK = statement(
  'undo_mark',
  `UPDATE source_event SET undone_at = now(),
      sealed = CASE WHEN id = ANY ($2::uuid[]) THEN sealed END, content = CASE WHEN id = ANY ($2::uuid[]) THEN content END, stood = NULL,
      sent = CASE WHEN id = ANY ($2::uuid[]) THEN sent END
    WHERE id = ANY ($1::uuid[])`,
);
const FORGET_STOOD = statement(
  'undo_forget_stood',
  'UPDATE source_event SET stood = NULL WHERE id = ANY ($1::uuid[])',
);

/** What happens to the responses of one slice. */
export interface Plan {
  readonly removed: KeyState[];
  readonly restored: { readonly key: KeyState; readonly target: Restored }[];
  /** Events that no longer count when deciding what is newer. */
  readonly undone: string[];
  /** Events that are what another sender brought from now on, who repeated them. */
  readonly passedOn: Claim[];
  /** Responses that stand in the end. */
  readonly standing: string[];
  /** Those of them whose item stays, because the response does or its person is under a legal hold. */
  readonly kept: string[];
}

/** The dependencies of undoing a slice. */
export interface UndoStep {
  readonly session: Session;
  /** The import's public key. */
  readonly importKey: string;
  /** Everything that is touched, locked until the transaction ends. */
  readonly subjects: ReadonlyMap<string, OpenSubject>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Applies the plan in the caller's transaction, which holds subjects and keys. */
export async function applyUndo(
  { encryption, sign }: Pick<SubjectDeps, 'encryption' | 'sign'>,
  step: UndoStep,
  { removed, restored, undone, kept }: Plan,
): Promise<void> {
  const { session } = step;
  const touched = [...removed, ...restored.map(({ key }) => key)].map(({ id }) => id);
  await countAgain(session, touched);
  for (const { id, answeredAt, cellId } of [...removed, ...restored.map(({ key }) => key)])
    await session.rows(DELETE, [id, answeredAt, cellId]);
  const removedIds = removed.map(({ id }) => id);
  if (removed.length > 0) await session.rows(WITHDRAW, [removedIds, WITHDRAWN_CONTENT]);
  const aside = await restore(encryption, step, restored);
  if (undone.length > 0) await session.rows(MARK, [undone, kept]);
  // Last, like their locks.
  await noteWithdrawn(session, sign, removedIds);
  await noteRestricted(session, sign, aside);
  await reconsider(session, sign, { subjectIds: [...step.subjects.keys()], responseIds: touched });
}

/**
 * Restores earlier content; returns the responses that were moved to restricted ones because their person is
 * restricted now.
 */
async function restore(
  encryption: SubjectDeps['encryption'],
  { session, importKey, subjects, now }: UndoStep,
  restored: Plan['restored'],
): Promise<string[]> {
  if (restored.length === 0) return [];
  const targets = restored.map(({ target }) => target.id);
  type Kept = {
    readonly id: string;
    readonly sealed: Uint8Array | null;
    readonly content: string | null;
    readonly sent: Uint8Array | null;
  };
  const items = new Map((await session.rows<Kept>(CONTENTS, [targets])).map((one) => [one.id, one]));
  const rows = restored.map(({ key, target }) => {
    const owner = subjects.get(target.subjectId ?? '');
    if (!owner) throw new Error(`what response ${key.id} was before has no owner`);
    const { stood, mappingId, digest } = target;
    const eventId = againEventId(key.id, stood.content_hash, mappingId, now);
    const item = items.get(target.id);
    const kept = item?.sealed ?? item?.content ?? null;
    const sealed =
      kept === null
        ? null
        : encryption.encryptEvent(owner, eventId, encryption.decrypt(owner, 'event', target.id, kept));
    const text =
      stood.comment === null ? null : encryption.openComment(owner, key.id, target.id, stood.comment);
    const comment = text === null ? null : encryption.encryptComment(owner, key.id, eventId, text);
    return {
      owner,
      target: target.id,
      event: {
        ...{ id: eventId, response_id: key.id, mapping_version_id: mappingId, digest, subject_id: owner.id },
        position: `restored: import ${importKey} was undone`,
        sealed: sealed?.toString('base64') ?? null,
        sent: encryption.moveSent(
          { from: owner, fromEvent: target.id, sent: item?.sent ?? null },
          owner,
          eventId,
        ),
        // It still belongs to the other import, and goes when that one is undone.
        ...{ import_id: target.importId, import_line: target.importLine, replaced: target.replaced },
      },
      row: { ...stood, comment, subject_id: owner.id, source_event_id: eventId },
    };
  });
  // The id is derived from this moment, by which the content is found again.
  await session.rows(INSERT_EVENTS, [JSON.stringify(rows.map(({ event }) => event)), new Date(now)]);
  await session.rows(COPY_REPEATS, [
    JSON.stringify(rows.map(({ event, target }) => ({ id: event.id, target }))),
  ]);
  await session.rows(RESTORE_KEYS, [JSON.stringify(rows.map(({ row }) => row))]);
  const free = rows.filter(({ owner }) => !owner.restricted).map(({ row }) => row);
  const aside = rows.filter(({ owner }) => owner.restricted).map(({ row }) => row);
  if (free.length > 0) await session.rows(INSERT_RESPONSES, [JSON.stringify(free)]);
  const put = aside.map((row) => ({ id: row.id, subject_id: row.subject_id, row: responseOf(row) }));
  if (put.length > 0) await session.rows(INSERT_RESTRICTED, [JSON.stringify(put)]);
  await session.rows(FORGET_STOOD, [targets]);
  return aside.map(({ id }) => id);
}

/** Only columns of the response, without those of its key. */
function responseOf({
  content_hash: _hash,
  revision: _revision,
  revised_at: _at,
  ...row
}: Restored['stood']) {
  return row;
}
