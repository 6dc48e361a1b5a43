import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { keepQuarantined, type Quarantined } from './quarantine.ts';

/** The results of a delivery's items. */
export interface DeliveryCounts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Items that are not for this connection, or have no answer yet. */
  readonly ignored: number;
  /** Why something of it was rejected: a code and a field, no value. */
  readonly error: string | null;
  /** The items were fetched, after a delivery that announced them. */
  readonly isFetched?: boolean;
}

/** Vendors retry for days at most. */
const KEPT_MS = 30 * 24 * 3_600_000;
const FORGOTTEN_AT_ONCE = 10_000;

const SEEN = statement(
  'connection_delivery_seen',
  'SELECT FROM connection_delivery WHERE connection_id = $1 AND digest = $2',
);
const NOTE = statement(
  'connection_delivery_note',
  `INSERT INTO connection_delivery (connection_id, digest, received_at) SELECT id, $2, $3 FROM connection
    WHERE id = $1 AND removed_at IS NULL ON CONFLICT DO NOTHING RETURNING connection_id`,
);
const COUNT = statement(
  'connection_delivery_count',
  `UPDATE connection SET deliveries = deliveries + CASE WHEN $8::boolean THEN 0 ELSE 1 END, accepted = accepted + $3, duplicates = duplicates + $4,
      rejected = rejected + $5, ignored = ignored + $6, last_delivery_at = CASE WHEN $8::boolean THEN last_delivery_at ELSE greatest(last_delivery_at, $2) END,
      last_error = coalesce($7, last_error), last_error_at = CASE WHEN $7::text IS NULL THEN last_error_at ELSE $2 END
    WHERE id = $1 AND removed_at IS NULL RETURNING id`,
  { isSmall: true },
);
const REPLAYED = statement(
  'connection_delivery_replayed',
  'UPDATE connection SET accepted = accepted + $2, duplicates = duplicates + $3, ignored = ignored + $4 WHERE id = $1',
  { isSmall: true },
);
const REFUSE = statement(
  'connection_delivery_refuse',
  'UPDATE connection SET last_refusal = $3, last_refused_at = $2, refused = refused + $4 WHERE id = $1 AND removed_at IS NULL',
  { isSmall: true },
);
const FORGET = statement(
  'connection_delivery_forget',
  `DELETE FROM connection_delivery WHERE (connection_id, digest) IN (
    SELECT connection_id, digest FROM connection_delivery WHERE received_at < $1 LIMIT ${FORGOTTEN_AT_ONCE}) RETURNING digest`,
);

/** Whether a delivery of that id was taken before. */
export async function wasDelivered(session: Session, connection: string, digest: Buffer): Promise<boolean> {
  return (await session.rows(SEEN, [connection, digest])).length > 0;
}

/** What of a delivery goes into the quarantine, and until when. */
export interface KeptItems {
  readonly encryption: SubjectEncryption;
  readonly items: readonly Quarantined[];
  /** Further ones, which are only counted. */
  readonly unkept: number;
  readonly expiresAt: Date;
}

/**
 * Records a delivery that was taken, once for each id, with what of it is kept in the quarantine; `digest` is null where the vendor gives
 * it none; `also` is done in the same transaction. @throws KeyProviderError
 */
export function recordDelivery(
  store: Store,
  connection: string,
  digest: Buffer | null,
  at: Date,
  { accepted, duplicates, rejected, ignored, error, isFetched = false }: DeliveryCounts,
  kept: KeptItems | null,
  also: (session: Session) => Promise<void> = async () => undefined,
): Promise<void> {
  return store.transaction(async (session) => {
    const isNew = digest === null || (await session.rows(NOTE, [connection, digest, at])).length > 0;
    if (!isNew) return;
    // Locks the connection, too.
    const counts = [accepted, duplicates, rejected, ignored, error, isFetched];
    const counted = await session.rows(COUNT, [connection, at, ...counts]);
    // Of one that was removed meanwhile nothing waits: its contents were deleted.
    if (counted.length === 0) return;
    await also(session);
    if (!kept) return;
    const { encryption, items, unkept, expiresAt } = kept;
    await keepQuarantined(session, encryption, { connection, receivedAt: at, expiresAt }, { items, unkept });
  });
}

/** Counts what became of items that were replayed; the transaction has locked the connection. */
export async function countReplayed(
  session: Session,
  connection: string,
  { accepted, duplicates, ignored }: Pick<DeliveryCounts, 'accepted' | 'duplicates' | 'ignored'>,
): Promise<void> {
  await session.rows(REPLAYED, [connection, accepted, duplicates, ignored]);
}

/** Records why deliveries were refused before they were read, the last of so many. */
export async function recordRefusal(
  session: Session,
  connection: string,
  { at, why, count }: { readonly at: Date; readonly why: string; readonly count: number },
): Promise<void> {
  await session.rows(REFUSE, [connection, at, why, count]);
}

/** Deletes the ids of deliveries that are too old to be sent again. */
export async function forgetDeliveries(session: Session, now: number): Promise<void> {
  let forgotten = FORGOTTEN_AT_ONCE;
  while (forgotten === FORGOTTEN_AT_ONCE)
    forgotten = (await session.rows(FORGET, [new Date(now - KEPT_MS)])).length;
}
