import { compareEstimates } from '../models/quantification.ts';
import { adjustedEstimate } from '../nps/interval.ts';
import { type Counts, total } from '../nps/nps.ts';
import { chiSquaredOfTwo, sameMix } from './same-mix.ts';

/** How the mix of classes changed between two disjoint sets of responses. */
export interface MixChange {
  /** Pearson's statistic for "both have the same mix", of all three classes. */
  readonly chiSquared: number;
  /** Of the same hypothesis, exact where classes are rare (same-mix.ts); 1 where there are too few to tell. */
  readonly pValue: number;
  /** Population stability index: shown because it is customary; it raises no alarm. */
  readonly psi: number;
  /** The value that the index exceeds one time in twenty without any change: it shrinks with the sets. */
  readonly psiNull95: number;
  /** Change of the score, b - a, in points. */
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/** The 95th percentile of chi-squared with two degrees of freedom. */
const CHI_SQUARED_2_95 = 5.991464547107979;

/**
 * Compares two mixes of promoters, passives and detractors. Null when one is empty. PSI's null level after Yurdakul
 * (2018): chi-squared over (1/n + 1/m).
 */
export function mixChange(a: Counts, b: Counts, confidence: number): MixChange | null {
  const [n, m] = [total(a), total(b)];
  if (n === 0 || m === 0) return null;
  const [first, second] = [countsOf(a), countsOf(b)];
  const estimates = [a, b].map((counts) => {
    const { theta, standardError } = adjustedEstimate(counts);
    return { theta, variance: standardError ** 2 };
  }) as [Parameters<typeof compareEstimates>[0], Parameters<typeof compareEstimates>[1]];
  const { difference, low, high } = compareEstimates(...estimates, confidence);
  return {
    chiSquared: chiSquaredOfTwo(first, second),
    pValue: sameMix(first, second)?.pValue ?? 1,
    psi: populationStability(first, second),
    psiNull95: CHI_SQUARED_2_95 * (1 / n + 1 / m),
    shift: difference,
    low,
    high,
  };
}

function countsOf({ detractors, passives, promoters }: Counts): number[] {
  return [detractors, passives, promoters];
}

/** PSI = Σ (q - p) ln(q / p) over the categories' shares; an empty category counts as half an answer. */
export function populationStability(a: readonly number[], b: readonly number[]): number {
  const shares = (counts: readonly number[]) => {
    const sum = counts.reduce((x, y) => x + y, 0);
    return counts.map((count) => Math.max(count, 0.5) / sum);
  };
  const [p, q] = [shares(a), shares(b)];
  return p.reduce((sum, x, i) => sum + ((q[i] ?? 0) - x) * Math.log((q[i] ?? 0) / x), 0);
}
