import { expect, it } from 'vitest';
import { bad, good, linesOf, worthKnowing } from './finding.ts';

it('prints advice below a failure and below a note', () => {
  expect([good('a'), worthKnowing('b', 'do b'), bad('c', 'do c')].map(linesOf)).toEqual([
    'ok    a\n',
    'note  b\n        do b\n',
    'FAIL  c\n        do c\n',
  ]);
});
