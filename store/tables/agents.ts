import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { cellSet, moment } from './columns.ts';

/** OBSERVE: it records what it would do. PROPOSE: a person approves each action. ACT: it acts. */
export const AUTONOMIES = ['OBSERVE', 'PROPOSE', 'ACT'] as const;
export type Autonomy = (typeof AUTONOMIES)[number];
export const SEVERITIES = ['INFO', 'WARNING', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const ALERT_STATES = ['OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'DISMISSED'] as const;
export type AlertState = (typeof ALERT_STATES)[number];
export const CASE_STATES = ['OPEN', 'IN_PROGRESS', 'CLOSED'] as const;
export type CaseState = (typeof CASE_STATES)[number];
/**
 * NONE: nothing to do, a near miss included. OBSERVED: its agent only observes. PROPOSED: waits for a person. DUE: approved, or
 * its agent may act. DONE: acted on. REJECTED: by a person. FAILED: the action ended with an error.
 */
export const DECISION_STATES = ['NONE', 'OBSERVED', 'PROPOSED', 'DUE', 'DONE', 'REJECTED', 'FAILED'] as const;
export type DecisionState = (typeof DECISION_STATES)[number];
/** How an agent runs; without a row it has the autonomy that its code states. Changes are rows of the audit log. */
export const agentSetting = pgTable('agent_setting', {
  agent: text('agent').primaryKey(),
  autonomy: text('autonomy').$type<Autonomy>().notNull(),
  /** The kill switch: false stops it before its next step. */
  enabled: boolean('enabled').notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: moment('changed_at').notNull(),
  reason: text('reason').notNull(),
});

/** A version of a rule, never changed; the newest version of a name holds. */
export const alertRule = pgTable(
  'alert_rule',
  {
    name: text('name').notNull(),
    version: integer('version').notNull(),
    rule: jsonb('rule').notNull(),
    enabled: boolean('enabled').notNull(),
    /** How often it would have fired before it was saved; null: it was not tested. */
    replay: jsonb('replay'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.version] })],
);

/**
 * What an agent decided, a decision to do nothing included. `decision` follows from `inputs` and `policy` alone, so that it can be
 * computed again. Holds ids and numbers, no texts and no persons.
 */
export const agentDecision = pgTable(
  'agent_decision',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    agent: text('agent').notNull(),
    /** What is watched, as in `agent_state`. */
    key: text('key').notNull(),
    /** Name and version of the policy or rule that decided. */
    policy: text('policy').notNull(),
    /** Canonical JSON (RFC 8785) of what was observed. */
    inputs: jsonb('inputs').notNull(),
    /** SHA-256 of it, in hex. */
    inputHash: text('input_hash').notNull(),
    /** What it decided, as `decide` returned it. */
    decision: jsonb('decision').notNull(),
    /** Equal for decisions that say the same: an unchanged one is not written again and again. */
    verdict: text('verdict').notNull(),
    reason: text('reason').notNull(),
    /** What it considered instead, and why not: a list of `{ action, reason }`. */
    alternatives: jsonb('alternatives').notNull(),
    autonomy: text('autonomy').$type<Autonomy>().notNull(),
    state: text('state').$type<DecisionState>().notNull(),
    /** How the action ended; null before. */
    outcome: text('outcome'),
    /** Ids of lineage nodes and scores that it is about. */
    about: text('about').array().notNull(),
    cells: cellSet('cells').notNull(),
    /** OpenTelemetry's trace; null without a tracer. */
    traceId: text('trace_id'),
    decidedAt: moment('decided_at').notNull(),
    settledAt: moment('settled_at'),
  },
  (table) => [
    index().on(table.decidedAt, table.id),
    index().on(table.agent, table.key, table.decidedAt),
    index('agent_decision_waiting').on(table.decidedAt).where(sql`state IN ('PROPOSED', 'DUE')`),
    index().using('gin', table.about),
  ],
);

/** A person's verb over a proposed decision, with the reason; never changed. */
export const agentApproval = pgTable(
  'agent_approval',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    decisionId: uuid('decision_id')
      .notNull()
      .references(() => agentDecision.id, { onDelete: 'cascade' }),
    verb: text('verb').$type<'APPROVE' | 'EDIT' | 'REJECT'>().notNull(),
    /** Of EDIT: the action instead. */
    edited: jsonb('edited'),
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    reason: text('reason').notNull(),
    at: moment('at').notNull(),
  },
  (table) => [uniqueIndex().on(table.decisionId)],
);

