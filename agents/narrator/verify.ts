import type { Fact, FactSheet, Sentence } from './fact.ts';
import { isWordCharacter, type Mention, writesOtherNumbers } from './numbers.ts';

/** Why a sentence is not shown. */
export const REFUSALS = [
  'NO_FACT',
  'UNKNOWN_FACT',
  'NUMBER',
  'NAME',
  'DIRECTION',
  'QUOTE',
  'CAUSE',
  'TOO_LONG',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface Verified {
  readonly kept: readonly Sentence[];
  readonly refused: readonly { readonly sentence: Sentence; readonly why: Refusal }[];
}

/** Longer than any sentence that a reader takes in. */
const MOST_CHARACTERS = 400;
const QUOTED = /[“"«„]([^“”"«»„]*)[”"»“]/gu;
/** Numbers in words: no fact is written so, and a word is as wrong as a digit. */
const NUMBER_WORD =
  /\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|dozens?|half|halves|halved|thirds?|quarters?|doubled?|twice|tripled?|triple|thrice|zero|none of)\b/iu;
/** Differences of scores are associations: nothing here knows a cause. */
const CAUSE =
  /\b(?:because|caused?|causes|causing|due to|owing to|led to|leads to|thanks to|resulted?|results in|therefore|hence)\b/iu;
const UP =
  /\b(?:rose|rises?|rising|risen|grew|grows?|growing|grown|gain(?:s|ed)?|improv(?:e|es|ed|ing|ement)|climb(?:s|ed|ing)?|increas(?:e|es|ed|ing)|up(?! to\b)|better|recover(?:s|ed|y)?)\b/iu;
