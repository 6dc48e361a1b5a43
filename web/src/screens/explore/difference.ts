import type { Segment } from './state.ts';

interface Score {
  readonly score?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
}

/**
 * other - first with its interval, from the two intervals, for segments that share no answers. Source: Zou and Donner, "Construction of
 * confidence limits about effect measures", Statistics in Medicine 27 (2008); for proportions it is Newcombe's method 10.
 */
export function differenceOf(
  first: Score,
  other: Score,
): { difference: number; low: number; high: number } | null {
  const [a, b] = [first, other].map(({ score, low, high }) =>
    score == null || low == null || high == null ? null : { score, low, high },
  );
  if (!a || !b) return null;
  const difference = b.score - a.score;
  return {
    difference,
    low: difference - Math.hypot(b.score - b.low, a.high - a.score),
    high: difference + Math.hypot(b.high - b.score, a.score - a.low),
  };
}

/** Whether no answer can be in both: they choose different values of a dimension. */
export function shareNoAnswers(one: Segment, other: Segment): boolean {
  return Object.entries(one).some(([field, values]) => {
    const others = other[field];
    return others !== undefined && values.every((value) => !others.includes(value));
  });
}
