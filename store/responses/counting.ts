import {
  type JudgedAnswer,
  judgeAnswers,
  type PolicyVersion,
  type Uncounted,
} from '../../domain/responses/counting.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { resolved, withMerged } from '../encryption/merged.ts';
import { noteUncounted, type Sign } from '../seals/leaf-tombstones.ts';
import { keepPolicies, readVersions } from './respondent-policies.ts';
import { RESPONSE_COLUMNS } from './response-row.ts';

/*
 * Which answers are counted (decision 0171). What is counted is in `response`, and only that; what is not is kept apart with the
 * reason. Triggers carry each move into every number, the journal and the lineage.
 */

/** The persons, and answers that are looked at without regard to their person. */
const ASKED = `(SELECT k.id FROM response_key k JOIN subject_key s ON s.id = k.subject_id
      WHERE k.subject_id = ANY ($1::uuid[]) AND s.lookup IS NOT NULL AND NOT s.restricted
    UNION SELECT k.id FROM response_key k JOIN subject_key s ON s.id = k.subject_id
      WHERE k.id = ANY ($2::uuid[]) AND NOT s.restricted)`;
const PERSONS = statement(
  'counting_persons',
  `SELECT id FROM subject_key WHERE lookup IS NOT NULL AND id IN ${withMerged(`SELECT unnest($1::uuid[])
      UNION SELECT subject_id FROM response_key WHERE id = ANY ($2::uuid[])`)} ORDER BY id FOR UPDATE`,
);
const LOCK_KEYS = statement(
  'counting_lock',
  `SELECT id FROM response_key WHERE id IN ${ASKED} ORDER BY id FOR UPDATE`,
);
/** With their places: a hypertable opens only the chunks concerned. */
const ANSWERS = statement(
  'counting_answers',
  `SELECT k.id, k.answered_at AS "answeredAt", k.cell_id AS "cellId",
      CASE WHEN s.lookup IS NULL THEN k.id ELSE ${resolved('s.id')} END AS person, v.name AS survey, a.scored AS "hasScore",
      a.counting AS reason, a.rule, a.instead, c.counted AS verdict,
      (SELECT min(f.rule) FROM response_flag f WHERE f.response_id = k.id AND f.leaves_out) AS flag
    FROM response_key k JOIN subject_key s ON s.id = k.subject_id
      CROSS JOIN LATERAL (
        SELECT r.mapping_version_id AS mapping, r.class IS NOT NULL AS scored, NULL::text AS counting, NULL::text AS rule,
            NULL::uuid AS instead
          FROM response r WHERE r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id
        UNION ALL SELECT u.mapping_version_id, u.class IS NOT NULL, u.counting, u.rule, u.instead FROM uncounted_response u
          WHERE u.id = k.id) a
      JOIN mapping_version m ON m.id = a.mapping JOIN survey_version v ON v.id = m.survey_version_id
      LEFT JOIN counting_verdict c ON c.response_id = k.id
    WHERE k.id IN ${ASKED}`,
);
const KEEP_APART = statement(
  'counting_keep_apart',
  `INSERT INTO restricted_response (id, subject_id, row, counting, rule, instead)
    SELECT r.id, k.subject_id, to_jsonb(r), o.reason, o.rule, o.instead
    FROM json_to_recordset($1::json) AS o (id uuid, reason text, rule text, instead uuid) JOIN response_key k ON k.id = o.id
      JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at AND r.cell_id = k.cell_id`,
);
const REMOVE = statement(
  'counting_remove',
  'DELETE FROM response WHERE id = $1 AND answered_at = $2 AND cell_id = $3',
);
const RESTATE = statement(
  'counting_restate',
  `UPDATE restricted_response x SET counting = o.reason, rule = o.rule, instead = o.instead,
      recorded_at = CASE WHEN x.counting = o.reason AND x.rule IS NOT DISTINCT FROM o.rule THEN x.recorded_at ELSE now() END
    FROM json_to_recordset($1::json) AS o (id uuid, reason text, rule text, instead uuid)
    WHERE x.id = o.id AND x.counting IS NOT NULL`,
);
const COUNT_AGAIN = statement(
  'counting_again',
  `WITH back AS (DELETE FROM restricted_response WHERE id = ANY ($1::uuid[]) AND counting IS NOT NULL RETURNING row)
    INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id, score, points,
      class, comment, subject_id, account_id)
    SELECT x.* FROM back, jsonb_to_record(back.row) AS x (${RESPONSE_COLUMNS}) ORDER BY x.id`,
);

