import { expect, it } from 'vitest';
import { circuitPause, nextDelay, pace } from './backoff.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

it('waits as Standard Webhooks recommends, and gives up after ten attempts', () => {
  const exact = (attempts: number) => nextDelay(attempts, null, () => 0.5);
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(exact)).toEqual([
    0,
    5_000,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ]);
  expect(exact(10)).toBeNull();
});

it('spreads delays by chance, and asks no sooner than the target said', () => {
  expect(nextDelay(2, null, () => 0)).toBe(4.5 * MINUTE);
  expect(nextDelay(2, null, () => 1)).toBe(5.5 * MINUTE);
  expect(nextDelay(1, HOUR, () => 0)).toBe(HOUR);
  expect(nextDelay(3, 1_000, () => 0.5)).toBe(30 * MINUTE);
});

it('opens a circuit after five failures, for longer each time and a quarter of an hour at most', () => {
  expect([0, 4, 5, 6, 10, 30].map(circuitPause)).toEqual([0, 0, 30_000, MINUTE, 15 * MINUTE, 15 * MINUTE]);
});

it('lets no more than the rate begin, and a burst of ten seconds', () => {
  const now = 1_000_000;
  expect(pace(60, 0, now).free).toBe(10);
  expect(pace(1, 0, now).free).toBe(1);
  const after = pace(60, 0, now).usedAfter(10);
  expect(pace(60, after, now).free).toBe(0);
  expect(pace(60, after, now + 3_000).free).toBe(3);
  let [used, begun] = [0, 0];
  for (let at = now; at < now + 10 * MINUTE; at += 100) {
    const { free, usedAfter } = pace(6, used, at);
    used = usedAfter(free);
    begun += free;
  }
  expect(begun).toBeLessThanOrEqual(61);
  expect(begun).toBeGreaterThanOrEqual(60);
});
