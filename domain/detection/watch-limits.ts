import { cusumLimit, ewmaLimit, limitForEstimate } from './limits.ts';
import type { Step } from './run-length.ts';
import { logRatios, moreDetractors, movedBy, type Shares, sharesOf, stepsOf } from './shares.ts';

/** A CUSUM that is tuned to one shift of the score, in points. */
export interface Tuned {
  /** FALL and RISE move the score; SPIKE raises the share of detractors by so many points. */
  readonly kind: 'FALL' | 'RISE' | 'SPIKE';
  readonly points: number;
}

/** The shares that the chart is tuned to. */
export function tunedTo({ kind, points }: Tuned, shares: Shares): Shares {
  if (kind === 'SPIKE') return moreDetractors(shares, points);
  return movedBy(shares, kind === 'FALL' ? -points : points);
}

/** The weight of one answer in the EWMA: its memory is about a hundred answers. */
export const EWMA_WEIGHT = 0.01;

/** What a limit is computed for. */
export interface LimitQuery {
  readonly shares: Shares;
  /** Standard error of the baseline's score, in proportions. */
  readonly error: number;
  /** Answers from one false alarm to the next. */
  readonly runLength: number;
}

const SHARE_GRID = 0.05;
const FINE = 1.2;
const COARSE = 1.25;
const FINE_RATE = 1.05;
/** A chart of a higher rate that rises has no room. */
const RATE_MOST = 0.78;
const MOST_KEPT = 20_000;
const kept = new Map<string, number | null>();

/** The next larger number of a geometric grid, so that few limits are computed and each is on the safe side. */
const raised = (value: number, factor: number) =>
  factor ** Math.ceil(Math.log(value) / Math.log(factor) - 1e-9);
const rounded = (share: number) => Math.max(SHARE_GRID, Math.round(share / SHARE_GRID) * SHARE_GRID);

function gridOf({ shares, error, runLength }: LimitQuery): LimitQuery {
  return {
    shares: sharesOf(rounded(shares.promoters), rounded(shares.detractors)),
    error: raised(Math.max(error, 1e-4), FINE),
    runLength: raised(Math.max(runLength, 100), COARSE),
  };
}

function remembered(key: string, compute: () => number | null): number | null {
  let found = kept.get(key);
  if (found === undefined) {
    found = compute();
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, found);
  }
  return found;
}

/** The limit of a tuned CUSUM over an estimated baseline; null while the baseline is too short for it. */
export function limitOf(tuned: Tuned, query: LimitQuery): number | null {
  const { shares, error, runLength } = gridOf(query);
  const values = logRatios(shares, tunedTo(tuned, shares));
  const stepsAt = (by: number) => stepsOf(movedBy(shares, 100 * by), values);
  const name = `${tuned.kind} ${tuned.points} ${shares.promoters.toFixed(3)} ${shares.detractors.toFixed(3)} ${runLength.toFixed(0)}`;
  const known = remembered(name, () => cusumLimit(stepsAt(0), runLength)) as number;
  return remembered(`${name} ${error.toFixed(6)}`, () => limitForEstimate(stepsAt, error, runLength, known));
}

/** The limit of the EWMA of answers as 1, 0 and -1, in proportions; its own error and that of the baseline. */
export function ewmaLimitOf(query: LimitQuery): number {
  const { shares, error, runLength } = gridOf(query);
  const mean = shares.promoters - shares.detractors;
  const steps = stepsOf(shares, { promoters: 1 - mean, passives: -mean, detractors: -1 - mean });
  const name = `EWMA ${shares.promoters.toFixed(3)} ${shares.detractors.toFixed(3)} ${runLength.toFixed(0)}`;
  const deviations = remembered(name, () => ewmaLimit(steps, EWMA_WEIGHT, runLength)) as number;
  const variance = shares.promoters + shares.detractors - mean * mean;
  return deviations * Math.sqrt((variance * EWMA_WEIGHT) / (2 - EWMA_WEIGHT) + error * error);
}

/** What the limit of a chart of a rate is computed for: the share that answers, its standard error, people between false alarms. */
export interface RateLimitQuery {
  readonly rate: number;
  readonly error: number;
  readonly runLength: number;
}

/** What one who was asked adds to a CUSUM that is tuned to the rate times `factor`: by answering, and by not answering. */
export const rateRatios = (rate: number, factor: number) => ({
  yes: Math.log(factor),
  no: Math.log((1 - rate * factor) / (1 - rate)),
});

/** The limit of a CUSUM of a rate over an estimated baseline; null while the baseline is too short for it. */
export function rateLimitOf(factor: number, query: RateLimitQuery): number | null {
  const rate = Math.min(RATE_MOST, FINE_RATE ** Math.round(Math.log(query.rate) / Math.log(FINE_RATE)));
  // Relative to the rate, so that few limits are computed.
  const error = rate * raised(Math.max(query.error / query.rate, 1e-3), FINE);
  const runLength = raised(Math.max(query.runLength, 100), COARSE);
  const { yes, no } = rateRatios(rate, factor);
  const stepsAt = (by: number): Step[] => {
    const share = Math.min(0.999, Math.max(1e-5, rate + by));
    return [
      { probability: share, value: yes },
      { probability: 1 - share, value: no },
    ];
  };
  const name = `rate ${factor} ${rate.toFixed(5)} ${runLength.toFixed(0)}`;
  const known = remembered(name, () => cusumLimit(stepsAt(0), runLength)) as number;
  return remembered(`${name} ${error.toFixed(7)}`, () => limitForEstimate(stepsAt, error, runLength, known));
}
