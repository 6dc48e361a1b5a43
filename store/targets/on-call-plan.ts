import { type OnCallPlan, waitsUntil } from '../../domain/on-call/plan.ts';
import type { OwnerSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { Severity } from '../tables/agents.ts';
import { holdByPlan } from './held.ts';

/** A version of the on-call plan; the newest holds. Its targets are ids. */
export interface OnCallPlanRow {
  readonly version: number;
  readonly plan: OnCallPlan;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly reason: string;
}

const COLUMNS = 'version, plan, created_by AS "createdBy", created_at AS "createdAt", reason';
const VERSIONS = statement(
  'on_call_plans',
  `SELECT ${COLUMNS} FROM on_call_plan ORDER BY version DESC LIMIT $1`,
);
/** Held until the transaction ends: of two at once the second waits, and gets the next number. */
const ALONE = statement('on_call_plan_alone', 'LOCK TABLE on_call_plan IN SHARE ROW EXCLUSIVE MODE');
const INSERT = statement(
  'on_call_plan_insert',
  `INSERT INTO on_call_plan (version, plan, created_by, created_at, reason)
    VALUES ((SELECT coalesce(max(version), 0) + 1 FROM on_call_plan), $1, $2, $3, $4) RETURNING ${COLUMNS}`,
);
const SEVERITY = statement('on_call_severity', 'SELECT severity FROM alert WHERE id = $1');

/** The versions of the plan, the newest first. */
export const readPlanVersions = (session: Session, limit: number): Promise<OnCallPlanRow[]> =>
  session.rows<OnCallPlanRow>(VERSIONS, [limit]);

/** The plan that holds; null: none was declared. */
export async function readPlan(session: Session): Promise<OnCallPlanRow | null> {
  const [newest] = await readPlanVersions(session, 1);
  return newest ?? null;
}

/** Stores a new version of the plan, which holds from the end of the transaction on, also for what waits because of the one before. */
export async function insertPlan(
  session: OwnerSession,
  { plan, createdBy, createdAt, reason }: Omit<OnCallPlanRow, 'version'>,
): Promise<OnCallPlanRow> {
  await session.rows(ALONE, []);
  const values = [JSON.stringify(plan), createdBy, createdAt, reason];
  const [row] = await session.rows<OnCallPlanRow>(INSERT, values);
  if (!row) throw new Error('the plan was not stored');
  await holdByPlan(session, plan, createdAt);
  return row;
}

/** Until when what is said of the alert waits, and at which targets (null: all); null: it does not wait. */
export async function readQuiet(
  session: Session,
  subject: string,
  at: Date,
): Promise<{ readonly until: Date; readonly targets: readonly string[] | null } | null> {
  const plan = (await readPlan(session))?.plan;
  if (!plan?.quietHours) return null;
  const [alert] = await session.rows<{ severity: Severity }>(SEVERITY, [subject.slice('Alert:'.length)]);
  const { targets } = plan.quietHours;
  const until = alert && waitsUntil(plan, alert.severity, targets?.[0] ?? '', at.getTime());
  return until ? { until: new Date(until), targets } : null;
}
