import { describe, expect, it } from 'vitest';
import { cpuOf } from '../../test/fixtures/growth.ts';
import fc from '../../test/fixtures/properties.ts';
import { unitOfWork } from '../../test/fixtures/unit-of-work.ts';
import {
  calendarBuckets,
  DAY_MS,
  GRANULARITIES,
  type Granularity,
  HOUR_MS,
  MINUTE_MS,
  parseWindow,
  rollingRange,
  splitByLevel,
  WEEKDAYS,
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
    // Midnight comes twice there: the clock goes from 00:59 back to 00:00.
    ['P1D', 'Atlantic/Azores', '2024-10-27T15:00:00Z', '2024-10-27T00:00:00Z', '2024-10-28T01:00:00Z'],
    // The zone skipped 30 December 2011; the last day before New Year's Eve is the 29th.
    ['P1D', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
    // For a minute the clock showed 7 November, then 6 November again from 23:01.
    ['P1D', 'America/St_Johns', '2010-11-07T03:00:00Z', '2010-11-07T02:30:00Z', '2010-11-08T03:30:00Z'],
    // 31 May less one month is the last day of April.
    ['P1M', 'UTC', '2024-05-30T12:00:00Z', '2024-04-30T00:00:00Z', '2024-05-31T00:00:00Z'],
    ['P2W', 'Europe/Berlin', '2024-04-05T12:00:00Z', '2024-03-22T23:00:00Z', '2024-04-05T22:00:00Z'],
    // An edge belongs to what ends there.
    ['PT1H', 'Asia/Kathmandu', '2024-05-10T12:15:00Z', '2024-05-10T11:15:00Z', '2024-05-10T12:15:00Z'],
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

  it.each(WEEKDAYS)('begins weeks on %s when requested', (weekStart) => {
    const range = { from: at('2026-01-01T00:00:00Z'), until: at('2026-02-10T00:00:00Z') };
    const weeks = calendarBuckets(range, 'WEEK', 'Europe/Berlin', 10, weekStart);
    const name = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'Europe/Berlin' });
    expect(new Set(weeks.map(({ from }) => name.format(from).toUpperCase()))).toEqual(new Set([weekStart]));
    expect(weeks[0]?.from).toBeLessThanOrEqual(range.from);
    expect(weeks[0]?.until).toBeGreaterThan(range.from);
  });

  it('begins quarters in January, April, July and October, and years in January, by the clocks of the zone', () => {
    const range = { from: at('2024-02-29T12:00:00Z'), until: at('2025-01-01T00:00:00Z') };
    const starts = (every: Granularity, zone: string) =>
      calendarBuckets(range, every, zone, 10).map(({ from }) => iso(from));
    expect(starts('QUARTER', 'Europe/Berlin')).toEqual([
      '2023-12-31T23:00:00Z',
      '2024-03-31T22:00:00Z',
      '2024-06-30T22:00:00Z',
      '2024-09-30T22:00:00Z',
      '2024-12-31T23:00:00Z',
    ]);
    expect(starts('QUARTER', 'UTC')).toHaveLength(4);
    expect(starts('YEAR', 'UTC')).toEqual(['2024-01-01T00:00:00Z']);
    expect(starts('YEAR', 'America/St_Johns')).toEqual(['2024-01-01T03:30:00Z']);
    expect(starts('YEAR', 'Asia/Kathmandu')).toEqual(['2023-12-31T18:15:00Z', '2024-12-31T18:15:00Z']);
  });

  it('takes rolling windows on quarters and years', () => {
    const quarter = { from: at('2024-01-01T00:00:00Z'), until: at('2024-04-01T00:00:00Z') };
    const range = rollingRange(quarter, parseWindow('P1Y'), 'UTC', 'QUARTER');
    expect([iso(range.from), iso(range.until)]).toEqual(['2023-04-01T00:00:00Z', '2024-04-01T00:00:00Z']);
  });

  it('gives the same day from any moment in it, also if midnight occurs twice', () => {
    const day = [{ from: at('2024-10-27T00:00:00Z'), until: at('2024-10-28T01:00:00Z') }];
    for (const hour of [0, 1, 2, 12, 24]) {
      const from = at('2024-10-27T00:00:00Z') + hour * HOUR_MS;
      expect(calendarBuckets({ from, until: from + MINUTE_MS }, 'DAY', 'Atlantic/Azores', 1)).toEqual(day);
    }
  });

  it('ends an hour when the clocks move by half of one', () => {
    const minutes = (from: string) =>
      calendarBuckets(
        { from: at(from), until: at(from) + 2.5 * HOUR_MS },
        'HOUR',
        'Australia/Lord_Howe',
        9,
      ).map((bucket) => (bucket.until - bucket.from) / MINUTE_MS);
    expect(minutes('2024-10-05T14:30:00Z')).toEqual([60, 30, 60]);
    expect(minutes('2024-04-06T14:00:00Z')).toEqual([60, 30, 60]);
  });

  it('leaves out a day that the zone skipped', () => {
    const range = { from: at('2011-12-29T00:00:00-10:00'), until: at('2012-01-01T00:00:00+14:00') };
    const days = calendarBuckets(range, 'DAY', 'Pacific/Apia', 10);
    expect(days.map(hours)).toEqual([24, 24]);
    expect([days[0]?.from, days[1]?.until]).toEqual([range.from, range.until]);
  });

  it('refuses too many buckets, naming both numbers, without building millions', async () => {
    const range = { from: 0, until: at('9000-01-01T00:00:00Z') };
    const refuse = () =>
      expect(() => calendarBuckets(range, 'MINUTE', 'UTC', 1_000)).toThrow(
        /about 36974\d{5} .* at most 1000/,
      );
    const make = () => calendarBuckets({ from: 0, until: 100 * DAY_MS }, 'MINUTE', 'UTC', 200_000);
    expect(await cpuOf(refuse)).toBeLessThan(await cpuOf(make));
    const days = { from: HOUR_MS, until: 5 * DAY_MS + HOUR_MS };
    expect(() => calendarBuckets(days, 'DAY', 'UTC', 5)).toThrow(/has 6 buckets .* at most 5/);
    expect(calendarBuckets(days, 'DAY', 'UTC', 6)).toHaveLength(6);
  });

  it('refuses an empty range and an unknown zone', () => {
    expect(() => calendarBuckets({ from: 5, until: 5 }, 'DAY', 'UTC', 5)).toThrow(WindowError);
    expect(() => calendarBuckets({ from: Number.NaN, until: 5 }, 'DAY', 'UTC', 5)).toThrow(WindowError);
    expect(() => calendarBuckets({ from: 0, until: 5 }, 'DAY', 'Mars/Olympus', 5)).toThrow(WindowError);
  });

  it('builds 90 days of UTC without the calendar of a zone', async () => {
    const range = { from: at('2026-01-01T00:00:00Z'), until: at('2026-04-01T00:00:00Z') };
    const often = (zone: string) => () => {
      for (let i = 0; i < 200; i++) calendarBuckets(range, 'DAY', zone, 91);
    };
    // By the clock well under 0.2 ms each, which is a seventieth of a unit of work.
    expect((await cpuOf(often('UTC'))) / 200).toBeLessThan(unitOfWork() / 70);
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
    'Atlantic/Azores',
    'America/St_Johns',
  );
  const everys = fc.constantFrom(...GRANULARITIES.filter((every) => every !== 'MINUTE'));
  const moment = fc.integer({
    min: at('2008-01-01T00:00:00Z') / MINUTE_MS,
    max: at('2026-01-01T00:00:00Z') / MINUTE_MS,
  });

  it('is contiguous, covers the range, and splits into whole rollups of every level', () => {
    fc.assert(
      fc.property(
        zones,
        everys,
        fc.constantFrom(...WEEKDAYS),
        moment,
        fc.integer({ min: 1, max: 40 * 1_440 }),
        (zone, every, weekStart, start, length) => {
          const range = { from: start * MINUTE_MS, until: (start + length) * MINUTE_MS };
          const buckets = calendarBuckets(range, every, zone, 2_000, weekStart);
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
  it.each(['DAY', undefined] as const)('ends with its bucket (granularity %s)', (every) => {
    const day = { from: at('2024-03-30T23:00:00Z'), until: at('2024-03-31T22:00:00Z') };
    const range = rollingRange(day, parseWindow('P7D'), 'Europe/Berlin', every);
    expect([iso(range.from), iso(range.until)]).toEqual(['2024-03-24T23:00:00Z', '2024-03-31T22:00:00Z']);
    const months = rollingRange(day, parseWindow('P1M'), 'Europe/Berlin', every);
    expect(iso(months.from)).toBe('2024-02-29T23:00:00Z');
    expect(rollingRange(day, parseWindow('PT6H'), 'Europe/Berlin', every).from).toBe(day.until - 6 * HOUR_MS);
  });

  it('accepts minutes on any bucket, hours on whole hours of the zone', () => {
    const minute = { from: at('2024-03-30T23:07:00Z'), until: at('2024-03-30T23:08:00Z') };
    expect(rollingRange(minute, parseWindow('PT15M'), 'UTC')).toEqual({
      from: minute.until - 15 * MINUTE_MS,
      until: minute.until,
    });
    expect(() => rollingRange(minute, parseWindow('PT1H'), 'UTC')).toThrow(/needs buckets of an hour/);
    const hour = { from: at('2024-03-30T23:30:00Z'), until: at('2024-03-31T00:30:00Z') };
    expect(rollingRange(hour, parseWindow('PT1H'), 'Asia/Kolkata')).toEqual(hour);
    expect(() => rollingRange(hour, parseWindow('PT1H'), 'UTC')).toThrow(WindowError);
  });

  it.each(['P1D', 'P1W', 'P1M'])('refuses %s on hours, also on the one that ends at midnight', (window) => {
    for (const until of [HOUR_MS, DAY_MS]) {
      const hour = { from: until - HOUR_MS, until };
      for (const every of ['HOUR', undefined] as const)
        expect(() => rollingRange(hour, parseWindow(window), 'UTC', every)).toThrow(/buckets of a day/);
    }
  });
});

describe('splitByLevel', () => {
  const split = (from: string, until: string, coarsest?: 'DAY' | 'HOUR' | 'MINUTE') =>
    splitByLevel({ from: at(from), until: at(until) }, coarsest).map(
      (part) => `${part.level} ${(part.until - part.from) / MINUTE_MS}`,
    );

  it('uses whole units, as coarse as fits', () => {
    expect(split('2024-05-09T22:58:00Z', '2024-05-12T01:03:00Z')).toEqual([
      'MINUTE 2',
      'HOUR 60',
      'DAY 2880',
      'HOUR 60',
      'MINUTE 3',
    ]);
    expect(split('2024-05-09T10:10:00Z', '2024-05-09T10:50:00Z')).toEqual(['MINUTE 40']);
    expect(split('2024-05-09T10:10:00Z', '2024-05-09T11:50:00Z')).toEqual(['MINUTE 100']);
    expect(split('2024-05-09T10:00:00Z', '2024-05-10T09:00:00Z')).toEqual(['HOUR 1380']);
    expect(split('2024-05-09T10:00:00Z', '2024-05-09T10:00:00Z')).toEqual([]);
  });

  it('needs minutes for a day of Asia/Kolkata, hours for one of Europe/Berlin', () => {
    expect(split('2024-05-09T18:30:00Z', '2024-05-10T18:30:00Z')).toEqual([
      'MINUTE 30',
      'HOUR 1380',
      'MINUTE 30',
    ]);
    expect(split('2024-05-09T22:00:00Z', '2024-05-10T22:00:00Z')).toEqual(['HOUR 1440']);
  });

  it('goes no coarser than requested', () => {
    const range = ['2024-05-09T22:58:00Z', '2024-05-12T01:03:00Z'] as const;
    expect(split(...range, 'HOUR')).toEqual(['MINUTE 2', 'HOUR 3000', 'MINUTE 3']);
    expect(split(...range, 'MINUTE')).toEqual(['MINUTE 3005']);
  });

  it('refuses seconds, and ends before beginnings', () => {
    expect(() => splitByLevel({ from: 1, until: MINUTE_MS })).toThrow(WindowError);
    expect(() => splitByLevel({ from: MINUTE_MS, until: 0 })).toThrow(WindowError);
  });
});
