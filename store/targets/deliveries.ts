import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { DeliveryState } from '../tables/targets.ts';
import type { EventType } from './event-types.ts';
import { releaseHeld } from './held.ts';
import { readQuiet } from './on-call-plan.ts';

/** A delivery as it is listed. */
export interface DeliveryRow {
  readonly id: string;
  readonly targetId: string;
  readonly decisionId: string | null;
  readonly event: EventType;
  readonly subject: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly due: Date;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly remoteId: string | null;
}

/** What happened, for the targets that want to know. */
export interface NewEvent {
  readonly event: EventType;
  /** The node that it is about, as `Alert:…`. */
  readonly subject: string;
  readonly decisionId: string | null;
  /** Its set of cells, as text. */
  readonly cells: string;
  readonly at: Date;
  /** A target that gets it whether it wants events of that type or not; absent: none. */
  readonly target?: string;
  /** The only targets that get it; absent or null: any. */
  readonly among?: readonly string[] | null;
}

/** The channel that announces deliveries that are due. */
export const DELIVERY_CHANNEL = 'delivery';

const COLUMNS = `id, target_id AS "targetId", decision_id AS "decisionId", event, subject, state, attempts, due,
  created_at AS "createdAt", settled_at AS "settledAt", last_status AS "lastStatus", last_error AS "lastError", remote_id AS "remoteId"`;
const NOTIFY = `SELECT pg_notify('${DELIVERY_CHANNEL}', '')`;
/** A step of an escalation goes to the target that it asks alone, which also gets the alert's end. */
const QUEUE = statement(
  'deliveries_queue',
  `WITH made AS (INSERT INTO delivery (target_id, decision_id, event, subject, cells, state, due, created_at)
      SELECT t.id, $3::uuid, $1, $2, $4::int4multirange, 'PENDING',
          CASE WHEN $6::timestamptz IS NOT NULL AND ($7::uuid[] IS NULL OR t.id = ANY ($7)) THEN $6 ELSE $5::timestamptz END, $5
        FROM target t WHERE t.removed_at IS NULL AND ($9::uuid[] IS NULL OR t.id = ANY ($9))
          AND (t.id = $8::uuid OR ($1 = ANY (t.events) AND $1 <> 'alert.escalated') OR ($1 = 'alert.resolved' AND EXISTS (
          SELECT FROM delivery d WHERE d.subject = $2 AND d.target_id = t.id AND d.event = 'alert.escalated')))
      ON CONFLICT DO NOTHING RETURNING id)
    ${NOTIFY} FROM made LIMIT 1`,
);
const LIST = statement(
  'deliveries_list',
  `SELECT ${COLUMNS} FROM delivery WHERE ($1::text[] IS NULL OR state = ANY ($1)) AND ($2::uuid IS NULL OR target_id = $2)
      AND (created_at, id) < ($3, $4::uuid) ORDER BY created_at DESC, id DESC LIMIT $5`,
);
const BY_IDS = statement('deliveries_by_ids', `SELECT ${COLUMNS} FROM delivery WHERE id = ANY ($1::uuid[])`);
const REPLAY = statement(
  'deliveries_replay',
  `WITH replayed AS (UPDATE delivery SET state = 'PENDING', settled_at = NULL, attempts = 0, due = $3, claimed_until = NULL,
        remote_id = NULL
      WHERE state = 'DEAD' AND ($1::uuid IS NULL OR id = $1) AND ($2::uuid IS NULL OR target_id = $2)
        AND EXISTS (SELECT FROM target t WHERE t.id = target_id AND t.removed_at IS NULL) RETURNING id),
    notified AS (${NOTIFY})
    SELECT id FROM replayed, notified`,
);
const COUNTS = statement(
  'deliveries_counts',
  `SELECT t.name AS target, d.state, count(*) AS deliveries FROM delivery d JOIN target t ON t.id = d.target_id
    WHERE t.removed_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`,
);

/**
 * Queues a delivery of the event for each target that wants it, in the transaction of what happened. An event of a decision is queued
 * once, however often this runs. Returns until when it waits because of quiet hours; null: it does not.
 */
export async function queueDeliveries(session: Session, happened: NewEvent): Promise<Date | null> {
  const { event, subject, decisionId, cells, at, target = null, among = null } = happened;
  // Escalation asks at its own time.
  const mayWait = event.startsWith('alert.') && event !== 'alert.escalated';
  const quiet = mayWait ? await readQuiet(session, subject, at) : null;
  // A target that hears of no changes would hear of a severe alert when the quiet hours end.
  if (mayWait && quiet === null) await releaseHeld(session, subject, at);
  const { until = null, targets = null } = quiet ?? {};
  await session.rows(QUEUE, [event, subject, decisionId, cells, at, until, targets, target, among]);
  return until;
}

/** The end of a page. */
export interface DeliveryCursor {
  readonly createdAt: Date;
  readonly id: string;
}

const FIRST: DeliveryCursor = {
  createdAt: new Date('9999-12-31T00:00:00Z'),
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/** Newest first; null: any. */
export function listDeliveries(
  session: Session,
  {
    states,
    target,
    after,
    limit,
  }: {
    readonly states: readonly DeliveryState[] | null;
    readonly target: string | null;
    readonly after: DeliveryCursor | null;
    readonly limit: number;
  },
): Promise<DeliveryRow[]> {
  const { createdAt, id } = after ?? FIRST;
  return session.rows<DeliveryRow>(LIST, [states, target, createdAt, id, limit]);
}

/** Those of the ids that the session sees, in any order. */
export const readDeliveries = (session: Session, ids: readonly string[]): Promise<DeliveryRow[]> =>
  session.rows<DeliveryRow>(BY_IDS, [ids]);

/** Makes dead deliveries due again, with their ids: one, or all of one target. Returns how many. */
export async function replayDead(
  session: Session,
  which: { readonly id: string } | { readonly target: string },
  at: Date,
): Promise<number> {
  const [id, target] = 'id' in which ? [which.id, null] : [null, which.target];
  return (await session.rows(REPLAY, [id, target, at])).length;
}

/** Deliveries of the targets that are not removed, by target and state. */
export const countDeliveries = (
  session: Session,
): Promise<{ readonly target: string; readonly state: DeliveryState; readonly deliveries: number }[]> =>
  session.rows(COUNTS, []);
