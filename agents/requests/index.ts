import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { LOCKS } from '../../store/database/locks.ts';
import type { Agent } from '../loop/agent.ts';
import { type Asked, act, EDITING } from './act.ts';

/** The name of the agent, in settings and decisions. */
export const REQUESTS = 'requests';

/** What a caller asks for: all that the decision is made of. */
export interface Inputs {
  readonly asked: Asked;
}

/**
 * Proposes what callers ask for and may not do themselves: to open a case, or to acknowledge an alert. It watches nothing: each
 * request is decided about when it is made (api/schema/requests.ts).
 */
export const requestsAgent: Agent<Inputs, Asked> = {
  name: REQUESTS,
  description:
    'Proposes what callers ask for and may not do themselves: to open a case, or to acknowledge an alert.',
  version: 1,
  defaultAutonomy: 'PROPOSE',
  everyMs: 24 * HOUR_MS,
  // After a case was closed, another one about the same may be asked for.
  inBatches: true,
  lock: LOCKS.requests,
  observe: async function* () {},
  decide: ({ asked }) => ({
    action: asked,
    reason: 'asked for by a caller that may not do it',
    alternatives: [{ action: null, reason: 'a person decides whether it is done' }],
  }),
  act,
  editing: EDITING,
};
