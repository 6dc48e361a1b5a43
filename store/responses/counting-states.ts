import type { Scope } from '../../domain/access/scope.ts';
import type { CountingReason } from '../../domain/responses/counting.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** Whether an answer is counted, and why where that does not follow from its being there. */
export interface CountingState {
  readonly counted: boolean;
  readonly reason: CountingReason | null;
  /** The policy or rule. */
  readonly rule: string | null;
  readonly since: Date | null;
  /** The counted answer that stands for it, if the session sees it. */
  readonly instead: string | null;
  /** The rules that flagged it, whatever came of it; null where the scope does not read every response. */
  readonly flags: readonly string[] | null;
}

const UNCOUNTED = statement(
  'counting_uncounted',
  `SELECT id, counting AS reason, rule, instead, recorded_at AS since FROM uncounted_response WHERE id = ANY ($1::uuid[])`,
);
const VERDICTS = statement(
  'counting_verdicts',
  `SELECT response_id AS id, recorded_at AS since FROM counting_verdict WHERE response_id = ANY ($1::uuid[]) AND counted`,
);
const FLAGS = statement(
  'counting_flags',
  `SELECT response_id AS id, array_agg(rule ORDER BY rule) AS flags FROM response_flag WHERE response_id = ANY ($1::uuid[])
    GROUP BY response_id`,
);

/**
 * The states of the responses that the session sees, by id; others are as counted ones. A flag says that there are other answers
 * like this one, so it is shown to callers that may read answers of every segment.
 */
export async function readCountingStates(
  session: Session,
  scope: Scope,
  ids: readonly string[],
): Promise<Map<string, CountingState>> {
  type Uncounted = Omit<CountingState, 'counted' | 'flags'> & { readonly id: string };
  const uncounted = await session.rows<Uncounted>(UNCOUNTED, [ids]);
  const verdicts = await session.rows<{ id: string; since: Date }>(VERDICTS, [ids]);
  const seesFlags = scope.allowsAll('readResponse');
  const flags = seesFlags ? await session.rows<{ id: string; flags: string[] }>(FLAGS, [ids]) : [];
  const flagsOf = new Map(flags.map((row) => [row.id, row.flags]));
  const counted = { counted: true, reason: null, rule: null, since: null, instead: null };
  const states = new Map<string, CountingState>(
    ids.map((id) => [id, { ...counted, flags: seesFlags ? (flagsOf.get(id) ?? []) : null }]),
  );
  const change = (id: string, change: Partial<CountingState>) =>
    states.set(id, { ...(states.get(id) as CountingState), ...change });
  for (const { id, since } of verdicts) change(id, { reason: 'PUT_BACK', since });
  for (const { id, ...state } of uncounted) change(id, { ...state, counted: false });
  return states;
}
