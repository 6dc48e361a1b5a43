import { expect, it } from 'vitest';
import { LedgerMemory, takeReleases } from './disclosure-memory.ts';

const releases = (hours: number) =>
  Array.from({ length: hours }, (_, hour) => ({
    lot: hour,
    part: 'surveyed' as const,
    soft: false,
    cellId: 1,
    hour,
    promoters: 5,
    passives: 0,
    detractors: 0,
  }));

it('what was not used for an hour is dropped, and beyond the limit the least recently used', async () => {
  const memory = new LedgerMemory(9_000);
  for (const [key, at] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ] as const)
    await takeReleases(memory.get(key, at), releases(40));
  memory.get('a', 4);
  memory.evict(5);
  expect(memory.keys()).toEqual(['c', 'a']);
  memory.get('c', 3_600_010);
  memory.evict(3_600_010);
  expect(memory.keys()).toEqual(['c']);
  // The last one stays, whatever its size: it is in use.
  await takeReleases(memory.get('d', 3_600_011), releases(400));
  memory.evict(3_600_011);
  expect(memory.keys()).toEqual(['d']);
});
