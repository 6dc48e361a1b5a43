import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { LOCKS } from '../../store/database/locks.ts';
import { ALERT_EDITING, carryOutAlert } from '../alerting/carry-out.ts';
import type { AlertAction } from '../alerting/episode.ts';
import type { Agent } from '../loop/agent.ts';
import { decide } from './decide.ts';
import { AGENT, type Inputs } from './inputs.ts';
import { observe } from './observe.ts';

/** What a deployment decides. */
export interface AccountWatchParts {
  readonly capacity: number;
}

/** Watches accounts for risk and for potential; a team acts on `capacity` alerts of each in a week. */
export const accountWatch = ({ capacity }: AccountWatchParts): Agent<Inputs, AlertAction> => ({
  name: AGENT,
  description:
    'Watches accounts for risk (detractors that pay, falling scores, cancellation named, usage that fell) and for potential, and raises as many alerts in a week as a team can act on.',
  version: 2,
  defaultAutonomy: 'ACT',
  // Each account is decided about once a day; it looks every hour whether the day is new.
  everyMs: HOUR_MS,
  lock: LOCKS.accountWatch,
  observe: (deps, known) => observe(deps, known, capacity),
  decide,
  act: carryOutAlert,
  editing: ALERT_EDITING,
});
