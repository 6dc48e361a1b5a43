import { randomUUID } from 'node:crypto';
import type { Segment } from '../../domain/segments/cell.ts';
import type { NoteChange } from '../audit/audit.ts';
import { afterDeadlocks } from '../database/after-deadlocks.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { allOf, withMerged } from '../encryption/merged.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { changeHolds, type DataSubject, lockedSubjects, subjectParameters } from './data-subject.ts';
import { giveOwnKeys } from './own-keys.ts';

/** Who placed the hold, and why: stored with it. */
export interface Order {
  readonly actor: string;
  readonly reason: string;
  readonly note?: NoteChange;
}

export interface LegalHold {
  readonly id: string;
  readonly subjectId: string | null;
  readonly segment: Segment | null;
  readonly actor: string;
  readonly reason: string;
  readonly recordedAt: Date;
  readonly releasedAt: Date | null;
}

const COLUMNS = `id, subject_id AS "subjectId", segment, actor, reason, recorded_at AS "recordedAt", released_at AS "releasedAt"`;
const ALL = statement('hold_all', `SELECT ${COLUMNS} FROM legal_hold ORDER BY recorded_at, id`);
const ACTIVE = statement(
  'hold_active',
  `SELECT ${COLUMNS} FROM legal_hold WHERE released_at IS NULL ORDER BY recorded_at, id`,
);
const SUBJECTS = lockedSubjects('hold_subjects', 'id');
const PLACE = statement(
  'hold_place',
  'INSERT INTO legal_hold (id, subject_id, segment, actor, reason) VALUES ($1, $2, $3::jsonb, $4, $5)',
);
const RELEASE = statement(
  'hold_release',
  `UPDATE legal_hold SET released_at = now(), released_by = $2, release_reason = $3
    WHERE id = $1 AND released_at IS NULL RETURNING subject_id AS "subjectId"`,
);
/** Of the hold's persons ($1) and those merged with them alone: other rows would be locked outside the common order, and deadlock. */
const LOCK = statement(
  'hold_lock',
  `SELECT id FROM subject_key WHERE id IN ${withMerged('SELECT unnest($1::uuid[])')} ORDER BY id FOR UPDATE`,
);
const MARK = statement(
  'hold_mark',
  `UPDATE subject_key s SET held = EXISTS (SELECT FROM legal_hold h WHERE h.subject_id = ANY (${allOf('s.id')}) AND h.released_at IS NULL)
    WHERE s.id = ANY ($1::uuid[])`,
);

/** Locks the subjects and those merged with them, and notes whether a hold is on any; returns their ids. Within `changeHolds`. */
export async function markHeld(session: Session, subjectIds: readonly string[]): Promise<string[]> {
  const ids = (await session.rows<{ id: string }>(LOCK, [subjectIds])).map(({ id }) => id);
  await session.rows(MARK, [ids]);
  return ids;
}

/** Every hold, including released ones, oldest first. */
export function readHolds(session: Session): Promise<LegalHold[]> {
  return session.rows<LegalHold>(ALL, []);
}

export function activeHolds(session: Session): Promise<LegalHold[]> {
  return session.rows<LegalHold>(ACTIVE, []);
}

/** Places a hold on a person or a segment; returns the ids, none for an unknown person. */
export function placeHold(
  { store, encryption }: { readonly store: Store; readonly encryption: SubjectEncryption },
  on: DataSubject | { readonly segment: Segment },
  by: Order,
): Promise<string[]> {
  return afterDeadlocks(store, async (session) => {
    await changeHolds(session);
    if (!('segment' in on)) await giveOwnKeys(session, encryption, on);
    const subjects =
      'segment' in on
        ? [null]
        : (await session.rows<{ id: string }>(SUBJECTS, subjectParameters(on))).map(({ id }) => id);
    const segment = 'segment' in on ? JSON.stringify(on.segment) : null;
    const ids: string[] = [];
    for (const subject of subjects) {
      const id = randomUUID();
      await session.rows(PLACE, [id, subject, segment, by.actor, by.reason]);
      ids.push(id);
    }
    await markHeld(
      session,
      subjects.filter((subject) => subject !== null),
    );
    await by.note?.(session, { holds: ids, ...('segment' in on ? { segment: on.segment } : {}) });
    return ids;
  });
}

/** Ends a hold; false when there is no such active hold. */
export function releaseHold(store: Store, id: string, by: Order): Promise<boolean> {
  return afterDeadlocks(store, async (session) => {
    await changeHolds(session);
    const released = await session.rows<{ subjectId: string | null }>(RELEASE, [id, by.actor, by.reason]);
    await markHeld(
      session,
      released.flatMap(({ subjectId }) => subjectId ?? []),
    );
    await by.note?.(session, released.length > 0 ? { hold: id } : { hold: id, known: false });
    return released.length > 0;
  });
}
