import { createHash } from 'node:crypto';
import { keptUntil } from '../../domain/time/kept-since.ts';
import {
  type DeliveryCounts,
  type KeptItems,
  recordDelivery,
  wasDelivered,
} from '../../store/connections/connection-deliveries.ts';
import { readSecrets } from '../../store/connections/connections.ts';
import type { Quarantined } from '../../store/connections/quarantine.ts';
import type { Session, Store } from '../../store/database/client.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import { accountFor, type BatchAccount, rejected } from '../pipeline/outcome.ts';
import { UnreadableBodyError } from '../pipeline/read-items.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import {
  type ConnectionReader,
  type DeliveryHeaders,
  NotMappedError,
  type Received,
  type WebhookConnector,
} from './connector.ts';
import { keeping } from './notices.ts';
import { fieldOf, type Identify, quarantinedBody, quarantinedItem } from './quarantined.ts';
import { SignatureError } from './signature.ts';
import { type StoreDeps, storeItems } from './store-items.ts';

export interface ReceiveDeps extends StoreDeps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  /** The lookups that find a person, by an identifier. */
  readonly identify: Identify;
  /** For how long what cannot be stored is kept, ISO 8601. */
  readonly quarantineFor: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A request to the path of a connection. */
export interface Delivery {
  readonly raw: Buffer;
  readonly headers: DeliveryHeaders;
  /** The address that the vendor was given. */
  readonly url: string;
}

/** Where a delivery belongs. */
export interface DeliveryTarget {
  /** Of the connection. */
  readonly id: string;
  readonly connector: WebhookConnector;
  readonly reader: () => Promise<ConnectionReader>;
}

/** The result of a delivery. */
export interface Receipt {
  readonly account: BatchAccount;
  /** Items that are not for this connection, or have no answer yet. */
  readonly ignored: number;
  /** The delivery was taken before. */
  readonly repeated?: true;
  /** The challenge that the vendor expects in the answer. */
  readonly challenge?: string;
}

