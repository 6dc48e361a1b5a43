import { expect, it } from 'vitest';
import { isShort } from './audit.ts';

it('a long value is inspected only up to its bound', () => {
  let reads = 0;
  const counted = new Proxy(
    Array.from({ length: 1_000_000 }, () => 'x'),
    {
      get: (target, name) => {
        reads += 1;
        return Reflect.get(target, name);
      },
    },
  );
  expect(isShort({ segment: { region: ['Germany'] }, first: 10, after: null }, 100)).toBe(true);
  expect(isShort({ values: counted }, 2_000)).toBe(false);
  expect(isShort({ text: 'x'.repeat(3_000) }, 2_000)).toBe(false);
  expect(isShort({ ['n'.repeat(3_000)]: 1 }, 2_000)).toBe(false);
  expect(reads).toBeLessThan(2_000);
});
