import { MINUTE_MS } from '../../domain/time/time-windows.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { ALERT_EDITING, carryOutAlert } from '../alerting/carry-out.ts';
import type { AlertAction } from '../alerting/episode.ts';
import type { Agent } from '../loop/agent.ts';
import { decide } from './decide.ts';
import { AGENT, type Inputs } from './inputs.ts';
import { type DataMonitorParts, observe } from './observe.ts';

export type { DataMonitorParts } from './observe.ts';

/** Watches what arrives, and whether it is taken further. */
export function dataMonitor(parts: DataMonitorParts): Agent<Inputs, AlertAction> {
  return {
    name: AGENT,
    description:
      'Watches what sources bring against their own rhythm, what is rejected, response rates, new survey versions, and followers and deletions that are behind, and raises one alert for each cause.',
    version: 1,
    defaultAutonomy: 'ACT',
    everyMs: 10 * MINUTE_MS,
    lock: LOCKS.dataMonitor,
    observe: (deps, known) => observe(parts, deps, known),
    decide,
    act: carryOutAlert,
    editing: ALERT_EDITING,
  };
}
