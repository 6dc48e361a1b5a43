import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { Autonomy } from '../tables/agents.ts';

/** How an agent runs, as a person set it. */
export interface AgentSetting {
  readonly agent: string;
  readonly autonomy: Autonomy;
  /** False: stopped. */
  readonly enabled: boolean;
  readonly changedBy: string;
  readonly changedAt: Date;
  readonly reason: string;
}

const COLUMNS = 'agent, autonomy, enabled, changed_by AS "changedBy", changed_at AS "changedAt", reason';
/** A change waits for the step that has read it. */
const HELD = statement(
  'agent_setting_held',
  `SELECT ${COLUMNS} FROM agent_setting WHERE agent = $1 FOR SHARE`,
);
const ALL = statement('agent_settings', `SELECT ${COLUMNS} FROM agent_setting ORDER BY agent`);
const SET = statement(
  'agent_setting_set',
  `INSERT INTO agent_setting (agent, autonomy, enabled, changed_by, changed_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (agent) DO UPDATE SET autonomy = EXCLUDED.autonomy, enabled = EXCLUDED.enabled,
      changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at, reason = EXCLUDED.reason`,
);

/** The setting of an agent, which does not change before the transaction ends; null: as its code states. */
export async function holdSetting(session: Session, agent: string): Promise<AgentSetting | null> {
  const [found] = await session.rows<AgentSetting>(HELD, [agent]);
  return found ?? null;
}

/** The settings that people changed. */
export function readSettings(session: Session): Promise<AgentSetting[]> {
  return session.rows<AgentSetting>(ALL, []);
}

/** Sets how an agent runs, from its next step on. */
export async function writeSetting(session: Session, setting: AgentSetting): Promise<void> {
  const { agent, autonomy, enabled, changedBy, changedAt, reason } = setting;
  await session.rows(SET, [agent, autonomy, enabled, changedBy, changedAt, reason]);
}
