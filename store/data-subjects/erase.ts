import { randomUUID } from 'node:crypto';
import { type CellDictionary, matchesSegment, type Segment } from '../../domain/segments/cell.ts';
import { eraseQuarantined } from '../connections/quarantine-settle.ts';
import { afterDeadlocks } from '../database/after-deadlocks.ts';
import type { Session, Store } from '../database/client.ts';
import { columnsOf } from '../database/columns.ts';
import { type Statement, statement, unnamed } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { noteEventsChanged } from '../journal/journal.ts';
import { forgetMerges } from '../outcomes/forget-merged.ts';
import {
  accountsOf,
  dropIdleAccounts,
  eraseOutcomes,
  lockOutcomesOf,
  RESPONSES_OF_ACCOUNTS,
  unlinkAccounts,
} from '../outcomes/outcome-rights.ts';
import type { StoredCellDictionary } from '../responses/cell-dictionary.ts';
import { ERASED_CONTENT } from '../responses/response-row.ts';
import { type Sign, tombstoneLeaves } from '../seals/leaf-tombstones.ts';
import {
  type DataSubject,
  keepHolds,
  type LockedKey,
  lockedSubjects,
  subjectParameters,
} from './data-subject.ts';
import { activeHolds, type LegalHold, type Order } from './legal-hold.ts';
import { renewShared } from './own-keys.ts';

export interface SubjectDeps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary & Pick<StoredCellDictionary, 'refresh'>;
  /** Signs notes about sealed leaves. */
  readonly sign: Sign;
}

interface SubjectRow {
  readonly id: string;
  readonly lookup: string | null;
  readonly wrappedBy: string;
}

const LOCK_SUBJECTS = lockedSubjects(
  'erase_subjects',
  `id, lookup, provider || ' ' || key_version AS "wrappedBy"`,
);
/** Keys of the subjects' responses, and of those of others that name an account of theirs. */
const LOCK_KEYS = statement(
  'erase_lock_keys',
  `SELECT id, answered_at AS "answeredAt", cell_id AS "cellId", subject_id = ANY ($1::uuid[]) AS own FROM response_key
    WHERE subject_id = ANY ($1::uuid[]) OR id IN (${RESPONSES_OF_ACCOUNTS}) ORDER BY id FOR UPDATE`,
);
/**
 * Responses that the person once answered, even if replaced by another person's: a model may have learnt from
 * them.
 */
const EVER_ANSWERED = statement(
  'erase_ever_answered',
  'SELECT DISTINCT response_id AS id FROM source_event WHERE subject_id = ANY ($1::uuid[]) ORDER BY 1',
);
/** Models known to have learnt from them, and older ones that may have. */
const TRAINING_SETS = statement(
  'erase_training_sets',
  `SELECT hash FROM training_set_member WHERE response_id = ANY ($1::uuid[])
    UNION
    SELECT t.hash FROM training_set t WHERE t.until IS NOT NULL
      AND NOT EXISTS (SELECT FROM training_set_member m WHERE m.hash = t.hash)
      AND EXISTS (SELECT FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
        WHERE k.id = ANY ($1::uuid[]) AND r.answered_at < t.until
        AND r.received_at < t.recorded_at AND r.comment IS NOT NULL AND r.class IS NOT NULL)
    ORDER BY 1`,
);
/** Includes time and cell, so that a hypertable opens only the chunks concerned. */
const DELETE_RESPONSE = statement(
  'erase_response',
  'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
);
const FORGET: readonly Statement[] = [
  statement('erase_restricted', 'DELETE FROM restricted_response WHERE id = ANY ($1::uuid[])'),
  statement('erase_members', 'DELETE FROM training_set_member WHERE response_id = ANY ($1::uuid[])'),
  statement('erase_cases', 'DELETE FROM case_record WHERE response_id = ANY ($1::uuid[])'),
  statement('erase_verdicts', 'DELETE FROM counting_verdict WHERE response_id = ANY ($1::uuid[])'),
  statement('erase_prints', 'DELETE FROM answer_print WHERE response_id = ANY ($1::uuid[])'),
  statement('erase_flags', 'DELETE FROM response_flag WHERE response_id = ANY ($1::uuid[])'),
  statement('erase_aged', 'DELETE FROM aged_field WHERE response_id = ANY ($1::uuid[])'),
  statement('erase_revisions', 'DELETE FROM delivered_revision WHERE response_id = ANY ($1::uuid[])'),
];
/** Items of others under the same ids stay theirs, and are deleted with them. */
const FORGET_PERSON: readonly Statement[] = [
  statement(
    'erase_repeats',
    'DELETE FROM repeated_event WHERE event_id IN (SELECT id FROM source_event WHERE subject_id = ANY ($1::uuid[]))',
  ),
  statement('erase_events', 'DELETE FROM source_event WHERE subject_id = ANY ($1::uuid[])'),
  statement('erase_set_aside', 'DELETE FROM restricted_response WHERE subject_id = ANY ($1::uuid[])'),
];
/**
 * The id stays, so that the same file restores nothing, and so does the cell, so that only callers who see it
 * are informed.
 */
