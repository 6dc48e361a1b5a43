import { plain, type View } from './cues.ts';
import { callingCodeOf, isInternational, nationalType } from './numbering-plans.ts';
import { CURRENCY_BEFORE, isNumberOfThing, OTHER_CUES, PHONE_CUES, UNIT_PARTS, UNITS } from './phone-cues.ts';
import {
  beginsWithDate,
  type Groups,
  isFrench,
  isGrouped,
  isList,
  isNorthAmerican,
  isQuantity,
} from './phone-shapes.ts';
import { apart, isDigit, isWord, isWordLetter, MOST_DIGITS, type RedactionRules, type Span } from './span.ts';

/**
 * Countries whose national numbers are written without a trunk prefix, or mobile ones as one group of digits.
 */
const WITHOUT_PREFIX = 'US IN CN BR MX ES PT IT PL CZ GR RU CO CL PE TR SA'.split(' ');
/**
 * Of countries with a trunk 0, a number must belong to one of these; expected countries are added by the rules.
 */
const WITH_PREFIX =
  'DE GB FR IT NL BE CH AT SE FI IE AU NZ JP KR CN TW IN PK BD ID MY TH VN PH TR IL AE SA EG ZA NG KE GH MA AR BR RO HR SI SK BG RS UA'.split(
    ' ',
  );
/** Mobile numbers recognised in a bare group of digits, by length. */
const BARE: Readonly<Record<number, readonly string[]>> = { 10: ['US', 'IN'], 11: ['CN', 'BR', 'RU'] };

interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

const GROUP = /\d{1,24}/g;
/**
 * Separators within one number: spaces, brackets and signs; the Japanese long vowel sign is typed for a dash.
 */
const BETWEEN = /^(?: ?[-./\u30fc\u00b7~] ?| {1,2}|\) ?[-/]? ?| ?\(| ?\(0\) ?|--)$/;
const MOST_GROUPS = 12;
const FEWEST_DIGITS = 6;

/** Confidence; the most certain reading from one index wins, then the longest. */
type Rank = 0 | 1 | 2 | 3 | 4;

/** Telephone numbers: international, national in some country, or announced by a word. */
export function findPhones(view: View, rules: RedactionRules): Span[] {
  const { text } = view;
  const groups = [...text.matchAll(GROUP)].map(
    ({ 0: digits, index }): Group => ({ digits, start: index, end: index + digits.length }),
  );
  const spans: Span[] = [];
  for (let first = 0; first < groups.length; ) {
    const best = bestFrom(view, rules, groups, first);
    if (best.span) spans.push(best.span);
    first += best.groups;
  }
  return apart(spans);
}

interface Best {
  readonly span: Span | null;
  /** How many groups have been consumed. */
  readonly groups: number;
}

function bestFrom(view: View, rules: RedactionRules, groups: readonly Group[], first: number): Best {
  const { text } = view;
  const begin = groups[first] as Group;
  const start = startOf(text, begin.start);
  const left = new Left(view, start);
  let [rank, end, count, digits, single]: [Rank, number, number, number, number] = [0, 0, 1, 0, 0];
  let most: Longest | null = null;
  for (let last = first; last < Math.min(groups.length, first + MOST_GROUPS); last++) {
    const group = groups[last] as Group;
    if (last > first && !BETWEEN.test(text.slice(groups[last - 1]?.end, group.start))) break;
    digits += group.digits.length;
    if (group.digits.length === 1) single++;
    // Single digits are a telephone number only if announced.
    if (digits > MOST_DIGITS || (single > 2 && left.cue !== 'phone')) break;
    if (digits < FEWEST_DIGITS || (digits < 8 && text[start] !== '+' && left.cue !== 'phone')) continue;
    most ??= mostOf(rules, left, text.slice(start, begin.start + 1));
    if (digits > most.digits || last - first >= most.groups) break;
    const found = rankOf(view, rules, left, start, groups.slice(first, last + 1));
    if (found > 0 && found >= rank) [rank, end, count] = [found, group.end, last - first + 1];
  }
  if (rank > 0)
    return {
      span: { start: isOpen(text, start, end) ? start + 1 : start, end, kind: 'phone' },
      groups: count,
    };
  return { span: null, groups: datedGroups(text, groups, first) };
}

interface Longest {
  readonly digits: number;
  readonly groups: number;
}

/**
 * The longest possible number that begins so: `rankOf` finds none in longer ones, and hostile text has many
 * digits.
 */
function mostOf({ countries }: RedactionRules, left: Left, begin: string): Longest {
  if (begin.includes('+') || begin.endsWith('0') || left.cue === 'phone')
    return { digits: MOST_DIGITS, groups: MOST_GROUPS };
  if (left.cue === 'other') return { digits: 0, groups: 0 };
  return countries.length > 0 ? { digits: 14, groups: 6 } : { digits: 11, groups: 5 };
}

