import { composed } from '../../../domain/text/composed.ts';

/** Characters of a date in a file: a longer text is not one. */
export const LONGEST_DATE = 128;

/** Direction marks, which some systems write into dates. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Accents of Latin, Greek and Cyrillic letters; in other scripts marks are letters. */
const ACCENTS = /[\u0300-\u036f]/g;
const NOT_ASCII = /\P{ASCII}/u;
const DIGIT = /\p{Nd}/gu;

/**
 * The text in comparable form: lower case, without accents, the digits of any script as 0 to 9, and every run
 * of space as one space.
 */
export function fold(text: string): string {
  const plain = NOT_ASCII.test(text) ? withoutVariants(text) : text.toLowerCase();
  return plain.replace(/\s+/g, ' ').trim();
}

function withoutVariants(text: string): string {
  return composed(text, 'NFKD')
    .replace(DIRECTION, '')
    .toLowerCase()
    .replace(ACCENTS, '')
    .replaceAll('ı', 'i')
    .replace(DIGIT, digitValue);
}

/** Digits are in runs from 0 to 9. */
function digitValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
