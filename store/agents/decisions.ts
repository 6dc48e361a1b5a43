import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { Autonomy, DecisionState } from '../tables/agents.ts';
import { type CellSet, cellSetText, isSeen, type Seen } from './cell-set.ts';

/** A decision of an agent as stored. */
export interface DecisionRow {
  readonly id: string;
  readonly agent: string;
  readonly key: string;
  readonly policy: string;
  readonly inputs: unknown;
  readonly inputHash: string;
  /** As `decide` returned it. */
  readonly decision: unknown;
  readonly verdict: string;
  readonly reason: string;
  readonly alternatives: readonly { readonly action: unknown; readonly reason: string }[];
  readonly autonomy: Autonomy;
  readonly state: DecisionState;
  readonly outcome: string | null;
  readonly about: readonly string[];
  readonly traceId: string | null;
  readonly decidedAt: Date;
  readonly settledAt: Date | null;
}

/** A decision before it is stored. */
export interface NewDecision extends Omit<DecisionRow, 'id'> {
  readonly cells: CellSet;
}

/** A person's verb over a proposed decision. */
export interface ApprovalRow {
  readonly decisionId: string;
  readonly verb: 'APPROVE' | 'EDIT' | 'REJECT';
  readonly edited: unknown;
  readonly actor: string;
  readonly actorName: string;
  readonly reason: string;
  readonly at: Date;
}

const COLUMNS = `d.id, d.agent, d.key, d.policy, d.inputs, d.input_hash AS "inputHash", d.decision, d.verdict, d.reason, d.alternatives,
  d.autonomy, d.state, d.outcome, d.about, d.trace_id AS "traceId", d.decided_at AS "decidedAt", d.settled_at AS "settledAt"`;
