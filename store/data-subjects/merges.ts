import { randomUUID } from 'node:crypto';
import { UserError } from '../../domain/errors/user-error.ts';
import { type IdentityEdge, rootsOf } from '../../domain/privacy/merged-identities.ts';
import { afterDeadlocks } from '../database/after-deadlocks.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { withMerged } from '../encryption/merged.ts';
import type { SubjectRef } from '../encryption/subject-encryption.ts';
import { reconsider } from '../responses/counting.ts';
import type { IdentityKind } from '../tables/identities.ts';
import { changeHolds } from './data-subject.ts';
import type { SubjectDeps } from './erase.ts';
import { markHeld, type Order } from './legal-hold.ts';
import { setRestricted } from './restriction.ts';

/*
 * Two identifiers of one person or account. Nothing is moved: rows keep the subject under which they came, and merged_subject says which
 * subject each counts as, so one transaction changes every count at once, whatever the amount of rows, and an undo is exact. Statements are
 * replayed in their order (domain/privacy/merged-identities.ts). Legal holds and restrictions of one are those of all. Merges exclude one
 * another, erasures, retention, holds and restrictions by the lock of `changeHolds`.
 */

/** A merge that is undone, or whose person is gone. */
export class MergeOverError extends UserError {
  override readonly name = 'MergeOverError';
}

/** An identifier by its pseudonym and lookups. */
export type Identifier = Pick<SubjectRef, 'lookups'> & { readonly pseudonym: string };

/** A statement that both identifiers are of one person or account, which is shown as `into`. */
export interface NewMerge {
  readonly kind: IdentityKind;
  readonly from: Identifier;
  readonly into: Identifier;
}

/** The result of a statement: same: both identifiers are alike; repeated: it stands already, or was undone by a person. */
export type MergeResult =
  | { readonly status: 'merged' | 'repeated'; readonly id: string }
  | { readonly status: 'same' };

export interface MergeOrder extends Omit<Order, 'reason'> {
  readonly reason: string | null;
  /** Whether what was undone may be merged again: not for senders, who repeat deliveries. */
  readonly mayRepeat: boolean;
}

const LOCK = statement(
  'merge_lock',
  `SELECT id FROM subject_key WHERE id IN ${withMerged('SELECT id FROM subject_key WHERE lookup = ANY ($1::text[])')}
    ORDER BY id FOR UPDATE`,
);
const KNOWN = statement(
  'merge_known',
  `SELECT DISTINCT ON (m.from_id, m.into_id) m.id, m.from_id AS "fromId", m.into_id AS "intoId", m.undone_at IS NOT NULL AS undone
    FROM identity_merge m JOIN unnest($1::uuid[], $2::uuid[]) AS p (a, b) ON (m.from_id = p.a AND m.into_id = p.b)
    ORDER BY m.from_id, m.into_id, m.seq DESC`,
);
const INSERT = statement(
  'merge_insert',
  `INSERT INTO identity_merge (id, kind, from_id, into_id, actor, reason)
    SELECT id, kind, "fromId", "intoId", $2, $3 FROM json_to_recordset($1::json)
      AS m (id uuid, kind text, "fromId" uuid, "intoId" uuid, place integer) ORDER BY place`,
);

/** Stores the statements in one transaction, and returns the result of each in order. */
export function mergeIdentities(
  { store, encryption, sign }: Pick<SubjectDeps, 'store' | 'encryption' | 'sign'>,
  merges: readonly NewMerge[],
  by: MergeOrder,
  at: Date,
): Promise<MergeResult[]> {
  return afterDeadlocks(store, async (session) => {
    await changeHolds(session);
    const ends = merges.flatMap(({ from, into }) => [from, into].map((one) => ({ ...one, responseId: '' })));
    await session.rows(LOCK, [[...new Set(ends.flatMap(({ lookups }) => lookups))].sort()]);
    const found = await encryption.find(session, ends, at);
    const subjects = await encryption.store(session, found, at);
    const edges = merges.map(({ kind }, i) => {
      const [from, into] = subjects.slice(2 * i);
      return { id: randomUUID(), place: i, kind, fromId: from?.id as string, intoId: into?.id as string };
    });
    const known = new Map<string, { readonly id: string; readonly undone: boolean }>();
    const stored = await session.rows<IdentityEdge & { id: string; undone: boolean }>(KNOWN, [
      edges.map(({ fromId }) => fromId),
      edges.map(({ intoId }) => intoId),
    ]);
    for (const row of stored) known.set(keyOf(row), row);
    const fresh: typeof edges = [];
    const results = edges.map((edge): MergeResult => {
      if (edge.fromId === edge.intoId) return { status: 'same' };
      const before = known.get(keyOf(edge));
      if (before && !(before.undone && by.mayRepeat)) return { status: 'repeated', id: before.id };
      known.set(keyOf(edge), { id: edge.id, undone: false });
      fresh.push(edge);
      return { status: 'merged', id: edge.id };
    });
    if (fresh.length > 0) {
      await session.rows(INSERT, [JSON.stringify(fresh), by.actor, by.reason]);
      await settle(
        session,
        sign,
        fresh.flatMap(({ fromId, intoId }) => [fromId, intoId]),
      );
    }
    await by.note?.(session, { merges: fresh.map(({ id }) => id) });
    return results;
  });
}

