import { describe, expect, it } from 'vitest';
import { HOUR_MS, zoneClock } from '../../../domain/time/zone-clock.ts';
import fc from '../../../test/fixtures/properties.ts';
import { dateFormatsOf } from './formats.ts';
import { CHANGE_RULES, type ChangeRule, readTime } from './read-time.ts';

const made = dateFormatsOf(['iso'], ['en']);
if ('mistakes' in made) throw new Error('iso is a format');
const { formats } = made;
const read = (
  zone: string,
  text: string,
  skipped: ChangeRule = 'later',
  repeated: ChangeRule = 'earlier',
) => {
  const time = readTime({ formats, zone, skipped, repeated }, text);
  return typeof time === 'string' ? time : `${time.at.toISOString()}${time.note ? ` ${time.note}` : ''}`;
};

describe('a skipped time', () => {
  it('is the nearest existing one, by the rule', () => {
    const text = '2026-03-29 02:30';
    expect(read('Europe/Berlin', text)).toBe('2026-03-29T01:00:00.000Z TIME_SKIPPED');
    expect(read('Europe/Berlin', text, 'earlier')).toBe('2026-03-29T00:59:59.999Z TIME_SKIPPED');
    expect(read('Europe/Berlin', text, 'reject')).toMatch(/clocks in Europe\/Berlin never showed this time/);
    expect(read('Europe/Berlin', '2026-03-29 01:59:59')).toBe('2026-03-29T00:59:59.000Z');
    expect(read('Europe/Berlin', '2026-03-29 03:00')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('is not a day that only began late', () => {
    expect(read('America/Sao_Paulo', '2018-11-04', 'reject', 'reject')).toBe('2018-11-04T03:00:00.000Z');
    expect(read('America/Sao_Paulo', '2018-11-04 00:30')).toBe('2018-11-04T03:00:00.000Z TIME_SKIPPED');
    expect(read('America/Havana', '2024-11-03', 'reject', 'reject')).toBe('2024-11-03T04:00:00.000Z');
  });

  it('may be a whole day', () => {
    expect(read('Pacific/Apia', '2011-12-30')).toBe('2011-12-30T10:00:00.000Z TIME_SKIPPED');
    expect(read('Pacific/Apia', '2011-12-30', 'reject')).toMatch(/never showed this time/);
    expect(read('Pacific/Apia', '2011-12-31')).toBe('2011-12-30T10:00:00.000Z');
  });
});

describe('a repeated time', () => {
  it('is the first or the second one, by the rule', () => {
    const text = '2026-10-25 02:30';
    expect(read('Europe/Berlin', text)).toBe('2026-10-25T00:30:00.000Z TIME_REPEATED');
    expect(read('Europe/Berlin', text, 'later', 'later')).toBe('2026-10-25T01:30:00.000Z TIME_REPEATED');
    expect(read('Europe/Berlin', text, 'later', 'reject')).toMatch(
      /clocks in Europe\/Berlin showed this time twice/,
    );
    // An explicit offset needs no rule.
    expect(read('Europe/Berlin', `${text}+01:00`, 'later', 'reject')).toBe('2026-10-25T01:30:00.000Z');
    expect(read('Europe/Berlin', '2026-10-25 03:00')).toBe('2026-10-25T02:00:00.000Z');
  });
});

const known = new Map<string, number[]>();

/** Moments of clock changes in a zone. */
function changesOf(zone: string): number[] {
  const present = known.get(zone);
  if (present) return present;
  const clock = zoneClock(zone);
  const changes: number[] = [];
  const [from, to] = [Date.UTC(2005, 0, 1), Date.UTC(2030, 0, 1)];
  for (let time = from; time < to; time += 24 * HOUR_MS) {
    let [low, high] = [time, time + 24 * HOUR_MS];
    if (clock(low) === clock(high)) continue;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (clock(middle) === clock(low)) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  known.set(zone, changes);
  return changes;
}

describe('around the clock changes of any zone', () => {
  // Every seventh zone, and those with unusual clock changes: by half an hour, over a day, for a month each
  // year.
  const ZONES = [
    ...Intl.supportedValuesOf('timeZone').filter((_, i) => i % 7 === 0),
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Africa/Casablanca',
    'America/Havana',
  ];
  const moment = fc
    .record({
      zone: fc.constantFrom(...ZONES),
      pick: fc.nat(),
      before: fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
      between: fc.integer({ min: 0, max: 2 * HOUR_MS }),
      skipped: fc.constantFrom(...CHANGE_RULES),
      repeated: fc.constantFrom(...CHANGE_RULES),
    })
    .map(({ zone, pick, before, ...more }) => {
      const changes = changesOf(zone);
      const change = changes[pick % Math.max(1, changes.length)] ?? Date.UTC(2026, 2, 29, 1);
      return { zone, at: change + before, ...more };
    });
  const momentOf = (zone: string, local: number, skipped: ChangeRule, repeated: ChangeRule) =>
    readTime({ formats, zone, skipped, repeated }, new Date(local).toISOString().slice(0, -1));

  it('a shown time is read as the moment at which it was shown, or as its repetition', () => {
    fc.assert(
      fc.property(moment, ({ zone, at, skipped, repeated }) => {
        const clock = zoneClock(zone);
        const time = momentOf(zone, at + clock(at), skipped, repeated);
        if (typeof time === 'string') {
          expect([repeated, time]).toEqual(['reject', expect.stringMatching(/twice/)]);
          return;
        }
        const found = time.at.getTime();
        expect(found + clock(found)).toBe(at + clock(at));
        expect(time.note).not.toBe('TIME_SKIPPED');
        if (found === at && !time.note) return;
        expect(time.note).toBe('TIME_REPEATED');
        if (found !== at) expect(found < at).toBe(repeated === 'earlier');
      }),
      { numRuns: 1_000 },
    );
  });

  it('a later shown time is never read as earlier, and a skipped one is at the change', () => {
    fc.assert(
      fc.property(moment, ({ zone, at, between, skipped, repeated }) => {
        const clock = zoneClock(zone);
        const local = at + clock(at);
        const [one, other] = [local, local + between].map((text) => momentOf(zone, text, skipped, repeated));
        if (!one || !other || typeof one === 'string' || typeof other === 'string') return;
        expect(one.at.getTime()).toBeLessThanOrEqual(other.at.getTime());
        for (const { note, at: found } of [one, other])
          if (note === 'TIME_SKIPPED') {
            const [last, first] =
              skipped === 'earlier'
                ? [found.getTime(), found.getTime() + 1]
                : [found.getTime() - 1, found.getTime()];
            expect(clock(last)).toBeLessThan(clock(first));
          }
      }),
      { numRuns: 1_000 },
    );
  });
});
