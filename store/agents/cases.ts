import { UserError } from '../../domain/errors/user-error.ts';
import type { NoteChange } from '../audit/audit.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { CaseState, Severity } from '../tables/agents.ts';
import { isSeen, type Seen } from './cell-set.ts';
import { type MomentCursor, newestFirst } from './decisions.ts';

/** Work on one customer's answer or on one alert. Texts of cases hold nothing of a person: they are redacted, and deleted with the response. */
export interface CaseRow {
  readonly id: string;
  /** The id of what opened it. */
  readonly cause: string | null;
  readonly responseId: string | null;
  readonly state: CaseState;
  readonly severity: Severity;
  readonly title: string;
  readonly playbook: string | null;
  readonly owner: string | null;
  /** PostgreSQL's multirange. */
  readonly cells: string;
  /** Values by attribute of a dimension. */
  readonly segment: Readonly<Record<string, readonly string[]>>;
  readonly dueAt: Date | null;
  readonly openedAt: Date;
  /** When someone first did something about it. */
  readonly actedAt: Date | null;
  readonly closedAt: Date | null;
  readonly outcome: string | null;
  readonly decisionId: string | null;
}

/** A case before it is opened. */
export type NewCase = Pick<
  CaseRow,
  | 'cause'
  | 'responseId'
  | 'severity'
  | 'title'
  | 'playbook'
  | 'owner'
  | 'cells'
  | 'segment'
  | 'dueAt'
  | 'decisionId'
>;

export const CASE_EVENTS = ['OPENED', 'ASSIGNED', 'STARTED', 'COMMENTED', 'CLOSED'] as const;
type CaseEventKind = (typeof CASE_EVENTS)[number];

/** What happened to a case. */
export interface CaseEventRow {
  readonly caseId: string;
  readonly kind: CaseEventKind;
  readonly actorName: string;
  readonly reason: string;
  readonly at: Date;
}

/** Who does it, and why. */
export interface CaseActor {
  /** An agent's name, or the id of a caller. */
  readonly actor: string;
  readonly actorName: string;
  readonly reason: string;
  readonly at: Date;
}

/** The case is in another state than the change needs; the message says in which. */
export class CaseError extends UserError {
  override readonly name = 'CaseError';
}

/** The columns of a case `c`. */
export const CASE_COLUMNS = `c.id, c.cause, c.response_id AS "responseId", c.state, c.severity, c.title, c.playbook, c.owner, c.cells::text AS cells, c.segment,
  c.due_at AS "dueAt", c.opened_at AS "openedAt", c.acted_at AS "actedAt", c.closed_at AS "closedAt", c.outcome, c.decision_id AS "decisionId"`;
/** Erasing a response locks its key: a case of it exists before, or not at all. */
const HOLD_RESPONSE = statement(
  'case_hold_response',
  `SELECT FROM response_key k JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at WHERE k.id = $1 FOR SHARE OF k`,
);
const INSERT = statement(
  'case_insert',
  `INSERT INTO case_record AS c (cause, response_id, state, severity, title, playbook, owner, cells, segment, due_at, opened_at, decision_id)
    VALUES ($1, $2, 'OPEN', $3, $4, $5, $6, $7::int4multirange, $8, $9, $10, $11)
    ON CONFLICT (cause) WHERE state <> 'CLOSED' DO NOTHING RETURNING ${CASE_COLUMNS}`,
);
const OF_CAUSE = statement(
  'case_of_cause',
  `SELECT ${CASE_COLUMNS} FROM case_record c WHERE c.cause = $1 AND c.state <> 'CLOSED'`,
);
const HELD = statement('case_held', `SELECT ${CASE_COLUMNS} FROM case_record c WHERE c.id = $1 FOR UPDATE`);
const CHANGE = statement(
  'case_change',
  `UPDATE case_record c SET state = $2, owner = $3, outcome = $4, acted_at = coalesce(c.acted_at, $5), closed_at = $6 WHERE c.id = $1 RETURNING ${CASE_COLUMNS}`,
);
const EVENT = statement(
  'case_event_insert',
  `INSERT INTO case_event (case_id, kind, actor, actor_name, reason, at) VALUES ($1, $2, $3, $4, $5, $6)`,
);
const RESULTS = statement(
  'case_results',
  `SELECT FROM case_event e WHERE e.case_id = $1 AND e.actor = $2 AND e.kind = 'COMMENTED'`,
);
const EVENTS = statement(
  'case_events',
  `SELECT e.case_id AS "caseId", e.kind, e.actor_name AS "actorName", e.reason, e.at FROM case_event e
    WHERE e.case_id = ANY ($1::uuid[]) ORDER BY e.id`,
);
const BY_IDS = statement(
  'cases_by_ids',
  `SELECT ${CASE_COLUMNS} FROM case_record c WHERE c.id = ANY ($1::uuid[]) AND ${isSeen('c.cells', 2)}`,
);
const PAGE = statement(
  'cases_page',
  `SELECT ${CASE_COLUMNS} FROM case_record c WHERE ($1::text[] IS NULL OR c.state = ANY ($1)) AND (c.opened_at, c.id) < ($2, $3::uuid)
      AND ${isSeen('c.cells', 5)} AND ($6::text IS NULL OR c.cause = $6)
    ORDER BY c.opened_at DESC, c.id DESC LIMIT $4`,
);

