import type { View } from './cues.ts';
import { callingCodeOf, isInternational, nationalType } from './numbering-plans.ts';
import { isCounted, isFreeLeft, isFreeRight } from './phone-edges.ts';
import type { LeftSide } from './phone-left.ts';
import {
  type Groups,
  isFrench,
  isGrouped,
  isList,
  isNorthAmerican,
  isPostcode,
  isQuantity,
} from './phone-shapes.ts';
import { isDigit, type RedactionRules } from './span.ts';

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

/** Confidence; the most certain reading from one index wins, then the longest. */
export type Rank = 0 | 1 | 2 | 3 | 4;

/** A row of digits as it stands in the text. */
export interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/** How certain it is that these groups are a telephone number; 0: they are not. */
export function rankOf(
  view: View,
  rules: RedactionRules,
  left: LeftSide,
  start: number,
  run: readonly Group[],
): Rank {
  const { text } = view;
  const [begin, last] = [run[0] as Group, run.at(-1) as Group];
  const isPlus = text.slice(start, begin.start).includes('+');
  const written = readGroups(text, start, run);
  if (!isFreeRight(text, last.end, isPlus) || !isFreeLeft(text, start, left, written)) return 0;
  const national = isPlus ? 0 : rankNational(view, rules, left, start, written);
  if (!isPlus && !hasExitCode(left, written)) return national;
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
function hasExitCode(left: LeftSide, written: Groups): boolean {
  const { digits, all } = written;
  if (!all.startsWith('0') || left.beginsWithDate(written)) return false;
  return /^00[1-9]/.test(all) || (/^011[2-9]/.test(all) && (digits[0] === '011' || digits.length === 1));
}

/** "+49 (0)30": the trunk prefix that people write beside the calling code. */
function withoutTrunk({ text, all }: Groups): string {
  const trunk = text.indexOf('(0)');
  if (trunk < 0) return all;
  const before = text.slice(0, trunk).replace(/\D/g, '');
  return before + all.slice(before.length + 1);
}

function rankInternational(
  left: LeftSide,
  text: string,
  written: Groups,
  isPlus: boolean,
  end: number,
): Rank {
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

function rankNational(
  view: View,
  rules: RedactionRules,
  left: LeftSide,
  start: number,
  written: Groups,
): Rank {
  const { all, text: own } = written;
  const { cue } = left;
  if (all.length > 14 || cue === 'other' || left.isAmount || left.beginsWithDate(written)) return 0;
  if (isCounted(view.text, start + own.length)) return 0;
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
  if (isDotted || isPostcode(written)) return 0;
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

/** A number begins in the middle of a row of groups only if its form is certain. */
function isMiddle(text: string, start: number, all: string): boolean {
  return text[start - 1] === ' ' && isDigit(text[start - 2]) && !all.startsWith('0');
}

/** Powers of two that occur in prose. */
const LARGEST = new Set(['2147483647', '2147483648', '4294967295', '4294967296']);

/** "2026112707": a date and an hour. */
const DATE_AND_HOUR = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])$/;

/** In North America mobile numbers have the same form as others. */
function isBare(all: string): boolean {
  if (LARGEST.has(all) || DATE_AND_HOUR.test(all)) return false;
  return (BARE[all.length] ?? []).some((country) => {
    const type = nationalType(country, all);
    return type === 'mobile' || (country === 'US' && type !== null);
  });
}
