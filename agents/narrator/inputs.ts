import type { Fact, Sentence } from './fact.ts';

/** What a recorded narrative is of. */
export type NarrativeOf =
  /** A week, from its Monday to its Sunday in UTC: `2026-11-16`. */
  | { readonly kind: 'WEEK'; readonly from: string; readonly to: string }
  | { readonly kind: 'ALERT'; readonly alert: string };

/** All that a recorded narrative is made of: what it is of, and its facts. JSON. */
export interface Inputs {
  readonly of: NarrativeOf;
  readonly facts: readonly Fact[];
}

/** The text to be kept. */
export interface NarrativeAction {
  readonly title: string;
  /** Each cites facts of the inputs. */
  readonly sentences: readonly Sentence[];
  /** SHA-256 of the facts' canonical JSON. */
  readonly sheetHash: string;
}
