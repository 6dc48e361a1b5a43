import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import {
  assertZone,
  DAY_MS,
  endOfHour,
  HOUR_MS,
  localDay,
  MINUTE_MS,
  startOfDay,
  startOfHour,
  WindowError,
  zoneClock,
} from './zone-clock.ts';

const at = (text: string) => Date.parse(text);
const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');

describe('assertZone', () => {
  it('knows IANA names only, in any case', () => {
    for (const name of ['UTC', 'Etc/UTC', 'Asia/Kathmandu', 'europe/BERLIN', 'America/Port-au-Prince'])
      expect(() => assertZone(name)).not.toThrow();
    for (const name of ['', 'Mars/Olympus', '+02:00', 'local', 'system', 'UTC+2', 'x'.repeat(100)])
      expect(() => assertZone(name)).toThrow(WindowError);
  });

  it('reads another spelling as the same zone', () => {
    expect(zoneClock('eUrOpE/bErLiN')).toBe(zoneClock('Europe/Berlin'));
  });
});

describe('startOfDay', () => {
  it.each([
    ['UTC', '2024-03-31', '2024-03-31T00:00:00Z'],
    ['Europe/Berlin', '2024-03-31', '2024-03-30T23:00:00Z'],
    ['Europe/Berlin', '2024-04-01', '2024-03-31T22:00:00Z'],
    ['Asia/Kolkata', '2024-05-10', '2024-05-09T18:30:00Z'],
    ['Asia/Kathmandu', '2024-05-10', '2024-05-09T18:15:00Z'],
    // The clock goes from 23:59 to 01:00 ...
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
    ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00:00Z'],
    // ... from 23:59 back to 23:00 ...
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00Z'],
    ['Africa/Cairo', '2024-11-01', '2024-10-31T22:00:00Z'],
    // ... from 00:59 back to 00:00, so that midnight comes twice ...
    ['Atlantic/Azores', '2024-10-27', '2024-10-27T00:00:00Z'],
    ['America/Havana', '2024-11-03', '2024-11-03T04:00:00Z'],
    // ... and over a whole day.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'],
  ])('%s %s', (zone, day, expected) => {
    expect(iso(startOfDay(zoneClock(zone), at(`${day}T00:00:00Z`)))).toBe(expected);
  });
});

/** What the zone's clock shows, straight from the engine. */
function wallClock(zone: string) {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  });
  return (time: number) => format.format(time);
}

describe('days and hours compared with a minute-by-minute reading of the clock', () => {
  it.each([
    ['Europe/Berlin', '2024-03-31'],
    ['Europe/Berlin', '2024-10-27'],
    ['America/Sao_Paulo', '2018-11-04'],
    ['America/Sao_Paulo', '2018-02-18'],
    ['Africa/Cairo', '2024-04-26'],
    ['Atlantic/Azores', '2024-10-27'],
    ['America/Havana', '2024-11-03'],
    ['Australia/Lord_Howe', '2024-04-07'],
    ['Australia/Lord_Howe', '2024-10-06'],
    ['Asia/Kathmandu', '2024-10-06'],
    ['Asia/Pyongyang', '2018-05-05'],
  ])('%s around %s', (zone, date) => {
    const clock = zoneClock(zone);
    const show = wallClock(zone);
    const noon = at(`${date}T12:00:00Z`);
    let day = '';
    let hour = '';
    let offset = Number.NaN;
    for (let time = noon - 36 * HOUR_MS; time <= noon + 36 * HOUR_MS; time += MINUTE_MS) {
      const shown = show(time);
      const turned = clock(time) !== offset;
      const started = time > noon - 36 * HOUR_MS;
      if (started && shown.slice(0, 10) > day) {
        expect(iso(startOfDay(clock, localDay(clock, time)))).toBe(iso(time));
      }
      // An hour begins where the clock shows another one, or is moved.
      if (started && (shown.slice(0, -3) !== hour || turned)) {
        expect(iso(startOfHour(clock, time))).toBe(iso(time));
        expect(iso(endOfHour(clock, startOfHour(clock, time - 1)))).toBe(iso(time));
      }
      day = shown.slice(0, 10);
      hour = shown.slice(0, -3);
      offset = clock(time);
    }
    expect(day > date).toBe(true);
  });
});

describe('every moment', () => {
  it('is in one hour of at most 60 minutes, and in one day of 22 to 26 hours', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'Atlantic/Azores',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    );
    const moments = fc.integer({ min: at('1990-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(zones, moments, (zone, time) => {
        const clock = zoneClock(zone);
        const hour = startOfHour(clock, time);
        expect(hour).toBeLessThanOrEqual(time);
        expect(endOfHour(clock, hour)).toBeGreaterThan(time);
        expect(endOfHour(clock, hour) - hour).toBeLessThanOrEqual(HOUR_MS);
        const day = localDay(clock, time);
        const [from, until] = [startOfDay(clock, day), startOfDay(clock, day + DAY_MS)];
        expect(from).toBeLessThanOrEqual(time);
        expect(until).toBeGreaterThan(time);
        expect(Math.abs(until - from - DAY_MS)).toBeLessThanOrEqual(2 * HOUR_MS);
      }),
    );
  });
});
