import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { AlertState, Severity } from '../tables/agents.ts';
import { isSeen, type Seen } from './cell-set.ts';
import { type MomentCursor, newestFirst } from './decisions.ts';

/** One cause that someone should know. */
export interface AlertRow {
  readonly id: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly rule: string;
  readonly title: string;
  readonly summary: string;
  /** Values by attribute of a dimension. */
  readonly segment: Readonly<Record<string, readonly string[]>>;
  /** PostgreSQL's multirange. */
  readonly cells: string;
  readonly since: Date;
  readonly raisedAt: Date;
  readonly changedAt: Date;
  readonly resolvedAt: Date | null;
  /** Score ids. */
  readonly before: string | null;
  readonly after: string | null;
  readonly facts: unknown;
  readonly evidence: readonly string[];
  readonly decisionId: string | null;
}

/** What is known of a cause. */
export interface AlertFacts
  extends Omit<AlertRow, 'id' | 'state' | 'raisedAt' | 'changedAt' | 'resolvedAt' | 'decisionId'> {
  /** Rule and segment: one open alert for each. */
  readonly key: string;
}

export const ALERT_EVENTS = [
  'RAISED',
  'CHANGED',
  'ACKNOWLEDGED',
  'RESOLVED',
  'DISMISSED',
  'ESCALATED',
] as const;
type AlertEventKind = (typeof ALERT_EVENTS)[number];

/** What happened to an alert. */
export interface AlertEventRow {
  readonly alertId: string;
  readonly kind: AlertEventKind;
  readonly actorName: string;
  readonly reason: string;
  readonly decisionId: string | null;
  readonly at: Date;
}

/** Who does it, and why. */
export interface AlertActor {
  /** An agent's name, or the id of a caller. */
  readonly actor: string;
  readonly actorName: string;
  readonly reason: string;
  /** The decision that it follows from; null: a person. */
  readonly decisionId: string | null;
  readonly at: Date;
}

/** The columns of an AlertRow, of the table `alert a`. */
export const ALERT_COLUMNS = `a.id, a.state, a.severity, a.rule, a.title, a.summary, a.segment, a.cells::text AS cells, a.since, a.raised_at AS "raisedAt",
  a.changed_at AS "changedAt", a.resolved_at AS "resolvedAt", a.before_id AS before, a.after_id AS after, a.facts, a.evidence,
  a.decision_id AS "decisionId"`;
