import type { OutcomeKind } from '../../domain/outcomes/outcome-kinds.ts';
import type { Revision } from '../../domain/responses/newer.ts';

/** An arriving outcome as its reader made it of an item or a row, not yet normalised. */
export interface OutcomeDraft {
  readonly externalId: string;
  readonly source: string;
  readonly kind: OutcomeKind;
  readonly at: Date;
  /** Decides which of two deliveries of the outcome is newer. */
  readonly revision: Revision | null;
  /** Identifiers; only their pseudonyms are stored. */
  readonly respondent: string | null;
  readonly account: string | null;
  /** In the currency's main unit, as written. */
  readonly amount: string | number | null;
  readonly currency: string | null;
  readonly quantity: number | null;
  readonly name: string | null;
  readonly owner: string | null;
  /** A staff member; only the pseudonym is stored. */
  readonly agent: string | null;
  /** By dimension field; absent or blank becomes `unknown`. */
  readonly dimensions: Readonly<Record<string, string | null | undefined>>;
  /** The item's place in its source. */
  readonly position: string;
  /** The import that it belongs to, and is undone with; absent: none. */
  readonly importId?: number;
  /** The original item. */
  readonly raw: string;
}