const ENTOMB = statement(
  'erase_entomb',
  `UPDATE response_key SET answered_at = 'epoch', received_at = 'epoch', subject_id = NULL, content_hash = $2,
      revision = NULL, revised_at = NULL, event_id = NULL
    WHERE id = ANY ($1::uuid[])`,
);
const DELETE_KEYS = statement('erase_keys', 'DELETE FROM subject_key WHERE id = ANY ($1::uuid[])');
const NOTE = statement(
  'erase_note',
  `INSERT INTO erasure (id, lookups, response_ids, subject_ids, responses, actor, reason, training_sets, models,
      wrapped_by, xact, files_at, response_times)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
      ARRAY(SELECT DISTINCT model_version_id FROM model_training_set WHERE hash = ANY ($8::text[]) ORDER BY 1), $9,
      pg_current_xact_id()::text::bigint, CASE WHEN $10 THEN now() END, $11::timestamptz[])`,
);

/** The result of an erasure. */
export interface Erased {
  /** Whether anything was stored about such a person. */
  readonly known: boolean;
  /** What prevents it (legal holds), in words. */
  readonly holds: readonly string[];
  /** Items of the quarantine that named the person; absent if there were none. */
  readonly quarantined?: number;
}

/**
 * Erases a person: the data key, the responses (triggers follow with rollups, predictions and the journal), the
 * original items, the links from seals to them. Does nothing while a legal hold applies, or for an unknown
 * person.
 */
