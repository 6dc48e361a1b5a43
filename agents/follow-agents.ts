import type { Session } from '../store/database/client.ts';
import type { Loops } from '../store/database/loops.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import type { AgentDeps, AnyAgent } from './loop/agent.ts';
import { runAgent } from './loop/run.ts';

export interface AgentsOptions extends AgentDeps {
  readonly cells: AgentDeps['cells'] & { refresh(session: Session): Promise<void> };
  readonly agents: readonly AnyAgent[];
  /** Where the loops are listed. */
  readonly loops: Loops | null;
  readonly onError: (error: Error) => void;
}

/** Runs each agent periodically, one process at a time; the returned function ends them after the step under way. */
export function followAgents({ agents, loops, onError, ...deps }: AgentsOptions): () => Promise<void> {
  const { store, cells } = deps;
  const running = agents.map((agent) =>
    runPeriodic({
      name: `agent ${agent.name}`,
      everyMs: agent.everyMs,
      alone: { store, lock: agent.lock },
      loops,
      onError,
      run: async (stopped) => {
        await cells.refresh(store);
        await runAgent(deps, agent, { stopped, onError });
      },
    }),
  );
  return async () => {
    await Promise.all(running.map((one) => one.stop()));
  };
}
