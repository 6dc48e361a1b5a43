/** What a fact is about. */
export const FACT_KINDS = ['ALERT', 'SCORE', 'CHANGE', 'DRIVER', 'THEME', 'QUOTE', 'EVENT'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/**
 * One thing that may be said. A sentence that cites it may write its numbers, rounded as they stand here, its names and its dates, and
 * nothing else that is one.
 */
export interface Fact {
  /** Its id within the sheet: f1, f2, ... */
  readonly id: string;
  readonly kind: FactKind;
  /** Ids that `trace` and `node` take. */
  readonly cites: readonly string[];
  /** Values of dimensions and themes that it is about; of an alert its title, of a change event its kind. */
  readonly names: readonly string[];
  /** By what they are: score points, shares in percent, and counts. Rounded as they are written. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Dates and lengths of time, as they are written. */
  readonly times: readonly string[];
  /** Of a change: which way its interval says that it went; null where it says neither, and for other facts. */
  readonly direction: 'UP' | 'DOWN' | null;
  /** Of a quote: a part of a comment as the reader may read it. */
  readonly quote: string | null;
}

/** Everything that a narrative may say, read under one scope. */
export interface FactSheet {
  readonly facts: readonly Fact[];
}

/** A sentence and the facts that it rests on. */
export interface Sentence {
  readonly text: string;
  /** Ids of facts of the sheet. */
  readonly facts: readonly string[];
}

/** One decimal, as score points and shares are written; the sign of zero is lost. */
export const rounded = (value: number): number => Math.round(value * 10) / 10 + 0;
