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
   */
  sign(raw: Buffer, secret: string, at: number, id: string): Record<string, string>;
  /** Whether the scheme has a timestamp, and so a replay window; and whether deliveries have ids. */
  readonly hasTimestamp: boolean;
  readonly hasDeliveryId: boolean;
  /** Deliveries in the order in which the vendor sends them, and what becomes of their items when they are stored. */
  readonly deliveries: readonly FixtureDelivery[];
  /** A delivery whose one item lacks a field that it needs. */
  readonly missing: { readonly body: string; readonly code: RejectionCode; readonly field: string };
  /** A delivery with fields that the connector does not know. */
  readonly extra: { readonly body: string; readonly outcome: 'accepted' | 'rejected' };
  /** The body that is answered with a challenge, where the vendor has a handshake. */
  readonly handshake?: { readonly body: string; readonly challenge: string };
}

export interface FixtureDelivery {
  readonly what: string;
  readonly body: string;
  readonly accepted: number;
  readonly duplicates?: number;
  readonly rejected?: number;
  readonly ignored?: number;
  /** What the items say: the fields of their drafts that matter; null of an item that is left out. */
  readonly drafts: readonly (Readonly<Record<string, unknown>> | null)[];
}
