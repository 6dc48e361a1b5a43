import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { breathe, mapInSlices } from './slices.ts';

const busy = (milliseconds: number) => {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
};

describe('work in slices', () => {
  it('lets timers run between the items, and keeps their order', async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    const made = await mapInSlices(
      Array.from({ length: 20 }, (_, i) => i),
      (item, index) => {
        busy(6);
        return item * 10 + index;
      },
    );
    clearInterval(timer);
    expect(made).toEqual(Array.from({ length: 20 }, (_, i) => i * 11));
    // Without slices no timer runs before the last item.
    expect(ticks).toBeGreaterThan(3);
  });

  it('gives several workers one turn each', async () => {
    const order: string[] = [];
    const worker = async (name: string) => {
      for (let i = 0; i < 3; i++) {
        await breathe();
        order.push(name);
        setImmediate(() => order.push('loop'));
      }
    };
    await Promise.all([worker('a'), worker('b')]);
    await sleep(5);
    for (let i = 0; i + 1 < order.length; i++)
      if (order[i] !== 'loop') expect(order[i + 1], order.join(' ')).toBe('loop');
  });
});
