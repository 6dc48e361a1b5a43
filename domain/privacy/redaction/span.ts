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
  // By a model (domain/privacy/names.ts), not by a pattern.
  'name',
] as const;
export type Kind = (typeof KINDS)[number];

/** Digits of the longest telephone number, with a calling code, the prefix before it and a trunk 0. */
export const MOST_DIGITS = 18;

/** Groups of digits that are looked at in one step: few milliseconds. */
export const GROUPS_OF_STEP = 1_000;

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

/** Letters of scripts with spaces between words (Latin, Greek, Cyrillic): a number ends at such a letter. */
export function isWordLetter(character: string | undefined): boolean {
  if (character === undefined) return false;
  const code = character.charCodeAt(0);
  if (code < 0x80) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  return (code >= 0xc0 && code <= 0x24f) || (code >= 0x370 && code <= 0x52f);
}

/** A letter of such a script, a digit or "_". */
export const isWord = (character: string | undefined) =>
  isDigit(character) || character === '_' || isWordLetter(character);
