import type { RejectionCode } from '../pipeline/outcome.ts';

/**
 * What the contract test (contract.test.ts) and the end-to-end test of connections need to know of a vendor. Each vendor has a file
 * vendors/NAME.fixtures.ts that exports `fixtures`; its signatures are computed apart from the connector's code.
 */
export interface VendorFixtures {
  /** The page that says how to set it up. */
  readonly docs: string;
  readonly mapping: unknown;
  readonly secret: string;
  readonly otherSecret: string;
  /** Secrets that the vendor would not have made. */
  readonly badSecrets: readonly string[];
  readonly badMappings: readonly unknown[];
  /**
   * The headers of a delivery as the vendor signs it.
   * @param at epoch milliseconds
   * @param url where it is posted
   */
  sign(raw: Buffer, secret: string, at: number, id: string, url: string): Record<string, string>;
  /** The body with its signature, where that is a part of it. */
  seal?(body: Buffer, secret: string): Buffer;
  /** Hosts of a vendor that is asked. */
  readonly vendorHosts?: readonly string[];
  /** Whether the scheme has a timestamp, and so a replay window. */
  readonly hasTimestamp: boolean;
  /** Where a delivery has its id. In the body: the bodies of `deliveries` have ids of their own. */
  readonly deliveryId: 'header' | 'body' | 'none';
  /** What the vendor does not sign: its headers beside the signature; the body, where it only sends a secret along. */
  readonly unsignedHeaders?: readonly string[];
  readonly signsBody?: false;
  /** Deliveries in the order in which the vendor sends them, and what becomes of their items when they are stored. */
  readonly deliveries: readonly FixtureDelivery[];
  /** Why the deliveries do not show a stage: what the vendor does instead. */
  readonly without?: { readonly [stage in Stage]?: string };
  /** A delivery whose one item lacks a field that it needs. */
  readonly missing: {
    readonly body: string;
    readonly answer?: FixtureAnswer;
    readonly code: RejectionCode;
    readonly field: string;
  };
  /** A delivery with fields that the connector does not know. */
  readonly extra: {
    readonly body: string;
    readonly answer?: FixtureAnswer;
    readonly outcome: 'accepted' | 'rejected';
  };
  /** The body that is answered with a challenge, where the vendor has a handshake. */
  readonly handshake?: { readonly body: string; readonly challenge: string };
}

/** What may become of an answer: the contract test asks for a delivery of each, or why there is none. */
export const STAGES = ['partial', 'finished', 'edited', 'deleted'] as const;
export type Stage = (typeof STAGES)[number];

/** What the vendor answers when it is asked for what a delivery announces. */
export interface FixtureAnswer {
  readonly path: string;
  readonly body: object;
}

export interface FixtureDelivery {
  readonly what: string;
  /** Of a delivery that announces something. */
  readonly answer?: FixtureAnswer;
  readonly stage?: Stage;
  /** Seconds after the first delivery, where the time of delivery matters; less than the replay window. */
  readonly after?: number;
  readonly body: string;
  readonly accepted: number;
  readonly duplicates?: number;
  readonly rejected?: number;
  readonly ignored?: number;
  /** Older than what is stored: rejected in the answer, a duplicate in the connection's counts. */
  readonly stale?: number;
  /**
   * What the items say, as responses and as outcomes: the fields of their drafts that matter; null of an item that is left out; the field of
   * a rejection.
   */
  readonly drafts: readonly (Readonly<Record<string, unknown>> | { readonly refused: string } | null)[];
}
