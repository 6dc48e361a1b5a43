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
}

/** The answers of one group in one window. */
export type Tally = readonly Portion[];

/** All answers of a window, and how each of them counts. */
export interface WindowTally {
  readonly all: Tally;
  /** The known errors of the model that inferred some of the classes. */
  readonly confusion: Confusion;
}

const CLASSES = ['promoters', 'passives', 'detractors'] as const;

/** Whole answers. */
export const wholeTally = (surveyed: Counts, inferred: Counts): Tally => [{ among: 1, surveyed, inferred }];

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

/** The counts of both kinds, a divided answer as one. */
export function wholeCounts(tally: Tally): { surveyed: Counts; inferred: Counts } {
  return {
    surveyed: tally.reduce<Counts>((sum, { surveyed }) => add(sum, surveyed), ZERO),
    inferred: tally.reduce<Counts>((sum, { inferred }) => add(sum, inferred), ZERO),
  };
}

/** Two disjoint sets of answers together. */
export const joined = (...tallies: readonly Tally[]): Tally => tallies.flat();

/** Calls `take` with each class of each portion: how many answers, what each adds, and among how many groups it is divided. */
export function eachClass(
  tally: Tally,
  inferredValues: ClassValues,
  take: (count: number, value: number, among: number) => void,
): void {
  for (const { among, surveyed, inferred } of tally)
    for (const name of CLASSES) {
      if (surveyed[name] !== 0) take(surveyed[name], SURVEYED_VALUES[name], among);
      if (inferred[name] !== 0) take(inferred[name], inferredValues[name], among);
    }
}

/** The sum over the answers of what each adds, a divided one by its part. */
export function sumOf(tally: Tally, inferredValues: ClassValues): number {
  let sum = 0;
  eachClass(tally, inferredValues, (count, value, among) => {
    sum += (count * value) / among;
  });
  return sum;
}

/** What the inferred answers of a window add, by predicted class. */
export function inferredValuesOf({ all, confusion }: WindowTally): ClassValues {
  const { inferred } = wholeCounts(all);
  return total(inferred) === 0 ? SURVEYED_VALUES : correctedValues(inferred, confusion);
}

/**
 * A group's score (in proportions) for its interval. Surveyed answers: the adjusted (Rocks) estimate, in which a divided answer of
 * weight w adds w² to the variance, as to that of a weighted mean. With inferred ones: the score as the values give it, with the
 * variance of the corrected estimate of so many answers.
 */
export function estimateOf(tally: Tally, values: ClassValues, confusion: Confusion): Estimate {
  const inferred = weighted(tally, 'inferred');
  if (total(inferred) > 0) {
    const estimate = combinedEstimate(weighted(tally, 'surveyed'), inferred, confusion);
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