const DOWN =
  /\b(?:fell|falls?|falling|fallen|dropp?(?:s|ed|ing)?|declin(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|los[et]s?|lost|worsen(?:s|ed|ing)?|down|worse|slid|slips?|slipped|plunged?|sank|shrank)\b/iu;
/** Where a theme puts the whole score. */
const ABOVE = /\b(?:above|higher)\b/iu;
const BELOW = /\b(?:below|lower)\b/iu;
/** Words that negate a direction: "no clear change". */
const NEITHER = /\b(?:no clear|neither|not|never|no|unchanged|stable|flat)\b|n[’']t\b/iu;
/** Addresses, links, markup and characters that show nothing or turn the text around: no fact has them. */
const ADDRESS = /:\/\/|\]\(|[<>`]|[\w-]\.[a-z]{2}|[\p{Cc}\p{Cf}]/iu;

/** What a sentence that has neither a name, a date nor a quote of its facts says of them, if it says anything. */
const SAYS = [/\d/u, UP, DOWN, NEITHER];

/** Capitals that are no names. Another capital word is a name that the sheet does not have. */
const NO_NAMES = new Set(
  (
    'a about across after against all also although among an and another answers around as at before behind below between both but by ' +
    'compared comparing customers despite during each every few following for four from given half here however in it its looking meanwhile ' +
    'more most much nearly neither no none nor not nps now of on one only or other others our out over overall people points respondents ' +
    'score scores segment segments share since so some someone still such taken than that the their them themes then there these they this ' +
    'those though throughout to together two under until utc we what when where which while who with within without'
  ).split(' '),
);
const CAPITAL = /\p{Lu}[\p{L}\p{N}]{0,99}/gu;

/**
 * Keeps the sentences that say what their facts say. A sentence is refused if it cites nothing, or something that is not in the sheet;
 * if it writes a number, a name or a direction that none of its facts has, or a number as what it is not (numbers.ts); if it quotes words that
 * are in none of its quotes; if it states a cause; or if nothing in it is of a fact. Pure: the same sheet and sentences give the same verdict.
 * @param others names of segments and themes that the sheet need not have: a sentence may not name them
 */
export function verify(
  sheet: FactSheet,
  sentences: readonly Sentence[],
  others: readonly string[] = [],
): Verified {
  const known = new Map(sheet.facts.map((fact) => [fact.id, fact]));
  const text = sentences.map((one) => one.text.toLowerCase()).join('\n');
  const said = others.filter((name) => text.includes(name.toLowerCase()));
  const all = new Set([...sheet.facts.flatMap((fact) => fact.names), ...said]);
  const names = [...all].sort((a, b) => b.length - a.length);
  const kept: Sentence[] = [];
  const refused: { sentence: Sentence; why: Refusal }[] = [];
  for (const sentence of sentences) {
    const why = whyRefused(sentence, known, names);
    if (why) refused.push({ sentence, why });
    else kept.push(sentence);
  }
  return { kept, refused };
}

function whyRefused(
  { text, facts: ids }: Sentence,
  known: ReadonlyMap<string, Fact>,
  names: readonly string[],
): Refusal | null {
  if (text.length > MOST_CHARACTERS) return 'TOO_LONG';
  if (ids.length === 0) return 'NO_FACT';
  const facts = ids.map((id) => known.get(id));
  if (!facts.every((fact) => fact !== undefined)) return 'UNKNOWN_FACT';
  for (const [, words = ''] of text.matchAll(QUOTED))
    if (!facts.some(({ quote }) => quote?.includes(words) && words.trim() !== '')) return 'QUOTE';
  // A quote's own words are the customer's.
  const said = text.replaceAll(QUOTED, ' ');
  if (/["“”«»„]/u.test(said)) return 'QUOTE';
  const { bare, mentions } = withoutNames(said, names);
  if (mentions.some(({ name }) => !facts.some((fact) => fact.names.includes(name)))) return 'NAME';
  const timeless = withoutTimes(bare, facts);
  if (ADDRESS.test(timeless)) return 'NAME';
  if (CAUSE.test(timeless)) return 'CAUSE';
  if (NUMBER_WORD.test(timeless) || writesOtherNumbers(timeless, facts, mentions)) return 'NUMBER';
  if (saysOtherDirection(timeless, facts)) return 'DIRECTION';
  if (namesOther(timeless)) return 'NAME';
  return timeless === text && !SAYS.some((of) => of.test(text)) ? 'NO_FACT' : null;
}

/** Whether a word with a capital is left once the names of the sheet are blanked. */
function namesOther(text: string): boolean {
  for (const { 0: word, index } of text.matchAll(CAPITAL))
    if (!isWordCharacter(text[index - 1]) && !NO_NAMES.has(word.toLowerCase())) return true;
  return false;
}

/** The text with every name of the sheet blanked, and where they stood; the longest names first. */
function withoutNames(text: string, names: readonly string[]): { bare: string; mentions: Mention[] } {
  let bare = text;
  const mentions: Mention[] = [];
  for (const name of names) {
    if (name === '') continue;
    const wanted = sameLength(name);
    const indexFrom = (from: number) => sameLength(bare).indexOf(wanted, from);
    for (let at = indexFrom(0); at >= 0; at = indexFrom(at + name.length)) {
      if (!isWhole(bare, at, name.length)) continue;
      mentions.push({ name, at });
      bare = bare.slice(0, at) + ' '.repeat(name.length) + bare.slice(at + name.length);
    }
  }
  return { bare, mentions: mentions.sort((a, b) => a.at - b.at) };
}

/** In lower case, unless that changes the places of its letters. */
function sameLength(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

const isWhole = (text: string, at: number, length: number) =>
  !isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + length]);

function withoutTimes(text: string, facts: readonly Fact[]): string {
  const times = facts.flatMap((fact) => fact.times).sort((a, b) => b.length - a.length);
  return times.reduce((rest, time) => rest.replaceAll(time, (found) => ' '.repeat(found.length)), text);
}

/**
 * Whether it says "fell" where no fact fell, or "rose" where none rose; that a theme is above what it is below; or that there was no change
 * where there was one.
 */
function saysOtherDirection(text: string, facts: readonly Fact[]): boolean {
  if (NEITHER.test(text)) return !facts.some(isUndecided);
  const moved = facts.filter(({ kind }) => kind === 'CHANGE' || kind === 'DRIVER');
  const placed = facts.flatMap(placeOf);
  const directions = moved.length > 0 ? moved.map(({ direction }) => direction) : placed;
  const places = [...directions, ...placed];
  return (
    (UP.test(text) && !directions.includes('UP')) ||
    (DOWN.test(text) && !directions.includes('DOWN')) ||
    (ABOVE.test(text) && !places.includes('UP')) ||
    (BELOW.test(text) && !places.includes('DOWN'))
  );
}

/** A change whose interval says neither, and a score without answers. */
const isUndecided = ({ kind, direction, numbers }: Fact): boolean =>
  kind === 'SCORE'
    ? numbers['score'] === undefined
    : (kind === 'CHANGE' || kind === 'DRIVER') && direction === null;

/** On which sides of the whole score without it a theme is. */
function placeOf({ kind, numbers: { contribution = 0 } }: Fact): readonly ('UP' | 'DOWN')[] {
  if (kind !== 'THEME') return [];
  return [...(contribution >= 0 ? (['UP'] as const) : []), ...(contribution <= 0 ? (['DOWN'] as const) : [])];
}
