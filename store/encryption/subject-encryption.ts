import { randomBytes, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';
import { decrypt } from '../../domain/privacy/aes-gcm.ts';
import type { Session } from '../database/client.ts';
import { columnsOf } from '../database/columns.ts';
import { statement } from '../database/statement.ts';
import { FieldEncryption } from './field-encryption.ts';
import { wrapLocked } from './key-lock.ts';
import type { KeyProvider, WrappedKey } from './key-provider.ts';
import type { ArrivingSubject, OpenSubject, SubjectRef } from './open-subject.ts';
import { SHARED_OWNERS, SharedKey, type SharedOwner } from './shared-key.ts';
import {
  type EncryptedComment,
  type NewSubject,
  SUBJECT_COLUMNS,
  type SubjectKeyRow,
} from './subject-rows.ts';

export type { ArrivingSubject, OpenSubject, SubjectRef } from './open-subject.ts';

// Locked until the transaction ends: no erasure, restriction or rotation of a subject while something is
// encrypted for it.
const HOLD = statement(
  'vault_hold',
  `SELECT ${SUBJECT_COLUMNS} FROM subject_key WHERE lookup = ANY ($1::text[]) OR id = ANY ($2::uuid[])
    ORDER BY id FOR SHARE`,
);
/** As `HOLD`, where nothing of these responses is stored and no survey has a policy: else other locks come first. */
const HOLD_FIRST = statement(
  'vault_hold_first',
  `SELECT ${SUBJECT_COLUMNS} FROM subject_key WHERE (lookup = ANY ($1::text[]) OR id = ANY ($2::uuid[]))
      AND NOT EXISTS (SELECT FROM response_key WHERE id = ANY ($3::uuid[])) AND NOT EXISTS (SELECT FROM respondent_policy)
    ORDER BY id FOR SHARE`,
);
const INSERT = statement(
  'vault_insert',
  `INSERT INTO subject_key (id, lookup, pseudonym, wrapped, provider, key_version, wrapped_at, shared)
    SELECT id, lookup, pseudonym, wrapped, $1, version, now(), shared
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[])
      AS s (id, lookup, pseudonym, wrapped, version, shared)
    ORDER BY lookup, id ON CONFLICT DO NOTHING RETURNING id`,
);
const BY_IDS = statement(
  'vault_by_ids',
  `SELECT ${SUBJECT_COLUMNS} FROM subject_key WHERE id = ANY ($1::uuid[])`,
);

const ROOTS = statement(
  'merged_roots',
  'SELECT id, root_id AS "rootId" FROM merged_subject WHERE id = ANY ($1::uuid[]) AND root_id <> id',
);

/** The cache of keys: at most so many, and no longer than this after an erasure in another process. */
const MOST_KEYS = 20_000;
const KEY_LIFE_MS = 5 * 60_000;

const newSubject = (ref: SubjectRef): ArrivingSubject => ({
  id: randomUUID(),
  pseudonym: ref.pseudonym,
  restricted: false,
  key: randomBytes(32),
  ref,
});

/**
 * The only place where personal data is encrypted and decrypted: a data key per subject, wrapped by the key
 * provider.
 */
export class SubjectEncryption extends FieldEncryption {
  /** Keys are read outside the scoped views; the values that they decrypt were read through them. */
  readonly #store: Session;
  readonly #provider: KeyProvider;
  readonly #others: ReadonlyMap<string, KeyProvider>;
  /** Of responses without an identifier that arrive here. */
  readonly #shared = new SharedKey();
  readonly #keys = new LRUCache<string, Pick<OpenSubject, 'key' | 'pseudonym'>>({
    max: MOST_KEYS,
    ttl: KEY_LIFE_MS,
  });

  /** `others` can unwrap what was wrapped before the provider was changed. */
  constructor(store: Session, tenant: string, provider: KeyProvider, others: readonly KeyProvider[] = []) {
    super(tenant);
    this.#store = store;
    this.#provider = provider;
    this.#others = new Map([provider, ...others].map((one) => [one.name, one]));
  }

  get provider(): KeyProvider {
    return this.#provider;
  }

  /**
   * The subjects of items arriving at that moment, in order: known ones are locked until the transaction ends,
   * for the others an id and a key are created, to be stored by `store` if they turn out to be needed.
   */
  async find(session: Session, refs: readonly SubjectRef[], at: Date): Promise<ArrivingSubject[]> {
    const { lookups, ids, shared } = this.#named(refs);
    const owners = ids.length === 0 ? [] : await session.rows<SharedOwner>(SHARED_OWNERS, [ids]);
    const of = [...ids, ...owners.map(({ subjectId }) => subjectId), ...shared];
    return this.#arriving(refs, at, owners, await session.rows<SubjectKeyRow>(HOLD, [lookups, of]));
  }

  /**
   * Asks for what `find` would lock, as long as nothing of these responses is stored and no survey has a policy. The caller finds out by
   * the statements before whether that is so, and then gets the subjects by the returned function. What another transaction stores at
   * that moment is found by `store`.
   */
  holdFirst(
    session: Session,
    refs: readonly SubjectRef[],
    responseIds: readonly string[],
  ): (at: Date) => Promise<ArrivingSubject[]> {
    const { lookups, ids, shared } = this.#named(refs);
    const rows = session.rows<SubjectKeyRow>(HOLD_FIRST, [lookups, [...ids, ...shared], responseIds]);
    // Where it is not used, the statements before it fail too, or nothing was locked.
    rows.catch(() => undefined);
    return async (at) => this.#arriving(refs, at, [], await rows);
  }

  /** What the subjects are found by; `ids` are of responses without an identifier. */
  #named(refs: readonly SubjectRef[]) {
    const lookups = [...new Set(refs.flatMap((ref) => ref.lookups))].sort();
    const ids = refs.filter((ref) => ref.lookups.length === 0).map(({ responseId }) => responseId);
    return { lookups, ids, shared: ids.length > 0 ? this.#shared.ids : [] };
  }

  /** The subjects of the refs in order: those of the rows, which are locked, or new ones. */
  async #arriving(
    refs: readonly SubjectRef[],
    at: Date,
    owners: readonly SharedOwner[],
    rows: readonly SubjectKeyRow[],
  ): Promise<ArrivingSubject[]> {
    const opened = await this.open(rows);
    const known = new Map<string, ArrivingSubject>();
    rows.forEach(({ id, lookup }, i) => {
      known.set(lookup ?? id, { ...(opened[i] as OpenSubject), ref: null });
    });
    for (const { responseId, subjectId } of owners) {
      const owner = known.get(subjectId);
      if (owner && !known.has(responseId)) known.set(responseId, owner);
    }
    return refs.map((ref) => {
      const names = ref.lookups.length === 0 ? [ref.responseId] : ref.lookups;
      const found = names.flatMap((name) => known.get(name) ?? [])[0];
      if (found) return found;
      const fresh = ref.lookups.length === 0 ? this.#shared.next(ref, known, at) : newSubject(ref);
      known.set(names[0] as string, fresh);
      known.set(fresh.id, fresh);
      return fresh;
    });
  }

  /**
   * Stores the new ones of the subjects, and returns all of them in order: another one than created if another
   * transaction was faster.
   */
  async store(session: Session, subjects: readonly ArrivingSubject[], at: Date): Promise<OpenSubject[]> {
    const fresh = [...new Set(subjects.filter(({ ref }) => ref !== null))];
    if (fresh.length === 0) return [...subjects];
    const made = await this.keep(
      session,
      fresh.map((subject) => {
        const lookup = subject.ref?.lookups[0] ?? null;
        return { ...subject, lookup, shared: lookup === null };
      }),
    );
    const late = fresh.filter(({ id }) => !made.has(id));
    if (late.length === 0) return [...subjects];
    const others = await this.find(
      session,
      late.flatMap(({ ref }) => ref ?? []),
      at,
    );
    const settled = await this.store(session, others, at);
    const instead = new Map(late.map((subject, i) => [subject, settled[i] as OpenSubject]));
    return subjects.map((subject) => instead.get(subject) ?? subject);
  }

  /** Stores subjects with their keys, unless they exist; returns the ids of those that did not. */
  async keep(session: Session, subjects: readonly NewSubject[]): Promise<Set<string>> {
    if (subjects.length === 0) return new Set();
    const wrapped = await this.wrap(session, subjects);
    const rows = subjects.map((subject, i) => {
      const { id, pseudonym, lookup, shared } = subject;
      const ciphertext =
        pseudonym === null || lookup === null ? null : this.encryptPseudonym(subject, pseudonym, lookup);
      return { id, lookup, shared, pseudonym: ciphertext, ...(wrapped[i] as WrappedKey) };
    });
    const columns = columnsOf(rows, ['id', 'lookup', 'pseudonym', 'wrapped', 'version', 'shared']);
    const inserted = await session.rows<{ id: string }>(INSERT, [this.#provider.name, ...columns]);
    return new Set(inserted.map(({ id }) => id));
  }

  /** Data keys wrapped by the provider in use, to be stored in the same transaction. */
  wrap(session: Session, subjects: readonly Pick<OpenSubject, 'id' | 'key'>[]): Promise<WrappedKey[]> {
    const keys = subjects.map(({ id, key }) => ({ tenant: this.tenant, subject: id, key }));
    return wrapLocked(session, this.#provider, keys);
  }

  /** The subjects of the rows with their keys; one call to the provider for all that are not cached. */
  async open(rows: readonly SubjectKeyRow[]): Promise<OpenSubject[]> {
    const keys = new Map(rows.map(({ id }) => [id, this.#keys.get(id)]));
    const closed = rows.filter(({ id }) => keys.get(id) === undefined);
    for (const name of new Set(closed.map(({ provider }) => provider))) {
      const own = closed.filter((row) => row.provider === name);
      const unwrapped = await this.#providerOf(name).unwrap(
        own.map(({ id, wrapped, version }) => ({ tenant: this.tenant, subject: id, wrapped, version })),
      );
      own.forEach(({ id, pseudonym, lookup: version }, i) => {
        const key = unwrapped[i] as Buffer;
        const context = { tenant: this.tenant, subject: id, field: 'respondent', row: id, version };
        const shown = pseudonym === null ? null : decrypt(key, context, pseudonym).toString('utf8');
        keys.set(id, { key, pseudonym: shown });
        this.#keys.set(id, { key, pseudonym: shown });
      });
    }
    return rows.map(({ id, restricted }) => ({
      id,
      restricted,
      ...(keys.get(id) as Pick<OpenSubject, 'key' | 'pseudonym'>),
    }));
  }

  #providerOf(name: string): KeyProvider {
    const provider = this.#others.get(name);
    if (provider) return provider;
    throw new KeyProviderError(
      `keys are wrapped by ${JSON.stringify(name)}, which is not configured: configure it too until they are rewrapped`,
    );
  }

  /**
   * The existing ones of the subjects, locked until the transaction ends so that they cannot be erased
   * meanwhile.
   */
  async held(session: Session, ids: readonly string[]): Promise<OpenSubject[]> {
    return this.open(await session.rows<SubjectKeyRow>(HOLD, [[], ids]));
  }

  /** Those of the subjects that are visible to the transaction. */
  async read(session: Session, ids: readonly string[]): Promise<OpenSubject[]> {
    return this.open(await session.rows<SubjectKeyRow>(BY_IDS, [ids]));
  }

  /** The existing subjects of those ids, by id. */
  async subjects(ids: readonly string[]): Promise<Map<string, OpenSubject>> {
    const found = new Map<string, OpenSubject>();
    const unknown = new Set<string>();
    for (const id of ids) {
      const known = this.#keys.get(id);
      // Restriction is not cached; readers do not need it.
      if (known) found.set(id, { id, restricted: false, ...known });
      else unknown.add(id);
    }
    if (unknown.size > 0) {
      const rows = await this.#store.rows<SubjectKeyRow>(BY_IDS, [[...unknown]]);
      for (const subject of await this.open(rows)) found.set(subject.id, subject);
    }
    return found;
  }

  /** The subjects that those count as, by the ids given: the ones that they are merged into, or themselves. */
  async merged(ids: readonly string[]): Promise<Map<string, OpenSubject>> {
    if (ids.length === 0) return new Map();
    const roots = new Map(
      (await this.#store.rows<{ id: string; rootId: string }>(ROOTS, [[...new Set(ids)]])).map((row) => [
        row.id,
        row.rootId,
      ]),
    );
    const opened = await this.subjects(ids.map((id) => roots.get(id) ?? id));
    return new Map(
      ids.flatMap((id) => {
        const subject = opened.get(roots.get(id) ?? id);
        return subject ? [[id, subject] as const] : [];
      }),
    );
  }

  /**
   * The rows with decrypted comments and pseudonyms. A comment is null if its key is gone (erased meanwhile) or
   * its subject is not visible to the reader, and likewise a pseudonym.
   * @throws DecryptionError when a comment was changed.
   */
  async openComments<Row extends EncryptedComment>(
    rows: readonly Row[],
  ): Promise<
    (Omit<Row, 'subjectId' | 'ownerId' | 'accountId' | 'sourceEventId'> & {
      readonly respondent: string | null;
      readonly account: string | null;
    })[]
  > {
    const subjects = await this.subjects(rows.flatMap(({ subjectId }) => subjectId ?? []));
    const named = await this.merged(
      rows.flatMap(({ ownerId, accountId }) => [ownerId ?? [], accountId ?? []].flat()),
    );
    return rows.map(({ subjectId, ownerId, accountId, sourceEventId, ...row }) => {
      const subject = subjects.get(subjectId ?? '');
      const readable = subject && row.comment !== null;
      const comment = readable
        ? this.openComment(subject, row.id, sourceEventId, row.comment as string)
        : null;
      const pseudonymOf = (id: string | null | undefined) => named.get(id ?? '')?.pseudonym ?? null;
      return { ...row, comment, respondent: pseudonymOf(ownerId), account: pseudonymOf(accountId) };
    });
  }

  /** Drops cached keys. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#keys.delete(id);
  }
}