export async function erase(deps: SubjectDeps, dataSubject: DataSubject, by: Order): Promise<Erased> {
  const { store, encryption, cells, sign } = deps;
  const done = await afterDeadlocks(store, async (session) => {
    await keepHolds(session);
    const renewed = await renewShared(session, encryption, dataSubject);
    const subjects = await session.rows<SubjectRow>(LOCK_SUBJECTS, subjectParameters(dataSubject));
    const ids = subjects.map(({ id }) => id);
    const gone = [...ids, ...renewed.map(({ id }) => id)];
    if (ids.length === 0) {
      const quarantined = await eraseQuarantined(session, dataSubject.lookups, ids);
      await by.note?.(session, { known: false, ...(quarantined > 0 ? { quarantined } : {}) });
      return { ids, known: quarantined > 0, holds: [], quarantined };
    }
    const locked = await session.rows<LockedKey & { own: boolean }>(LOCK_KEYS, [ids]);
    const keys = locked.filter(({ own }) => own);
    const places = [...keys.map(({ cellId }) => cellId), ...(await lockOutcomesOf(session, ids))];
    const holds = await holdsOf(session, cells, ids, places);
    if (holds.length > 0) {
      await by.note?.(session, { stopped: holds.map(({ id }) => id) });
      return { ids: [], known: true, holds: holds.map(inWords), quarantined: 0 };
    }
    const responseIds = keys.map(({ id }) => id);
    const answered = (await session.rows<{ id: string }>(EVER_ANSWERED, [ids])).map(({ id }) => id);
    const sets = await session.rows<{ hash: string }>(TRAINING_SETS, [[...responseIds, ...answered]]);
    const accounts = await accountsOf(session, ids, responseIds);
    await deleteResponses(session, keys);
    const others = locked.filter(({ own }) => !own).map(({ id }) => id);
    if (others.length > 0) await unlinkAccounts(session, ids, others);
    const outcomes = await eraseOutcomes(session, ids);
    const quarantined = await eraseQuarantined(session, dataSubject.lookups, ids);
    await forgetPersons(session, ids, { answered, responseIds });
    await session.rows(DELETE_KEYS, [ids]);
    await forgetMerges(session, ids);
    const idle = await dropIdleAccounts(session, accounts);
    const erasure = randomUUID();
    await session.rows(NOTE, [
      erasure,
      // A request that names another identifier of the person continues this one.
      [...new Set([...dataSubject.lookups, ...subjects.flatMap(({ lookup }) => lookup ?? [])])],
      responseIds,
      [...gone, ...idle],
      keys.length,
      by.actor,
      by.reason,
      sets.map(({ hash }) => hash),
      [...new Set([...subjects, ...renewed].map(({ wrappedBy }) => wrappedBy))].sort(),
      store.backend !== 'pglite',
      ...columnsOf(keys, ['answeredAt']),
    ]);
    await tombstoneLeaves(session, sign, responseIds, 'erased');
    // Without anything that leads to the person: only the amount.
    await by.note?.(session, {
      erasure,
      responses: keys.length,
      ...(outcomes > 0 ? { outcomes } : {}),
      ...(quarantined > 0 ? { quarantined } : {}),
    });
    return { ids: [...gone, ...idle], known: true, holds: [], quarantined };
  });
  encryption.forget(done.ids);
  // The row with the wrapped key is dead; vacuum frees its place to be overwritten.
  if (done.ids.length > 0 && store.backend !== 'pglite') await store.rows(unnamed('VACUUM subject_key'), []);
  if (done.quarantined > 0 && store.backend !== 'pglite') await store.rows(unnamed('VACUUM quarantine'), []);
  const { known, holds, quarantined } = done;
  return { known, holds, ...(quarantined > 0 ? { quarantined } : {}) };
}

/**
 * Deletes responses with everything that depends on them; only their ids stay. In the caller's transaction,
 * which has locked the keys and ends with `tombstoneLeaves`.
 */
export async function deleteResponses(session: Session, keys: readonly LockedKey[]): Promise<void> {
  if (keys.length === 0) return;
  const ids = keys.map(({ id }) => id);
  for (const { id, answeredAt, cellId } of keys)
    await session.rows(DELETE_RESPONSE, [id, answeredAt, cellId]);
  for (const statement of FORGET) await session.rows(statement, [ids]);
  await session.rows(ENTOMB, [ids, ERASED_CONTENT]);
}

/** Deletes what is stored of the persons besides their responses. The graph has their events of answers that are others' by now too. */
async function forgetPersons(
  session: Session,
  ids: readonly string[],
  {
    answered,
    responseIds,
  }: { readonly answered: readonly string[]; readonly responseIds: readonly string[] },
): Promise<void> {
  for (const statement of FORGET_PERSON) await session.rows(statement, [ids]);
  const own = new Set(responseIds);
  await noteEventsChanged(
    session,
    answered.filter((id) => !own.has(id)),
  );
}

async function holdsOf(
  session: Session,
  cells: SubjectDeps['cells'],
  subjectIds: readonly string[],
  cellIds: readonly number[],
): Promise<LegalHold[]> {
  const holds = await activeHolds(session);
  // Another process may have added cells.
  if (holds.some(({ segment }) => segment !== null)) await cells.refresh(session);
  const own = cellIds.map((id) => cells.get(id));
  // Where it is not known what a cell is, the hold may be on it.
  const isOn = (segment: Segment) => own.some((cell) => !cell || matchesSegment(segment, cell.attributes));
  return holds.filter(
    ({ subjectId, segment }) =>
      (subjectId !== null && subjectIds.includes(subjectId)) || (segment !== null && isOn(segment)),
  );
}

function inWords({ id, recordedAt }: LegalHold): string {
  return `legal hold ${id} of ${recordedAt.toISOString()}: release it first`;
}
