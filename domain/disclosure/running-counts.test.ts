import { expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { add, type Counts, ZERO } from '../nps/nps.ts';
import { CellCounts, RunningCounts } from './running-counts.ts';

const key = fc.integer({ min: -20, max: 20 });
const step = fc.record({ key, n: fc.integer({ min: -3, max: 9 }), isRead: fc.boolean() });

it('running counts equal a recount, whatever the order of additions and reads', () => {
  fc.assert(
    fc.property(fc.array(step), fc.uniqueArray(key), (steps, asked) => {
      const edges = asked.sort((a, b) => a - b);
      const running = new RunningCounts();
      const counted = new Map<number, Counts>();
      const check = () => {
        expect([...running.keys()]).toEqual([...counted.keys()].sort((a, b) => a - b));
        const sums = new Float64Array(3 * edges.length);
        running.addSteps(edges, sums);
        for (const [i, edge] of edges.entries()) {
          expect(running.at(edge)).toEqual(counted.get(edge));
          const isInStep = (one: number) => i > 0 && one >= (edges[i - 1] as number) && one < edge;
          const inStep = [...counted].filter(([one]) => isInStep(one)).map(([, counts]) => counts);
          const { promoters, passives, detractors } = inStep.reduce(add, ZERO);
          expect([...sums.subarray(3 * i, 3 * i + 3)]).toEqual([promoters, passives, detractors]);
        }
      };
      for (const { key: one, n, isRead } of steps) {
        const counts = { promoters: n, passives: 2, detractors: 1 - n };
        running.add(one, counts);
        counted.set(one, add(counted.get(one) ?? ZERO, counts));
        if (isRead) check();
      }
      check();
    }),
  );
});

it('the memory that is counted is that of every cell and key, also of those that are merged at a read', () => {
  const counts = new CellCounts();
  const one = { promoters: 1, passives: 0, detractors: 0 };
  const taken = [counts.bytes];
  const take = () => taken.push(counts.bytes);
  counts.add(1, 100, one);
  take();
  counts.add(2, 100, one);
  take();
  for (let key = 99; key >= 0; key--) counts.add(2, key, one);
  expect(counts.of(2)?.keys()).toHaveLength(101);
  take();
  expect(taken).toEqual([...new Set(taken)].sort((a, b) => a - b));
  // 28 bytes for each key, in arrays that grow by half.
  expect(taken[3]).toBeGreaterThanOrEqual((taken[2] as number) + 28 * (101 - 8));
});

it('what waits to be merged is counted, and is merged when there is much', () => {
  const counts = new CellCounts();
  const one = { promoters: 1, passives: 0, detractors: 0 };
  counts.add(1, 10, one);
  const empty = counts.bytes;
  // A late key: from now on all wait.
  for (let n = 0; n < 1_000; n++) counts.add(1, 9, one);
  const waiting = counts.bytes;
  expect(waiting - empty).toBeGreaterThan(50_000);
  for (let n = 0; n < 100_000; n++) counts.add(1, 9 - (n % 3), one);
  expect(counts.bytes).toBeLessThan(2 * waiting);
  expect(counts.of(1)?.at(9)?.promoters).toBe(1_000 + 33_334);
  expect(counts.bytes).toBe(empty);
});
