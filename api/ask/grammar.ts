import { composed } from '../../domain/text/composed.ts';
import { type Kind, type KnownDimension, labelOf, type Plan } from './plan.ts';
import { type NamedTime, timeAt } from './times.ts';

/** A question as it was understood, or what of it was not. */
export type Reading =
  | { readonly plan: Plan }
  /** What to ask back: the words are values of several dimensions. */
  | { readonly ambiguous: Ambiguous }
  /** Words that are neither of the grammar nor known values; empty: it is of no kind that has a plan. */
  | { readonly unknown: readonly string[] };

/** Words of a question that are values of several dimensions. */
export interface Ambiguous {
  /** The value of each dimension that it could be of. */
  readonly values: readonly { readonly dimension: KnownDimension; readonly value: string }[];
  /** The question for each of them, which says the dimension. */
  readonly questions: readonly string[];
}

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
  composed(text, 'NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

interface Value {
  readonly dimension: KnownDimension;
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
  const byFirst = valuesByFirst(dimensions, quoted, now);
  const found = {
    segment: {} as Record<string, string[]>,
    named: new Set<string>(),
    times: [] as NamedTime[],
  };
  const rest: string[] = [];
  let ambiguous: Ambiguous | null = null;
  for (let at = 0; at < words.length; ) {
    const value = valueAt({ byFirst, dimensions, words }, at);
    const time = value ? null : timeAt(words, at, now);
    const dimension = value || time ? null : dimensionAt(dimensions, words, at);
    if (value && isOfSeveral(value.of)) ambiguous ??= askedBack(question, value, at);
    else if (value) addValues(found.segment, value.of);
    else if (time) found.times.push(time);
    else if (dimension) found.named.add(dimension.field);
    else rest.push(words[at] ?? '');
    at += value?.words ?? time?.words ?? dimension?.words ?? 1;
  }
  const known = (word: string) => PLAIN.has(word) || KIND_WORDS.some(([, of]) => of.has(word));
  const unknown = rest.filter((word) => !known(word));
  if (unknown.length > 0) return { unknown: [...new Set(unknown)] };
  if (ambiguous) return { ambiguous };
  return planOf(rest, found, dimensions);
}

/** Values by their first word; those that are words of the grammar, times or dimensions count only in quotation marks. */
function valuesByFirst(
  dimensions: readonly KnownDimension[],
  quoted: ReadonlySet<string>,
  now: number,
): Map<string, Value[]> {
  const isOfGrammar = (words: readonly string[]) =>
    words.every((word) => PLAIN.has(word) || KIND_WORDS.some(([, of]) => of.has(word))) ||
    [timeAt(words, 0, now), dimensionAt(dimensions, words, 0)].some((one) => one?.words === words.length);
  const byFirst = new Map<string, Value[]>();
  for (const dimension of dimensions)
    for (const value of dimension.values) {
      const words = wordsOf(value);
      const [first] = words;
      if (first === undefined || (isOfGrammar(words) && !quoted.has(words.join(' ')))) continue;
      const others = byFirst.get(first);
      if (others) others.push({ dimension, value, words });
      else byFirst.set(first, [{ dimension, value, words }]);
    }
  return byFirst;
}

/** Values that are named at a word: several where they are written alike. */
interface Named {
  readonly of: readonly Value[];
  /** How many words name them. */
  readonly words: number;
}

interface Within {
  readonly byFirst: ReadonlyMap<string, readonly Value[]>;
  readonly dimensions: readonly KnownDimension[];
  readonly words: readonly string[];
}

/** The longest value at a word. Of several dimensions it is that of the one beside it: "region North", "North (region)". */
function valueAt({ byFirst, dimensions, words }: Within, at: number): Named | null {
  const here = dimensionAt(dimensions, words, at);
  const fitting = (from: number) => longest(byFirst.get(words[from] ?? '') ?? [], words, from);
  const after = here
    ? fitting(at + here.words).filter(({ dimension }) => dimension.field === here.field)
    : [];
  // A name of a dimension before a value of several says which one is meant.
  if (here && after[0] && isOfSeveral(fitting(at + here.words)))
    return { of: after, words: here.words + after[0].words.length };
  const of = fitting(at);
  const [one] = of;
  if (!one) return null;
  const length = one.words.length;
  const next = isOfSeveral(of) ? dimensionAt(dimensions, words, at + length) : null;
  const own = of.filter(({ dimension }) => dimension.field === next?.field);
  return next && own.length > 0 ? { of: own, words: length + next.words } : { of, words: length };
}

const isOfSeveral = (values: readonly Value[]): boolean =>
  new Set(values.map(({ dimension }) => dimension)).size > 1;

/** Those of the values at a word that have most words. */
function longest(values: readonly Value[], words: readonly string[], at: number): Value[] {
  const fitting = values.filter((value) => value.words.every((word, i) => words[at + i] === word));
  const most = Math.max(0, ...fitting.map((value) => value.words.length));
  return fitting.filter((value) => value.words.length === most);
}

function addValues(segment: Record<string, string[]>, values: readonly Value[]): void {
  for (const { dimension, value } of values)
    segment[dimension.field] = [...new Set([...(segment[dimension.field] ?? []), value])];
}

/** The dimensions that a value could be of, and the question for each, which says it: "the score of region North". */
function askedBack(question: string, { of }: Named, at: number): Ambiguous {
  const values = of.filter((one, i) => of.findIndex(({ dimension }) => dimension === one.dimension) === i);
  let before = 0;
  const piece = [...question.matchAll(/"?[\p{L}\p{N}\p{M}]+/gu)].find(([text]) => {
    before += wordsOf(text).length;
    return before > at;
  });
  const [start, end] = [question.slice(0, piece?.index), question.slice(piece?.index)];
  const questions = values.map(({ dimension }) => `${start}${labelOf(dimension)} ${end}`);
  return { values, questions };
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

/** A question of each kind, for callers whose question is of none. */
export function examplesFor(dimensions: readonly KnownDimension[]): string[] {
  // Values that are asked back are no examples.
  const named = new Map<string, number>();
  for (const { values } of dimensions)
    for (const words of new Set(values.map((value) => wordsOf(value).join(' '))))
      named.set(words, (named.get(words) ?? 0) + 1);
  const clear = dimensions.map((dimension) => ({
    ...dimension,
    values: dimension.values.filter((value) => named.get(wordsOf(value).join(' ')) === 1),
  }));
  const known = clear.find(({ values }) => values.length > 1) ?? clear[0];
  const [one = 'one segment', other = 'another'] = known?.values ?? [];
  const label = known ? labelOf(known) : 'segment';
  return [
    `What is the score of ${one} in the last 30 days?`,
    'What changed in the last month?',
    'Why did the score change?',
    `Compare ${one} and ${other}`,
    `Which themes are mentioned in ${one}?`,
    `Which ${label} is the lowest?`,
  ];
}
