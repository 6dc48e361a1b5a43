import { expect, it } from 'vitest';
import { askedOf, choices, dueWords, FIRST, whatWords } from './draft.ts';

const DIMENSIONS = [{ field: 'region', enumValue: 'REGION', label: 'Region', description: '' }];

it('asks about a field or a dimension, of a source or of every one', () => {
  expect(askedOf({ ...FIRST, source: '  partner ' })).toEqual({
    ...{ field: 'COMMENTS', dimension: null, source: 'partner', keep: 'P2Y' },
  });
  const what = choices(DIMENSIONS).at(-1)?.id ?? '';
  expect(askedOf({ what, source: ' ', count: ' 90', unit: 'D' })).toEqual({
    ...{ field: 'DIMENSIONS', dimension: 'REGION', source: null, keep: 'P90D' },
  });
  for (const count of ['', '0', '-1', '1.5', '1e3', '٣', '1234567'])
    expect([count, askedOf({ ...FIRST, count })]).toEqual([
      count,
      { problem: 'Write a whole number, such as 90.' },
    ]);
});

it('says what a rule is about, also of a dimension that is gone', () => {
  expect(whatWords({ field: 'RESPONSES' }, DIMENSIONS)).toBe('Whole answers');
  expect(whatWords({ field: 'DIMENSIONS', dimension: 'region' }, DIMENSIONS)).toBe('Values of Region');
  expect(whatWords({ field: 'DIMENSIONS', dimension: 'shop_floor' }, DIMENSIONS)).toBe(
    'Values of shop_floor',
  );
});

it('says what goes first, and that it cannot be undone', () => {
  const about = { field: 'COMMENTS', dimension: null, source: 'shop' } as const;
  expect(dueWords(about, 0)).toBe('Of shop, nothing is older now. What becomes older later goes then.');
  expect(dueWords({ ...about, source: null }, 1)).toMatch(
    /^Of every source, 1 row is older now\. It will be deleted by the next run/,
  );
  expect(dueWords({ ...about, field: 'DIMENSIONS', dimension: 'REGION' }, 1_200)).toMatch(
    /^Of shop, 1,200 rows are older now\. They will count as "unknown" .* cannot be undone\./,
  );
  expect(dueWords({ ...about, field: 'QUARANTINE' }, null)).toMatch(/^Items of connections .* bound to shop/);
});
