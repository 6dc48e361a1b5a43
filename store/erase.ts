import { randomUUID } from 'node:crypto';
import { type Cell, type CellDictionary, matchesSegment } from '../domain/cell.ts';
import { ERASED_CONTENT } from './accept.ts';
import type { Session, Statement, Store } from './client.ts';
import { type Attest, forgetLeaves } from './leaf-notes.ts';
import { activeHolds, type Order } from './legal-hold.ts';
import type { Vault } from './vault.ts';

export interface SubjectDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly cells: CellDictionary;
  /** Signs what is noted of sealed leaves. */
  readonly attest: Attest;
}

/** An erasure that a check has not found complete yet. */
export interface PendingErasure {
  readonly id: string;
  readonly responses: number;
  readonly responseIds: readonly string[];
  readonly trainingSets: readonly string[];
}

interface KeyRow {
  readonly id: string;
  readonly answeredAt: Date;
  readonly cellId: number;
}

const LOCK_SUBJECTS: Statement = {
  name: 'erase_subjects',
  text: 'SELECT id, held FROM subject_key WHERE lookup = ANY ($1::text[]) ORDER BY id FOR UPDATE',
};
const LOCK_KEYS: Statement = {
  name: 'erase_lock',
  text: `SELECT id, answered_at AS "answeredAt", cell_id AS "cellId" FROM response_key WHERE subject_id = ANY ($1::uuid[])
    ORDER BY id FOR UPDATE`,
};
/** Those that are known to have learnt from them, and those from before members were noted that may have. */
const TRAINING_SETS: Statement = {
  name: 'erase_training_sets',
  text: `SELECT hash FROM training_set_member WHERE response_id = ANY ($1::uuid[])
    UNION
    SELECT t.hash FROM training_set t WHERE t.until IS NOT NULL
      AND NOT EXISTS (SELECT FROM training_set_member m WHERE m.hash = t.hash)
      AND EXISTS (SELECT FROM response r WHERE r.id = ANY ($1::uuid[]) AND r.answered_at < t.until
        AND r.received_at < t.recorded_at AND r.comment IS NOT NULL AND r.class IS NOT NULL)
    ORDER BY 1`,
};
/** Names time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE_RESPONSE: Statement = {
  name: 'erase_response',
  text: 'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
};
const FORGET: readonly Statement[] = [
  { name: 'erase_restricted', text: 'DELETE FROM restricted_response WHERE id = ANY ($1::uuid[])' },
  { name: 'erase_events', text: 'DELETE FROM source_event WHERE response_id = ANY ($1::uuid[])' },
  { name: 'erase_members', text: 'DELETE FROM training_set_member WHERE response_id = ANY ($1::uuid[])' },
];
/** The id stays, so that the same file brings nothing back, and the cell, so that only who sees it is told. */
const ENTOMB: Statement = {
  name: 'erase_entomb',
  text: `UPDATE response_key SET answered_at = 'epoch', received_at = 'epoch', subject_id = NULL, content_hash = $2
    WHERE id = ANY ($1::uuid[])`,
};
const DELETE_KEYS: Statement = {
  name: 'erase_keys',
  text: 'DELETE FROM subject_key WHERE id = ANY ($1::uuid[])',
};
const NOTE: Statement = {
  name: 'erase_note',
  text: `INSERT INTO erasure (id, lookups, response_ids, responses, actor, reason, training_sets)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};
const PENDING: Statement = {
  name: 'erase_pending',
  text: `SELECT id, responses, response_ids AS "responseIds", training_sets AS "trainingSets" FROM erasure
    WHERE completed_at IS NULL AND lookups && $1::text[] ORDER BY recorded_at`,
};
const COMPLETE: Statement = {
  name: 'erase_complete',
  text: 'UPDATE erasure SET completed_at = now(), lookups = NULL, response_ids = NULL WHERE id = $1',
};

/**
 * Erases a person: the data key, the responses (the triggers follow with rollups, predictions and the journal), what
 * arrived, the way from seals to them. Answers with what keeps it from being done (a legal hold), or an empty list. Nothing
 * happens for somebody who is not known.
 */
export async function erase(deps: SubjectDeps, lookups: readonly string[], by: Order): Promise<string[]> {
  const { store, vault, cells, attest } = deps;
  const done = await store.transaction(async (session) => {
    const subjects = await session.rows<{ id: string; held: boolean }>(LOCK_SUBJECTS, [lookups]);
    const ids = subjects.map(({ id }) => id);
    if (ids.length === 0) return { ids, holds: [] };
    const keys = await session.rows<KeyRow>(LOCK_KEYS, [ids]);
    const holds = await holdsOf(session, cells, ids, keys);
    if (holds.length > 0) return { ids: [], holds };
    const responseIds = keys.map(({ id }) => id);
    const sets = await session.rows<{ hash: string }>(TRAINING_SETS, [responseIds]);
    await deleteResponses(session, keys);
    await session.rows(DELETE_KEYS, [ids]);
    const trainingSets = sets.map(({ hash }) => hash);
    const erasure = randomUUID();
    await session.rows(NOTE, [erasure, lookups, responseIds, keys.length, by.actor, by.reason, trainingSets]);
    await forgetLeaves(session, attest, responseIds, 'erased');
    // Nothing that leads to the person: only how much it was.
    await by.note?.(session, { erasure, responses: keys.length });
    return { ids, holds: [] };
  });
  vault.forget(done.ids);
  // The row with the wrapped key is dead; its place is freed to be written over.
  if (done.ids.length > 0) await store.rows({ name: '', text: 'VACUUM subject_key' }, []);
  return done.holds;
}

/**
 * Deletes responses with all that hangs on them; only their ids stay. In the caller's transaction, which locked the keys, and ends with
 * `forgetLeaves`.
 */
export async function deleteResponses(session: Session, keys: readonly KeyRow[]): Promise<void> {
  if (keys.length === 0) return;
  const ids = keys.map(({ id }) => id);
  for (const { id, answeredAt, cellId } of keys)
    await session.rows(DELETE_RESPONSE, [id, answeredAt, cellId]);
  for (const statement of FORGET) await session.rows(statement, [ids]);
  await session.rows(ENTOMB, [ids, ERASED_CONTENT]);
}

async function holdsOf(
  session: Session,
  cells: CellDictionary,
  subjectIds: readonly string[],
  keys: readonly KeyRow[],
): Promise<string[]> {
  const own = keys.map(({ cellId }) => cells.get(cellId)).filter((cell): cell is Cell => cell !== undefined);
  return (await activeHolds(session))
    .filter(
      ({ subjectId, segment }) =>
        (subjectId !== null && subjectIds.includes(subjectId)) ||
        (segment !== null && own.some(({ attributes }) => matchesSegment(segment, attributes))),
    )
    .map(({ id, recordedAt }) => `legal hold ${id} of ${recordedAt.toISOString()}: release it first`);
}

/** Erasures of the person that no check has found complete yet. */
export function pendingErasures(session: Session, lookups: readonly string[]): Promise<PendingErasure[]> {
  return session.rows<PendingErasure>(PENDING, [lookups]);
}

const STORES: readonly { readonly name: string; readonly statement: Statement }[] = [
  ['responses', 'response WHERE id = ANY ($1::uuid[])'],
  ['restricted responses', 'restricted_response WHERE id = ANY ($1::uuid[])'],
  ['predictions', 'prediction WHERE response_id = ANY ($1::uuid[])'],
  ['source events', 'source_event WHERE response_id = ANY ($1::uuid[])'],
  ['links to the person', 'response_key WHERE id = ANY ($1::uuid[]) AND subject_id IS NOT NULL'],
  ['members of training sets', 'training_set_member WHERE response_id = ANY ($1::uuid[])'],
  ['leaves of seals', 'seal_leaf WHERE response_id = ANY ($1::uuid[])'],
].map(([name = '', from]) => ({
  name,
  statement: { name: `erase_check_${name}`, text: `SELECT count(*)::integer AS n FROM ${from}` },
}));

/**
 * Looks into every store for what an erasure should have taken away, and ends the erasure when nothing is left: only then
 * is forgotten whose it was. Answers with what is left, in words.
 */
export async function checkErasure(
  session: Session,
  { id, responseIds }: PendingErasure,
  graphHolds: (responseIds: readonly string[]) => Promise<number>,
): Promise<string[]> {
  const remaining: string[] = [];
  for (const { name, statement } of STORES) {
    const [row] = await session.rows<{ n: number }>(statement, [responseIds]);
    if (row && row.n > 0) remaining.push(`record: ${row.n} ${name}`);
  }
  const inGraph = await graphHolds(responseIds).catch(() => null);
  if (inGraph === null) remaining.push('lineage graph: does not answer');
  else if (inGraph > 0)
    remaining.push(`lineage graph: ${inGraph} responses, until it has followed the journal`);
  if (remaining.length === 0) await session.rows(COMPLETE, [id]);
  return remaining;
}
