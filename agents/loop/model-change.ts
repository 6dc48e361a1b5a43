import { audit } from '../../store/audit/audit.ts';
import type { Change } from '../../store/models/model-changes.ts';
import type { Acting } from './agent.ts';

/** Who changes a model and why, when an agent does, with the row of the audit log that names its decision. */
export function modelChange({ decision, now }: Acting, action: string): Change {
  const actor = `agent ${decision.agent}`;
  return {
    actor,
    reason: `Decision:${decision.id}`,
    note: (session, subject) =>
      audit(session, {
        actor: 'system',
        actorName: actor,
        role: 'system',
        policyVersion: null,
        purpose: null,
        at: now.getTime(),
        action,
        subject: { ...subject, decision: decision.id },
        outcome: 'done',
      }),
  };
}
