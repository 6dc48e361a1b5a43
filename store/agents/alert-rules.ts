import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** What a rule would have done before it was saved. */
export interface KeptReplay {
  readonly from: string;
  readonly to: string;
  readonly fired: number;
  /** How many later answers bear out, and of how many they do not tell yet; absent: it was saved before these were counted. */
  readonly real?: number;
  readonly undecided?: number;
}

/** A version of a rule; the newest version of a name holds. */
export interface AlertRuleRow {
  readonly name: string;
  /** 0: the rule that ships. */
  readonly version: number;
  /** As domain/detection/rule.ts reads it. */
  readonly rule: unknown;
  readonly enabled: boolean;
  readonly replay: KeptReplay | null;
  readonly createdBy: string;
  readonly createdAt: Date | null;
  readonly reason: string;
}

/** Ships, and holds until a version of that name is saved: changes of the score, in every segment with enough answers. */
export const SHIPPED_RULE: AlertRuleRow = {
  name: 'score',
  version: 0,
  rule: { kind: 'change' },
  enabled: true,
  replay: null,
  createdBy: 'Scoreline',
  createdAt: null,
  reason: 'ships with Scoreline',
};

const COLUMNS =
  'r.name, r.version, r.rule, r.enabled, r.replay, r.created_by AS "createdBy", r.created_at AS "createdAt", r.reason';
const NEWEST = statement(
  'alert_rules_newest',
  `SELECT DISTINCT ON (r.name) ${COLUMNS} FROM alert_rule r ORDER BY r.name, r.version DESC`,
);
const VERSIONS = statement(
  'alert_rule_versions',
  `SELECT ${COLUMNS} FROM alert_rule r WHERE r.name = $1 ORDER BY r.version DESC LIMIT $2`,
);
/** Held until the transaction ends: of two at once the second waits, and gets the next number. */
const ALONE = statement('alert_rule_alone', 'LOCK TABLE alert_rule IN SHARE ROW EXCLUSIVE MODE');
const INSERT = statement(
  'alert_rule_insert',
  `INSERT INTO alert_rule AS r (name, version, rule, enabled, replay, created_by, created_at, reason)
    VALUES ($1, (SELECT coalesce(max(version), 0) + 1 FROM alert_rule WHERE name = $1), $2, $3, $4, $5, $6, $7)
    RETURNING ${COLUMNS}`,
);

/** The version of each rule that holds, the shipped one included, by name. */
export async function readRules(session: Session): Promise<AlertRuleRow[]> {
  const stored = await session.rows<AlertRuleRow>(NEWEST, []);
  const shipped = stored.some(({ name }) => name === SHIPPED_RULE.name) ? [] : [SHIPPED_RULE];
  return [...shipped, ...stored].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The versions of a rule, the newest first. */
export function readRuleVersions(session: Session, name: string, limit: number): Promise<AlertRuleRow[]> {
  return session.rows<AlertRuleRow>(VERSIONS, [name, limit]);
}

/** Stores a new version of a rule. */
export async function insertRule(
  session: OwnerSession,
  rule: Omit<AlertRuleRow, 'version'>,
): Promise<AlertRuleRow> {
  const { name, enabled, replay, createdBy, createdAt, reason } = rule;
  const kept = replay && JSON.stringify(replay);
  const values = [name, JSON.stringify(rule.rule), enabled, kept, createdBy, createdAt, reason];
  await session.rows(ALONE, []);
  const [row] = await session.rows<AlertRuleRow>(INSERT, values);
  if (!row) throw new Error('the rule was not stored');
  return row;
}
