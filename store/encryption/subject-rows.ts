import type { WrappedKey } from './key-provider.ts';
import type { OpenSubject } from './open-subject.ts';

/** A subject as far as encryption needs it. */
export type SubjectWithKey = Pick<OpenSubject, 'id' | 'key'>;

/** A subject to be stored with its key. */
export interface NewSubject extends SubjectWithKey {
  readonly pseudonym: string | null;
  readonly lookup: string | null;
  readonly shared: boolean;
}

/** A row of `subject_key`. */
export interface SubjectKeyRow extends WrappedKey {
  readonly id: string;
  readonly lookup: string | null;
  /** Encrypted. */
  readonly pseudonym: string | null;
  readonly provider: string;
  readonly restricted: boolean;
}

export const SUBJECT_COLUMNS = `id, lookup, pseudonym, wrapped, provider, key_version AS version, restricted`;

/** The encrypted part of a row. */
export interface EncryptedComment {
  readonly id: string;
  /** The subject whose key encrypts the comment. */
  readonly subjectId: string | null;
  /** The subject whose pseudonym is needed. */
  readonly ownerId?: string | null;
  /** And the account whose pseudonym is. */
  readonly accountId?: string | null;
  readonly comment: string | null;
  /** The event that brought this content. */
  readonly sourceEventId: string;
}
