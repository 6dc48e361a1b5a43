import type { Segment } from '../../domain/segments/cell.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { DeliveryRow } from './deliveries.ts';
import type { TargetRow } from './targets.ts';

/** A delivery that this process may send, until its claim expires. */
export interface ClaimedDelivery extends Pick<DeliveryRow, 'id' | 'event' | 'subject' | 'createdAt'> {
  /** Counts this attempt too: what another claim says of it is not taken. */
  readonly attempts: number;
}

/** The target of a claim, as it is when it is claimed. */
export interface ClaimTarget
  extends Pick<TargetRow, 'id' | 'kind' | 'settings' | 'role' | 'rate' | 'failures'> {
  readonly attributes: Segment;
  readonly pacedUntil: Date | null;
}

const READY = statement(
  'claims_ready',
  `SELECT DISTINCT d.target_id AS id FROM delivery d JOIN target t ON t.id = d.target_id
    WHERE d.state = 'PENDING' AND d.due <= $1 AND (d.claimed_until IS NULL OR d.claimed_until <= $1)
      AND t.removed_at IS NULL AND t.disabled_at IS NULL AND (t.open_until IS NULL OR t.open_until <= $1)`,
);
const TARGET = statement(
  'claims_target',
  `SELECT id, kind, settings, role, attributes, rate, failures, paced_until AS "pacedUntil" FROM target
    WHERE id = $1 AND removed_at IS NULL AND disabled_at IS NULL AND (open_until IS NULL OR open_until <= $2)
    FOR UPDATE SKIP LOCKED`,
);
const CLAIM = statement(
  'claims_claim',
  `UPDATE delivery SET claimed_until = $3, attempts = attempts + 1 WHERE id IN (
      SELECT id FROM delivery WHERE target_id = $1 AND state = 'PENDING' AND due <= $2
        AND (claimed_until IS NULL OR claimed_until <= $2) ORDER BY due, created_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)
    RETURNING id, event, subject, created_at AS "createdAt", attempts`,
);
/** While the circuit is tried, no other process tries it. */
const PACE = statement(
  'claims_pace',
  'UPDATE target SET paced_until = $2, open_until = coalesce($3, open_until) WHERE id = $1',
);
const SETTLE = statement(
  'claims_settle',
  `UPDATE delivery SET state = $3, settled_at = $4, last_status = $5, last_error = $6, remote_id = $7, claimed_until = NULL
    WHERE id = $1 AND attempts = $2 AND state = 'PENDING' RETURNING target_id`,
  { isSmall: true },
);
const POSTPONE = statement(
  'claims_postpone',
  `UPDATE delivery SET due = $3, last_status = $4, last_error = $5, claimed_until = NULL
    WHERE id = $1 AND attempts = $2 AND state = 'PENDING' RETURNING target_id`,
  { isSmall: true },
);
const RELEASE = statement(
  'claims_release',
  `UPDATE delivery SET claimed_until = NULL, attempts = attempts - 1 WHERE id = $1 AND attempts = $2 AND state = 'PENDING'`,
  { isSmall: true },
);
const WORKED = statement(
  'claims_worked',
  'UPDATE target SET failures = 0, open_until = NULL WHERE id = $1 AND (failures > 0 OR open_until IS NOT NULL)',
  { isSmall: true },
);
const FAILED = statement(
  'claims_failed',
  'UPDATE target SET failures = failures + 1 WHERE id = $1 RETURNING failures',
  { isSmall: true },
);
const OPEN = statement(
  'claims_open',
  'UPDATE target SET open_until = greatest(open_until, $2) WHERE id = $1',
  { isSmall: true },
);

/** Ids of the targets that something is due for and that may be tried. */
export async function readyTargets(session: Session, now: Date): Promise<string[]> {
  return (await session.rows<{ id: string }>(READY, [now])).map(({ id }) => id);
}

/** The target, locked until the transaction ends; null where another process claims for it just now, or it may not be tried. */
export async function lockReady(session: Session, id: string, now: Date): Promise<ClaimTarget | null> {
  const [row] = await session.rows<ClaimTarget>(TARGET, [id, now]);
  return row ?? null;
}

/** Claims up to `most` due deliveries of the target, which the transaction holds. */
export function claimDeliveries(
  session: Session,
  target: string,
  { now, until, most }: { readonly now: Date; readonly until: Date; readonly most: number },
): Promise<ClaimedDelivery[]> {
  return session.rows<ClaimedDelivery>(CLAIM, [target, now, until, most]);
}

/** Up to when the target's rate is used, and for a trial of its circuit until when nothing else is tried. */
export async function paceTarget(
  session: Session,
  id: string,
  usedUntil: Date,
  trial: Date | null,
): Promise<void> {
  await session.rows(PACE, [id, usedUntil, trial]);
}

/** How an attempt ended: permanently, or until `due`. */
export type Ending = {
  readonly status: number | null;
  readonly error: string | null;
} & (
  | {
      readonly state: 'DELIVERED' | 'DEAD' | 'CANCELLED';
      readonly at: Date;
      readonly remoteId: string | null;
    }
  | { readonly state: 'PENDING'; readonly due: Date }
);

/** Stores how the attempt ended; false where the claim had expired and another process has taken it over. */
export async function endAttempt(
  session: Session,
  { id, attempts }: Pick<ClaimedDelivery, 'id' | 'attempts'>,
  ending: Ending,
): Promise<boolean> {
  const { status, error } = ending;
  const rows =
    ending.state === 'PENDING'
      ? await session.rows(POSTPONE, [id, attempts, ending.due, status, error])
      : await session.rows(SETTLE, [id, attempts, ending.state, ending.at, status, error, ending.remoteId]);
  return rows.length > 0;
}

/** Gives a claim back as if there had been no attempt. */
export async function releaseClaim(
  session: Session,
  { id, attempts }: Pick<ClaimedDelivery, 'id' | 'attempts'>,
): Promise<void> {
  await session.rows(RELEASE, [id, attempts]);
}

/** The target took a delivery: its circuit is closed. */
export async function targetWorked(session: Session, id: string): Promise<void> {
  await session.rows(WORKED, [id]);
}

/** Counts a failure; returns how many there were in a row. */
export async function targetFailed(session: Session, id: string): Promise<number> {
  const [row] = await session.rows<{ failures: number }>(FAILED, [id]);
  return row?.failures ?? 0;
}

/** Nothing is tried before that moment. */
export async function pauseTarget(session: Session, id: string, until: Date): Promise<void> {
  await session.rows(OPEN, [id, until]);
}
