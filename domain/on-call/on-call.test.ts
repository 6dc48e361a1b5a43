import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { parsePlan, waitsUntil } from './plan.ts';
import { DAYS_OF_WEEK, quietUntil } from './quiet-hours.ts';
import { type Schedule, shiftAt } from './shifts.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (text: string) => Date.parse(text);
const iso = (time: number) => new Date(time).toISOString();
const berlin: Schedule = {
  timeZone: 'Europe/Berlin',
  unit: 'WEEK',
  handOver: '09:00',
  begins: '2026-03-23',
  targets: ['ana', 'ben', 'cho'],
};

const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
);
const times = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const moments = fc.integer({ min: at('2000-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });

describe('a schedule', () => {
  it('hands over at the same time of the clocks before and after they change', () => {
    // The clocks of Berlin go forward on 29 March and back on 25 October 2026.
    const march = shiftAt(berlin, at('2026-03-28T12:00:00Z'));
    expect([march.target, iso(march.from), iso(march.until)]).toEqual([
      'ana',
      '2026-03-23T08:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
    ]);
    expect(shiftAt(berlin, march.until - 1).target).toBe('ana');
    expect(shiftAt(berlin, march.until).target).toBe('ben');
    const autumn = shiftAt({ ...berlin, unit: 'DAY' }, at('2026-10-25T06:00:00Z'));
    expect((autumn.until - autumn.from) / HOUR_MS).toBe(25);
  });

  it('hands over once where the clocks skip the time or show it twice', () => {
    const daily = { ...berlin, unit: 'DAY' as const, handOver: '02:30', begins: '2026-01-01' };
    expect(iso(shiftAt(daily, at('2026-03-29T05:00:00Z')).from)).toBe('2026-03-29T01:00:00.000Z');
    expect(iso(shiftAt(daily, at('2026-10-25T05:00:00Z')).from)).toBe('2026-10-25T00:30:00.000Z');
  });

  it('has one target at each moment, in turn, whatever the zone', () => {
    fc.assert(
      fc.property(
        zones,
        fc.constantFrom('DAY' as const, 'WEEK' as const),
        times,
        moments,
        fc.integer({ min: 1, max: 5 }),
        (timeZone, unit, handOver, time, people) => {
          const targets = Array.from({ length: people }, (_, i) => `target ${i}`);
          const schedule = { timeZone, unit, handOver, begins: '2020-02-29', targets };
          const shift = shiftAt(schedule, time);
          expect(shift.from).toBeLessThanOrEqual(time);
          expect(shift.until).toBeGreaterThan(time);
          const after = shiftAt(schedule, shift.until);
          expect(after.from).toBe(shift.until);
          expect(shiftAt(schedule, shift.from).turn).toBe(shift.turn);
          const turns = after.turn - shift.turn;
          // Apia skipped 30 December 2011: that turn has no length.
          expect([1, ...(timeZone === 'Pacific/Apia' && unit === 'DAY' ? [2] : [])]).toContain(turns);
          expect(targets.indexOf(after.target)).toBe((targets.indexOf(shift.target) + turns) % people);
          const length = (unit === 'DAY' ? 1 : 7) * DAY_MS;
          expect(Math.abs(shift.until - shift.from - length)).toBeLessThanOrEqual(
            timeZone === 'Pacific/Apia' ? 24 * HOUR_MS : HOUR_MS,
          );
          // The clocks show the time of the hand-over, or skip it.
          const shown = DateTime.fromMillis(shift.from, { zone: timeZone });
          const skips = shown.offset !== DateTime.fromMillis(shift.from - 1, { zone: timeZone }).offset;
          if (!skips) expect(shown.toFormat('HH:mm')).toBe(handOver);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('quiet hours', () => {
  const nights = {
    timeZone: 'Europe/Berlin',
    windows: [{ days: [...DAYS_OF_WEEK], from: '22:00', until: '07:00' }],
  };
  const end = (text: string, quiet: Parameters<typeof quietUntil>[0] = nights) => {
    const found = quietUntil(quiet, at(text));
    return found === null ? null : iso(found);
  };

  it('end at their time of the clocks, in the nights in which these change too', () => {
    expect(end('2026-03-28T20:59:59Z')).toBeNull();
    expect(end('2026-03-28T21:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(end('2026-03-29T04:59:59Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(end('2026-03-29T05:00:00Z')).toBeNull();
    expect(end('2026-10-24T23:30:00Z')).toBe('2026-10-25T06:00:00.000Z');
  });

  it('are one where windows follow each other', () => {
    const weekend = {
      timeZone: 'Europe/Berlin',
      windows: [
        ...nights.windows,
        { days: ['SATURDAY' as const, 'SUNDAY' as const], from: '00:00', until: '00:00' },
      ],
    };
    expect(end('2026-11-06T21:30:00Z', weekend)).toBe('2026-11-09T06:00:00.000Z');
    expect(end('2026-11-05T12:00:00Z', weekend)).toBeNull();
  });

  it('hold exactly while the clocks show them, and are over at their end', () => {
    fc.assert(
      fc.property(
        zones,
        times,
        times,
        moments,
        fc.subarray([...DAYS_OF_WEEK], { minLength: 1, maxLength: 6 }),
        (timeZone, from, until, time, days) => {
          const quiet = { timeZone, windows: [{ days, from, until }] };
          const found = quietUntil(quiet, time);
          if (found !== null) {
            expect(found).toBeGreaterThan(time);
            expect(quietUntil(quiet, found)).toBeNull();
            expect(quietUntil(quiet, found - 1)).toBe(found);
          }
          const hours = [time - 26 * HOUR_MS, time + 26 * HOUR_MS].map(
            (one) => DateTime.fromMillis(one, { zone: timeZone }).offset,
          );
          // While the clocks do not change, it is quiet where they show a time of the window.
          if (hours[0] !== hours[1]) return;
          const shown = DateTime.fromMillis(time, { zone: timeZone });
          const clock = shown.toFormat('HH:mm');
          const begins = (day: DateTime) => days.includes(DAYS_OF_WEEK[day.weekday - 1] ?? 'MONDAY');
          const today = begins(shown) && clock >= from && (until <= from || clock < until);
          const before = begins(shown.minus({ days: 1 })) && until <= from && clock < until;
          expect(found !== null).toBe(today || before);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('let severe alerts pass, and targets that are not quiet', () => {
    const plan = parsePlan({
      quietHours: {
        timeZone: 'UTC',
        below: 'CRITICAL',
        targets: ['pager'],
        windows: [{ from: '20:00', until: '06:00' }],
      },
    });
    const night = at('2026-11-05T22:00:00Z');
    expect(waitsUntil(plan, 'WARNING', 'pager', night)).toBe(at('2026-11-06T06:00:00Z'));
    expect(waitsUntil(plan, 'CRITICAL', 'pager', night)).toBeNull();
    expect(waitsUntil(plan, 'WARNING', 'lake', night)).toBeNull();
    expect(waitsUntil(plan, 'WARNING', 'pager', night - 3 * HOUR_MS)).toBeNull();
  });
});

describe('a plan', () => {
  it.each([
    [
      { quietHours: { timeZone: 'Berlin', windows: [{ from: '20:00', until: '06:00' }] } },
      /^plan\.quietHours\.timeZone: an IANA time zone/,
    ],
    [
      { quietHours: { timeZone: 'UTC', windows: [{ from: '24:00', until: '06:00' }] } },
      /^plan\.quietHours\.windows\.0\.from: a time of the form HH:mm/,
    ],
    [
      { quietHours: { timeZone: 'UTC', windows: [{ from: '06:00', until: '06:00' }] } },
      /some hours of each week must not be quiet/,
    ],
    [
      { schedules: { primary: { timeZone: 'UTC', begins: '2026-02-30', targets: ['a'] } } },
      /^plan\.schedules\.primary\.begins: a date/,
    ],
    [
      { escalation: { steps: [{ schedule: 'primary' }] } },
      /^plan\.escalation\.steps\.0: there is no schedule of that name; there are: none/,
    ],
    [
      { escalation: { steps: [{ minutes: 5 }] } },
      /^plan\.escalation\.steps\.0: either "target" or "schedule"/,
    ],
    [{ escalations: {} }, /^plan: /],
  ])('is refused with what is wrong: %j', (given, message) => {
    expect(() => parsePlan(given)).toThrow(message);
  });
});