interface AnswerRow extends Omit<JudgedAnswer, 'answeredAt'> {
  readonly answeredAt: Date;
  readonly cellId: number;
  /** The subject; the answer itself, if it names no respondent. */
  readonly person: string;
  readonly survey: string;
  readonly reason: Uncounted['reason'] | null;
  readonly rule: string | null;
  readonly instead: string | null;
}

/**
 * Returns those of the responses that are not counted to `response`, in the caller's transaction, which changes them there and ends
 * with `reconsider`.
 */
export async function countAgain(session: Session, responseIds: readonly string[]): Promise<void> {
  await session.rows(COUNT_AGAIN, [responseIds]);
}

/** The answers to reconsider: all those of these persons, and these of any person. */
export interface Reconsidered {
  readonly subjectIds?: readonly string[];
  readonly responseIds?: readonly string[];
}

/**
 * Locks the persons of the answers, and all that are merged with one of them; returns their ids. A transaction that shares persons
 * before it ends with `reconsider` locks them first: two that only share one would wait for each other at the end.
 */
export async function lockPersons(
  session: Session,
  { subjectIds = [], responseIds = [] }: Reconsidered,
): Promise<string[]> {
  // Before the persons, as everywhere.
  await keepPolicies(session);
  const persons = await session.rows<{ id: string }>(PERSONS, [subjectIds, responseIds]);
  return persons.map(({ id }) => id);
}

/**
 * Counts exactly those answers of the persons that their surveys' policies, flags and what people decided leave counted, in the
 * caller's transaction: call it last there, after whatever changed an answer, its person or its time. It locks persons, then
 * keys. Returns the answers that it moved.
 */
export async function reconsider(
  session: Session,
  sign: Sign,
  { subjectIds = [], responseIds = [] }: Reconsidered,
): Promise<string[]> {
  if (subjectIds.length === 0 && responseIds.length === 0) return [];
  const asked = [await lockPersons(session, { subjectIds, responseIds }), responseIds];
  const versions = await readVersions(session);
  await session.rows(LOCK_KEYS, asked);
  const rows = await session.rows<AnswerRow>(ANSWERS, asked);
  const { out, changed, again } = movesOf(rows, versions);
  if (again.length > 0)
    await countAgain(
      session,
      again.map(({ id }) => id),
    );
  if (out.length > 0) await session.rows(KEEP_APART, [JSON.stringify(out)]);
  for (const { id, answeredAt, cellId } of out) await session.rows(REMOVE, [id, answeredAt, cellId]);
  if (changed.length > 0) await session.rows(RESTATE, [JSON.stringify(changed)]);
  const left = out.map(({ id }) => id);
  await noteUncounted(session, sign, left);
  return [...again.map(({ id }) => id), ...left];
}

type Move = AnswerRow & Uncounted;

/** What is to be kept apart, what stays aside for another reason, and what is counted again. */
function movesOf(rows: readonly AnswerRow[], versions: ReadonlyMap<string, readonly PolicyVersion[]>) {
  const groups = new Map<string, AnswerRow[]>();
  for (const row of rows) {
    const key = `${row.person} ${row.survey}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const moves = { out: [] as Move[], changed: [] as Move[], again: [] as AnswerRow[] };
  for (const group of groups.values()) {
    const answers = group.map((row) => ({ ...row, answeredAt: row.answeredAt.getTime() }));
    const uncounted = judgeAnswers(answers, versions.get(group[0]?.survey ?? '') ?? []);
    for (const row of group) {
      const now = uncounted.get(row.id);
      if (!now) {
        if (row.reason !== null) moves.again.push(row);
      } else if (row.reason === null) moves.out.push({ ...row, ...now });
      else if (row.reason !== now.reason || row.rule !== now.rule || row.instead !== now.instead)
        moves.changed.push({ ...row, ...now });
    }
  }
  return moves;
}
