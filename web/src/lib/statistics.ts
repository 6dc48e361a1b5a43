/*
 * What the pages compute from public rows. The server's own figures are used wherever it has them; these follow its formulas
 * (domain/nps/compare.ts, domain/drift/false-discovery.ts), and a test compares both.
 */

/** Answers by class. */
export interface Counts {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** z of a two-sided interval of 95 %. */
export const Z_95 = 1.959963984540054;
/** z of a power of 80 %: how often a difference of that size would be found. */
const Z_POWER_80 = 0.8416212335729143;

/** P(|Z| >= z) of the standard normal distribution. Numerical Recipes, erfc by Chebyshev fitting; error below 1.2e-7. */
export function twoSidedP(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const fit = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ].reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  return t * Math.exp(-x * x + fit);
}

/** The score and its standard error as proportions, adjusted by Rocks (The American Statistician 70, 2016). */
function adjusted({ promoters, passives, detractors }: Counts) {
  const [p, n, d] = [promoters + 0.75, passives + 1.5, detractors + 0.75];
  const size = p + n + d;
  const theta = (p - d) / size;
  return { theta, variance: ((p + d) / size - theta * theta) / size };
}

/** How a segment differs from the other answers. */
export interface FromRest {
  /** Score points; positive: the segment is above the rest. */
  readonly difference: number;
  readonly pValue: number;
  /** Adjusted for how many segments were compared: at or below 0.05 the difference counts. */
  readonly adjustedP: number;
}

/**
 * For each segment, its difference from all other answers, with p-values adjusted for false discovery (Benjamini and
 * Hochberg, J. R. Statist. Soc. B 57, 1995). Null where the segment or the rest has no answers, or is hidden.
 */
export function differencesFromRest(all: Counts, segments: readonly (Counts | null)[]): (FromRest | null)[] {
  const compared = segments.map((segment) => (segment ? compare(segment, minus(all, segment)) : null));
  const adjustedPs = adjustForFalseDiscovery(compared.flatMap((one) => (one ? [one.pValue] : [])));
  let next = 0;
  return compared.map((one) => (one ? { ...one, adjustedP: adjustedPs[next++] ?? 1 } : null));
}

function compare(segment: Counts, rest: Counts): Omit<FromRest, 'adjustedP'> | null {
  const [n, others] = [total(segment), total(rest)];
  if (n === 0 || others <= 0) return null;
  const [a, b] = [adjusted(segment), adjusted(rest)];
  return {
    difference:
      100 * ((segment.promoters - segment.detractors) / n - (rest.promoters - rest.detractors) / others),
    pValue: twoSidedP((a.theta - b.theta) / Math.sqrt(a.variance + b.variance)),
  };
}

const minus = (all: Counts, part: Counts): Counts => ({
  promoters: all.promoters - part.promoters,
  passives: all.passives - part.passives,
  detractors: all.detractors - part.detractors,
});

/** The number of answers. */
export const total = ({ promoters, passives, detractors }: Counts): number =>
  promoters + passives + detractors;

/** P-values adjusted by Benjamini and Hochberg, in the order given. */
export function adjustForFalseDiscovery(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[b] ?? 0) - (pValues[a] ?? 0));
  const result = new Array<number>(pValues.length).fill(1);
  let least = 1;
  order.forEach((index, fromLargest) => {
    least = Math.min(least, ((pValues[index] ?? 1) * pValues.length) / (pValues.length - fromLargest));
    result[index] = least;
  });
  return result;
}

/**
 * The smallest true difference that a comparison of this precision finds in four of five cases: 2.8 standard errors, in score
 * points. Bloom, "Minimum Detectable Effects", Evaluation Review 19 (1995).
 * @param low lower bound of the 95 % interval of the difference
 */
export function detectableDifference(low: number, high: number): number {
  return ((Z_95 + Z_POWER_80) * (high - low)) / (2 * Z_95);
}
