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
