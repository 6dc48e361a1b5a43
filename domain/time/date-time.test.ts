import { describe, expect, it } from 'vitest';
import { isoText, parseDateTime } from './date-time.ts';

describe('parseDateTime', () => {
  it.each([
    ['2026-03-31T09:30:00Z', '2026-03-31T09:30:00.000Z'],
    ['2026-03-31t09:30:00.25+02:00', '2026-03-31T07:30:00.250Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(parseDateTime(text)?.toISOString()).toBe(moment);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    'yesterday',
    '',
  ])('%s is refused', (text) => {
    expect(parseDateTime(text)).toBeNull();
  });
});

it('writes moments as Date does, the beginnings of more hours than are remembered too', () => {
  for (let hour = -3; hour < 10_003; hour++) {
    const ms = Date.UTC(2026, 0, 1) + hour * 3_600_000;
    expect(isoText(ms)).toBe(new Date(ms).toISOString());
  }
  const first = Date.UTC(2026, 0, 1);
  expect([isoText(first), isoText(first + 1), isoText(-1)]).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.001Z',
    '1969-12-31T23:59:59.999Z',
  ]);
  for (const none of [Number.NaN, Number.POSITIVE_INFINITY, 9e15])
    expect(() => isoText(none)).toThrow(RangeError);
});
