import type { Session } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
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

/** Agents that write about accounts and members of staff; others write about an alert of them. */
const WATCHING = ['account-watch', 'outreach'];
const KEEP = statement('account_keep', `SELECT pg_advisory_xact_lock_shared(${LOCKS.agentSubjects})`);
const ALONE = statement('account_alone', `SELECT pg_advisory_xact_lock(${LOCKS.agentSubjects})`);
const ID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** $1 the key of a watching agent, else null; $2 what it is about. CASE: what is no id is not cast. */
const IS_GONE = statement(
  'account_is_gone',
  `SELECT CASE WHEN $1::text ~ '^(account|staff) ${ID}( |$)'
      THEN NOT EXISTS (SELECT FROM subject_key s WHERE s.id = split_part($1, ' ', 2)::uuid AND NOT s.restricted)
      ELSE EXISTS (SELECT FROM unnest($2::text[]) AS one (id) WHERE CASE WHEN one.id ~ '^Alert:${ID}$'
        THEN NOT EXISTS (SELECT FROM alert a WHERE a.id = substr(one.id, 7)::uuid) END) END AS gone`,
);

/**
 * Whether what an agent observed, or proposed, is still known: the account or member of staff is neither erased nor restricted, and the
 * alerts that it is about exist. Then they are until the transaction ends. The transaction's first lock: what deletes them waits for it
 * with locks of its own.
 */
export async function keepKnown(
  session: Session,
  agent: string,
  { key, about }: { readonly key: string; readonly about: readonly string[] },
): Promise<boolean> {
  const isWatching = WATCHING.includes(agent);
  if (!isWatching && !about.some((id) => id.startsWith('Alert:'))) return true;
  await session.rows(KEEP, []);
  const [row] = await session.rows<{ gone: boolean }>(IS_GONE, [isWatching ? key : null, about]);
  return row?.gone !== true;
}

/** Deletes what agents remember of, decided and alerted about these accounts and members of staff, with the cases of it. */
export async function forgetAccounts(session: Session, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  // After the steps of agents that are under way: what they write is found then, and the next ones find no account.
  await session.rows(ALONE, []);
  const decisions = await session.rows<{ id: string }>(DECISIONS, [accountIds]);
  for (const each of FORGET) await session.rows(each, [accountIds, decisions.map(({ id }) => id)]);
}
