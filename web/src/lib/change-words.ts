import { formatCount, formatScore } from './format.ts';
import { detectableDifference } from './statistics.ts';

/** Two windows compared, as `npsChange` answers. */
export interface Change {
  readonly difference?: number | null | undefined;
  readonly low?: number | null | undefined;
  readonly high?: number | null | undefined;
  readonly pValue?: number | null | undefined;
  readonly before: { readonly responses?: number | null | undefined; readonly suppressed: boolean };
  readonly after: { readonly responses?: number | null | undefined; readonly suppressed: boolean };
}

export type Direction = 'up' | 'down' | 'unclear' | 'none';

/** Which way the score went; only what its interval carries counts. */
export function directionOf({ low, high }: Pick<Change, 'low' | 'high'>): Direction {
  if (low === null || low === undefined || high === null || high === undefined) return 'none';
  return low > 0 ? 'up' : high < 0 ? 'down' : 'unclear';
}

/** Whether a part of a change is more than chance: its interval leaves out zero. */
export const isBeyondChance = (low: number | null | undefined, high: number | null | undefined): boolean =>
  ['up', 'down'].includes(directionOf({ low, high }));

/** A change in words: "Fell by 8.0 points (3.0 to 13.0).", or why nothing can be said. */
export function changeWords(change: Change): string {
  const { difference, low, high, before, after } = change;
  const direction = directionOf(change);
  if (before.suppressed || after.suppressed) return 'Too few answers to compare.';
  if (
    direction === 'none' ||
    typeof low !== 'number' ||
    typeof high !== 'number' ||
    typeof difference !== 'number'
  )
    return before.responses === 0
      ? 'There is nothing to compare with: no answers before.'
      : 'There is nothing to compare.';
  if (direction === 'unclear') {
    const fewest = Math.min(before.responses ?? 0, after.responses ?? 0);
    const answers = fewest === 1 ? '1 answer' : `${formatCount(fewest)} answers`;
    return `No clear change: ${answers} can\u2019t show a difference under ${formatCount(Math.ceil(detectableDifference(low, high)))} points.`;
  }
  const bounds = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b).map((bound) => formatScore(bound));
  const verb = direction === 'up' ? 'Rose' : 'Fell';
  return `${verb} by ${formatScore(Math.abs(difference))} points (${bounds.join(' to ')}).`;
}

/** A p-value in words: "p = 0.03: 3 in 100 such differences come by chance alone." */
export function pValueWords(p: number | null | undefined): string {
  if (p === null || p === undefined) return '';
  const chance =
    p < 0.001
      ? 'fewer than 1 in 1,000'
      : p < 0.1
        ? `${formatCount(Math.max(1, Math.round(p * 1_000)))} in 1,000`
        : `${formatCount(Math.round(p * 100))} in 100`;
  return `Without any real change, a difference this large comes up in ${chance} comparisons.`;
}
