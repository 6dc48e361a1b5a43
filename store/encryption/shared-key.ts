import { randomBytes, randomUUID } from 'node:crypto';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { statement } from '../database/statement.ts';
import type { ArrivingSubject, SubjectRef } from './open-subject.ts';

/*
 * Responses without an identifier share a key with others that arrive in the same process on the same UTC day.
 * Before a right is exercised over one of them it gets a key of its own (store/data-subjects/own-keys.ts).
 */

/** An erasure of one response re-encrypts the others under its key: so many at most. */
export const MOST_ANSWERS = 200;

/** The shared key of a response that is known already. */
export interface SharedOwner {
  readonly responseId: string;
  readonly subjectId: string;
}

/** The responses whose owner is a shared key. */
export const SHARED_OWNERS = statement(
  'shared_owners',
  `SELECT k.id AS "responseId", s.id AS "subjectId" FROM response_key k JOIN subject_key s ON s.id = k.subject_id AND s.shared
    WHERE k.id = ANY ($1::uuid[])`,
);

/** The current key of this process for responses without an identifier. */
export class SharedKey {
  #id: string | undefined;
  #answers = 0;
  #day = 0;

  /** What must be locked before `next`. */
  get ids(): readonly string[] {
    return this.#id === undefined ? [] : [this.#id];
  }

  /**
   * The key for one more response. `known` are subjects locked or created in this transaction: a key that is
   * not among them was never committed, or was destroyed by an erasure, and is not used again.
   */
  next(ref: SubjectRef, known: ReadonlyMap<string, ArrivingSubject>, at: Date): ArrivingSubject {
    const day = Math.floor(at.getTime() / DAY_MS);
    const current = this.#id === undefined ? undefined : known.get(this.#id);
    if (current && this.#answers < MOST_ANSWERS && this.#day === day) {
      this.#answers += 1;
      return current;
    }
    const fresh = { id: randomUUID(), pseudonym: null, restricted: false, key: randomBytes(32), ref };
    this.#id = fresh.id;
    this.#answers = 1;
    this.#day = day;
    return fresh;
  }
}
