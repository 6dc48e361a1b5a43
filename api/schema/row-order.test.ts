import { describe, expect, it } from 'vitest';
import { type ScoreRow, scoreRow } from '../../domain/scores/score.ts';
import { assertFirst, orderRows } from './row-order.ts';

/** A row of that group; `counts` null: suppressed. */
function row(
  region: string,
  counts: readonly [promoters: number, detractors: number] | null,
  more: { time?: number; earlier?: number | null } = {},
): ScoreRow {
  const { time = 0, earlier } = more;
  const name = {
    from: time,
    until: time + 60_000,
    segment: { region: [region] },
    basis: 'SURVEYED' as const,
    confidence: 0.95,
    model: null,
  };
  const visible = counts && { promoters: counts[0], passives: 0, detractors: counts[1] };
  return scoreRow(name, time, { region }, visible, [], earlier === undefined ? undefined : () => earlier);
}
const names = (rows: readonly ScoreRow[]) => rows.map(({ group }) => group.region);

describe('ordering rows', () => {
  const rows = [
    row('Brazil', null),
    row('Chad', [3, 1], { earlier: 20 }),
    row('Denmark', [9, 1], { earlier: null }),
    row('Estonia', [6, 2], { earlier: 60 }),
    row('Fiji', [0, 0]),
  ];

  it.each([
    [[{ by: 'SCORE', direction: 'ASC' }], ['Chad', 'Estonia', 'Denmark', 'Brazil', 'Fiji']],
    [[{ by: 'SCORE', direction: 'DESC' }], ['Denmark', 'Chad', 'Estonia', 'Brazil', 'Fiji']],
    [[{ by: 'RESPONSES', direction: 'DESC' }], ['Denmark', 'Estonia', 'Chad', 'Fiji', 'Brazil']],
    [[{ by: 'RESPONSES', direction: 'ASC' }], ['Fiji', 'Chad', 'Estonia', 'Denmark', 'Brazil']],
    [[{ by: 'CHANGE', direction: 'DESC' }], ['Chad', 'Estonia', 'Brazil', 'Denmark', 'Fiji']],
    [[{ by: 'NAME', direction: 'DESC' }], ['Fiji', 'Estonia', 'Denmark', 'Chad', 'Brazil']],
    [
      [
        { by: 'SCORE', direction: 'DESC' },
        { by: 'RESPONSES', direction: 'DESC' },
      ],
      ['Denmark', 'Estonia', 'Chad', 'Fiji', 'Brazil'],
    ],
  ] as const)('%j', async (orders, expected) => {
    expect(names(await orderRows(rows, orders, undefined))).toEqual(expected);
    expect(names(await orderRows(rows, orders, 2))).toEqual(expected.slice(0, 2));
  });

  it('keeps the order of the answer for equal rows and without an order', async () => {
    expect(await orderRows(rows, [], undefined)).toEqual(rows);
    expect(names(await orderRows(rows, [], 3))).toEqual(['Brazil', 'Chad', 'Denmark']);
    const same = ['c', 'a', 'b'].map((region) => row(region, [1, 1]));
    for (const direction of ['ASC', 'DESC'] as const)
      expect(names(await orderRows(same, [{ by: 'SCORE', direction }], undefined))).toEqual(['c', 'a', 'b']);
  });

  it('orders buckets by time', async () => {
    const buckets = [60_000, 0, 120_000].map((time) => row('x', [1, 0], { time }));
    const ordered = await orderRows(buckets, [{ by: 'TIME', direction: 'DESC' }], undefined);
    expect(ordered.map(({ time }) => time)).toEqual([120_000, 60_000, 0]);
  });

  it('limits the number of rows', () => {
    for (const first of [1, 20_000, null, undefined]) expect(() => assertFirst(first)).not.toThrow();
    for (const first of [0, -1, 20_001]) expect(() => assertFirst(first)).toThrow(/first: .* between 1 and/);
  });
});
