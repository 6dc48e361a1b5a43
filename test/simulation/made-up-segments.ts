import type { DayCounts } from '../../domain/detection/baseline.ts';
import { randomFrom } from '../../domain/statistics/random.ts';

/** How one stratum (a channel) of a made-up segment answers on a day. */
export interface MadeUpDay {
  /** Answers expected, and the true score. */
  readonly perDay: number;
  readonly score: number;
}

const PASSIVES = 0.3;
export const FIRST_DAY = 19_000;

/** How many events happen where `mean` are expected. Source: D. Knuth, The Art of Computer Programming, vol. 2, 3.4.1. */
function poisson(mean: number, random: () => number): number {
  let left = mean;
  let count = 0;
  // In parts, because the product of many numbers underflows.
  for (; left > 0; left -= 30) {
    const limit = Math.exp(-Math.min(30, left));
    for (let product = random(); product > limit; product *= random()) count += 1;
  }
  return count;
}

/** Days of a segment whose truth is known: each stratum's volume and score by day since the first. */
export function madeUpDays(
  seed: number,
  length: number,
  strata: readonly ((day: number) => MadeUpDay)[],
): DayCounts[] {
  const random = randomFrom(seed);
  return Array.from({ length }, (_, day) => ({
    day: FIRST_DAY + day,
    strata: strata.map((truth, stratum) => {
      const { perDay, score } = truth(day);
      const counts: [number, number, number] = [0, 0, 0];
      const promoters = (1 - PASSIVES + score / 100) / 2;
      for (let i = poisson(perDay, random); i > 0; i--) {
        const draw = random();
        counts[draw < promoters ? 0 : draw < promoters + PASSIVES ? 1 : 2] += 1;
      }
      return [stratum, ...counts] as const;
    }),
  }));
}
