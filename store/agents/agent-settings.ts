import type { Session } from '../database/client.ts';
import { LOCKS } from '../database/locks.ts';
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
/** A change waits for the steps that have read the setting. Not a lock of the row: an agent without a setting has none. */
const KEEP = statement(
  'agent_setting_keep',
  `SELECT pg_advisory_xact_lock_shared(${LOCKS.agentSettings}, hashtext($1))`,
);
const ALONE = statement(
  'agent_setting_alone',
  `SELECT pg_advisory_xact_lock(${LOCKS.agentSettings}, hashtext($1))`,
);
const HELD = statement('agent_setting_held', `SELECT ${COLUMNS} FROM agent_setting WHERE agent = $1`);
const ALL = statement('agent_settings', `SELECT ${COLUMNS} FROM agent_setting ORDER BY agent`);
const SET = statement(
  'agent_setting_set',
  `INSERT INTO agent_setting (agent, autonomy, enabled, changed_by, changed_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (agent) DO UPDATE SET autonomy = EXCLUDED.autonomy, enabled = EXCLUDED.enabled,
      changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at, reason = EXCLUDED.reason`,
);

/** The setting of an agent, which does not change before the transaction ends; null: as its code states. */
export async function holdSetting(session: Session, agent: string): Promise<AgentSetting | null> {
  await session.rows(KEEP, [agent]);
  const [found] = await session.rows<AgentSetting>(HELD, [agent]);
  return found ?? null;
}

/** The settings that people changed. */
export function readSettings(session: Session): Promise<AgentSetting[]> {
  return session.rows<AgentSetting>(ALL, []);
}

/** Sets how an agent runs, from its next step on, in the caller's transaction: it waits for the steps that have read the setting. */
export async function writeSetting(session: Session, setting: AgentSetting): Promise<void> {
  const { agent, autonomy, enabled, changedBy, changedAt, reason } = setting;
  await session.rows(ALONE, [agent]);
  await session.rows(SET, [agent, autonomy, enabled, changedBy, changedAt, reason]);
}