/** One cause that someone should know: what is known already is edited, not repeated. */
export const alert = pgTable(
  'alert',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    /** Rule and segment: one open alert for each. */
    key: text('key').notNull(),
    state: text('state').$type<AlertState>().notNull(),
    severity: text('severity').$type<Severity>().notNull(),
    rule: text('rule').notNull(),
    title: text('title').notNull(),
    /** Every number in it is a fact of `evidence`. */
    summary: text('summary').notNull(),
    /** Values by attribute of a dimension. */
    segment: jsonb('segment').notNull(),
    cells: cellSet('cells').notNull(),
    since: moment('since').notNull(),
    raisedAt: moment('raised_at').notNull(),
    changedAt: moment('changed_at').notNull(),
    resolvedAt: moment('resolved_at'),
    /** When it became more severe after someone had acknowledged it, and so was open again; null: never. */
    reopenedAt: moment('reopened_at'),
    /** Score ids. */
    before: text('before_id'),
    after: text('after_id'),
    /** Numbers behind it: the statistic, its limit, drivers, candidate causes. */
    facts: jsonb('facts').notNull(),
    evidence: text('evidence').array().notNull(),
    decisionId: uuid('decision_id').references(() => agentDecision.id),
  },
  (table) => [
    uniqueIndex('alert_current').on(table.key).where(sql`state IN ('OPEN', 'ACKNOWLEDGED')`),
    index().on(table.raisedAt, table.id),
    index().on(table.key, table.raisedAt, table.id),
    index().using('gin', table.evidence),
    index().on(table.before),
    index().on(table.after),
    index().on(table.decisionId),
  ],
);

/** What happened to an alert, who did it and why; never changed. */
export const alertEvent = pgTable(
  'alert_event',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    alertId: uuid('alert_id')
      .notNull()
      .references(() => alert.id, { onDelete: 'cascade' }),
    /** RAISED, CHANGED, ACKNOWLEDGED, RESOLVED, DISMISSED, ESCALATED. */
    kind: text('kind').notNull(),
    /** An agent's name, or the id of a caller. */
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    reason: text('reason').notNull(),
    decisionId: uuid('decision_id').references(() => agentDecision.id),
    at: moment('at').notNull(),
  },
  (table) => [index().on(table.alertId, table.id)],
);

/**
 * Work on one customer's answer or on one alert. Deleted with its response, by a trigger; titles hold no text of a person.
 */
export const caseRecord = pgTable(
  'case_record',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    /** What opened it: one open case for each cause. */
    cause: text('cause'),
    responseId: uuid('response_id'),
    state: text('state').$type<CaseState>().notNull(),
    severity: text('severity').$type<Severity>().notNull(),
    title: text('title').notNull(),
    playbook: text('playbook'),
    owner: text('owner'),
    cells: cellSet('cells').notNull(),
    segment: jsonb('segment').notNull(),
    dueAt: moment('due_at'),
    openedAt: moment('opened_at').notNull(),
    /** When someone first did something about it. */
    actedAt: moment('acted_at'),
    closedAt: moment('closed_at'),
    outcome: text('outcome'),
    decisionId: uuid('decision_id').references(() => agentDecision.id),
  },
  (table) => [
    uniqueIndex('case_current').on(table.cause).where(sql`state <> 'CLOSED'`),
    index().on(table.openedAt, table.id),
    index().on(table.responseId),
    index().on(table.cause),
    index().on(table.decisionId),
  ],
);

/** What happened to a case, who did it and why; never changed. */
export const caseEvent = pgTable(
  'case_event',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    caseId: uuid('case_id')
      .notNull()
      .references(() => caseRecord.id, { onDelete: 'cascade' }),
    /** OPENED, ASSIGNED, STARTED, COMMENTED, RESCHEDULED, CLOSED, REOPENED. */
    kind: text('kind').notNull(),
    actor: text('actor').notNull(),
    actorName: text('actor_name').notNull(),
    reason: text('reason').notNull(),
    at: moment('at').notNull(),
  },
  (table) => [index().on(table.caseId, table.id)],
);

/** How far an agent has come with one thing that it watches: the state of its charts. Written with the decision that it led to. */
export const agentState = pgTable(
  'agent_state',
  {
    agent: text('agent').notNull(),
    /** What is watched: a rule and a segment. */
    key: text('key').notNull(),
    state: jsonb('state').notNull(),
    position: bigint('position', { mode: 'number' }).notNull(),
    changedAt: moment('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.agent, table.key] })],
);
