import type { Session } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { type Statement, statement } from '../database/statement.ts';
import { withMerged } from '../encryption/merged.ts';

/**
 * A person as named in a request: by lookups, or by one of their responses (without an identifier there is no
 * lookup).
 */
export interface DataSubject {
  readonly lookups: readonly string[];
  readonly responseIds: readonly string[];
}

/**
 * Ids of subject_key rows, with all that are merged with them; $1 lookups, $2 ids of responses. A shared key belongs to no one: see
 * store/data-subjects/own-keys.ts.
 */
export const SUBJECT_IDS = withMerged(`SELECT id FROM subject_key WHERE lookup = ANY ($1::text[])
  UNION SELECT k.subject_id FROM response_key k JOIN subject_key s ON s.id = k.subject_id AND NOT s.shared
    WHERE k.id = ANY ($2::uuid[])`);

/** The first parameters of statements about a person. */
export const subjectParameters = ({ lookups, responseIds }: DataSubject) => [lookups, responseIds] as const;

/*
 * Every writer locks in one order: holds, subjects, keys of responses; rows of each by id. So there are no
 * deadlocks, except over subjects that another one is about to store (store/database/after-deadlocks.ts).
 */

/** Legal holds are placed and released while no deletion runs. */
const SHARE_HOLDS = statement('person_holds_share', `SELECT pg_advisory_xact_lock_shared(${LOCKS.holds})`);
const CHANGE_HOLDS = statement('person_holds_change', `SELECT pg_advisory_xact_lock(${LOCKS.holds})`);

/** Until the transaction ends, no legal hold is placed or released. */
export async function keepHolds(session: Session): Promise<void> {
  await session.rows(SHARE_HOLDS, []);
}

/** Until the transaction ends, nothing is deleted for a person or by age. */
export async function changeHolds(session: Session): Promise<void> {
  await session.rows(CHANGE_HOLDS, []);
}

/** Locks the person's rows; the caller chooses the columns. */
export const lockedSubjects = (name: string, columns: string): Statement =>
  statement(name, `SELECT ${columns} FROM subject_key WHERE id IN ${SUBJECT_IDS} ORDER BY id FOR UPDATE`);

/** A response's key, as read with its lock. */
export interface LockedKey {
  readonly id: string;
  readonly answeredAt: Date;
  readonly cellId: number;
}

/** Locks the keys of the subjects' responses ($1), after the subjects. */
export const LOCK_KEYS = statement(
  'person_keys',
  `SELECT id, answered_at AS "answeredAt", cell_id AS "cellId" FROM response_key WHERE subject_id = ANY ($1::uuid[])
    ORDER BY id FOR UPDATE`,
);
