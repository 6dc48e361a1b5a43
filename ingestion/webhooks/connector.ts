import type { Dimension } from '../../domain/segments/dimensions.ts';
import { InvalidMapError } from '../files/map/map-mistakes.ts';
import type { IdentityDraft } from '../identities/read-identity.ts';
import type { OutcomeDraft } from '../outcomes/outcome-draft.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import type { ItemReader } from '../pipeline/response-items.ts';

/** The headers of a request, by their names in lower case. */
export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The secrets that a vendor's deliveries are signed with. */
export interface SecretRules {
  /** A new secret, for vendors that take one; `connection` is the id of the connection that it is for. */
  make(random: (bytes: number) => Buffer, connection: string): string;
  /** What is wrong with a secret, without repeating it; null if nothing is. */
  problemOf(secret: string): string | null;
}

/** What a vendor announces and does not send: it is fetched with the vendor's key (agents/fetching/). */
export interface Notice {
  /** The vendor's ids of what is to be fetched, of the connector's own names. */
  readonly ids: Readonly<Record<string, string>>;
}

/**
 * The content of a signed delivery: items, and notices of what is to be fetched, or a challenge that the vendor expects in the answer.
 */
export type Received =
  | { readonly items: readonly unknown[]; readonly notices?: readonly Notice[] }
  | { readonly challenge: string };

/** Asks the vendor: the JSON object that it answers the path with. It throws whatever ends the attempt. */
export type Ask = (path: string) => Promise<Readonly<Record<string, unknown>>>;

/** How a connector fetches what its vendor announces. */
export interface FetchRules {
  /** What the key is, as `the API token of a user`. */
  readonly key: string;
  /** The hosts of the vendor's interface, for messages, the one that most use (null: each customer has another), and whether it is one. */
  readonly hosts: string;
  readonly usualHost: string | null;
  isHost(host: string): boolean;
  /** Requests a minute that the vendor allows. */
  readonly rate: number;
  /** The headers of a request. */
  headers(key: string): Readonly<Record<string, string>>;
  /**
   * The items of what was announced.
   * @throws UnreadableBodyError
   */
  items(notice: Notice, ask: Ask): Promise<readonly unknown[]>;
}

/** What an item says of a business: outcomes and rejections; none, if it says nothing of the kind. Never throws. */
export type ReadOutcomes = (item: unknown, position: string) => readonly (OutcomeDraft | Outcome)[];

/**
 * Reads the items of one connection by its mapping: each as a response, as outcomes, or both. An item that is not for this connection or
 * has no answer yet is left out.
 */
export interface ConnectionReader extends ItemReader {
  /** The topic of Kafka that the items come from, where they do. */
  readonly topic?: string;
  /** The only source of the items; null if each item names its own. */
  readonly source: string | null;
  /** Absent where the connection brings responses only. */
  readonly outcomes?: ReadOutcomes;
  /** The merge that an item states; null: none. Absent unless the mapping permits the connection to merge. Never throws. */
  readonly identities?: (item: unknown) => IdentityDraft | Outcome | null;
}

/** The connection waits for its mapping. */
export class NotMappedError extends InvalidMapError {
  constructor() {
    super('mapping: the connection has none yet; what it delivers waits in the quarantine');
  }
}

/** What every connection has: a vendor's webhook, or a survey of our own (ingestion/surveys/). */
export interface Connector {
  /** Part of the path that the vendor posts to, and of the lineage of every response. */
  readonly name: string;
  /** Where answers arrive, if not at the path of webhooks. */
  readonly path?: string;
  readonly secret: SecretRules;
  /** Of vendors that announce what they do not send. */
  readonly fetch?: FetchRules;
  /** An item in the form that the paths of a mapping read; absent: as it arrives. */
  readonly view?: (item: unknown) => unknown;
  /**
   * The reader for a connection's mapping.
   * @throws InvalidMapError
   */
  reader(mapping: unknown, dimensions: readonly Dimension[]): ConnectionReader;
}

/**
 * How one vendor delivers responses and outcomes: docs/guides/add-a-connector.md. Everything here is a function of its arguments; the route, the
 * storage, the limits and the pipeline are the same for every vendor (receive.ts, api/http/webhooks.ts).
 */
export interface WebhookConnector extends Connector {
  /**
   * Checks that the bytes are signed with the secret, in constant time, and that the timestamp is within the
   * replay window, if the scheme has one.
   * @param now epoch milliseconds
   * @param url where it was posted, as the vendor knows the address
   * @throws SignatureError
   */
  verify(raw: Buffer, headers: DeliveryHeaders, secret: string, now: number, url: string): void;
  /**
   * The items of a delivery whose signature is valid. A delivery without responses and outcomes has no items.
   * @param now epoch milliseconds
   * @throws UnreadableBodyError
   */
  receive(raw: Buffer, headers: DeliveryHeaders, now: number): Received | Promise<Received>;
  /** The vendor's id of the delivery, the same when it is sent again; null without one. */
  deliveryId(headers: DeliveryHeaders, raw: Buffer): string | null;
  /** The answer to a delivery that was taken, where the vendor acts on it; else it is what became of the items. */
  readonly answer?: { readonly type: string; readonly body: string };
}
