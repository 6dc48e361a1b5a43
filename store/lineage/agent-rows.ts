import type { Segment } from '../../domain/segments/cell.ts';
import { isSeen, type Seen } from '../agents/cell-set.ts';
import type { Session } from '../database/client.ts';
import { lateralResponse } from '../database/lateral-join.ts';
import { type Statement, statement } from '../database/statement.ts';

/* What agents wrote, as nodes of the lineage: decisions, alerts, cases and deliveries, each with the ids that it refers to. */

export const AGENT_KINDS = ['Decision', 'Alert', 'Case', 'Delivery'] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

/** One row, without texts, persons and numbers. */
export interface AgentRow {
  readonly kind: AgentKind;
  /** "Alert:…", as the other ids here. */
  readonly id: string;
  readonly recordedAt: Date;
  /** Its policy, rule, kind of cause or type of event. */
  readonly what: string;
  readonly state: string;
  /** Of an alert and a case. */
  readonly segment: Segment;
  /** The decision that it follows from. */
  readonly decision: string | null;
  /** Ids of nodes and scores, the main one first. */
  readonly about: readonly string[];
}

const decisionOf = `'Decision:' || t.decision_id`;
/** A case of a restricted response is shown to no one. A subquery with a limit: the planner looks the one response up. */
const isUsed = (
  row: string,
) => `(${row}.response_id IS NULL OR coalesce((SELECT true FROM response_key k ${lateralResponse('k')}
  WHERE k.id = ${row}.response_id LIMIT 1), false))`;
const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const IS_UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const OF: Readonly<Record<AgentKind, { readonly rows: string; readonly follows: string }>> = {
  Decision: {
    rows: `SELECT 'Decision' AS kind, 'Decision:' || t.id AS id, t.decided_at AS "recordedAt", t.policy AS what, t.state, '{}'::jsonb AS segment,
        NULL AS decision, t.about FROM agent_decision t WHERE true`,
    follows: 't.about && $1::text[]',
  },
  Alert: {
    rows: `SELECT 'Alert' AS kind, 'Alert:' || t.id AS id, t.raised_at AS "recordedAt", t.rule AS what, t.state, t.segment,
        ${decisionOf} AS decision, array_remove(ARRAY[t.after_id, t.before_id] || t.evidence, NULL) AS about FROM alert t WHERE true`,
    follows:
      '(t.evidence && $1::text[] OR t.after_id = ANY ($1::text[]) OR t.before_id = ANY ($1::text[]) OR t.decision_id = ANY ($2::uuid[]))',
  },
  Case: {
    rows: `SELECT 'Case' AS kind, 'Case:' || t.id AS id, t.opened_at AS "recordedAt", split_part(t.cause, ':', 1) AS what, t.state, t.segment,
        ${decisionOf} AS decision, array_remove(ARRAY[t.cause, 'Response:' || t.response_id], NULL) AS about FROM case_record t
      WHERE ${isUsed('t')}`,
    follows:
      '(t.cause = ANY ($1::text[]) OR t.response_id = ANY ($3::uuid[]) OR t.decision_id = ANY ($2::uuid[]))',
  },
  Delivery: {
    rows: `SELECT 'Delivery' AS kind, 'Delivery:' || t.id AS id, t.created_at AS "recordedAt", t.event AS what, t.state, '{}'::jsonb AS segment,
        ${decisionOf} AS decision, ARRAY[t.subject] AS about FROM delivery t
      WHERE CASE WHEN t.subject ~ '^Case:${UUID}$' THEN coalesce((SELECT ${isUsed('c')} FROM case_record c WHERE c.id = substr(t.subject, 6)::uuid LIMIT 1), false)
        ELSE true END`,
    follows: '(t.subject = ANY ($1::text[]) OR t.decision_id = ANY ($2::uuid[]))',
  },
};

const each = (text: (kind: AgentKind) => Statement) =>
  Object.fromEntries(AGENT_KINDS.map((kind) => [kind, text(kind)])) as Readonly<Record<AgentKind, Statement>>;
