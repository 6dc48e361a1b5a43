import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/** What an agent remembers of one thing that it watches. */
export interface AgentStateRow {
  readonly key: string;
  readonly state: unknown;
  readonly position: number;
  readonly changedAt: Date;
}

/** The key of an agent's own row: its last run. */
const OWN = '';

/** How an agent's last run went. */
export interface LastRun {
  readonly observed: number;
  readonly decided: number;
  /** What stopped it, without values; null: nothing. */
  readonly error: string | null;
}

const READ = statement(
  'agent_states',
  `SELECT key, state, position, changed_at AS "changedAt" FROM agent_state WHERE agent = $1 AND key <> '${OWN}'`,
);
const WRITE = statement(
  'agent_state_write',
  `INSERT INTO agent_state (agent, key, state, position, changed_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (agent, key) DO UPDATE SET state = EXCLUDED.state, position = EXCLUDED.position, changed_at = EXCLUDED.changed_at`,
);
const RUNS = statement(
  'agent_runs',
  `SELECT agent, state, changed_at AS at FROM agent_state WHERE key = '${OWN}'`,
);

/** What the agent remembers, by what it watches. */
export async function readStates(session: Session, agent: string): Promise<Map<string, AgentStateRow>> {
  const rows = await session.rows<AgentStateRow>(READ, [agent]);
  return new Map(rows.map((row) => [row.key, row]));
}

/** Stores what the agent remembers of one thing that it watches. */
export async function writeState(session: Session, agent: string, row: AgentStateRow): Promise<void> {
  const { key, state, position, changedAt } = row;
  await session.rows(WRITE, [agent, key, JSON.stringify(state ?? null), position, changedAt]);
}

/** Notes that a run of the agent has ended. */
export async function writeRun(session: Session, agent: string, run: LastRun, at: Date): Promise<void> {
  await session.rows(WRITE, [agent, OWN, JSON.stringify(run), 0, at]);
}

/** When each agent last ran, and how that went. */
export function readRuns(session: Session): Promise<{ agent: string; state: LastRun; at: Date }[]> {
  return session.rows(RUNS, []);
}
