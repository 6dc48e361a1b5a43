/** promoter (9-10), passive (7-8), detractor (0-6). */
export type NpsClass = 'promoter' | 'passive' | 'detractor';

/** How many responses of each class: all that a score needs, and the unit of addition. */
export interface Counts {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** No responses: the identity of `add`. */
export const ZERO: Counts = { promoters: 0, passives: 0, detractors: 0 };

/** Integer addition: exact, in any order. */
export function add(a: Counts, b: Counts): Counts {
  return {
    promoters: a.promoters + b.promoters,
    passives: a.passives + b.passives,
    detractors: a.detractors + b.detractors,
  };
}

/** The inverse of `add`: what a window has beyond another that it contains. */
export function subtract(a: Counts, b: Counts): Counts {
  return {
    promoters: a.promoters - b.promoters,
    passives: a.passives - b.passives,
    detractors: a.detractors - b.detractors,
  };
}

/** n: how many responses there are. */
export function total({ promoters, passives, detractors }: Counts): number {
  return promoters + passives + detractors;
}

/** NPS = 100 (P - D) / n, from -100 to 100; null without answers. Source: Reichheld, HBR December 2003. */
export function npsScore(counts: Counts): number | null {
  const n = total(counts);
  return n === 0 ? null : (100 * (counts.promoters - counts.detractors)) / n;
}

/**
 * The class of an answer on the 0-10 scale. Other scales are declared as rules (scale.ts).
 * Source: Reichheld, HBR December 2003.
 * @throws RangeError unless the score is a whole number from 0 to 10.
 */
export function classOfScore(score: number): NpsClass {
  if (!Number.isInteger(score) || score < 0 || score > 10) {
    throw new RangeError(`score ${score} is not a whole number from 0 to 10`);
  }
  return score >= 9 ? 'promoter' : score >= 7 ? 'passive' : 'detractor';
}
