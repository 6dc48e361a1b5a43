import { normalQuantile } from './normal.ts';

/** Counts of one stratum: of those with the factor and of those without it, how many had the event. */
export interface TwoByTwo {
  readonly exposedEvents: number;
  readonly exposedOthers: number;
  readonly unexposedEvents: number;
  readonly unexposedOthers: number;
}

/** The common odds ratio of strata. */
export interface CommonOdds {
  /** Null where no stratum compares anything. */
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Strata that say something. */
  readonly strata: number;
  /** Units of the others. */
  readonly leftOut: number;
}

/** All units of a stratum. */
export const unitsOf = (one: TwoByTwo): number =>
  one.exposedEvents + one.exposedOthers + one.unexposedEvents + one.unexposedOthers;

/**
 * The odds ratio of the factor, common to the strata: Σ ad/n ÷ Σ bc/n (Mantel and Haenszel, Journal of the National Cancer Institute 22,
 * 1959), with the interval of its logarithm by the variance of Robins, Breslow and Greenland (Biometrics 42, 1986). Of one stratum it is
 * ad/bc with Woolf's variance.
 */
export function commonOddsRatio(strata: readonly TwoByTwo[], confidence: number): CommonOdds {
  const z = normalQuantile(1 - (1 - confidence) / 2);
  let [r, s, pr, mixed, qs, used, leftOut] = [0, 0, 0, 0, 0, 0, 0];
  for (const stratum of strata) {
    const { exposedEvents: a, exposedOthers: b, unexposedEvents: c, unexposedOthers: d } = stratum;
    const n = unitsOf(stratum);
    if (a * d === 0 && b * c === 0) {
      leftOut += n;
      continue;
    }
    const [R, S, P, Q] = [(a * d) / n, (b * c) / n, (a + d) / n, (b + c) / n];
    [r, s, used] = [r + R, s + S, used + 1];
    [pr, mixed, qs] = [pr + P * R, mixed + P * S + Q * R, qs + Q * S];
  }
  const base = { strata: used, leftOut };
  if (used === 0 || s === 0) return { ...base, ratio: null, low: null, high: null };
  const ratio = r / s;
  if (r === 0) return { ...base, ratio, low: null, high: null };
  const error = Math.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s));
  return { ...base, ratio, low: ratio * Math.exp(-z * error), high: ratio * Math.exp(z * error) };
}
