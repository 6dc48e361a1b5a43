import type { Steps } from '../../text/slices.ts';
import type { View } from './cues.ts';
import { LeftSide } from './phone-left.ts';
import { type Group, type Rank, rankOf } from './phone-ranks.ts';
import { beginsWithDate } from './phone-shapes.ts';
import { apart, GROUPS_OF_STEP, MOST_DIGITS, type RedactionRules, type Span } from './span.ts';

const GROUP = /\d{1,24}/g;
/**
 * Separators within one number: spaces, brackets and signs; the Japanese long vowel sign is typed for a dash.
 */
const BETWEEN = /^(?: ?[-./\u30fc\u00b7~] ?| {1,2}|\) ?[-/]? ?| ?\(| ?\(0\) ?|--)$/;
const MOST_GROUPS = 12;
const FEWEST_DIGITS = 6;

/** Telephone numbers: international, national in some country, or announced by a word. */
export function* findPhones(view: View, rules: RedactionRules): Steps<Span[]> {
  const { text } = view;
  if (view.digits < FEWEST_DIGITS) return [];
  const groups = [...text.matchAll(GROUP)].map(
    ({ 0: digits, index }): Group => ({ digits, start: index, end: index + digits.length }),
  );
  const spans: Span[] = [];
  let next = GROUPS_OF_STEP;
  for (let first = 0; first < groups.length; ) {
    if (first >= next) {
      next = first + GROUPS_OF_STEP;
      yield;
    }
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
  const left = new LeftSide(view, start);
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
function mostOf({ countries }: RedactionRules, left: LeftSide, begin: string): Longest {
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
