import type { RetrainingPolicy } from '../domain/models/retraining-policy.ts';
import { type AccountWatchParts, accountWatch } from './account-watch/index.ts';
import { type DataMonitorParts, dataMonitor } from './data-monitor/index.ts';
import { escalation } from './escalation/index.ts';
import { type IntegrityParts, integrityAgent } from './integrity/index.ts';
import type { AnyAgent } from './loop/agent.ts';
import { modelMonitor } from './model-monitor/index.ts';
import { modelRollback } from './model-rollback/index.ts';
import { type NarratorParts, narrator } from './narrator/index.ts';
import { outreach } from './outreach/index.ts';
import { requestsAgent } from './requests/index.ts';
import { type RetentionParts, retentionAgent } from './retention/index.ts';
import { retrainingAgent } from './retraining/index.ts';
import { scoreMonitor } from './score-monitor/index.ts';

/** Every agent that needs the database alone and no setting, in the order in which they are listed. Each is a folder of agents/ with one line here. */
export const AGENTS: readonly AnyAgent[] = [
  scoreMonitor as AnyAgent,
  modelMonitor as AnyAgent,
  modelRollback as AnyAgent,
  requestsAgent as AnyAgent,
  outreach as AnyAgent,
  escalation as AnyAgent,
];

/** What agents need beside the database, and their settings. */
export type AgentParts = IntegrityParts &
  DataMonitorParts &
  RetentionParts &
  NarratorParts & { readonly accountWatch: AccountWatchParts; readonly retraining: RetrainingPolicy };

/** Every agent of an instance; those that need more than the database, or a setting, get it here. */
export function agentsOf(parts: AgentParts): readonly AnyAgent[] {
  return [
    ...AGENTS,
    accountWatch(parts.accountWatch) as AnyAgent,
    retrainingAgent(parts.retraining) as AnyAgent,
    integrityAgent(parts) as AnyAgent,
    dataMonitor(parts) as AnyAgent,
    retentionAgent(parts) as AnyAgent,
    narrator(parts) as AnyAgent,
  ];
}
