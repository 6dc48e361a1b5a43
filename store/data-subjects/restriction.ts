import type { NoteChange } from '../audit/audit.ts';
import { afterDeadlocks } from '../database/after-deadlocks.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { restrictOutcomes } from '../outcomes/outcome-rights.ts';
import { reconsider } from '../responses/counting.ts';
import { RESPONSE_COLUMNS } from '../responses/response-row.ts';
import { noteRestricted, type Sign } from '../seals/leaf-tombstones.ts';
import {
  type DataSubject,
  keepHolds,
  LOCK_KEYS,
  type LockedKey,
  lockedSubjects,
  subjectParameters,
} from './data-subject.ts';
import type { SubjectDeps } from './erase.ts';
import { giveOwnKeys } from './own-keys.ts';

const LOCK = lockedSubjects('subject_lock', 'id');
const SET_RESTRICTED = statement(
  'subject_restrict',
  'UPDATE subject_key SET restricted = $2, restricted_by_merge = $3 WHERE id = ANY ($1::uuid[])',
);
const PUT_ASIDE = statement(
  'subject_put_aside',
  `INSERT INTO restricted_response (id, subject_id, row)
    SELECT r.id, k.subject_id, to_jsonb(r) FROM response_key k
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
    WHERE k.subject_id = ANY ($1::uuid[]) RETURNING id`,
);
/** Those that were not counted are kept apart already. */
const RESTRICT_ASIDE = statement(
  'subject_restrict_aside',
  `UPDATE restricted_response SET counting = NULL, rule = NULL, instead = NULL, recorded_at = now()
    WHERE subject_id = ANY ($1::uuid[]) AND counting IS NOT NULL RETURNING id`,
);
const REMOVE = statement(
  'subject_remove',
  'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
);
const PUT_BACK = statement(
  'subject_put_back',
  `WITH back AS (DELETE FROM restricted_response WHERE subject_id = ANY ($1::uuid[]) RETURNING row)
    INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points,
      class, comment, subject_id, account_id)
    SELECT x.* FROM back, jsonb_to_record(back.row) AS x (${RESPONSE_COLUMNS})
      -- Excludes what another person has answered under the same id since.
      JOIN response_key k ON k.id = x.id AND k.subject_id = ANY ($1::uuid[]) ORDER BY x.id RETURNING id`,
);

/**
 * Restricts a person's responses, or lifts the restriction: restricted ones are stored, encrypted, and in
 * nothing that is counted, read or learnt from; scores follow at once through the usual triggers. Returns how
 * many were moved; null for an unknown person.
 */
export function restrict(
  { store, encryption, sign }: Pick<SubjectDeps, 'store' | 'encryption' | 'sign'>,
  dataSubject: DataSubject,
  restricted: boolean,
  note?: NoteChange,
): Promise<number | null> {
  return afterDeadlocks(store, async (session: Session) => {
    // Who is merged with the person stays so until the transaction ends.
    await keepHolds(session);
    await giveOwnKeys(session, encryption, dataSubject);
    const ids = (await session.rows<{ id: string }>(LOCK, subjectParameters(dataSubject))).map(
      ({ id }) => id,
    );
    if (ids.length === 0) {
      await note?.(session, { restricted, known: false });
      return null;
    }
    const responses = await setRestricted(session, sign, ids, { restricted, byMerge: false });
    await note?.(session, { restricted, responses });
    return responses;
  });
}

/** Moves what is of the subjects, which are locked; returns how many responses. */
export async function setRestricted(
  session: Session,
  sign: Sign,
  ids: readonly string[],
  { restricted, byMerge }: { readonly restricted: boolean; readonly byMerge: boolean },
): Promise<number> {
  // No other response can replace one of these meanwhile.
  const places = await session.rows<LockedKey>(LOCK_KEYS, [ids]);
  await session.rows(SET_RESTRICTED, [ids, restricted, byMerge]);
  await restrictOutcomes(session, ids);
  if (!restricted) {
    const back = (await session.rows(PUT_BACK, [ids])).length;
    await reconsider(session, sign, { subjectIds: ids, responseIds: places.map(({ id }) => id) });
    return back;
  }
  const aside = await session.rows<{ id: string }>(RESTRICT_ASIDE, [ids]);
  const moved = [...aside, ...(await session.rows<{ id: string }>(PUT_ASIDE, [ids]))];
  for (const { id, answeredAt, cellId } of places) await session.rows(REMOVE, [id, answeredAt, cellId]);
  await noteRestricted(
    session,
    sign,
    moved.map(({ id }) => id),
  );
  return moved.length;
}
