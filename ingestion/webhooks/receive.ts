import { createHash } from 'node:crypto';
import { mapInSlices } from '../../domain/text/slices.ts';
import {
  type DeliveryCounts,
  recordDelivery,
  wasDelivered,
} from '../../store/connections/connection-deliveries.ts';
import { readSecrets } from '../../store/connections/connections.ts';
import type { Store } from '../../store/database/client.ts';
import type { SubjectEncryption } from '../../store/encryption/subject-encryption.ts';
import type { OutcomeIngestor } from '../outcomes/outcome-ingestor.ts';
import type { Ingestor } from '../pipeline/ingestor.ts';
import { accountFor, type BatchAccount, rejected } from '../pipeline/outcome.ts';
import { UnreadableBodyError } from '../pipeline/read-items.ts';
import { acceptMixed } from '../pipeline/submit.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import type {
  ConnectionReader,
  DeliveryHeaders,
  ReadOutcomes,
  Received,
  WebhookConnector,
} from './connector.ts';
import { SignatureError } from './signature.ts';

export interface ReceiveDeps {
  readonly store: Store;
  readonly encryption: SubjectEncryption;
  readonly ingestor: Ingestor;
  readonly outcomes: OutcomeIngestor;
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
 * delivery, so that a removal or a rotation takes effect at once in every process. Unreadable content is
 * recorded as a rejection, because sending it again would not help.
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
    const taken = { id, reader: await reader(), items: received.items, position, digest, at };
    return takeItems(deps, submitter, taken);
  }
  const account = accountFor([rejected('INVALID', received.problem)]);
  await recordDelivery(store, id, digest, at, countsOf(account, 0));
  return { account, ignored: 0 };
}

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
}

/**
 * Stores the items of a connection, responses and outcomes each in their own way, and counts both with it: the step that webhooks and our
 * own surveys share. What was stored before an error is a duplicate when the vendor sends again.
 * @throws OverloadedError, or the database's error: then nothing is recorded
 */
export async function takeItems(
  { store, ingestor, outcomes }: Pick<ReceiveDeps, 'store' | 'ingestor' | 'outcomes'>,
  submitter: Submitter,
  { id, reader, items, position, digest, at }: TakenItems,
): Promise<Receipt> {
  const named = (index: number) => `${position} item ${index}`;
  const responses = await mapInSlices(items, (item, index) => reader.read(item, named(index)));
  const facts = reader.outcomes ? await mapInSlices(items, outcomesIn(reader.outcomes, named)) : [];
  const answered = await acceptMixed(ingestor, submitter, responses, (index) =>
    reader.sourceOf(items[index]),
  );
  const became = facts.flat();
  const kept = became.length === 0 ? [] : await outcomes.accept(submitter, became);
  const places = facts.flatMap((some, index) => some.map(() => index));
  const account = accountFor([...answered, ...kept], [...answered.keys(), ...places]);
  const ignored = answered.filter((one, index) => one === null && !facts[index]?.length).length;
  await recordDelivery(store, id, digest, at, countsOf(account, ignored));
  return { account, ignored };
}

const outcomesIn = (read: ReadOutcomes, named: (index: number) => string) => (item: unknown, index: number) =>
  read(item, named(index));

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

/** The fields that messages of rejections begin with. */
const FIELD = /^([a-z][A-Za-z]{0,40}): /;

/** The code and the field of the first rejection: its message may quote a respondent, so it is not stored. */
function errorOf({ rejected: listed, rejectedByCode }: BatchAccount): string | null {
  const first = listed.find(({ code }) => code !== 'STALE');
  if (first) {
    const field = FIELD.exec(first.message)?.[1];
    return field === undefined ? first.code : `${first.code}: ${field}`;
  }
  return rejectedByCode.find(({ code }) => code !== 'STALE')?.code ?? null;
}
