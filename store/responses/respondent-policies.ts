import type { PolicyKind, PolicyVersion } from '../../domain/responses/counting.ts';
import type { Session } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
import { statement } from '../database/statement.ts';

/*
 * Versions of respondent policies. A new one is in force for arriving answers at once; a job applies it to the stored ones.
 */

/** A version as stored. */
export interface PolicyRow {
  readonly id: number;
  readonly survey: string;
  readonly kind: PolicyKind;
  readonly days: number | null;
  readonly effectiveFrom: Date;
  readonly actor: string;
  readonly actorName: string;
  readonly reason: string;
  readonly recordedAt: Date;
  readonly reached: string | null;
  /** How many answers began or ceased to be counted by it. */
  readonly moved: number;
  /** Null while earlier answers are being reconsidered. */
  readonly appliedAt: Date | null;
}

const COLUMNS = `id, survey, kind, days, effective_from AS "effectiveFrom", actor, actor_name AS "actorName", reason,
  recorded_at AS "recordedAt", reached, moved, applied_at AS "appliedAt"`;
const KEEP = statement('policies_keep', `SELECT pg_advisory_xact_lock_shared(${LOCKS.policies})`);
const CHANGE = statement('policies_change', `SELECT pg_advisory_xact_lock(${LOCKS.policies})`);
const ALL = statement('policies_all', `SELECT ${COLUMNS} FROM respondent_policy ORDER BY id`);
const ADD = statement(
  'policies_add',
  `INSERT INTO respondent_policy (survey, kind, days, effective_from, actor, actor_name, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`,
);
const OPEN = statement(
  'policies_open',
  `SELECT ${COLUMNS} FROM respondent_policy WHERE applied_at IS NULL ORDER BY id LIMIT 1`,
);
const REACH = statement(
  'policies_reach',
  `UPDATE respondent_policy SET reached = coalesce($2, reached), moved = moved + $3, applied_at = CASE WHEN $4 THEN now() END
    WHERE id = $1`,
);
/** Persons with two or more answers, of any survey, or another identifier: one answer alone displaces nothing. */
const NEXT = statement(
  'policies_next',
  `SELECT k.subject_id AS id FROM response_key k JOIN subject_key s ON s.id = k.subject_id AND s.lookup IS NOT NULL
    WHERE $1::uuid IS NULL OR k.subject_id > $1 GROUP BY k.subject_id
    HAVING count(*) > 1 OR EXISTS (SELECT FROM merged_subject m WHERE m.id = k.subject_id) ORDER BY k.subject_id LIMIT $2`,
);

/** Until the transaction ends, no policy is changed. */
export async function keepPolicies(session: Session): Promise<void> {
  await session.rows(KEEP, []);
}

/** The versions of each survey, which stay the same until the transaction ends. */
export async function keptVersions(session: Session): Promise<Map<string, PolicyVersion[]>> {
  const [, versions] = await Promise.all([keepPolicies(session), readVersions(session)]);
  return versions;
}

/** Every version, in the order in which they were set. */
export function readPolicies(session: Session): Promise<PolicyRow[]> {
  return session.rows<PolicyRow>(ALL, []);
}

/** The versions of each survey that has any, in that order. */
export async function readVersions(session: Session): Promise<Map<string, PolicyVersion[]>> {
  const versions = new Map<string, PolicyVersion[]>();
  for (const { survey, kind, days, effectiveFrom } of await readPolicies(session)) {
    const version = { kind, days, from: effectiveFrom.getTime() };
    versions.set(survey, [...(versions.get(survey) ?? []), version]);
  }
  return versions;
}

/** A policy to be set, and by which caller. */
export type NewPolicy = Pick<
  PolicyRow,
  'survey' | 'kind' | 'days' | 'effectiveFrom' | 'actor' | 'actorName' | 'reason'
>;

/** Adds a version, in the caller's transaction: it waits for those that store answers, and those after it see the version. */
export async function addPolicy(session: Session, policy: NewPolicy): Promise<PolicyRow> {
  const { survey, kind, days, effectiveFrom, actor, actorName, reason } = policy;
  await session.rows(CHANGE, []);
  const values = [survey, kind, days, effectiveFrom, actor, actorName, reason];
  const [added] = await session.rows<PolicyRow>(ADD, values);
  if (!added) throw new Error('the policy was not stored');
  return added;
}

/** The oldest version that is not applied to all earlier answers yet. */
export async function openPolicy(session: Session): Promise<PolicyRow | null> {
  const [open] = await session.rows<PolicyRow>(OPEN, []);
  return open ?? null;
}

/** The next persons to reconsider, by id. */
export async function nextPersons(session: Session, after: string | null, limit: number): Promise<string[]> {
  return (await session.rows<{ id: string }>(NEXT, [after, limit])).map(({ id }) => id);
}

/** Records how far a version was applied. */
export async function reachPolicy(
  session: Session,
  id: number,
  reached: { readonly last: string | null; readonly moved: number; readonly isDone: boolean },
): Promise<void> {
  await session.rows(REACH, [id, reached.last, reached.moved, reached.isDone]);
}
