/** The kind of a removed part; it stands in the text as "[kind]". */
export const KINDS = [
  'email',
  'phone',
  'card',
  'iban',
  'ip',
  'mac',
  'id',
  'account',
  'secret',
  'address',
] as const;
export type Kind = (typeof KINDS)[number];

/** Digits of the longest telephone number, with a calling code, the prefix before it and a trunk 0. */
export const MOST_DIGITS = 18;

/** A part of a normal form to remove. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: Kind;
}

/** By what is looked for. */
export interface RedactionRules {
  /**
   * Countries that responses come from (ISO 3166-1), the likeliest first: their national forms need no other
   * hint.
   */
  readonly countries: readonly string[];
  /** Country packs of national identifiers to look for. */
  readonly packs: ReadonlySet<string>;
}

/** In order, without those that overlap an earlier one. */
export function apart(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end))
    if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  return kept;
}

export const isDigit = (character: string | undefined) =>
  character !== undefined && character >= '0' && character <= '9';

/** Letters of scripts with spaces between words: a number ends at such a letter. */
const SPACED_LETTER = /[A-Za-z\u00c0-\u024f\u0370-\u052f]/;
export const isWordLetter = (character: string | undefined) =>
  character !== undefined && SPACED_LETTER.test(character);

/** A letter of such a script, a digit or "_". */
export const isWord = (character: string | undefined) =>
  character !== undefined && (isDigit(character) || character === '_' || SPACED_LETTER.test(character));
