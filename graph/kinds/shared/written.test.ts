import { expect, it } from 'vitest';
import { Written } from './written.ts';

it('remembers a bounded number of keys, and what it forgets counts as not written', () => {
  const written = new Written(3);
  written.add(['a', 'b', 'c']);
  expect(['a', 'b', 'c'].map((key) => written.has(key))).toEqual([true, true, true]);
  written.forget(['b']);
  written.add(['d']);
  expect(['a', 'b', 'c', 'd'].map((key) => written.has(key))).toEqual([true, false, true, true]);
  written.add(['e']);
  expect(['a', 'c', 'd', 'e'].map((key) => written.has(key))).toEqual([false, false, false, true]);
  written.clear();
  expect(written.has('e')).toBe(false);
});

it('names the hours of rollups that may be new until their seals are written, once for those that it remembers', () => {
  const written = new Written(10);
  const rollup = (id: string, hour: number) => ({ id, hour, cell: 'c' });
  written.addRollups([rollup('a', 1), rollup('b', 2)]);
  written.addRollups([rollup('other model', 2)]);
  expect(written.has('a')).toBe(true);
  expect(written.unsealed().map(({ hour }) => hour)).toEqual([1, 2]);
  written.sealed([{ hour: 1, cell: 'c' }]);
  expect(written.unsealed().map(({ hour }) => hour)).toEqual([2]);
  written.clear();
  expect(written.unsealed()).toEqual([]);
});
