import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { AlertState, CaseState, Severity } from '../tables/agents.ts';

/** An alert about an account with the last case of it. */
export interface AccountCase {
  readonly alert: string;
  readonly alertState: AlertState;
  /** Its internal id. */
  readonly account: string;
  readonly severity: Severity;
  /** PostgreSQL's multirange. */
  readonly cells: string;
  readonly facts: { readonly cause: 'risk' | 'potential'; readonly reasons: readonly string[] } | null;
  readonly case: string | null;
  readonly caseState: CaseState | null;
  readonly openedAt: Date | null;
  readonly actedAt: Date | null;
  readonly closedAt: Date | null;
  /** What became of the account is noted on the case. */
  readonly isLearnt: boolean;
}

const OPEN = statement(
  'account_cases',
  `SELECT a.id AS alert, a.state AS "alertState", split_part(a.key, ' ', 2) AS account, a.severity, a.cells::text AS cells, a.facts,
      c.id AS case, c.state AS "caseState", c.opened_at AS "openedAt", c.acted_at AS "actedAt", c.closed_at AS "closedAt",
      EXISTS (SELECT FROM case_event e WHERE e.case_id = c.id AND e.actor = 'outreach' AND e.kind = 'COMMENTED') AS "isLearnt"
    FROM alert a LEFT JOIN LATERAL (SELECT * FROM case_record r WHERE r.cause = 'Alert:' || a.id
      ORDER BY r.opened_at DESC, r.id DESC LIMIT 1) c ON true
    WHERE starts_with(a.key, 'account-watch/account ') AND (a.state IN ('OPEN', 'ACKNOWLEDGED') OR c.closed_at >= $1)
    ORDER BY a.raised_at, a.id`,
);

/** For the agent alone: open alerts of the account watch, and those whose last case was closed since. */
export function readAccountCases(session: Session, since: Date): Promise<AccountCase[]> {
  return session.rows<AccountCase>(OPEN, [since]);
}
