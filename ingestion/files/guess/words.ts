import { fold } from '../dates/fold.ts';
import { CHINESE, JAPANESE, KOREAN } from './headings/east-asian.ts';
import { ENGLISH } from './headings/english.ts';
import { DANISH, DUTCH, GERMAN, SWEDISH } from './headings/germanic.ts';
import type { HeadingWords } from './headings/heading-words.ts';
import { FINNISH, POLISH, RUSSIAN, TURKISH } from './headings/other-european.ts';
import { FRENCH, ITALIAN, PORTUGUESE, SPANISH } from './headings/romance.ts';

/* What headings say, in the languages of survey tools: the words of each stand in headings/. */

/** The heading as folded words between spaces: "ResponseId" as " response id ". */
export function wordsOf(heading: string): string {
  const split = heading.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  return ` ${fold(split)
    .replace(/[^\p{L}\p{N}#]+/gu, ' ')
    .trim()} `;
}

/** How clearly the texts of a heading say one of the phrases: 3 one of them is it, 2 has it, 0 none has it. */
export const says = (texts: readonly string[], phrases: readonly string[]): 0 | 2 | 3 =>
  texts.reduce<0 | 2 | 3>((most, text) => {
    const one = saysOne(text, phrases);
    return one > most ? one : most;
  }, 0);

/** In scripts without spaces a part is enough. */
function saysOne(heading: string, phrases: readonly string[]): 0 | 2 | 3 {
  const words = wordsOf(heading);
  let found: 0 | 2 = 0;
  for (const phrase of phrases) {
    if (words === ` ${phrase} `) return 3;
    if (words.includes(/^\P{ASCII}+$/u.test(phrase) ? phrase : ` ${phrase} `)) found = 2;
  }
  return found;
}

const LANGUAGES: readonly HeadingWords[] = [
  ENGLISH,
  GERMAN,
  DUTCH,
  SWEDISH,
  DANISH,
  FRENCH,
  SPANISH,
  PORTUGUESE,
  ITALIAN,
  POLISH,
  RUSSIAN,
  TURKISH,
  FINNISH,
  JAPANESE,
  CHINESE,
  KOREAN,
];
const wordsFor = (meaning: Exclude<keyof HeadingWords, 'dimensions'>): readonly string[] =>
  LANGUAGES.flatMap((words) => words[meaning] ?? []);

export const ID_WORDS = wordsFor('id');
export const STRONG_ID_WORDS = wordsFor('strongId');
export const ANSWERED_WORDS = wordsFor('answered');
export const DATE_WORDS = wordsFor('date');
/** Dates of something else. */
export const OTHER_DATE_WORDS = wordsFor('otherDate');
export const REVISION_WORDS = wordsFor('revision');
export const RECOMMEND_WORDS = wordsFor('recommend');
export const SCORE_WORDS = wordsFor('score');
/** Small numbers that are no answers. */
export const COUNT_WORDS = wordsFor('count');
export const COMMENT_WORDS = wordsFor('comment');
export const RESPONDENT_WORDS = wordsFor('respondent');
/** By field of the default dimensions; another dimension is found by its own name. */
export const DIMENSION_WORDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.keys(ENGLISH.dimensions ?? {}).map((field) => [
    field,
    LANGUAGES.flatMap(({ dimensions }) => dimensions?.[field] ?? []),
  ]),
);
