import type { Counts } from '../nps/nps.ts';
import type { Step } from './run-length.ts';

/** The probabilities of the three classes; they add up to 1. */
export interface Shares {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

export const CLASSES = ['promoters', 'passives', 'detractors'] as const;
/** No class is taken as rarer, so that one answer of it is never proof. */
const LEAST_SHARE = 0.01;

/** Shares as near as possible to these with none below the least. */
export function sharesOf(promoters: number, detractors: number): Shares {
  const raised = [promoters, 1 - promoters - detractors, detractors].map((share) =>
    Math.max(LEAST_SHARE, share),
  ) as [number, number, number];
  const sum = raised[0] + raised[1] + raised[2];
  return { promoters: raised[0] / sum, passives: raised[1] / sum, detractors: raised[2] / sum };
}

/** Promoters minus detractors, in proportions. */
export const scoreOf = ({ promoters, detractors }: Shares): number => promoters - detractors;

/** Variance of one answer counted as 1, 0 or -1. */
export const varianceOf = (shares: Shares): number =>
  shares.promoters + shares.detractors - scoreOf(shares) ** 2;

/** The shares after the score moved by that many points: half of it from promoters, half to detractors, or the reverse. */
export function movedBy(shares: Shares, points: number): Shares {
  const half = points / 200;
  const { promoters, detractors } = shares;
  const most = half < 0 ? promoters - LEAST_SHARE : detractors - LEAST_SHARE;
  const moved = Math.sign(half) * Math.max(0, Math.min(Math.abs(half), most));
  return sharesOf(promoters + moved, detractors - moved);
}

/** The shares after the share of detractors grew by that many points, at the cost of both other classes. */
export function moreDetractors({ promoters, detractors }: Shares, points: number): Shares {
  const after = Math.min(1 - 2 * LEAST_SHARE, detractors + points / 100);
  return sharesOf((promoters * (1 - after)) / (1 - detractors), after);
}

/** What one answer of each class adds to the log likelihood ratio of `after` against `before`. */
export function logRatios(before: Shares, after: Shares): Shares {
  const of = (name: (typeof CLASSES)[number]) => Math.log(after[name] / before[name]);
  return { promoters: of('promoters'), passives: of('passives'), detractors: of('detractors') };
}

/** Log likelihood ratio of these answers. Source: Page, Biometrika 41 (1954); Hawkins and Olwell, "Cumulative Sum Charts" (1998). */
export function logLikelihoodRatio(counts: Counts, before: Shares, after: Shares): number {
  return CLASSES.reduce(
    (sum, name) => (counts[name] === 0 ? sum : sum + counts[name] * Math.log(after[name] / before[name])),
    0,
  );
}

/** The steps of a chart that adds `values` by class, where answers have these shares. */
export const stepsOf = (shares: Shares, values: Shares): Step[] =>
  CLASSES.map((name) => ({ probability: shares[name], value: values[name] }));
