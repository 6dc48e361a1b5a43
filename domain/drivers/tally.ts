import {
  type ClassValues,
  type Confusion,
  combinedEstimate,
  correctedValues,
  type Estimate,
  SURVEYED_VALUES,
} from '../models/quantification.ts';
import { ROCKS } from '../nps/interval.ts';
import { add, type Counts, total, ZERO } from '../nps/nps.ts';

/** Answers that each are divided equally among that many groups: 1 for whole answers, 2 for those of two groups, ... */
export interface Portion {
  readonly among: number;
  readonly surveyed: Counts;
  readonly inferred: Counts;
  /** Which of the versions that read under the model's name inferred them; absent: the first. */
  readonly part?: number;
}

/** The answers of one group in one window. */
export type Tally = readonly Portion[];

/** All answers of a window, and how each of them counts. */
export interface WindowTally {
  readonly all: Tally;
  /** The known errors of the versions that inferred some of the classes, by part. */
  readonly confusions: readonly Confusion[];
}

const CLASSES = ['promoters', 'passives', 'detractors'] as const;

/** Whole answers; the inferred ones by part. */
export const wholeTally = (surveyed: Counts, ...inferred: readonly Counts[]): Tally => [
  { among: 1, surveyed, inferred: inferred[0] ?? ZERO },
  ...inferred.slice(1).map((counts, i) => ({ among: 1, surveyed: ZERO, inferred: counts, part: i + 1 })),
];

/** How many answers, a divided one as its part. */
export function weightOf(tally: Tally): number {
  return tally.reduce(
    (sum, { among, surveyed, inferred }) => sum + (total(surveyed) + total(inferred)) / among,
    0,
  );
}

/** How many answers, a divided one as one. */
export function answersOf(tally: Tally): number {
  return tally.reduce((sum, { surveyed, inferred }) => sum + total(surveyed) + total(inferred), 0);
}

/** The counts of both kinds, the inferred ones by part, a divided answer as one. */
export function wholeCounts(tally: Tally, parts: number): { surveyed: Counts; inferred: Counts[] } {
  const inferred = Array.from({ length: parts }, () => ZERO);
  for (const { part = 0, inferred: counts } of tally) inferred[part] = add(inferred[part] ?? ZERO, counts);
  return { surveyed: tally.reduce<Counts>((sum, { surveyed }) => add(sum, surveyed), ZERO), inferred };
}

/** Two disjoint sets of answers together. */
export const joined = (...tallies: readonly Tally[]): Tally => tallies.flat();

/** What the inferred answers add, by part. */
export type InferredValues = readonly ClassValues[];

/** Calls `take` with each class of each portion: how many answers, what each adds, and among how many groups it is divided. */
export function eachClass(
  tally: Tally,
  inferredValues: InferredValues,
  take: (count: number, value: number, among: number) => void,
): void {
  for (const { among, surveyed, inferred, part = 0 } of tally) {
    const values = inferredValues[part] ?? SURVEYED_VALUES;
    for (const name of CLASSES) {
      if (surveyed[name] !== 0) take(surveyed[name], SURVEYED_VALUES[name], among);
      if (inferred[name] !== 0) take(inferred[name], values[name], among);
    }
  }
}

/** The sum over the answers of what each adds, a divided one by its part. */
export function sumOf(tally: Tally, inferredValues: InferredValues): number {
  let sum = 0;
  eachClass(tally, inferredValues, (count, value, among) => {
    sum += (count * value) / among;
  });
  return sum;
}

/** What the inferred answers of a window add, by predicted class: those of each part corrected for its own errors. */
export function inferredValuesOf({ all, confusions }: WindowTally): InferredValues {
  return wholeCounts(all, confusions.length).inferred.map((counts, part) =>
    total(counts) === 0 ? SURVEYED_VALUES : correctedValues(counts, confusions[part] ?? []),
  );
}

/**
 * A group's score (in proportions) for its interval. Surveyed answers: the adjusted (Rocks) estimate, in which a divided answer of
 * weight w adds w² to the variance, as to that of a weighted mean. With inferred ones: the score as the values give it, with the
 * variance of the corrected estimate of so many answers.
 */
export function estimateOf(tally: Tally, values: InferredValues, confusions: readonly Confusion[]): Estimate {
  const inferred = confusions.map((confusion, part) => ({
    counts: weighted(
      tally.filter((portion) => (portion.part ?? 0) === part),
      'inferred',
    ),
    confusion,
  }));
  if (inferred.some(({ counts }) => total(counts) > 0)) {
    const estimate = combinedEstimate(weighted(tally, 'surveyed'), inferred);
    return { theta: sumOf(tally, values) / weightOf(tally), variance: estimate?.variance ?? 0 };
  }
  const [p, n, d] = ROCKS;
  const adjusted = joined(tally, wholeTally({ promoters: p, passives: n, detractors: d }, ZERO));
  const weight = weightOf(adjusted);
  const theta = sumOf(adjusted, values) / weight;
  let squares = 0;
  eachClass(adjusted, values, (count, value, among) => {
    squares += count * ((value - theta) / among) ** 2;
  });
  return { theta, variance: squares / weight ** 2 };
}

/** Counts of one kind, a divided answer by its part. */
function weighted(tally: Tally, kind: 'surveyed' | 'inferred'): Counts {
  return tally.reduce<Counts>((sum, portion) => {
    const of = portion[kind];
    const { among } = portion;
    return add(sum, {
      promoters: of.promoters / among,
      passives: of.passives / among,
      detractors: of.detractors / among,
    });
  }, ZERO);
}
