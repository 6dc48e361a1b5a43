import type { Fact } from './fact.ts';

/** Where the name of a fact stands in a text. */
export interface Mention {
  readonly name: string;
  readonly at: number;
}

/** Whether it is a letter or a digit. */
export const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** Digits with separators, decimals and a sign. */
const NUMBER = /[+\-−–]?\d+(?:[,.]\d+)*/gu;
const PERCENT = /^[\s-]{0,2}(?:%|per ?cent\b)/iu;
const COUNTED = new Set(
  'answer answers response responses respondent respondents replies people customers participants'.split(' '),
);
/** Words between a number and what it counts: "1,204 new answers". */
const MOST_BETWEEN = 2;
/** Between the two ends of an interval; a dash before the second is read as its sign. */
const TO = /\bto\b|\bthrough\b|[–—-]|^$/iu;
const BETWEEN = /^(?:points?|%)? ?(?:to|and|through|[,;–—-]|\.\.\.?|…)?$/iu;

/** Numbers that a text marks as what they are: by "%", by "answers", or as one of two ends. All others stand by themselves. */
const SHARES = ['level', 'share'];
const COUNTS = ['responses'];
const ENDS = ['low', 'high'];
const MARKED = new Set([...SHARES, ...COUNTS, ...ENDS]);
/** Sizes of movements may be written without their sign, as in "fell by 8"; scores may not. */
const MOVES = new Set(['difference', 'contribution', 'mix', 'rate']);

interface Written {
  readonly value: number;
  readonly at: number;
  readonly end: number;
  /** The facts whose number it may be: of the last name before it, if there is one. */
  readonly facts: readonly Fact[];
}

/**
 * Whether a text without its names and dates writes a number that none of the facts has, or one of them as what it is not: an end of the
 * interval or the level as the score, the number of answers as a share, a score without its sign.
 */
export function writesOtherNumbers(
  text: string,
  facts: readonly Fact[],
  mentions: readonly Mention[],
): boolean {
  const written = [...text.matchAll(NUMBER)].map(({ 0: digits, index }): Written => {
    const last = mentions.findLast(({ at }) => at < index);
    return {
      value: numberOf(digits, text[index - 1]),
      at: index,
      end: index + digits.length,
      facts: last ? facts.filter(({ names }) => names.includes(last.name)) : facts,
    };
  });
  const ends = new Set<Written>();
  for (const [i, first] of written.entries()) {
    const second = written[i + 1];
    const between = text.slice(first.end, second?.at);
    if (!second || !BETWEEN.test(withSingleSpaces(between))) continue;
    if (mentions.some(({ at }) => at >= first.end && at < second.at)) continue;
    if (TO.test(between) && first.facts.some((fact) => isReversed(fact, first.value, second.value)))
      return true;
    if (first.facts.some((fact) => isInterval(fact, first.value, second.value))) ends.add(first).add(second);
  }
  return written.some((one) => !ends.has(one) && !isFounded(one, text.slice(one.end)));
}

/** Thousands are separated by commas; a sign after a digit or letter is the one of a range: "3-13". */
function numberOf(written: string, before: string | undefined): number {
  const size = Number(written.replace(/^[+\-−–]/u, '').replaceAll(',', ''));
  return /^[-−–]/u.test(written) && !isWordCharacter(before) ? -size : size;
}

/** Whether these are the ends of the fact's interval, the lower first; of a fall also as sizes: "by 8 (3 to 13)". */
function isInterval({ numbers: { low, high } }: Fact, first: number, second: number): boolean {
  if (low === undefined || high === undefined) return false;
  return (first === low && second === high) || (high <= 0 && first === -high && second === -low);
}

/** Whether it goes from the score to the one before. */
const isReversed = ({ numbers: { before, score } }: Fact, first: number, second: number): boolean =>
  first === score && second === before && before !== score;

/** How many words stand between the number and what it counts; -1 where it counts nothing. */
function wordsToCounted(after: string): number {
  if (!/^\s/u.test(after)) return -1;
  const words = after.trimStart().split(/\s+/u, MOST_BETWEEN + 1);
  for (const [between, word] of words.entries()) {
    const letters = /^\p{L}*/u.exec(word)?.[0] ?? '';
    if (COUNTED.has(letters.toLowerCase()) && !isWordCharacter(word[letters.length])) return between;
    if (letters !== word) break;
  }
  return -1;
}

const withSingleSpaces = (text: string) => text.trim().split(/\s+/u).join(' ');

/** Whether a fact has the number as what the words after it say it is. */
function isFounded({ value, facts }: Written, after: string): boolean {
  const between = wordsToCounted(after);
  // "12.3 over all answers" is no count, so a number with words between only may be one.
  const isCount = between > 0;
  const isOf = (key: string): boolean => {
    if (PERCENT.test(after)) return SHARES.includes(key);
    if (between === 0) return COUNTS.includes(key);
    return !MARKED.has(key) || (isCount && COUNTS.includes(key));
  };
  return facts.some(({ numbers }) =>
    Object.entries(numbers).some(
      ([key, number]) =>
        isOf(key) && (number === value || (MOVES.has(key) && value > 0 && -number === value)),
    ),
  );
}
