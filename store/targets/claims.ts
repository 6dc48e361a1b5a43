import type { Segment } from '../../domain/segments/cell.ts';
import { type ClaimedWork, type ClaimOwner, claimsOf } from '../database/claims.ts';
import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { DeliveryRow } from './deliveries.ts';
import type { TargetRow } from './targets.ts';

/** A delivery that this process may send, until its claim expires. */
export interface ClaimedDelivery
  extends ClaimedWork,
    Pick<DeliveryRow, 'id' | 'event' | 'subject' | 'createdAt'> {}

/** The target of a claim, as it is when it is claimed. */
export interface ClaimTarget extends ClaimOwner, Pick<TargetRow, 'id' | 'kind' | 'settings' | 'role'> {
  readonly attributes: Segment;
}

/** Deliveries wait for targets. */
export const deliveryClaims = claimsOf<ClaimTarget, ClaimedDelivery>({
  name: 'claims',
  work: 'delivery',
  columns: 'id, event, subject, created_at AS "createdAt"',
  ownerId: 'target_id',
  pending: `state = 'PENDING'`,
  due: 'due',
  since: 'created_at',
  inTurn: 'subject',
  hasStatus: true,
  owner: 'target',
  ownerColumns: 'id, kind, settings, role, attributes',
  isOn: 'o.removed_at IS NULL AND o.disabled_at IS NULL',
});

const SETTLE = statement(
  'claims_settle',
  `UPDATE delivery SET state = $3, settled_at = $4, last_status = $5, last_error = $6, remote_id = $7, claimed_until = NULL
    WHERE id = $1 AND attempts = $2 AND state = 'PENDING' RETURNING target_id`,
  { isSmall: true },
);

/** How the last attempt of a delivery ended. */
export interface Ending {
  readonly state: 'DELIVERED' | 'DEAD' | 'CANCELLED';
  readonly at: Date;
  readonly status: number | null;
  readonly error: string | null;
  readonly remoteId: string | null;
}

/** Stores how it ended; false where the claim had expired and another process has taken it over. */
export async function endDelivery(
  session: Session,
  { id, attempts }: ClaimedWork,
  { state, at, status, error, remoteId }: Ending,
): Promise<boolean> {
  return (await session.rows(SETTLE, [id, attempts, state, at, status, error, remoteId])).length > 0;
}
