import type { AnyAgent } from './loop/agent.ts';
import { scoreMonitor } from './score-monitor/index.ts';

/** Every agent, in the order in which they are listed. Each is a folder of agents/ with one line here. */
export const AGENTS: readonly AnyAgent[] = [scoreMonitor as AnyAgent];
