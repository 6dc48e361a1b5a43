import type { Baseline, DayCounts } from './baseline.ts';
import { scoreOf } from './shares.ts';

/** A movement of the score in parts, in score points. Days count from 1970 in UTC. */
export interface Explained {
  readonly since: number;
  readonly answers: number;
  /** The whole movement. */
  readonly moved: number;
  /** Because other strata (channels) answered. */
  readonly mix: number;
  /** Because of weekday and time of the year. */
  readonly season: number;
}

/** The least part of a movement that mix and season must account for to be its explanation. */
const LEAST_PART = 0.6;

/**
 * How far the difference of these answers from the baseline follows from who answered and when: each answer counts with what the
 * baseline expects of its stratum and day, which is post-stratification by the strata (Cochran, "Sampling Techniques", 5A.9). Null if
 * that explains too little of it.
 */
export function explain(baseline: Baseline, days: readonly DayCounts[], since: number): Explained | null {
  const usual = scoreOf(baseline.shares);
  let [answers, moved, mix, season] = [0, 0, 0, 0];
  for (const { day, strata } of days)
    for (const [stratum, promoters, passives, detractors] of strata) {
      const [typical, expected] = [baseline.typical(stratum), baseline.at(day, stratum)];
      if (!typical || !expected) continue;
      const n = promoters + passives + detractors;
      answers += n;
      moved += promoters - detractors - n * usual;
      mix += n * (scoreOf(typical) - usual);
      season += n * (scoreOf(expected) - scoreOf(typical));
    }
  if (answers === 0 || (mix + season) / moved < LEAST_PART) return null;
  const points = (sum: number) => (100 * sum) / answers;
  return { since, answers, moved: points(moved), mix: points(mix), season: points(season) };
}
