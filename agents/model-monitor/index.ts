import { MINUTE_MS } from '../../domain/time/time-windows.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { ALERT_EDITING, carryOutAlert } from '../alerting/carry-out.ts';
import type { AlertAction } from '../alerting/episode.ts';
import type { Agent } from '../loop/agent.ts';
import { decide, type Inputs } from './decide.ts';
import { AGENT, observe } from './observe.ts';

/** Watches the readings of models in use. */
export const modelMonitor: Agent<Inputs, AlertAction> = {
  name: AGENT,
  description:
    'Watches what the monitor reads of the models in use (quality, calibration, drift), and raises one alert for each model.',
  version: 1,
  defaultAutonomy: 'ACT',
  everyMs: MINUTE_MS,
  lock: LOCKS.modelMonitor,
  observe,
  decide,
  act: carryOutAlert,
  editing: ALERT_EDITING,
};
