import type { Cues } from '../cues.ts';

/** One form of an identifier. */
export interface IdRule {
  /** Its pattern; bounded, with word boundaries at both ends. */
  readonly pattern: RegExp;
  /** Checks the characters without separators. */
  readonly isValid?: (compact: string) => boolean;
  /** If the form is not specific enough: a word required before it. */
  readonly cue?: Cues;
  /** If other numbers may have that form: words that exclude it. */
  readonly isLoose?: boolean;
  /** How many digits one has at least; absent: `FEWEST_DIGITS` with a cue, and six without one. */
  readonly digits?: number;
}

/** The identifiers of a country. */
export type CountryPack = readonly IdRule[];

export const NINE = /(?<![\w.,-])\d{3}[ .-]?\d{3}[ .-]?\d{3}(?![\w-]|[.,]\d)/g;
export const TEN = /(?<![\w.,-])(?:\d[ ./-]?){9}\d(?![\w-]|[.,]\d)/g;
export const ELEVEN = /(?<![\w.,-])(?:\d[ ./-]?){10}\d(?![\w-]|[.,]\d)/g;
export const TWELVE = /(?<![\w.,-])(?:\d[ -]?){11}\d(?![\w-]|[.,]\d)/g;
export const THIRTEEN = /(?<![\w.,-])(?:\d[ -]?){12}\d(?![\w-]|[.,]\d)/g;