/** @throws SignatureError unless the delivery is signed with one of the secrets */
export function verifyDelivery(
  connector: WebhookConnector,
  { raw, headers, url }: Delivery,
  secrets: readonly string[],
  now: number,
): void {
  let refusal: unknown = new SignatureError('WRONG_SIGNATURE');
  for (const secret of secrets) {
    try {
      connector.verify(raw, headers, secret, now, url);
      return;
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * Verifies a delivery, stores its items and records it. The secrets are read from the database for each
 * delivery, so that a removal or a rotation takes effect at once in every process. What cannot be read or stored is
 * kept in the quarantine, because sending it again would not help.
 * @throws SignatureError, KeyProviderError, OverloadedError, or the database's error: then nothing is recorded
 * and the vendor sends it again
 */
export async function receiveDelivery(
  deps: ReceiveDeps,
  submitter: Submitter,
  { id, connector, reader }: DeliveryTarget,
  delivery: Delivery,
): Promise<Receipt> {
  const { store, encryption } = deps;
  const at = new Date(deps.now());
  const secrets = await readSecrets(store, encryption, id, at);
  verifyDelivery(connector, delivery, secrets ?? [], at.getTime());
  const name = connector.deliveryId(delivery.headers, delivery.raw);
  const digest = name === null ? null : createHash('sha256').update(name).digest();
  if (digest !== null && (await wasDelivered(store, id, digest)))
    return { account: accountFor([]), ignored: 0, repeated: true };
  const received = await receive(connector, delivery, at.getTime());
  if ('challenge' in received) return { account: accountFor([]), ignored: 0, challenge: received.challenge };
  const position = `${connector.name} delivery ${nameInPosition(name, digest)}`;
  if ('items' in received) {
    const { items, notices = [] } = received;
    const also = keeping(deps, { id, notices, position, at });
    return takeOrKeep(deps, submitter, reader, { id, items, position, digest, at, also });
  }
  const account = accountFor([rejected('INVALID', received.problem)]);
  const kept = [quarantinedBody(deps.identify, delivery.raw, delivery.headers, position)];
  await recordDelivery(store, id, digest, at, countsOf(account, 0), keptOf(deps, at, kept));
  return { account, ignored: 0 };
}

/** The reader, or why there is none: there is no mapping yet, or it names a dimension that was removed. */
async function readerOf(reader: DeliveryTarget['reader']): Promise<ConnectionReader | InvalidMapError> {
  try {
    return await reader();
  } catch (error) {
    if (error instanceof InvalidMapError) return error;
    throw error;
  }
}

/** What puts items into the quarantine. */
type Quarantine = Pick<ReceiveDeps, 'encryption' | 'identify' | 'quarantineFor'>;

/** Items of a connection that is known to have sent them. */
export interface TakenItems {
  /** Of the connection. */
  readonly id: string;
  readonly reader: ConnectionReader;
  readonly items: readonly unknown[];
  /** Names the delivery in the provenance. */
  readonly position: string;
  /** Of the sender's id of the delivery; null without one. */
  readonly digest: Buffer | null;
  readonly at: Date;
  /** Absent: what is rejected is not kept, because its sender sees why, and can correct it. */
  readonly quarantine?: Quarantine;
  /** They were fetched, after a delivery that announced them. */
  readonly isFetched?: boolean;
  /** What is done together with the record of them. */
  readonly also?: (session: Session) => Promise<void>;
}

/**
 * Stores the items of a connection and counts them with it: the step that webhooks and our own surveys share.
 * @throws KeyProviderError, OverloadedError, or the database's error: then nothing is recorded
 */
export async function takeItems(
  deps: StoreDeps & Pick<ReceiveDeps, 'store'>,
  submitter: Submitter,
  { id, reader, items, position, digest, at, quarantine, isFetched = false, also }: TakenItems,
): Promise<Receipt> {
  const positionOf = (index: number) => `${position} item ${index}`;
  const stored = await storeItems(deps, submitter, reader, items, positionOf);
  const { account, ignored } = stored;
  const rejectedItems = quarantine
    ? stored.items.flatMap(({ problem }, index) => {
        const said = problem && { item: items[index], position: positionOf(index), ...problem };
        return said ? [quarantinedItem(quarantine.identify, said)] : [];
      })
    : [];
  const kept = quarantine ? keptOf(quarantine, at, rejectedItems) : null;
  await recordDelivery(deps.store, id, digest, at, { ...countsOf(account, ignored), isFetched }, kept, also);
  return { account, ignored };
}

/**
 * Stores what a vendor has sent, or what was fetched from it; what is rejected waits, and so does everything while no mapping reads it.
 * @throws KeyProviderError, OverloadedError, or the database's error: then nothing is recorded
 */
export async function takeOrKeep(
  deps: ReceiveDeps,
  submitter: Submitter,
  reader: DeliveryTarget['reader'],
  taken: Omit<TakenItems, 'reader' | 'quarantine'>,
): Promise<Receipt> {
  const read = await readerOf(reader);
  if (read instanceof InvalidMapError) return keepUnmapped(deps, taken, read);
  return takeItems(deps, submitter, { ...taken, reader: read, quarantine: deps });
}

/** Keeps all items of a delivery that no mapping reads just now. */
async function keepUnmapped(
  deps: ReceiveDeps,
  { id, items, position, digest, at, isFetched = false, also }: Omit<TakenItems, 'reader' | 'quarantine'>,
  why: InvalidMapError,
): Promise<Receipt> {
  const problem =
    why instanceof NotMappedError
      ? why.message
      : 'mapping: it does not fit the dimensions of the deployment any more; the item waits in the quarantine';
  const account = accountFor(items.map(() => rejected('INVALID', problem)));
  const said = { reason: 'MAPPING', code: 'INVALID', field: 'mapping' } as const;
  const kept = items.map((item, index) =>
    quarantinedItem(deps.identify, { item, position: `${position} item ${index}`, ...said }),
  );
  const counts = { ...countsOf(account, 0), isFetched };
  await recordDelivery(deps.store, id, digest, at, counts, keptOf(deps, at, kept), also);
  return { account, ignored: 0 };
}

/** What the record of a delivery keeps; null stands for what cannot be kept. */
function keptOf(
  { encryption, quarantineFor }: Pick<Quarantine, 'encryption' | 'quarantineFor'>,
  at: Date,
  items: readonly (Quarantined | null)[],
): KeptItems {
  const kept = items.filter((one) => one !== null);
  const expiresAt = keptUntil(at.getTime(), quarantineFor);
  return { encryption, items: kept, unkept: items.length - kept.length, expiresAt };
}

async function receive(
  connector: WebhookConnector,
  { raw, headers }: Delivery,
  now: number,
): Promise<Received | { readonly problem: string }> {
  try {
    return await connector.receive(raw, headers, now);
  } catch (error) {
    if (error instanceof UnreadableBodyError) return { problem: error.message };
    throw error;
  }
}

/** Vendors' ids are short; another one is named by its hash. */
function nameInPosition(name: string | null, digest: Buffer | null): string {
  if (name === null || digest === null) return 'without id';
  return /^[\w.-]{1,100}$/.test(name) ? name : digest.toString('hex').slice(0, 32);
}

/** An item older than the stored one is not an error: vendors send a response several times, in any order. */
function countsOf(account: BatchAccount, ignored: number): DeliveryCounts {
  const stale = account.rejectedByCode.find(({ code }) => code === 'STALE')?.count ?? 0;
  return {
    accepted: account.accepted,
    duplicates: account.duplicates + stale,
    rejected: account.rejectedTotal - stale,
    ignored,
    error: errorOf(account),
  };
}

/** The code and the field of the first rejection: its message may quote a respondent, so it is not stored. */
function errorOf({ rejected: listed, rejectedByCode }: BatchAccount): string | null {
  const first = listed.find(({ code }) => code !== 'STALE');
  if (first) {
    const field = fieldOf(first.message);
    return field === null ? first.code : `${first.code}: ${field}`;
  }
  return rejectedByCode.find(({ code }) => code !== 'STALE')?.code ?? null;
}