const keyOf = ({ fromId, intoId }: IdentityEdge) => `${fromId} ${intoId}`;

const ONE = statement(
  'merge_one',
  `SELECT from_id AS "fromId", into_id AS "intoId", undone_at AS "undoneAt", gone_at AS "goneAt" FROM identity_merge
    WHERE id = $1 FOR UPDATE`,
);
const UNDO = statement(
  'merge_undo',
  'UPDATE identity_merge SET undone_at = now(), undone_by = $2, undo_reason = $3 WHERE id = $1',
);

/**
 * Undoes a merge: everything counts as before it, and what arrived since counts as what it arrived for. False when there is no such merge.
 * @throws MergeOverError
 */
export function undoMerge(
  { store, sign }: Pick<SubjectDeps, 'store' | 'sign'>,
  id: string,
  by: Order,
): Promise<boolean> {
  return afterDeadlocks(store, async (session) => {
    await changeHolds(session);
    const [row] = await session.rows<
      IdentityEdge & { readonly undoneAt: Date | null; readonly goneAt: Date | null }
    >(ONE, [id]);
    if (row?.goneAt)
      throw new MergeOverError(
        `id: nothing of the merged identifiers is left since ${row.goneAt.toISOString()}: they were erased together, or aged out, and an undo could restore nothing`,
      );
    if (row?.undoneAt) throw new MergeOverError(`id: this merge was undone at ${row.undoneAt.toISOString()}`);
    if (row) {
      await session.rows(UNDO, [id, by.actor, by.reason]);
      await settle(session, sign, [row.fromId, row.intoId]);
    }
    await by.note?.(session, row ? { merge: id } : { merge: id, known: false });
    return row !== undefined;
  });
}

const GROUP = statement(
  'merge_group',
  `SELECT id FROM ${withMerged('SELECT unnest($1::uuid[])')} g (id) ORDER BY id`,
);
const STANDING = statement(
  'merge_standing',
  `SELECT from_id AS "fromId", into_id AS "intoId" FROM identity_merge
    WHERE undone_at IS NULL AND (from_id = ANY ($1::uuid[]) OR into_id = ANY ($1::uuid[])) ORDER BY seq`,
);
const CLEAR = statement('merge_clear', 'DELETE FROM merged_subject WHERE id = ANY ($1::uuid[])');
const RESOLVE = statement(
  'merge_resolve',
  'INSERT INTO merged_subject (id, root_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])',
);
const LOCKED = statement(
  'merge_locked',
  `SELECT id, restricted, restricted_by_merge AS "byMerge" FROM subject_key WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
);

interface Restriction {
  readonly id: string;
  readonly restricted: boolean;
  readonly byMerge: boolean;
}

/** Replays the statements about these subjects and those merged with them, and applies what holds for one to all. */
async function settle(
  session: Session,
  sign: SubjectDeps['sign'],
  subjectIds: readonly string[],
): Promise<void> {
  const ids = (await session.rows<{ id: string }>(GROUP, [subjectIds])).map(({ id }) => id);
  const before = await session.rows<Restriction>(LOCKED, [ids]);
  const roots = rootsOf(await session.rows<IdentityEdge>(STANDING, [ids]));
  await session.rows(CLEAR, [ids]);
  await session.rows(RESOLVE, [[...roots.keys()], [...roots.values()]]);
  await markHeld(session, ids);
  const rootOf = (id: string) => roots.get(id) ?? id;
  const ordered = new Set(before.flatMap((one) => (one.restricted && !one.byMerge ? rootOf(one.id) : [])));
  const on = before.flatMap(({ id, restricted }) => (!restricted && ordered.has(rootOf(id)) ? id : []));
  const off = before.flatMap(({ id, restricted }) => (restricted && !ordered.has(rootOf(id)) ? id : []));
  if (on.length > 0) await setRestricted(session, sign, on, { restricted: true, byMerge: true });
  if (off.length > 0) await setRestricted(session, sign, off, { restricted: false, byMerge: false });
  // Which answers of a person count depends on all of them.
  await reconsider(session, sign, { subjectIds: ids });
}
