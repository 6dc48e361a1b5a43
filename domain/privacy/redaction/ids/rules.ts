import type { Cues } from '../cues.ts';

/** One form of an identifier. */
export interface IdRule {
  /** How it is written; bounded, with the marks of a whole word at both ends. */
  readonly pattern: RegExp;
  /** Of what is left without separators. */
  readonly isValid?: (compact: string) => boolean;
  /** Where the form alone does not say what it is: a word that must stand before it. */
  readonly cue?: Cues;
  /** Where other numbers may have that form: not after a word for one of those. */
  readonly isLoose?: boolean;
}

/** What a country's identifiers look like. */
export type CountryPack = readonly IdRule[];

export const NINE = /(?<![\w.,-])\d{3}[ .-]?\d{3}[ .-]?\d{3}(?![\w-]|[.,]\d)/g;
export const TEN = /(?<![\w.,-])(?:\d[ ./-]?){9}\d(?![\w-]|[.,]\d)/g;
export const ELEVEN = /(?<![\w.,-])(?:\d[ ./-]?){10}\d(?![\w-]|[.,]\d)/g;
export const TWELVE = /(?<![\w.,-])(?:\d[ -]?){11}\d(?![\w-]|[.,]\d)/g;
export const THIRTEEN = /(?<![\w.,-])(?:\d[ -]?){12}\d(?![\w-]|[.,]\d)/g;
