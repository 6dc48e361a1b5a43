import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertZone,
  calendarBuckets,
  DAY_MS,
  type Granularity,
  HOUR_MS,
  MINUTE_MS,
  parseWindow,
  rollingRange,
  splitByLevel,
  WindowError,
  windowAt,
} from './time-windows.ts';

const at = (text: string) => Date.parse(text);
const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');
const hours = ({ from, until }: { from: number; until: number }) => (until - from) / HOUR_MS;

describe('parseWindow', () => {
  it.each([
    ['PT15M', { unit: 'minutes', count: 15 }],
    ['PT6H', { unit: 'hours', count: 6 }],
    ['P30D', { unit: 'days', count: 30 }],
    ['P12W', { unit: 'weeks', count: 12 }],
    ['P3M', { unit: 'months', count: 3 }],
    ['P1Y', { unit: 'months', count: 12 }],
  ])('%s', (text, length) => {
    expect(parseWindow(text)).toEqual(length);
  });

  it.each([
    '',
    'P0D',
    'P1.5D',
    'P1DT1H',
    '-P1D',
    'P1',
    '30 days',
    'PT10S',
    'PT2881M',
    'P20Y',
    'P99999999999D',
  ])('%s is refused', (text) => {
    expect(() => parseWindow(text)).toThrow(WindowError);
  });
});

describe('assertZone', () => {
  it('knows IANA names only', () => {
    expect(() => assertZone('Asia/Kathmandu')).not.toThrow();
    for (const name of ['', 'Mars/Olympus', '+02:00', 'x'.repeat(100)])
      expect(() => assertZone(name)).toThrow(WindowError);
  });
});

describe('windowAt', () => {
  it.each([
    ['PT15M', 'UTC', '2026-03-10T10:07:30Z', '2026-03-10T09:53:00Z', '2026-03-10T10:08:00Z'],
    ['PT6H', 'UTC', '2026-03-10T10:07:30Z', '2026-03-10T05:00:00Z', '2026-03-10T11:00:00Z'],
    ['P30D', 'UTC', '2026-03-10T10:07:30Z', '2026-02-09T00:00:00Z', '2026-03-11T00:00:00Z'],
    ['P1D', 'UTC', '2026-03-10T00:00:00Z', '2026-03-09T00:00:00Z', '2026-03-10T00:00:00Z'],
    // The day of 23 hours, the day of 25, and three months over a change of clocks.
    ['P1D', 'Europe/Berlin', '2024-03-31T12:00:00Z', '2024-03-30T23:00:00Z', '2024-03-31T22:00:00Z'],
    ['P1D', 'Europe/Berlin', '2024-10-27T12:00:00Z', '2024-10-26T22:00:00Z', '2024-10-27T23:00:00Z'],
    ['P3M', 'Europe/Berlin', '2024-05-10T12:00:00Z', '2024-02-10T23:00:00Z', '2024-05-10T22:00:00Z'],
    ['PT6H', 'Asia/Kolkata', '2024-05-10T12:10:00Z', '2024-05-10T06:30:00Z', '2024-05-10T12:30:00Z'],
    // Midnight does not exist there: the clock goes from 23:59 to 01:00.
    ['P1D', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
  ])('%s in %s at %s', (window, zone, asOf, from, until) => {
    const range = windowAt(parseWindow(window), at(asOf), zone);
    expect([iso(range.from), iso(range.until)]).toEqual([from, until]);
  });
});

describe('calendarBuckets', () => {
  it('snaps outwards to days of the zone, of 23 and 25 hours where the clocks change', () => {
    const spring = calendarBuckets(
      { from: at('2024-03-30T12:00:00Z'), until: at('2024-04-01T12:00:00Z') },
      'DAY',
      'Europe/Berlin',
      10,
    );
    expect(spring.map(hours)).toEqual([24, 23, 24]);
    const autumn = { from: at('2024-10-26T12:00:00Z'), until: at('2024-10-28T12:00:00Z') };
    expect(calendarBuckets(autumn, 'DAY', 'Europe/Berlin', 10).map(hours)).toEqual([24, 25, 24]);
    expect(calendarBuckets(autumn, 'HOUR', 'Europe/Berlin', 100)).toHaveLength(48);
  });

  it('begins weeks on Monday and months on the first', () => {
    const range = { from: at('2026-01-01T00:00:00Z'), until: at('2026-02-10T00:00:00Z') };
    expect(iso(calendarBuckets(range, 'WEEK', 'UTC', 10)[0]?.from ?? 0)).toBe('2025-12-29T00:00:00Z');
    expect(calendarBuckets(range, 'MONTH', 'UTC', 10).map((b) => (b.until - b.from) / DAY_MS)).toEqual([
      31, 28,
    ]);
  });

  it('refuses more buckets than may be, without making them', () => {
    const range = { from: 0, until: at('9000-01-01T00:00:00Z') };
    expect(() => calendarBuckets(range, 'MINUTE', 'UTC', 1_000)).toThrow(/at most 1000/);
  });

  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Africa/Cairo',
    'Pacific/Apia',
  );
  const everys = fc.constantFrom<Granularity>('HOUR', 'DAY', 'WEEK', 'MONTH');
  const moment = fc.integer({
    min: at('2008-01-01T00:00:00Z') / MINUTE_MS,
    max: at('2026-01-01T00:00:00Z') / MINUTE_MS,
  });

  it('is contiguous, covers the range, and splits into whole rollups of every level', () => {
    fc.assert(
      fc.property(
        zones,
        everys,
        moment,
        fc.integer({ min: 1, max: 40 * 1_440 }),
        (zone, every, start, length) => {
          const range = { from: start * MINUTE_MS, until: (start + length) * MINUTE_MS };
          const buckets = calendarBuckets(range, every, zone, 2_000);
          expect(buckets[0]?.from).toBeLessThanOrEqual(range.from);
          expect(buckets.at(-1)?.until).toBeGreaterThanOrEqual(range.until);
          for (const [i, bucket] of buckets.entries()) {
            expect(bucket.until).toBeGreaterThan(bucket.from);
            if (i > 0) expect(bucket.from).toBe(buckets[i - 1]?.until);
          }
          const parts = splitByLevel({ from: buckets[0]?.from ?? 0, until: buckets.at(-1)?.until ?? 0 });
          expect(parts[0]?.from).toBe(buckets[0]?.from);
          expect(parts.at(-1)?.until).toBe(buckets.at(-1)?.until);
          const size = { DAY: DAY_MS, HOUR: HOUR_MS, MINUTE: MINUTE_MS };
          for (const [i, part] of parts.entries()) {
            expect(part.from % size[part.level]).toBe(0);
            expect(part.until % size[part.level]).toBe(0);
            if (i > 0) expect(part.from).toBe(parts[i - 1]?.until);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('rollingRange', () => {
  it('ends with its bucket', () => {
    const day = { from: at('2024-03-31T23:00:00Z') - 24 * HOUR_MS, until: at('2024-03-31T22:00:00Z') };
    const range = rollingRange(day, parseWindow('P7D'), 'Europe/Berlin', 'DAY');
    expect([iso(range.from), iso(range.until)]).toEqual(['2024-03-24T23:00:00Z', '2024-03-31T22:00:00Z']);
  });

  it('refuses days on hours', () => {
    expect(() => rollingRange({ from: 0, until: HOUR_MS }, parseWindow('P1D'), 'UTC', 'HOUR')).toThrow(
      WindowError,
    );
  });
});
