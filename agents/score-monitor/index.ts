import { LOCKS } from '../../store/database/locks.ts';
import type { Agent } from '../loop/agent.ts';
import { act, EDITING } from './act.ts';
import { decide } from './decide.ts';
import type { MonitorAction, MonitorInputs } from './inputs.ts';
import { observe } from './observe.ts';

/** Watches the scores of segments by rules, and keeps one alert for each cause. */
export const scoreMonitor: Agent<MonitorInputs, MonitorAction> = {
  name: 'score-monitor',
  description:
    'Watches the score of each segment that a rule names, or that has enough answers, and keeps one alert for each cause.',
  version: 1,
  defaultAutonomy: 'ACT',
  everyMs: 300_000,
  lock: LOCKS.scoreMonitor,
  observe,
  decide,
  act,
  editing: EDITING,
};