/** A date is skipped as a whole: no number begins with its month. */
function datedGroups(text: string, groups: readonly Group[], first: number): number {
  const [begin, third] = [groups[first], groups[first + 2]];
  return begin && third && beginsWithDate(text.slice(begin.start, third.end)) ? 3 : 1;
}

/** Back over characters that belong to the first group: "+", "(", "(+". */
function startOf(text: string, start: number): number {
  let at = start;
  if (text[at - 1] === ' ' && text[at - 2] === '+') at--;
  if (text[at - 1] === '(') at--;
  while (text[at - 1] === '+') at--;
  return text[at] === '+' && text[at - 1] === '(' ? at - 1 : at;
}

/** A number begins in the middle of a row of groups only if its form is certain. */
function isMiddle(text: string, start: number, all: string): boolean {
  return text[start - 1] === ' ' && isDigit(text[start - 2]) && !all.startsWith('0');
}

/** Whether a bracket before the number is not closed in it: then it belongs to the sentence. */
function isOpen(text: string, start: number, end: number): boolean {
  if (text[start] !== '(') return false;
  let depth = 0;
  for (let at = start; at < end; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return false;
  }
  return true;
}

/** What stands to the left of a number. */
class Left {
  readonly #view: View;
  readonly #start: number;
  #cue: 'phone' | 'other' | null | undefined;
  constructor(view: View, start: number) {
    this.#view = view;
    this.#start = start;
  }
  /** What the nearest word says about the number. */
  get cue(): 'phone' | 'other' | null {
    if (this.#cue === undefined) this.#cue = this.#read();
    return this.#cue;
  }
  #read(): 'phone' | 'other' | null {
    const phone = this.#view.distance(PHONE_CUES, this.#start);
    const other = this.#view.distance(OTHER_CUES, this.#start);
    if (phone === Number.POSITIVE_INFINITY && phone === other)
      return NUMBER_SIGN.test(this.#view.tail(this.#start, 4)) || this.#isOfThing() ? 'other' : null;
    return phone <= other ? 'phone' : 'other';
  }
  #isOfThing() {
    return isNumberOfThing(this.#view.tail(this.#start, REACH_OF_THING), (word) =>
      PHONE_CUES.words.has(word),
    );
  }
  /** Whether a word for a telephone is adjacent, so that they may be written together. */
  get isCuedClosely(): boolean {
    return this.#view.distance(PHONE_CUES, this.#start) <= 3;
  }
  get isAmount(): boolean {
    return CURRENCY_BEFORE.test(this.#view.tail(this.#start, 8));
  }
}
const REACH_OF_THING = 40;
const NUMBER_SIGN = /(?:#|№|n[°º]) ?$/;

/** How certain it is that these groups are a telephone number; 0: they are not. */
function rankOf(view: View, rules: RedactionRules, left: Left, start: number, run: readonly Group[]): Rank {
  const { text } = view;
  const [begin, last] = [run[0] as Group, run.at(-1) as Group];
  const isPlus = text.slice(start, begin.start).includes('+');
  const written = readGroups(text, start, run);
  if (!isFreeRight(text, last.end, isPlus) || !isFreeLeft(text, start, left, written)) return 0;
  const national = isPlus ? 0 : rankNational(view, rules, left, start, written);
  if (!isPlus && !hasExitCode(written)) return national;
  const international = rankInternational(left, text, written, isPlus, last.end);
  return international > national ? international : national;
}

function readGroups(text: string, start: number, run: readonly Group[]): Groups {
  const digits = run.map((group) => group.digits);
  const separators = run.slice(1).map((group, i) => text.slice(run[i]?.end, group.start));
  return {
    digits,
    separators,
    sizes: digits.map((group) => group.length),
    text: text.slice(start, (run.at(-1) as Group).end),
    all: digits.join(''),
  };
}

/** "0049...", "011 49...": international prefixes. */
function hasExitCode({ digits, all, text }: Groups): boolean {
  if (beginsWithDate(text)) return false;
  return /^00[1-9]/.test(all) || (/^011[2-9]/.test(all) && (digits[0] === '011' || digits.length === 1));
}

/** "+49 (0)30": the trunk prefix that people write beside the calling code. */
function withoutTrunk({ text, all }: Groups): string {
  const trunk = text.indexOf('(0)');
  if (trunk < 0) return all;
  const before = text.slice(0, trunk).replace(/\D/g, '');
  return before + all.slice(before.length + 1);
}

function rankInternational(left: Left, text: string, written: Groups, isPlus: boolean, end: number): Rank {
  const all = withoutTrunk(written);
  const digits = isPlus ? all : all.replace(/^(?:00|011)/, '');
  if (digits.length < 7 || digits.length > 15 || callingCodeOf(digits) === null) return 0;
  const isUnit = isCounted(text, end);
  if (isInternational(digits))
    return (isQuantity(written) && isUnit) || (!isPlus && left.cue === 'other') ? 0 : 4;
  if (digits.length < 8 || isQuantity(written) || isUnit) return 0;
  if (isPlus) return 1;
  return left.cue === 'phone' || (left.cue === null && written.sizes.length > 2 && digits.length > 9) ? 1 : 0;
}

function rankNational(view: View, rules: RedactionRules, left: Left, start: number, written: Groups): Rank {
  const { all, text: own } = written;
  if (all.length > 14 || isCounted(view.text, start + own.length) || beginsWithDate(own)) return 0;
  const { cue } = left;
  if (cue === 'other' || left.isAmount) return 0;
  const home = rules.countries.find((country) => nationalType(country, all) !== null);
  if (cue === 'phone') return rankSaid(written, home !== undefined);
  if (isList(written) || all.length < 8) return 0;
  if (isNorthAmerican(written) || isFrench(written)) return 3;
  if (home !== undefined && isHomeForm(written)) return 3;
  if (isQuantity(written) && (all.length !== 9 || all.endsWith('000') || written.separators[0] === '.'))
    return 0;
  return all.length >= 9 && !isMiddle(view.text, start, all) ? rankAnywhere(written) : 0;
}

/** An announced number is a telephone number, unless it looks like something else. */
function rankSaid(written: Groups, isHome: boolean): Rank {
  const { all, sizes } = written;
  if (all.length < 7 || (isQuantity(written) && !isHome && all.length < 9)) return 0;
  const isSpelt = sizes.length >= 7 && sizes.every((size) => size <= 2);
  if (isList(written) && !isSpelt && !isHome) return 0;
  return isHome || isNorthAmerican(written) || isFrench(written) ? 3 : 2;
}

/** In the expected country: grouped, or long enough to be nothing else. */
function isHomeForm(written: Groups): boolean {
  const { all, sizes } = written;
  if (sizes.length === 1) return all.length >= 9;
  return isGrouped(written) && !(isQuantity(written) && all.endsWith('00'));
}

/** Without any hint of the country. */
function rankAnywhere(written: Groups): Rank {
  const { all, sizes, separators, text } = written;
  const isRow = sizes.length === 1;
  if (!isRow && !isGrouped(written)) return 0;
  const isDotted = separators.some((one) => one.includes('.'));
  if (isDotted && (sizes[0] === 1 || (sizes.length === 2 && (sizes[1] ?? 0) < 3))) return 0;
  if (sizes.every((size) => size <= 2)) return 0;
  if (all.startsWith('0') && !all.startsWith('00')) {
    if (all.length > 13) return 0;
    if (WITH_PREFIX.some((country) => nationalType(country, all) !== null)) return 2;
    return !isRow && all.length <= 12 && !isDotted ? 1 : 0;
  }
  if (isDotted) return 0;
  if (isRow) return isBare(all) ? 2 : 0;
  if (sizes.length > 5 || all.length > 11 || all.startsWith('0')) return 0;
  // Groups of four alone may be amounts or codes.
  if (!text.includes('(') && sizes.every((size) => size === 4)) return 0;
  // Three groups of three may be an amount: only mobile numbers are certain enough.
  const isThrees = sizes.length === 3 && sizes.every((size) => size === 3);
  // "500 000 - 600 000": a range of amounts.
  if (isThrees && separators.includes(' - ') && separators.includes(' ')) return 0;
  return WITHOUT_PREFIX.some((country) => {
    const type = nationalType(country, all);
    return isThrees ? type === 'mobile' : type !== null;
  })
    ? 2
    : 0;
}

/** Whether the number may begin here. */
function isFreeLeft(text: string, start: number, left: Left, written: Groups): boolean {
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
function isFreeRight(text: string, end: number, isPlus: boolean): boolean {
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
function isCounted(text: string, end: number): boolean {
  const after = text.slice(end, end + 18);
  if (UNIT_PARTS.test(after)) return true;
  const word = WORD_AFTER.exec(after)?.[1];
  return word !== undefined && UNITS.has(plain(word));
}

/** Powers of two that occur in prose. */
const LARGEST = new Set(['2147483647', '2147483648', '4294967295', '4294967296']);

/** In North America mobile numbers have the same form as others. */
function isBare(all: string): boolean {
  if (LARGEST.has(all)) return false;
  return (BARE[all.length] ?? []).some((country) => {
    const type = nationalType(country, all);
    return type === 'mobile' || (country === 'US' && type !== null);
  });
}
