import { describe, expect, it } from 'vitest';
import { randomFrom } from '../statistics/random.ts';
import type { DayCounts } from './baseline.ts';
import { takeDay } from './score-watch.ts';
import { sizeOf } from './watch-changes.ts';
import { newWatch, type WatchEvent, type WatchPlan, type WatchState } from './watch-state.ts';

const FALLS_AND_RISES = [5, 10, 20].flatMap((points) => [
  { kind: 'FALL' as const, points },
  { kind: 'RISE' as const, points },
]);
const PLAN: WatchPlan = { tuned: FALLS_AND_RISES, withEwma: true, falseAlarmsPerYear: 0.2 };
const START = 19_000;

/** Days of made-up answers: per stratum how many a day and which score, by day since the start. */
function days(
  seed: number,
  length: number,
  strata: readonly ((day: number) => { readonly perDay: number; readonly score: number })[],
): DayCounts[] {
  const random = randomFrom(seed);
  return Array.from({ length }, (_, day) => ({
    day: START + day,
    strata: strata.map((of, stratum) => {
      const { perDay, score } = of(day);
      const counts: [number, number, number] = [0, 0, 0];
      for (let i = 0; i < perDay * 10; i++) {
        if (random() >= 0.1) continue;
        const u = random();
        const promoters = (0.7 + score / 100) / 2;
        const place = u < promoters ? 0 : u < promoters + 0.3 ? 1 : 2;
        counts[place] += 1;
      }
      return [stratum, ...counts] as const;
    }),
  }));
}

function watch(
  given: readonly DayCounts[],
  plan = PLAN,
  state = newWatch(),
): { state: WatchState; events: WatchEvent[] } {
  return { state, events: given.flatMap((one) => takeDay(plan, state, one)) };
}
const kinds = (events: readonly WatchEvent[]) => events.map(({ kind }) => kind);

describe('a watched segment', () => {
  it('is found to fall, with the day and the size', () => {
    const { state, events } = watch(days(1, 330, [(day) => ({ perDay: 30, score: day < 300 ? 30 : 10 })]));
    expect(kinds(events)).toEqual(['FOUND']);
    const [event] = events;
    if (event?.kind !== 'FOUND') throw new Error('no change was found');
    expect(event.change.direction).toBe('FALL');
    expect(Math.abs(event.change.since - START - 300)).toBeLessThan(7);
    expect(event.day - START).toBeLessThan(320);
    const size = state.change && sizeOf(state.change, 1.96);
    expect(size?.low).toBeLessThan(-20);
    expect(size?.high).toBeGreaterThan(-20);
    expect(size?.high).toBeLessThan(0);
  });

  it('is found to rise, and to be back', () => {
    const score = (day: number) => (day >= 300 && day < 360 ? 60 : 30);
    const { state, events } = watch(days(2, 420, [(day) => ({ perDay: 30, score: score(day) })]));
    expect(kinds(events)).toEqual(['FOUND', 'RECOVERED']);
    expect(events[0]).toMatchObject({ change: { direction: 'RISE' } });
    expect(Math.abs((events[1]?.day ?? 0) - START - 360)).toBeLessThan(10);
    expect(state.change).toBeNull();
  });

  it('says that a change was repaired in part, and that what lasts is the baseline', () => {
    const score = (day: number) => (day < 300 ? 30 : day < 350 ? -30 : 5);
    const { state, events } = watch(days(3, 620, [(day) => ({ perDay: 30, score: score(day) })]));
    expect(kinds(events)).toEqual(['FOUND', 'PARTLY', 'ADOPTED']);
    expect(state.change).toBeNull();
  });

  it('explains a fall by the mix, and finds a change within the strata', () => {
    const calm = [
      (day: number) => ({ perDay: day < 300 ? 30 : 10, score: 50 }),
      (day: number) => ({ perDay: day < 300 ? 10 : 30, score: -20 }),
    ];
    const { events } = watch(days(4, 360, calm));
    expect(kinds(events)).toEqual(['MIX']);
    const [event] = events;
    if (event?.kind !== 'MIX') throw new Error('not explained');
    expect(event.mix).toBeLessThan(-15);
    expect(Math.abs(event.season)).toBeLessThan(5);
    // The whole stays the same, because more of the better stratum answer while both fall.
    const hidden = [
      (day: number) => ({ perDay: day < 300 ? 20 : 30, score: day < 300 ? 50 : 30 }),
      (day: number) => ({ perDay: day < 300 ? 20 : 10, score: day < 300 ? -10 : -30 }),
    ];
    expect(kinds(watch(days(5, 360, hidden)).events)).toContain('FOUND');
  });

  it('knows the weekday, and the time of the year after two years', () => {
    const weekly = (day: number) => ({ perDay: 30, score: (START + day + 4) % 7 === 0 ? 0 : 35 });
    expect(kinds(watch(days(6, 500, [weekly])).events)).not.toContain('FOUND');
    const yearly = (day: number) => ({ perDay: 30, score: 30 + 12 * Math.sin((2 * Math.PI * day) / 365.25) });
    const { events } = watch(days(7, 1_460, [yearly]));
    const late = events.filter(({ day }) => day > START + 1_095);
    expect(late.filter(({ kind }) => kind === 'FOUND' || kind === 'FURTHER')).toEqual([]);
    expect(kinds(late)).toContain('SEASON');
  });

  it('has the same state however its days are handed over', () => {
    const all = days(8, 400, [(day) => ({ perDay: 12, score: day < 320 ? 20 : -20 })]);
    const whole = watch(all);
    const parts = newWatch();
    const events: WatchEvent[] = [];
    let state = parts;
    for (let i = 0; i < all.length; i += 37) {
      // As it is stored between two runs.
      state = JSON.parse(JSON.stringify(state)) as WatchState;
      events.push(...watch(all.slice(i, i + 37), PLAN, state).events);
    }
    expect(state).toEqual(JSON.parse(JSON.stringify(whole.state)));
    expect(events).toEqual(whole.events);
    expect(JSON.stringify(state).length).toBeLessThan(40_000);
    expect(() => takeDay(PLAN, state, all[0] as DayCounts)).toThrow(RangeError);
  });

  it('keeps to the stated rate of false alarms, with baselines that are estimates', () => {
    let found = 0;
    const [segments, years] = [12, 3];
    for (let seed = 0; seed < segments; seed++) {
      const { events } = watch(days(100 + seed, years * 365, [() => ({ perDay: 8, score: 25 })]));
      found += events.filter(({ kind }) => kind === 'FOUND').length;
    }
    // 7.2 are stated; a Poisson number of that mean is above 13 once in a hundred.
    expect(found).toBeLessThanOrEqual(13);
  });
});
