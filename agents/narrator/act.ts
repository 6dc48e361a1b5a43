import { queueDeliveries } from '../../store/targets/deliveries.ts';
import type { Acting } from '../loop/agent.ts';
import { readTargetsOf, type ScopeOf } from './audience.ts';
import type { NarrativeAction } from './inputs.ts';
import { weekOfKey } from './observe.ts';

/**
 * Queues the text for targets: that of a week for its own audience, that of an alert for all; delivery leaves out those that may not see it. The text
 * itself is kept with the decision.
 */
export async function act(
  scopeOf: ScopeOf,
  { session, decision: { id, key, cells }, now }: Acting,
  { sentences, sheetHash }: NarrativeAction,
): Promise<string> {
  const week = weekOfKey(key);
  const targets = week && (await readTargetsOf(session, scopeOf, week.audience, week.until));
  const event = { event: 'narrative.written', subject: `Decision:${id}`, decisionId: id } as const;
  await queueDeliveries(session, { ...event, cells, at: now, among: targets });
  return `wrote ${sentences.length} sentences over the fact sheet ${sheetHash}`;
}