const INSERT = statement(
  'agent_decision_insert',
  `INSERT INTO agent_decision (agent, key, policy, inputs, input_hash, decision, verdict, reason, alternatives, autonomy, state, outcome, about,
      cells, trace_id, decided_at, settled_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text[], $14::int4multirange, $15, $16, $17) RETURNING id`,
);
const SETTLE = statement(
  'agent_decision_settle',
  'UPDATE agent_decision SET state = $2, outcome = $3, settled_at = $4 WHERE id = $1',
);
const LAST = statement(
  'agent_decision_last',
  `SELECT d.id, d.verdict, d.state, d.decided_at AS "decidedAt" FROM agent_decision d
    WHERE d.agent = $1 AND d.key = $2 ORDER BY d.decided_at DESC, d.id DESC LIMIT 1 FOR UPDATE`,
);
const HELD = statement(
  'agent_decision_held',
  `SELECT ${COLUMNS}, d.cells::text AS cells FROM agent_decision d WHERE d.id = $1 FOR UPDATE`,
);
const BY_IDS = statement(
  'agent_decisions_by_ids',
  `SELECT ${COLUMNS} FROM agent_decision d WHERE d.id = ANY ($1::uuid[]) AND ${isSeen('d.cells', 2)}`,
);
const CELLS = statement(
  'agent_decision_cells',
  `SELECT d.cells::text AS cells FROM agent_decision d WHERE d.id = $1 AND ${isSeen('d.cells', 2)}`,
);
const PAGE = statement(
  'agent_decisions_page',
  `SELECT ${COLUMNS} FROM agent_decision d
    WHERE ($1::text IS NULL OR d.agent = $1) AND ($2::text[] IS NULL OR d.state = ANY ($2))
      AND ($7::text IS NULL OR d.about @> ARRAY[$7::text]) AND ($8::text IS NULL OR starts_with(d.key, $8)) AND (d.decided_at, d.id) < ($3, $4::uuid) AND ${isSeen('d.cells', 6)}
    ORDER BY d.decided_at DESC, d.id DESC LIMIT $5`,
);
const COUNTS = statement(
  'agent_decision_counts',
  'SELECT d.agent, d.state, count(*)::integer AS n FROM agent_decision d GROUP BY 1, 2',
);
const APPROVE = statement(
  'agent_approval_insert',
  `INSERT INTO agent_approval (decision_id, verb, edited, actor, actor_name, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
const APPROVALS = statement(
  'agent_approvals',
  `SELECT a.decision_id AS "decisionId", a.verb, a.edited, a.actor, a.actor_name AS "actorName", a.reason, a.at
    FROM agent_approval a WHERE a.decision_id = ANY ($1::uuid[])`,
);

/** Stores a decision; returns its id. */
export async function insertDecision(session: Session, one: NewDecision): Promise<string> {
  const [row] = await session.rows<{ id: string }>(INSERT, [
    one.agent,
    one.key,
    one.policy,
    JSON.stringify(one.inputs),
    one.inputHash,
    JSON.stringify(one.decision),
    one.verdict,
    one.reason,
    JSON.stringify(one.alternatives),
    one.autonomy,
    one.state,
    one.outcome,
    one.about,
    cellSetText(one.cells),
    one.traceId,
    one.decidedAt,
    one.settledAt,
  ]);
  if (!row) throw new Error('the decision was not stored');
  return row.id;
}

/** States how a decision ended. */
export async function settleDecision(
  session: Session,
  id: string,
  {
    state,
    outcome,
    at,
  }: { readonly state: DecisionState; readonly outcome: string | null; readonly at: Date },
): Promise<void> {
  await session.rows(SETTLE, [id, state, outcome, at]);
}

/** The last stored decision about the same, locked; null: there is none. */
export async function lastDecision(
  session: Session,
  agent: string,
  key: string,
): Promise<Pick<DecisionRow, 'id' | 'verdict' | 'state' | 'decidedAt'> | null> {
  const [last] = await session.rows<Pick<DecisionRow, 'id' | 'verdict' | 'state' | 'decidedAt'>>(LAST, [
    agent,
    key,
  ]);
  return last ?? null;
}

/** The decision, locked until the transaction ends. */
export async function holdDecision(
  session: Session,
  id: string,
): Promise<(DecisionRow & { readonly cells: string }) | null> {
  const [found] = await session.rows<DecisionRow & { readonly cells: string }>(HELD, [id]);
  return found ?? null;
}

/** Decisions by id, of those that are seen. */
export function readDecisionsById(
  session: Session,
  seen: Seen,
  ids: readonly string[],
): Promise<DecisionRow[]> {
  return session.rows<DecisionRow>(BY_IDS, [ids, seen]);
}

/** The cells of a decision that is seen, as PostgreSQL writes a multirange; null: there is none. */
export async function readDecisionCells(session: Session, seen: Seen, id: string): Promise<string | null> {
  const [found] = await session.rows<{ cells: string }>(CELLS, [id, seen]);
  return found?.cells ?? null;
}

/** Where a page of a list goes on: after that row, in the list's order. */
export interface MomentCursor {
  readonly at: Date;
  readonly id: string;
}

const FROM_NEWEST: MomentCursor = {
  at: new Date('9999-01-01T00:00:00Z'),
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};
/** Where a list that shows the newest first begins. */
export const newestFirst = (after: MomentCursor | null): MomentCursor => after ?? FROM_NEWEST;

/** The newest first, of those that are seen. */
export function readAgentDecisions(
  session: Session,
  seen: Seen,
  filter: {
    readonly agent: string | null;
    readonly states: readonly DecisionState[] | null;
    /** The id of a node or score that they are about; absent: of any. */
    readonly about?: string | null;
    /** The beginning of what they watch; absent: of any. */
    readonly keyPrefix?: string | null;
    readonly after: MomentCursor | null;
    readonly limit: number;
  },
): Promise<DecisionRow[]> {
  const { agent, states, about = null, keyPrefix = null, after, limit } = filter;
  const { at, id } = newestFirst(after);
  return session.rows<DecisionRow>(PAGE, [agent, states, at, id, limit, seen, about, keyPrefix]);
}

/** How many decisions of each agent are in each state, of those that the session shows. */
export function countDecisions(
  session: Session,
): Promise<{ agent: string; state: DecisionState; n: number }[]> {
  return session.rows(COUNTS, []);
}

/** Stores what a person said to a decision. */
export async function insertApproval(session: Session, one: ApprovalRow): Promise<void> {
  const { decisionId, verb, edited, actor, actorName, reason, at } = one;
  const instead = edited === undefined || edited === null ? null : JSON.stringify(edited);
  await session.rows(APPROVE, [decisionId, verb, instead, actor, actorName, reason, at]);
}

/** What people said to these decisions. */
export function readApprovals(session: Session, decisionIds: readonly string[]): Promise<ApprovalRow[]> {
  return session.rows<ApprovalRow>(APPROVALS, [decisionIds]);
}
