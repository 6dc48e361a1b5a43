import type { OwnerSession } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { ALERT_COLUMNS, type AlertRow } from './alerts.ts';

/*
 * What the narrator has written is what it decided: the rows of `agent_decision` under its keys. So nothing is remembered beside them
 * that could be ahead of what was written.
 */

/** The agent's name in settings, policies and decisions. */
export const NARRATOR = 'narrator';
/** How the keys of its decisions begin. */
export const NARRATIVE_KEYS = { WEEK: 'week ', ALERT: 'alert ' } as const;

/** A decision that failed counts as none once it may be tried again. */
const IS_MADE = `d.agent = '${NARRATOR}' AND (d.state <> 'FAILED' OR d.decided_at > $2)`;
const MADE = statement(
  'narratives_made',
  `SELECT DISTINCT d.key FROM agent_decision d WHERE d.key = ANY ($1::text[]) AND ${IS_MADE}`,
);
/** In any state: what was opened and resolved meanwhile has its narrative too. Alerts about accounts go with the account. */
const ALERTS = statement(
  'narratives_alerts',
  `SELECT ${ALERT_COLUMNS} FROM alert a WHERE a.raised_at >= $1 AND NOT starts_with(a.key, 'account-watch/')
      AND NOT EXISTS (SELECT FROM agent_decision d WHERE d.key = '${NARRATIVE_KEYS.ALERT}' || a.id AND ${IS_MADE})
    ORDER BY a.raised_at, a.id LIMIT $3`,
);

/** Which of these keys the narrator has decided about, but for what failed before `failedUntil`. */
export async function readNarrated(
  session: OwnerSession,
  keys: readonly string[],
  failedUntil: Date,
): Promise<Set<string>> {
  const rows = await session.rows<{ key: string }>(MADE, [keys, failedUntil]);
  return new Set(rows.map(({ key }) => key));
}

/** Alerts raised since, open or closed, that the narrator has not decided about; the oldest first. */
export function readAlertsToNarrate(
  session: OwnerSession,
  { since, failedUntil, limit }: { readonly since: Date; readonly failedUntil: Date; readonly limit: number },
): Promise<AlertRow[]> {
  return session.rows<AlertRow>(ALERTS, [since, failedUntil, limit]);
}
