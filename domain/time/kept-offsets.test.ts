import { expect, it } from 'vitest';
import { heapKept } from '../../test/fixtures/heap.ts';
import { DAY_MS, zoneClock } from './zone-clock.ts';

/** Blocks of four days. */
const CENTURIES = 19_000;

it('keeps few offsets of all zones together, and gives the same ones again', () => {
  const zones = Intl.supportedValuesOf('timeZone').slice(0, 25);
  const first = zones.map((name) => zoneClock(name)(0));
  const before = heapKept();
  for (const name of zones) {
    const clock = zoneClock(name);
    for (let block = 0; block < CENTURIES; block++) clock(4 * block * DAY_MS);
  }
  expect(heapKept() - before).toBeLessThan(16_000_000);
  expect(zones.map((name) => zoneClock(name)(0))).toEqual(first);
});