/** Waits for another transaction that raises the same. */
const INSERT = statement(
  'alert_insert',
  `INSERT INTO alert AS a (key, state, severity, rule, title, summary, segment, cells, since, raised_at, changed_at, before_id, after_id, facts,
      evidence, decision_id)
    VALUES ($1, 'OPEN', $2, $3, $4, $5, $6, $7::int4multirange, $8, $14, $14, $9, $10, $11, $12::text[], $13)
    ON CONFLICT (key) WHERE state IN ('OPEN', 'ACKNOWLEDGED') DO NOTHING RETURNING ${ALERT_COLUMNS}`,
);
/** An alert that has become more severe is open again. */
const IS_WORSE = `array_position(ARRAY['INFO', 'WARNING', 'CRITICAL'], $2) > array_position(ARRAY['INFO', 'WARNING', 'CRITICAL'], a.severity)`;
const CHANGE = statement(
  'alert_change',
  `UPDATE alert a SET severity = $2, rule = $3, title = $4, summary = $5, segment = $6, cells = $7::int4multirange, since = $8, before_id = $9,
      after_id = $10, facts = $11, evidence = $12::text[], decision_id = coalesce($13, a.decision_id), changed_at = $14,
      state = CASE WHEN ${IS_WORSE} THEN 'OPEN' ELSE a.state END,
      reopened_at = CASE WHEN ${IS_WORSE} AND a.state = 'ACKNOWLEDGED' THEN $14 ELSE a.reopened_at END
    WHERE a.key = $1 AND a.state IN ('OPEN', 'ACKNOWLEDGED') RETURNING ${ALERT_COLUMNS}`,
);
const EVENT = statement(
  'alert_event_insert',
  `INSERT INTO alert_event (alert_id, kind, actor, actor_name, reason, decision_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
const MOVE = statement(
  'alert_move',
  `UPDATE alert a SET state = $2, changed_at = $3, resolved_at = $4, evidence = a.evidence || $5::text[] WHERE a.id = $1 RETURNING ${ALERT_COLUMNS}`,
);
const HELD = statement('alert_held', `SELECT ${ALERT_COLUMNS} FROM alert a WHERE a.id = $1 FOR UPDATE`);
const LAST = statement(
  'alert_last',
  `SELECT ${ALERT_COLUMNS} FROM alert a WHERE a.key = $1 ORDER BY a.raised_at DESC, a.id DESC LIMIT 1`,
);
const BY_IDS = statement(
  'alerts_by_ids',
  `SELECT ${ALERT_COLUMNS} FROM alert a WHERE a.id = ANY ($1::uuid[]) AND ${isSeen('a.cells', 2)} ORDER BY a.changed_at, a.id`,
);
const PAGE = statement(
  'alerts_page',
  `SELECT ${ALERT_COLUMNS} FROM alert a WHERE ($1::text[] IS NULL OR a.state = ANY ($1)) AND (a.raised_at, a.id) < ($2, $3::uuid)
      AND ${isSeen('a.cells', 5)}
    ORDER BY a.raised_at DESC, a.id DESC LIMIT $4`,
);
const COUNTS = statement(
  'alert_counts',
  `SELECT a.state, count(*)::integer AS n FROM alert a WHERE ${isSeen('a.cells', 1)} GROUP BY 1 ORDER BY 1`,
);
const CHANGED = statement(
  'alerts_changed',
  `SELECT ${ALERT_COLUMNS} FROM alert a WHERE (a.changed_at, a.id) > ($1, $2::uuid) AND ${isSeen('a.cells', 4)} ORDER BY a.changed_at, a.id LIMIT $3`,
);
/** Those that are open, and those that a person dismissed since. */
const CURRENT = statement(
  'alerts_current',
  `SELECT a.key, ${ALERT_COLUMNS} FROM alert a WHERE starts_with(a.key, $1)
      AND (a.state IN ('OPEN', 'ACKNOWLEDGED') OR (a.state = 'DISMISSED' AND a.changed_at >= $2)) ORDER BY a.raised_at, a.id`,
);
const OPEN = statement(
  'alerts_open',
  `SELECT a.key, a.id FROM alert a WHERE starts_with(a.key, $1) AND a.state IN ('OPEN', 'ACKNOWLEDGED') ORDER BY a.raised_at, a.id`,
);
const RAISED = statement(
  'alerts_raised',
  `SELECT count(*)::integer AS n FROM alert a WHERE a.raised_at >= $3 AND starts_with(a.key, $1) AND right(a.key, length($2)) = $2`,
);
const EVENTS = statement(
  'alert_events',
  `SELECT e.alert_id AS "alertId", e.kind, e.actor_name AS "actorName", e.reason, e.decision_id AS "decisionId", e.at
    FROM alert_event e WHERE e.alert_id = ANY ($1::uuid[]) ORDER BY e.id`,
);

/** Notes what happened to an alert, in its transaction. */
export async function noteAlert(
  session: Session,
  alertId: string,
  kind: AlertEventKind,
  by: AlertActor,
): Promise<void> {
  await session.rows(EVENT, [alertId, kind, by.actor, by.actorName, by.reason, by.decisionId, by.at]);
}

/** Raises an alert, or changes the one that is open under its key; an acknowledged one that becomes more severe is open again. */
export async function raiseAlert(
  session: Session,
  facts: AlertFacts,
  by: AlertActor,
): Promise<{ readonly alert: AlertRow; readonly isNew: boolean }> {
  const parameters = [
    facts.key,
    facts.severity,
    facts.rule,
    facts.title,
    facts.summary,
    JSON.stringify(facts.segment),
    facts.cells,
    facts.since,
    facts.before,
    facts.after,
    JSON.stringify(facts.facts ?? null),
    facts.evidence,
    by.decisionId,
    by.at,
  ];
  const [raised] = await session.rows<AlertRow>(INSERT, parameters);
  const [alert = raised] = raised ? [] : await session.rows<AlertRow>(CHANGE, parameters);
  if (!alert) throw new Error('an alert was closed while it was changed; the next run decides again');
  await noteAlert(session, alert.id, raised ? 'RAISED' : 'CHANGED', by);
  return { alert, isNew: raised !== undefined };
}

/** The alert, locked until the transaction ends; null: there is none. */
export async function holdAlert(session: Session, id: string): Promise<AlertRow | null> {
  const [found] = await session.rows<AlertRow>(HELD, [id]);
  return found ?? null;
}

/** The last alert that was raised under the key, closed or not; null: there is none. */
export async function readLastAlert(session: Session, key: string): Promise<AlertRow | null> {
  const [found] = await session.rows<AlertRow>(LAST, [key]);
  return found ?? null;
}

/** Moves an alert that the transaction holds into another state; evidence is added to what it has. */
export async function moveAlert(
  session: Session,
  id: string,
  to: Exclude<AlertState, 'OPEN'>,
  by: AlertActor,
  evidence: readonly string[] = [],
): Promise<AlertRow> {
  const [moved] = await session.rows<AlertRow>(MOVE, [
    id,
    to,
    by.at,
    to === 'RESOLVED' ? by.at : null,
    evidence,
  ]);
  if (!moved) throw new Error(`there is no alert ${id}`);
  await noteAlert(session, id, to, by);
  return moved;
}

/** Alerts by id, of those that are seen, in the order of their last changes. */
export function readAlertsById(session: Session, seen: Seen, ids: readonly string[]): Promise<AlertRow[]> {
  return session.rows<AlertRow>(BY_IDS, [ids, seen]);
}

/** The newest first, of those that are seen. */
export function readAlerts(
  session: Session,
  seen: Seen,
  filter: {
    readonly states: readonly AlertState[] | null;
    readonly after: MomentCursor | null;
    readonly limit: number;
  },
): Promise<AlertRow[]> {
  const { at, id } = newestFirst(filter.after);
  return session.rows<AlertRow>(PAGE, [filter.states, at, id, filter.limit, seen]);
}

/** How many are in each state, of those that are seen. */
export function countAlerts(session: Session, seen: Seen): Promise<{ state: AlertState; n: number }[]> {
  return session.rows(COUNTS, [seen]);
}

/** What was changed after that row, the oldest change first, of those that are seen. */
export function readChangedAlerts(
  session: Session,
  seen: Seen,
  { at, id }: MomentCursor,
  limit: number,
): Promise<AlertRow[]> {
  return session.rows<AlertRow>(CHANGED, [at, id, limit, seen]);
}

/** For the agent that raised them: the open alerts whose keys begin so, and those that were dismissed since. */
export function readCurrentAlerts(
  session: OwnerSession,
  prefix: string,
  since: Date,
): Promise<(AlertRow & { readonly key: string })[]> {
  return session.rows<AlertRow & { readonly key: string }>(CURRENT, [prefix, since]);
}

/** For the agent that raised them: the open alerts whose keys begin so. */
export function readOpenAlerts(
  session: OwnerSession,
  prefix: string,
): Promise<{ readonly key: string; readonly id: string }[]> {
  return session.rows(OPEN, [prefix]);
}

/** How many alerts whose keys begin and end so were raised since. */
export async function countRaised(
  session: Session,
  prefix: string,
  suffix: string,
  since: Date,
): Promise<number> {
  const [row] = await session.rows<{ n: number }>(RAISED, [prefix, suffix, since]);
  return row?.n ?? 0;
}

/** What happened to these alerts, the oldest first. */
export function readAlertEvents(session: Session, ids: readonly string[]): Promise<AlertEventRow[]> {
  return session.rows<AlertEventRow>(EVENTS, [ids]);
}
