import type { NoteChange } from '../audit/audit.ts';
import { afterDeadlocks } from '../database/after-deadlocks.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { Sign } from '../seals/leaf-tombstones.ts';
import { reconsider } from './counting.ts';
import {
  addPolicy,
  type NewPolicy,
  nextPersons,
  openPolicy,
  type PolicyRow,
  reachPolicy,
} from './respondent-policies.ts';

/** What changes which answers are counted: policies of surveys, and decisions of people about one answer. */

interface CountingDeps {
  readonly store: Store;
  /** Signs notes about sealed leaves. */
  readonly sign: Sign;
}

/** Persons per transaction. */
const SLICE = 50;

/** Sets the policy of a survey: arriving answers follow it from now on, `applyPolicies` reconsiders the stored ones. */
export function setPolicy(
  { store }: Pick<CountingDeps, 'store'>,
  policy: NewPolicy,
  note?: NoteChange,
): Promise<PolicyRow> {
  return store.transaction(async (session) => {
    const added = await addPolicy(session, policy);
    const { id, survey, kind, days, effectiveFrom, reason } = added;
    await note?.(session, { policy: id, survey, kind, days, from: effectiveFrom.toISOString(), reason });
    return added;
  });
}

/**
 * Applies new versions of policies to the stored answers, person by person, each in one transaction with its numbers; continues
 * where it was stopped. Returns how many answers it moved.
 */
export async function applyPolicies(
  { store, sign }: CountingDeps,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let all = 0;
  while (!isStopped()) {
    const moved = await afterDeadlocks(store, (session) => applySlice(session, sign));
    if (moved === null) break;
    all += moved;
  }
  return all;
}

async function applySlice(session: Session, sign: Sign): Promise<number | null> {
  const open = await openPolicy(session);
  if (!open) return null;
  const subjectIds = await nextPersons(session, open.reached, SLICE);
  const moved = (await reconsider(session, sign, { subjectIds })).length;
  await reachPolicy(session, open.id, {
    last: subjectIds.at(-1) ?? null,
    moved,
    isDone: subjectIds.length < SLICE,
  });
  return moved;
}

/** Alone at once: two that share it first, and then both want it alone, are a deadlock. */
const LOCK_OWNER = statement(
  'verdict_owner',
  `SELECT s.restricted FROM response_key k JOIN subject_key s ON s.id = k.subject_id WHERE k.id = $1 FOR UPDATE OF s`,
);
const DECIDE = statement(
  'verdict_decide',
  `INSERT INTO counting_verdict (response_id, counted, actor, actor_name, reason) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (response_id) DO UPDATE SET counted = excluded.counted, actor = excluded.actor, actor_name = excluded.actor_name,
      reason = excluded.reason, recorded_at = now()`,
);
const WITHDRAW = statement('verdict_withdraw', 'DELETE FROM counting_verdict WHERE response_id = $1');

/** What a person decides about one answer. */
export interface NewVerdict {
  readonly responseId: string;
  /** Null: policies and rules decide again. */
  readonly counted: boolean | null;
  readonly actor: string;
  readonly actorName: string;
  readonly reason: string;
}

/** Counts an answer after all, or leaves it out, whatever policies and rules say; false: there is no such answer. */
export function decideCounting(
  { store, sign }: CountingDeps,
  { responseId, counted, actor, actorName, reason }: NewVerdict,
  note?: NoteChange,
): Promise<boolean> {
  return afterDeadlocks(store, async (session) => {
    const [owner] = await session.rows<{ restricted: boolean }>(LOCK_OWNER, [responseId]);
    if (!owner || owner.restricted) return false;
    if (counted === null) await session.rows(WITHDRAW, [responseId]);
    else await session.rows(DECIDE, [responseId, counted, actor, actorName, reason]);
    await reconsider(session, sign, { responseIds: [responseId] });
    await note?.(session, { response: responseId, counted, reason });
    return true;
  });
}
