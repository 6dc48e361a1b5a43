import { plain } from './cues.ts';
import { UNIT_PARTS, UNITS } from './phone-cues.ts';
import type { LeftSide } from './phone-left.ts';
import { type Groups, isFrench, isNorthAmerican } from './phone-shapes.ts';
import { isDigit, isWord, isWordLetter } from './span.ts';

/* Where a telephone number may begin and end in a text. */

/** Whether the number may begin here. */
export function isFreeLeft(text: string, start: number, left: LeftSide, written: Groups): boolean {
  const last = text[start - 1];
  if (last === undefined || last === ' ' || last === '\n' || last === '\t') return true;
  const former = text[start - 2];
  if (isWordLetter(last)) return left.isCuedClosely || isGluedWord(text, start, -1, written);
  if (last === '.' || last === ',' || last === ':')
    return !isDigit(former) || (last === ',' && written.all.length > 9);
  if (last === '-' || last === '=' || last === '#' || last === '_')
    return left.isCuedClosely || !isWord(former);
  if (last === '/') return left.isCuedClosely || former === '\ue000' || former === ' ';
  if (last === '&' || last === '%' || last === '@' || last === '\\' || last === '*')
    return left.isCuedClosely;
  return !isDigit(last) && last !== '+' && !left.isAmount;
}

/** Whether the number may end here. */
export function isFreeRight(text: string, end: number, isPlus: boolean): boolean {
  const next = text[end];
  if (next === undefined || next === ' ' || next === '\n') return true;
  const further = text[end + 1];
  if (isDigit(next)) return false;
  if (next === '.' || next === ',') return !isDigit(further) || (next === ',' && isPlus);
  if (next === ':') return !isDigit(further);
  if (next === '-' || next === '_' || next === '@' || next === '%' || next === '=')
    return !isWord(further) && next !== '%';
  if (isWordLetter(next)) return /^x ?\d/i.test(text.slice(end, end + 3)) || isLongWord(text, end, 1);
  return true;
}

/** "anrufen0171..." and "0171...danke": words, not letters of an identifier. */
function isGluedWord(text: string, place: number, step: 1 | -1, written: Groups): boolean {
  const isSure =
    isNorthAmerican(written) ||
    isFrench(written) ||
    (written.all.startsWith('0') && written.all.length >= 10) ||
    written.text.startsWith('+');
  return isSure && isLongWord(text, place, step);
}

/** Three letters or more, the last ones of a word in lower case. */
function isLongWord(text: string, place: number, step: 1 | -1): boolean {
  let length = 0;
  for (let at = step === 1 ? place : place - 1; length < 24 && isWordLetter(text[at]); at += step) {
    const letter = text[at] as string;
    if (letter !== letter.toLowerCase() && (step === 1 ? length > 0 : isWordLetter(text[at - 1])))
      return false;
    length++;
  }
  return length >= 3;
}

const WORD_AFTER = /^ ?([\p{L}]{1,16})/u;

/** Whether a unit or a currency follows. */
export function isCounted(text: string, end: number): boolean {
  if (isDigit(text[end] === ' ' ? text[end + 1] : text[end])) return false;
  const after = text.slice(end, end + 18);
  if (UNIT_PARTS.test(after)) return true;
  const word = WORD_AFTER.exec(after)?.[1];
  return word !== undefined && UNITS.has(plain(word));
}
