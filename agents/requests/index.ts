import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { LOCKS } from '../../store/database/locks.ts';
import type { Agent } from '../loop/agent.ts';
import { type Asked, act, parseAsked } from './act.ts';

/** The name of the agent, in settings and decisions. */
export const REQUESTS = 'requests';

/** What a caller asks for: all that the decision is made of. */
export interface Inputs {
  readonly asked: Asked;
}

/**
 * Proposes what callers ask for that may not do it themselves: to open a case, or to acknowledge an alert. It watches nothing: each
 * request is decided about when it is made (api/schema/requests.ts).
 */
export const requestsAgent: Agent<Inputs, Asked> = {
  name: REQUESTS,
  description:
    'Proposes what callers ask for that they may not do themselves: to open a case, or to acknowledge an alert.',
  version: 1,
  defaultAutonomy: 'PROPOSE',
  everyMs: 24 * HOUR_MS,
  lock: LOCKS.requests,
  observe: async function* () {},
  decide: ({ asked }) => ({
    action: asked,
    reason: 'a caller asks for it who may not do it',
    alternatives: [{ action: null, reason: 'only a person may refuse it' }],
  }),
  act,
  parseAction: parseAsked,
};
