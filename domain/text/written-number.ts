import { composed } from './composed.ts';

/** How people and survey tools write the whole number of an answer, besides "9" and "9.0". */
export const WAYS_OF_WRITING = ['decimal comma', 'label after', 'label before', 'any digits'] as const;
export type WayOfWriting = (typeof WAYS_OF_WRITING)[number];

/** Characters of an answer: a longer text is a comment. */
const LONGEST = 200;
const SIGNS = /[\u2010-\u2015\u2212]/g;
/** A number, and then a label without a digit: "10 - certainly", "0 (never)", "9: yes", "90%". */
const LABEL_AFTER = /^(-?\d{1,4}(?:[.,]0{1,6})?)[\s\-:;=.,()/%]\D*$/;
/** A label without a digit, and then a number: "certainly - 10", "never (0)". */
const LABEL_BEFORE = /^(\D*[\s:;=(])(-?\d{1,4}(?:[.,]0{1,6})?)\)?$/;
/** What stands before the length of a scale ("n/10", "out of 10", "von 10") or a bound ("> 10"), which are no answers. */
const NO_ANSWER = new Set(['of', 'von', 'sur', 'sobre', 'de', 'di', 'su', 'van', 'av', 'af', 'из']);
const NO_ANSWER_SIGNS = new Set(['/', '\u2044', '\u2215', '\uff0f', '<', '>', '\u2264', '\u2265']);

/** Whether it says what a number after it is the answer of. Without a label "- 10" and "(10)" may be negative. */
function isLabel(text: string): boolean {
  const words = text.split(/[\s(]/).filter((word) => word.replaceAll('-', '') !== '');
  const last = words.at(-1)?.toLowerCase() ?? '';
  return last !== '' && !NO_ANSWER.has(last) && !NO_ANSWER_SIGNS.has(last.slice(-1));
}

/** The number in the form that scales read, or null when the text is not a number in one of these forms. */
export function readWritten(ways: readonly WayOfWriting[], given: string): string | null {
  if (given.length > LONGEST) return null;
  let text = ways.includes('any digits') ? asciiDigits(given) : given;
  text = text.trim().replace(SIGNS, '-');
  const after = ways.includes('label after') ? LABEL_AFTER.exec(text) : null;
  const before = ways.includes('label before') ? LABEL_BEFORE.exec(text) : null;
  const isLabelled = before !== null && isLabel(before[1] ?? '');
  const number = after?.[1] ?? (isLabelled ? before[2] : undefined) ?? text;
  const isComma = ways.includes('decimal comma') && /^-?\d{1,4},0{1,6}$/.test(number);
  const plain = isComma ? number.replace(',', '.') : number;
  return /^-?\d{1,4}(\.0{1,6})?$/.test(plain) ? plain : null;
}

/** Digits of every script as ASCII: each script has ten consecutive ones, from zero on. */
function asciiDigits(text: string): string {
  return composed(text, 'NFKC').replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) as number;
    if (code < 0x80) return digit;
    let zero = code;
    while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((code - zero) % 10);
  });
}