const COUNTS = statement(
  'case_counts',
  `SELECT c.state, count(*)::integer AS n FROM case_record c WHERE ${isSeen('c.cells', 1)} GROUP BY 1 ORDER BY 1`,
);

async function note(session: Session, caseId: string, kind: CaseEventKind, by: CaseActor): Promise<void> {
  await session.rows(EVENT, [caseId, kind, by.actor, by.actorName, by.reason, by.at]);
}

/** Opens a case; for a cause whose case is open, that one stays as it is. @throws CaseError when its response is gone. */
export async function openCase(
  session: Session,
  one: NewCase,
  by: CaseActor,
): Promise<{ readonly row: CaseRow; readonly isNew: boolean }> {
  const { cause, responseId, severity, title, playbook, owner, cells, segment, dueAt, decisionId } = one;
  if (responseId !== null && (await session.rows(HOLD_RESPONSE, [responseId])).length === 0)
    throw new CaseError('response: no such response exists here');
  const [opened] = await session.rows<CaseRow>(INSERT, [
    cause,
    responseId,
    severity,
    title,
    playbook,
    owner,
    cells,
    JSON.stringify(segment),
    dueAt,
    by.at,
    decisionId,
  ]);
  if (opened) {
    await note(session, opened.id, 'OPENED', by);
    return { row: opened, isNew: true };
  }
  const [known] = await session.rows<CaseRow>(OF_CAUSE, [cause]);
  if (!known) throw new Error('a case was closed while it was opened again; the next run decides again');
  return { row: known, isNew: false };
}

/** Notes what became of a closed case, once for each actor after it was closed; returns whether it was noted now. */
export async function noteResult(session: Session, id: string, by: CaseActor): Promise<boolean> {
  const [found] = await session.rows<CaseRow>(HELD, [id]);
  if (found?.state !== 'CLOSED') throw new CaseError('id: no closed case of that id exists here');
  const known = await session.rows(RESULTS, [id, by.actor]);
  if (known.length > 0) return false;
  await note(session, id, 'COMMENTED', by);
  return true;
}

/** What a person does with a case. */
export type CaseChange =
  | { readonly kind: 'ASSIGNED'; readonly owner: string }
  | { readonly kind: 'STARTED' }
  | { readonly kind: 'COMMENTED' }
  | { readonly kind: 'CLOSED'; readonly outcome: string };

/** Changes a case that the person sees. @throws CaseError when it is closed, or started already. */
export function changeCase(
  store: Store,
  id: string,
  change: CaseChange,
  by: CaseActor & { readonly note: NoteChange },
): Promise<CaseRow> {
  return store.transaction(async (session) => {
    const [found] = await session.rows<CaseRow>(HELD, [id]);
    if (!found) throw new CaseError('id: no such case exists here');
    if (found.state === 'CLOSED') throw new CaseError('id: the case is closed already');
    if (change.kind === 'STARTED' && found.state !== 'OPEN')
      throw new CaseError('id: the case is in progress already');
    const state = { ASSIGNED: found.state, STARTED: 'IN_PROGRESS', COMMENTED: found.state, CLOSED: 'CLOSED' }[
      change.kind
    ];
    const owner = change.kind === 'ASSIGNED' ? change.owner : found.owner;
    const closed = change.kind === 'CLOSED';
    // To be assigned is not yet to act.
    const actedAt = change.kind === 'ASSIGNED' ? null : by.at;
    const [row] = await session.rows<CaseRow>(CHANGE, [
      id,
      state,
      owner,
      closed ? change.outcome : null,
      actedAt,
      closed ? by.at : null,
    ]);
    if (!row) throw new Error(`the case ${id} was not changed`);
    await note(session, id, change.kind, by);
    await by.note(session, { case: id, to: change.kind });
    return row;
  });
}

/** Cases by id, of those that are seen. */
export function readCasesById(session: Session, seen: Seen, ids: readonly string[]): Promise<CaseRow[]> {
  return session.rows<CaseRow>(BY_IDS, [ids, seen]);
}

/** The newest first, of those that are seen. */
export function readCases(
  session: Session,
  seen: Seen,
  filter: {
    readonly states: readonly CaseState[] | null;
    readonly after: MomentCursor | null;
    readonly limit: number;
    /** The id of what opened them; null or absent: of anything. */
    readonly cause?: string | null;
  },
): Promise<CaseRow[]> {
  const { at, id } = newestFirst(filter.after);
  return session.rows<CaseRow>(PAGE, [filter.states, at, id, filter.limit, seen, filter.cause ?? null]);
}

/** How many are in each state, of those that are seen. */
export function countCases(session: Session, seen: Seen): Promise<{ state: CaseState; n: number }[]> {
  return session.rows(COUNTS, [seen]);
}

/** What happened to these cases, the oldest first. */
export function readCaseEvents(session: Session, ids: readonly string[]): Promise<CaseEventRow[]> {
  return session.rows<CaseEventRow>(EVENTS, [ids]);
}
