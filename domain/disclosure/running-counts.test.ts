import { expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { add, type Counts, ZERO } from '../nps/nps.ts';
import { RunningCounts } from './running-counts.ts';

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
        running.addBefore(edges, sums);
        for (const [i, edge] of edges.entries()) {
          expect(running.at(edge)).toEqual(counted.get(edge));
          const before = [...counted].filter(([one]) => one < edge).map(([, counts]) => counts);
          const { promoters, passives, detractors } = before.reduce(add, ZERO);
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