const named = (what: string, kind: AgentKind) => `lineage_${kind.toLowerCase()}_rows_${what}`;
const BY_ID = each((kind) =>
  statement(
    named('by_id', kind),
    `${OF[kind].rows} AND t.id = ANY ($1::uuid[]) AND ${isSeen('t.cells', 2)} ORDER BY t.id`,
  ),
);
const FOLLOWING = each((kind) =>
  statement(
    named('following', kind),
    // Named once, so that each statement takes the same parameters.
    `${OF[kind].rows} AND ${OF[kind].follows} AND $1::text[] IS NOT NULL AND $2::uuid[] IS NOT NULL AND $3::uuid[] IS NOT NULL
      AND ${isSeen('t.cells', 4)} ORDER BY "recordedAt", t.id`,
  ),
);
const PAGES = each((kind) =>
  statement(
    named('pages', kind),
    `${OF[kind].rows} AND ($1::uuid IS NULL OR t.id > $1::uuid) ORDER BY t.id LIMIT 2000`,
  ),
);

/** The keys of ids of that kind that are UUIDs. */
export function keysOf(kind: string, ids: readonly string[]): string[] {
  const prefix = `${kind}:`;
  return ids
    .filter((id) => id.startsWith(prefix))
    .map((id) => id.slice(prefix.length))
    .filter((key) => IS_UUID.test(key));
}

/** The rows of these ids that are seen; other ids are left out. In the order of the kinds. */
export async function readAgentRows(
  session: Session,
  seen: Seen,
  ids: readonly string[],
): Promise<AgentRow[]> {
  const found: AgentRow[] = [];
  for (const kind of AGENT_KINDS) {
    const keys = keysOf(kind, ids);
    if (keys.length > 0) found.push(...(await session.rows<AgentRow>(BY_ID[kind], [keys, seen])));
  }
  return found;
}

/** The rows that refer to any of these ids, of those that are seen. */
export async function readAgentRowsFollowing(
  session: Session,
  seen: Seen,
  ids: readonly string[],
): Promise<AgentRow[]> {
  const found: AgentRow[] = [];
  if (ids.length === 0) return found;
  const given = [ids, keysOf('Decision', ids), keysOf('Response', ids), seen];
  for (const kind of AGENT_KINDS) found.push(...(await session.rows<AgentRow>(FOLLOWING[kind], given)));
  return found;
}

/** Keys of all rows of a kind. */
export async function* agentRowPages(session: Session, kind: AgentKind): AsyncGenerator<string[]> {
  for (let after: string | null = null; ; ) {
    const rows: AgentRow[] = await session.rows<AgentRow>(PAGES[kind], [after]);
    const keys = keysOf(
      kind,
      rows.map(({ id }) => id),
    );
    if (keys.length === 0) return;
    yield keys;
    after = keys.at(-1) ?? null;
  }
}

const TOUCHED = statement(
  'lineage_agent_rows_touched',
  `WITH of_response AS (SELECT id FROM case_record WHERE response_id = ANY ($1::uuid[]) UNION SELECT unnest($3::uuid[]))
    SELECT 'Case:' || id AS id FROM of_response
    UNION ALL SELECT 'Delivery:' || d.id FROM of_response c JOIN delivery d ON d.subject = 'Case:' || c.id
    UNION ALL SELECT 'Decision:' || id FROM agent_decision WHERE about && $2::text[]
    UNION ALL SELECT 'Alert:' || id FROM alert WHERE evidence && $2::text[]`,
);

/** Ids of all rows about these responses, cases and change events, whether they still exist or not. */
export async function readTouchedBy(
  session: Session,
  {
    responses,
    cases,
    changes,
  }: {
    readonly responses: readonly string[];
    readonly cases: readonly string[];
    readonly changes: readonly string[];
  },
): Promise<string[]> {
  const ids = [...responses.map((key) => `Response:${key}`), ...changes.map((key) => `ChangeEvent:${key}`)];
  return (await session.rows<{ id: string }>(TOUCHED, [responses, ids, cases])).map(({ id }) => id);
}
