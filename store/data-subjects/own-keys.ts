import { randomBytes, randomUUID } from 'node:crypto';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { withMerged } from '../encryption/merged.ts';
import { SHARED_OWNERS, type SharedOwner } from '../encryption/shared-key.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import type { NewSubject } from '../encryption/subject-rows.ts';
import { type DataSubject, subjectParameters } from './data-subject.ts';
import { reencryptMembers } from './reencrypt-members.ts';

/*
 * Responses without an identifier share a key (store/encryption/shared-key.ts). Before a right is exercised
 * over one of them, it gets a key of its own, under its own id, and from then on is a data subject like any
 * other. An erasure destroys the shared key too, because it decrypts what dead rows still hold: the other
 * responses move to a new one.
 */

/** A shared key that was destroyed. */
export interface SharedRow {
  readonly id: string;
  /** The wrapping key that copies of it are under. */
  readonly wrappedBy: string;
}

/**
 * Everything that a right may touch, in one order: persons, and shared keys of the responses and of other items
 * under their ids.
 */
const LOCK = statement(
  'own_keys_lock',
  `SELECT id, shared, provider || ' ' || key_version AS "wrappedBy" FROM subject_key
    WHERE id IN ${withMerged(`SELECT id FROM subject_key WHERE lookup = ANY ($1::text[])
      UNION SELECT subject_id FROM response_key WHERE id = ANY ($2::uuid[])
      UNION SELECT s.id FROM source_event e JOIN subject_key s ON s.id = e.subject_id AND s.shared
        WHERE e.response_id = ANY ($2::uuid[])`)}
    ORDER BY id FOR UPDATE`,
);
const LOCK_MEMBERS = statement(
  'own_keys_members',
  `SELECT id FROM response_key WHERE subject_id = ANY ($1::uuid[]) AND ($3 OR id = ANY ($2::uuid[])) ORDER BY id FOR UPDATE`,
);
const DESTROY = statement(
  'own_keys_destroy',
  'DELETE FROM subject_key WHERE id = ANY ($1::uuid[]) AND shared',
);

/**
 * Gives the person's responses under a shared key keys of their own, in the transaction that exercises the
 * right.
 */
export async function giveOwnKeys(
  session: Session,
  encryption: SubjectEncryption,
  dataSubject: DataSubject,
): Promise<void> {
  await separate(session, encryption, dataSubject, false);
}

/**
 * The same for an erasure; also returns the destroyed shared keys, under which nothing is encrypted any more.
 */
export function renewShared(
  session: Session,
  encryption: SubjectEncryption,
  dataSubject: DataSubject,
): Promise<SharedRow[]> {
  return separate(session, encryption, dataSubject, true);
}

async function separate(
  session: Session,
  encryption: SubjectEncryption,
  dataSubject: DataSubject,
  renew: boolean,
): Promise<SharedRow[]> {
  if (dataSubject.responseIds.length === 0) return [];
  const shared = (await lockSubjects(session, dataSubject)).filter((row) => row.shared);
  if (shared.length === 0) return [];
  const groups = shared.map(({ id }) => id);
  const members = await session.rows<{ id: string }>(LOCK_MEMBERS, [groups, dataSubject.responseIds, renew]);
  const asked = new Set(dataSubject.responseIds);
  const own = members.map(({ id }) => id).filter((id) => asked.has(id));
  if (own.length === 0) return [];
  const keys = new Map<string, NewSubject>(
    (await encryption.held(session, own)).map((one) => [one.id, { ...one, lookup: null, shared: false }]),
  );
  const fresh = own.filter((id) => !keys.has(id)).map((id) => newSubject(id, false));
  for (const subject of fresh) keys.set(subject.id, subject);
  // Others of a key move to one new key, with a new id too, because processes cache keys by id.
  const next = new Map(renew ? groups.map((id) => [id, newSubject(randomUUID(), true)]) : []);
  await encryption.keep(session, [...fresh, ...next.values()]);
  const targetOf = (responseId: string, group: string) => keys.get(responseId) ?? next.get(group);
  await reencryptMembers(session, encryption, groups, renew ? null : own, targetOf);
  if (!renew) return [];
  await session.rows(DESTROY, [groups]);
  encryption.forget(groups);
  return shared;
}

/** Repeats while another transaction replaced the shared key of one of the responses during the wait. */
async function lockSubjects(session: Session, dataSubject: DataSubject) {
  for (;;) {
    const locked = await session.rows<SharedRow & { shared: boolean }>(LOCK, [
      ...subjectParameters(dataSubject),
    ]);
    const owners = await session.rows<SharedOwner>(SHARED_OWNERS, [dataSubject.responseIds]);
    if (owners.every(({ subjectId }) => locked.some(({ id }) => id === subjectId))) return locked;
  }
}

const newSubject = (id: string, shared: boolean): NewSubject => ({
  id,
  pseudonym: null,
  lookup: null,
  shared,
  key: randomBytes(32),
});
