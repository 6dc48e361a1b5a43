import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';

/*
 * What agents wrote about an account goes with the account, and what they wrote about a member of staff with them. The account watch's
 * keys are "account <id> <cause>"; cases and decisions of others name an alert about it. Coaching has the key "staff <id>".
 */
const KEYS = `SELECT 'account ' || id || ' ' || cause FROM unnest($1::uuid[]) AS id, unnest(ARRAY['risk', 'potential']) AS cause`;
const STAFF = `SELECT 'staff ' || id FROM unnest($1::uuid[]) AS id`;
const ALERTS = `SELECT id FROM alert WHERE key IN (SELECT 'account-watch/' || k FROM (${KEYS}) AS one (k))`;
const CAUSES = `SELECT 'Alert:' || id FROM (${ALERTS}) AS a`;
const DECISIONS = statement(
  'account_decisions',
  `SELECT id FROM agent_decision WHERE (agent = 'account-watch' AND key IN (${KEYS}))
    OR (agent = 'outreach' AND key IN (${STAFF})) OR about && ARRAY(${CAUSES})`,
);
/** $1 accounts, $2 decisions about them. Alerts last: all others are found by them. */
const FORGET: readonly Statement[] = [
  statement(
    'account_forget_deliveries',
    `DELETE FROM delivery WHERE decision_id = ANY ($2::uuid[]) OR subject IN (${CAUSES})
      OR subject IN (SELECT 'Case:' || id FROM case_record WHERE cause IN (${CAUSES}) OR decision_id = ANY ($2::uuid[]))`,
  ),
  statement(
    'account_forget_cases',
    `DELETE FROM case_record WHERE cause IN (${CAUSES}) OR decision_id = ANY ($2::uuid[])`,
  ),
  statement(
    'account_forget_states',
    `DELETE FROM agent_state WHERE $2::uuid[] IS NOT NULL AND ((agent = 'account-watch' AND key IN (${KEYS}))
      OR (agent = 'outreach' AND key IN (${CAUSES} UNION ${STAFF})))`,
  ),
  statement('account_forget_alerts', `DELETE FROM alert WHERE $2::uuid[] IS NOT NULL AND id IN (${ALERTS})`),
  statement(
    'account_forget_decisions',
    'DELETE FROM agent_decision WHERE id = ANY ($2::uuid[]) AND $1::uuid[] IS NOT NULL',
  ),
];

/** Deletes what agents remember of, decided and alerted about these accounts and members of staff, with the cases of it. */
export async function forgetAccounts(session: Session, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  const decisions = await session.rows<{ id: string }>(DECISIONS, [accountIds]);
  for (const each of FORGET) await session.rows(each, [accountIds, decisions.map(({ id }) => id)]);
}
