import { expect, it } from 'vitest';
import { centredByLanguage, isClose } from './closeness.ts';

const sentence = (language: string, ...embedding: number[]) => ({ language, embedding });

it('finds what means the same in two languages, and nothing else, whatever the languages add', () => {
  const [hund, katze, dog, cat] = centredByLanguage([
    sentence('de', 5, 1, 0),
    sentence('de', 5, -1, 0),
    sentence('en', 0, 1, 7),
    sentence('en', 0, -1, 7),
  ]) as [Float64Array, Float64Array, Float64Array, Float64Array];
  expect([...hund]).toEqual([0, 1, 0]);
  expect(isClose(dog, [katze, hund])).toBe(true);
  expect(isClose(cat, [hund])).toBe(false);
  expect(isClose(cat, [])).toBe(false);
});
