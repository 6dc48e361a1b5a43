import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema, execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { breathe, mapInSlices, promisesInSlices } from './slices.ts';

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

  it('gives several workers one turn each, not all of them the same', async () => {
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

  it('lets the loop turn while GraphQL makes the items of a long list', async () => {
    const schema = buildSchema(
      'type Query { rows: [Row!]! } type Row { a: Int b: Int c: Int d: Int e: Int f: Int }',
    );
    const document = parse('{ rows { a b c d e f } }');
    const rows = Array.from({ length: 20_000 }, (_, a) => ({ a, b: 1, c: 2, d: 3, e: 4, f: 5 }));
    let turns = 0;
    const count = () => {
      turns += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const { data, errors } = await execute({ schema, document, rootValue: { rows: promisesInSlices(rows) } });
    clearImmediate(timer);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toBe(JSON.stringify({ rows }));
    expect(turns).toBeGreaterThan(3);
  });
});
