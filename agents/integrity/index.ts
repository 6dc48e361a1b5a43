import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { ALERT_EDITING, carryOutAlert } from '../alerting/carry-out.ts';
import type { AlertAction } from '../alerting/episode.ts';
import type { Agent } from '../loop/agent.ts';
import { decide } from './decide.ts';
import { AGENT, type Inputs } from './inputs.ts';
import { type IntegrityParts, observe } from './observe.ts';

export type { IntegrityParts } from './observe.ts';

/** Verifies a sample of sealed scores, and of the lineage graph, every day. */
export function integrityAgent(parts: IntegrityParts): Agent<Inputs, AlertAction> {
  return {
    name: AGENT,
    description:
      'Verifies a sample of sealed scores, and of the lineage graph, against the database every day, and raises an alert about what differs.',
    version: 2,
    defaultAutonomy: 'ACT',
    // It looks every hour whether the sample of the day is due.
    everyMs: HOUR_MS,
    lock: LOCKS.integrity,
    observe: (deps, known) => observe(parts, deps, known),
    decide,
    act: carryOutAlert,
    editing: ALERT_EDITING,
  };
}
