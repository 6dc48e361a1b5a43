import type { Kind, KnownDimension, Plan } from './plan.ts';
import { type NamedTime, timeAt } from './times.ts';

/** A question as it was understood, or what of it was not. */
export type Reading =
  | { readonly plan: Plan }
  /** Words that are neither of the grammar nor known values; empty: it is of no kind that has a plan. */
  | { readonly unknown: readonly string[] };

const list = (words: string) => new Set(words.split(' '));

/** In this order: the first kind that one of the words belongs to. */
const KIND_WORDS: readonly (readonly [Kind, ReadonlySet<string>])[] = [
  ['WHY', list('why reason reasons driver drivers explain explains contribute contributes contributed')],
  ['COMPARE', list('compare compared comparison versus vs')],
  [
    'THEMES',
    list('theme themes topic topics talk talking complain complaints praise mention mentions mentioned'),
  ],
  ['RANKING', list('lowest worst weakest bottom highest best strongest top rank ranking')],
  [
    'CHANGE',
    list(
      'change changed changes changing rise rose risen fall fell fallen drop dropped move moved trend up down difference different happened new',
    ),
  ],
  ['SCORE', list('score scores nps promoter satisfaction')],
];
const HIGHEST = list('highest best strongest top');
/** Words that carry nothing more. */
const PLAIN = list(
  'a about all an and are as at answers been by customers did do does doing for from had has have how i in into is it its like me most much net of on or our ' +
    'out over people points s say saying segment segments show some tell than that the their them there they this to was we were what whats when where which who with you ' +
    'between against give please now current currently overall',
);
const MOST_WORDS = 80;

/** The words as compared: without case, accents and anything but letters and digits. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

interface Value {
  readonly field: string;
  readonly value: string;
  readonly words: readonly string[];
}

/**
 * Reads a question by a fixed grammar: words of a kind, times, dimensions, and values that the caller may know. A word that is none of
 * these makes it unreadable, so that no question is answered by leaving out a part of it. Pure.
 * @param now epoch milliseconds
 */
export function readQuestion(question: string, dimensions: readonly KnownDimension[], now: number): Reading {
  const words = wordsOf(question);
  if (words.length > MOST_WORDS) return { unknown: [] };
  const quoted = new Set(
    [...question.matchAll(/"([^"]{1,200})"/g)].map(([, text = '']) => wordsOf(text).join(' ')),
  );
  const byFirst = valuesByFirst(dimensions, quoted);
  const found = {
    segment: {} as Record<string, string[]>,
    named: new Set<string>(),
    times: [] as NamedTime[],
  };
  const rest: string[] = [];
  for (let at = 0; at < words.length; ) {
    const value = longest(byFirst.get(words[at] ?? '') ?? [], words, at);
    const time = value ? null : timeAt(words, at, now);
    const dimension = value || time ? null : dimensionAt(dimensions, words, at);
    if (value) {
      const values = found.segment[value.field] ?? [];
      if (!values.includes(value.value)) found.segment[value.field] = [...values, value.value];
    } else if (time) found.times.push(time);
    else if (dimension) found.named.add(dimension.field);
    else rest.push(words[at] ?? '');
    at += value?.words.length ?? time?.words ?? dimension?.words ?? 1;
  }
  const known = (word: string) => PLAIN.has(word) || KIND_WORDS.some(([, of]) => of.has(word));
  const unknown = rest.filter((word) => !known(word));
  if (unknown.length > 0) return { unknown: [...new Set(unknown)] };
  return planOf(rest, found, dimensions);
}

/** Values by their first word; those of words of the grammar count only in quotation marks. */
function valuesByFirst(
  dimensions: readonly KnownDimension[],
  quoted: ReadonlySet<string>,
): Map<string, Value[]> {
  const byFirst = new Map<string, Value[]>();
  for (const { field, values } of dimensions)
    for (const value of values) {
      const words = wordsOf(value);
      const [first] = words;
      const isOfGrammar = words.every((word) => PLAIN.has(word) || KIND_WORDS.some(([, of]) => of.has(word)));
      if (first === undefined || (isOfGrammar && !quoted.has(words.join(' ')))) continue;
      const others = byFirst.get(first);
      if (others) others.push({ field, value, words });
      else byFirst.set(first, [{ field, value, words }]);
    }
  return byFirst;
}

function longest(values: readonly Value[], words: readonly string[], at: number): Value | null {
  const fitting = values.filter((value) => value.words.every((word, i) => words[at + i] === word));
  return fitting.sort((a, b) => b.words.length - a.words.length)[0] ?? null;
}

/** "product line", "product lines", "regions". */
function dimensionAt(dimensions: readonly KnownDimension[], words: readonly string[], at: number) {
  for (const { field, attribute } of dimensions) {
    const label = attribute.split('_');
    const isHere = label.every((word, i) => {
      const given = words[at + i];
      return given === word || (i === label.length - 1 && given === `${word}s`);
    });
    if (isHere) return { field, words: label.length };
  }
  return null;
}

function planOf(
  rest: readonly string[],
  {
    segment,
    named,
    times,
  }: { segment: Record<string, string[]>; named: ReadonlySet<string>; times: NamedTime[] },
  dimensions: readonly KnownDimension[],
): Reading {
  const kinds = KIND_WORDS.filter(([, words]) => rest.some((word) => words.has(word))).map(([kind]) => kind);
  const several = Object.keys(segment).find((field) => (segment[field]?.length ?? 0) > 1);
  const [divides] = named;
  let [kind] = kinds;
  // A value alone is a question for its score.
  if (kind === undefined && Object.keys(segment).length > 0) kind = 'SCORE';
  if (kind === undefined || times.length > 1) return { unknown: [] };
  let groupBy: string | null = null;
  if (kind === 'COMPARE') groupBy = several ?? divides ?? null;
  else if (kind === 'RANKING')
    groupBy = divides ?? dimensions.find(({ field }) => segment[field] === undefined)?.field ?? null;
  else if (kind === 'SCORE' && divides !== undefined) {
    kind = 'COMPARE';
    groupBy = divides;
  } else if (kind === 'CHANGE' && divides !== undefined) kind = 'WHY';
  if ((kind === 'COMPARE' || kind === 'RANKING') && groupBy === null) return { unknown: [] };
  const [time] = times;
  const direction = rest.some((word) => HIGHEST.has(word)) ? 'DESC' : 'ASC';
  return {
    plan: {
      ...{ kind, segment, groupBy, direction },
      window: time?.window ?? 'P30D',
      asOf: time?.asOf == null ? null : new Date(time.asOf).toISOString(),
    },
  };
}
