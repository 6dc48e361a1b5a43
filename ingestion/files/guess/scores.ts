import { applyScale, SCALES, type ScaleRule } from '../../../domain/nps/scale.ts';
import { quoted } from '../../../domain/text/text.ts';
import { readWritten, WAYS_OF_WRITING, type WayOfWriting } from '../../../domain/text/written-number.ts';
import { count } from './numbers.ts';
import type { Profile } from './profile.ts';
import { COUNT_WORDS, RECOMMEND_WORDS, SCORE_WORDS, says } from './words.ts';

/** How the answers of a column seem to be given. */
export interface ScoreGuess {
  /** As the map has it: the name of a scale, or one written out. */
  readonly scale: string | ScaleRule;
  readonly written: readonly WayOfWriting[] | null;
  /** The share of the answers that the scale reads. */
  readonly share: number;
  readonly reason: string;
  /** Other scales that read the answers too. */
  readonly others: readonly { readonly scale: string | ScaleRule; readonly text: string }[];
  /** Whether the scale does not follow from the values alone. */
  readonly isOpen: boolean;
}

const PERCENT: ScaleRule = {
  kind: 'range',
  name: '0-100',
  minimum: 0,
  maximum: 100,
  passiveFrom: 70,
  promoterFrom: 90,
  pointsAsGiven: false,
};
/** The classes themselves, as some exports have instead of the number. */
const CLASSES: ScaleRule = {
  kind: 'labels',
  name: 'classes',
  labels: {
    promoter: { class: 'promoter', points: 1000, score: 10 },
    passive: { class: 'passive', points: 750, score: 7 },
    neutral: { class: 'passive', points: 750, score: 7 },
    detractor: { class: 'detractor', points: 0, score: 0 },
    promoters: { class: 'promoter', points: 1000, score: 10 },
    passives: { class: 'passive', points: 750, score: 7 },
    detractors: { class: 'detractor', points: 0, score: 0 },
  },
};
const RANGES = ['1-5', '1-7', '0-10', '1-10'] as const;
const ENOUGH = 0.8;
/** Where the heading says a score, odd values are mistakes. */
const ENOUGH_SAID = 0.5;
/** Answers from which on the greatest one tells the scale. */
const MANY = 20;

/** How the answers of the column are read, or null where they are none. */
export function guessScore(profile: Profile): ScoreGuess | null {
  const { counts, filled, rows } = profile;
  if (!counts || filled === 0) return null;
  if (profile.meanLength > 60) return null;
  return guessLabels(counts, filled, rows) ?? guessNumbers(profile, counts);
}

function guessLabels(counts: ReadonlyMap<string, number>, filled: number, rows: number): ScoreGuess | null {
  for (const [scale, rule, text] of [
    ['recommend', SCALES['recommend'] as ScaleRule, 'yes or no'],
    [CLASSES, CLASSES, 'promoter, passive or detractor'],
  ] as const) {
    const read = sum(counts, (value) => !/^\d$/.test(value) && applyScale(rule, value) !== null);
    if (read < ENOUGH * filled) continue;
    const reason = `${text} in ${count(read)} of ${count(rows)} rows`;
    return { scale, written: null, share: read / filled, reason, others: [], isOpen: false };
  }
  return null;
}

function sum(counts: ReadonlyMap<string, number>, holds: (value: string) => boolean): number {
  let total = 0;
  for (const [value, count] of counts) if (holds(value)) total += count;
  return total;
}

function guessNumbers(
  { texts, rows, filled }: Profile,
  counts: ReadonlyMap<string, number>,
): ScoreGuess | null {
  const percent = sum(counts, (value) => /^\d{1,3}\s?%$/.test(value));
  const ways = percent >= ENOUGH * filled ? ['label after' as const] : waysOf(counts);
  const numbers = new Map<number, number>();
  for (const [value, times] of counts) {
    const read = readWritten(ways, value);
    if (read !== null) numbers.set(Number(read), (numbers.get(Number(read)) ?? 0) + times);
  }
  const total = [...numbers.values()].reduce((all, times) => all + times, 0);
  const isRecommend = says(texts, RECOMMEND_WORDS) > 0;
  const isSaid = isRecommend || says(texts, SCORE_WORDS) > 0;
  const enough = isSaid ? ENOUGH_SAID : ENOUGH;
  // A comment may end with a number.
  const isLabelled = ways.some((way) => way.startsWith('label'));
  if (isLabelled && !isSaid && filled < 3 * counts.size) return null;
  if (total < enough * filled) return null;
  const within = (from: number, to: number) =>
    [...numbers].reduce((all, [value, times]) => (value >= from && value <= to ? all + times : all), 0);
  const written = ways.length > 0 ? ways : null;
  if (
    percent >= ENOUGH * filled ||
    (within(0, 10) < ENOUGH * total && isSaid && within(0, 100) >= ENOUGH * filled)
  )
    return {
      scale: PERCENT,
      written,
      share: within(0, 100) / filled,
      reason: `0 to 100 in ${count(within(0, 100))} of ${count(rows)} rows`,
      others: [],
      isOpen: percent < ENOUGH * filled,
    };
  // Counts and flags are small numbers too.
  if (!isSaid && (within(5, 10) === 0 || numbers.size < 3 || says(texts, COUNT_WORDS) > 0)) return null;
  const [scale, ...others] = rangesOf(within, isRecommend);
  if (scale === undefined || within(...boundsOf(scale)) < enough * filled) return null;
  const example = written
    ? `, written like ${quoted([...counts.keys()].find((value) => !/^\d+$/.test(value)) ?? '')}`
    : '';
  return {
    scale,
    written,
    share: within(...boundsOf(scale)) / filled,
    reason: `${scale.replace('-', ' to ')} in ${count(within(...boundsOf(scale)))} of ${count(rows)} rows${example}`,
    others: others.map((one) => ({ scale: one, text: `${one.replace('-', ' to ')} fits too` })),
    isOpen:
      !isRecommend &&
      total < 5 * MANY &&
      within(0, 0) === 0 &&
      [scale, ...others].some((one) => !one.endsWith('-10')),
  };
}

const boundsOf = (scale: string): [number, number] => scale.split('-').map(Number) as [number, number];

/** Wrong answers among many do not make another scale. */
const FEW = 0.03;

/** The scales that the numbers fit, the likeliest first: 0 to 10 for a question of recommendation, else by the greatest number. */
function rangesOf(within: (from: number, to: number) => number, isRecommend: boolean): string[] {
  const most = within(0, 10);
  const reaches = (value: number) => within(value, 10) > FEW * most;
  const hasZero = within(0, 0) > 0;
  // Without a zero among many answers the scale begins with 1.
  const ten = !hasZero && !isRecommend && within(1, 1) >= MANY ? '1-10' : '0-10';
  const chosen = isRecommend || hasZero || reaches(8) || most < MANY ? ten : reaches(6) ? '1-7' : '1-5';
  const fits = RANGES.filter((scale) => within(...boundsOf(scale)) >= (1 - FEW) * most);
  return [chosen, ...fits.filter((scale) => scale !== chosen)];
}

/** The ways of writing that the numbers need beyond plain ones. */
function waysOf(counts: ReadonlyMap<string, number>): WayOfWriting[] {
  const values = [...counts.keys()];
  const reads = (ways: readonly WayOfWriting[]) =>
    values.filter((value) => readWritten(ways, value) !== null).length;
  const all = reads(WAYS_OF_WRITING);
  if (reads([]) === all) return [];
  return WAYS_OF_WRITING.filter((way) => reads(WAYS_OF_WRITING.filter((one) => one !== way)) < all);
}
