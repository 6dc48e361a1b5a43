/*
 * What `subject` returns: portable JSON, which people take away as a file. Only what the page shows is described here.
 */

export interface HeldAnswer {
  readonly id: string;
  readonly answeredAt: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly survey: string;
  readonly score: number | null;
  readonly class: string | null;
  readonly comment: string | null;
  readonly restricted: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly events: readonly unknown[];
  readonly predictions: readonly unknown[];
  readonly reviews: readonly unknown[];
}

export interface Held {
  readonly pseudonym: string | null;
  readonly restricted: boolean;
  readonly legalHold: boolean;
  readonly responses: readonly HeldAnswer[];
  readonly otherEvents: readonly unknown[];
  readonly trainingSets: readonly string[];
}

/** A person as found: what was searched for, and what is held; null: nothing. */
export interface Found {
  readonly respondent: string;
  readonly held: Held | null;
}
