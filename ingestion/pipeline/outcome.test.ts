import { expect, it } from 'vitest';
import { accountFor, rejected, WHOLE_REJECTIONS } from './outcome.ts';

it('a result lists the first rejections in full, the others by number, with bounded messages', () => {
  const outcomes = Array.from({ length: 450 }, (_, i) =>
    i % 3 === 0
      ? ({ status: 'accepted' } as const)
      : rejected(i % 3 === 1 ? 'INVALID' : 'STALE', 'x'.repeat(1_000_000)),
  );
  const account = accountFor(outcomes);
  expect(account).toMatchObject({
    accepted: 150,
    duplicates: 0,
    rejectedTotal: 300,
    rejectedByCode: [
      { code: 'INVALID', count: 150 },
      { code: 'STALE', count: 150 },
    ],
  });
  expect(account.rejected).toHaveLength(WHOLE_REJECTIONS);
  expect(account.rejected[1]).toMatchObject({ index: 2, code: 'STALE' });
  expect(JSON.stringify(account).length).toBeLessThan(50_000);
});

it('a result counts the notes of accepted items by code, and names the first items', () => {
  const outcomes = Array.from({ length: 450 }, (_, i) => {
    if (i % 3 === 0) return rejected('INVALID', 'x');
    return i % 3 === 1
      ? ({ status: 'duplicate', notes: ['COMMENT_CUT'] } as const)
      : ({ status: 'accepted' } as const);
  });
  const account = accountFor(outcomes);
  expect(account).toMatchObject({ accepted: 150, duplicates: 150, notes: { COMMENT_CUT: 150 } });
  expect(account.noted).toHaveLength(100);
  expect(account.noted?.[1]).toEqual({ index: 4, codes: ['COMMENT_CUT'] });
  expect(accountFor([{ status: 'accepted' }])).not.toHaveProperty('notes');
});
