import type { NoteChange } from '../../store/audit/audit.ts';
import { type NewEvent, queueDeliveries } from '../../store/targets/deliveries.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';

/**
 * For a change that a person makes, in its transaction: writes the row of the audit log, and queues the event for the targets that
 * want it.
 */
export function noteAndSend(
  context: ApiContext,
  action: string,
  event: Pick<NewEvent, 'event' | 'subject' | 'cells'>,
): NoteChange {
  const note = auditHook(context, action);
  return async (session, facts) => {
    await note(session, facts);
    await queueDeliveries(session, { ...event, decisionId: null, at: new Date(context.deps.now()) });
  };
}
