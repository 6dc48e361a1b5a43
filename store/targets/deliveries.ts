import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { DeliveryState } from '../tables/agents.ts';
import type { EventType } from './event-types.ts';

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
}

/** The channel that announces deliveries that are due. */
export const DELIVERY_CHANNEL = 'delivery';

const COLUMNS = `id, target_id AS "targetId", decision_id AS "decisionId", event, subject, state, attempts, due,
  created_at AS "createdAt", settled_at AS "settledAt", last_status AS "lastStatus", last_error AS "lastError", remote_id AS "remoteId"`;
const NOTIFY = `SELECT pg_notify('${DELIVERY_CHANNEL}', '')`;
const QUEUE = statement(
  'deliveries_queue',
  `WITH made AS (INSERT INTO delivery (target_id, decision_id, event, subject, cells, state, due, created_at)
      SELECT id, $3::uuid, $1, $2, $4::int4multirange, 'PENDING', $5, $5 FROM target WHERE removed_at IS NULL AND $1 = ANY (events)
        AND ($6::uuid[] IS NULL OR id = ANY ($6))
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
 * once, however often this runs.
 * @param targets only for these; null: for any
 */
export async function queueDeliveries(
  session: Session,
  happened: NewEvent,
  targets: readonly string[] | null = null,
): Promise<void> {
  const { event, subject, decisionId, cells, at } = happened;
  await session.rows(QUEUE, [event, subject, decisionId, cells, at, targets]);
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
