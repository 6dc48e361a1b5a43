import type { ScopedSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { AlertState, Autonomy, CaseState, DecisionState, Severity } from '../tables/agents.ts';

/** An alert as a target sees it. */
export interface AlertContent {
  readonly state: AlertState;
  readonly severity: Severity;
  readonly rule: string;
  readonly title: string;
  readonly summary: string;
  readonly segment: Readonly<Record<string, readonly string[]>>;
  readonly since: Date;
  readonly raisedAt: Date;
  readonly changedAt: Date;
  readonly resolvedAt: Date | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly facts: unknown;
  readonly evidence: readonly string[];
}

export interface CaseContent {
  readonly state: CaseState;
  readonly severity: Severity;
  readonly title: string;
  readonly responseId: string | null;
  readonly cause: string | null;
  readonly playbook: string | null;
  readonly owner: string | null;
  readonly segment: Readonly<Record<string, readonly string[]>>;
  readonly dueAt: Date | null;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly outcome: string | null;
}

export interface DecisionContent {
  readonly agent: string;
  readonly policy: string;
  readonly inputs: unknown;
  readonly decision: unknown;
  readonly reason: string;
  readonly autonomy: Autonomy;
  readonly state: DecisionState;
  readonly about: readonly string[];
  readonly decidedAt: Date;
  readonly settledAt: Date | null;
}

const ALERT = statement(
  'target_alert',
  `SELECT state, severity, rule, title, summary, segment, since, raised_at AS "raisedAt", changed_at AS "changedAt",
      resolved_at AS "resolvedAt", before_id AS before, after_id AS after, facts, evidence FROM alert WHERE id = $1`,
);
const CASE = statement(
  'target_case',
  `SELECT state, severity, title, response_id AS "responseId", cause, playbook, owner, segment, due_at AS "dueAt",
      opened_at AS "openedAt", closed_at AS "closedAt", outcome FROM case_record WHERE id = $1`,
);
const DECISION = statement(
  'target_decision',
  `SELECT agent, policy, inputs, decision, reason, autonomy, state, about, decided_at AS "decidedAt", settled_at AS "settledAt"
    FROM agent_decision WHERE id = $1`,
);

const one = async <Row>(rows: Promise<Row[]>): Promise<Row | null> => (await rows)[0] ?? null;

/** The alert, if the session sees it. */
export const readAlertContent = (session: ScopedSession, id: string) =>
  one(session.rows<AlertContent>(ALERT, [id]));

/** The case, if the session sees it. */
export const readCaseContent = (session: ScopedSession, id: string) =>
  one(session.rows<CaseContent>(CASE, [id]));

/** The decision, if the session sees it. */
export const readDecisionContent = (session: ScopedSession, id: string) =>
  one(session.rows<DecisionContent>(DECISION, [id]));
