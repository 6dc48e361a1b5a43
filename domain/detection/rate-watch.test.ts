import { expect, it } from 'vitest';
import { randomFrom } from '../statistics/random.ts';
import { RATE_DAYS, RATE_FALSE_ALARMS, type RateDay, readRate } from './rate-watch.ts';

const WEEK = [1, 1.1, 0.3, 0.2, 1, 1.2, 1];
const DELAYS = [0.5, 0.2, 0.1, 0.08, 0.05, 0.04, 0.03];

/** Days on which people are asked, more on workdays, and answer after a delay; each day has a factor of its own. */
function madeUp(seed: number, length: number, asked: number, rateOn: (day: number) => number): RateDay[] {
  const random = randomFrom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const days = Array.from({ length }, () => ({ asked: 0, answered: 0 }));
  days.forEach((day, place) => {
    day.asked = Math.max(0, Math.round(asked * (WEEK[place % 7] ?? 1) * (1 + 0.15 * gauss())));
    for (let person = 0; person < day.asked; person++) {
      if (random() >= rateOn(place)) continue;
      let [delay, left] = [0, random()];
      while (delay < DELAYS.length && left >= (DELAYS[delay] ?? 0)) left -= DELAYS[delay++] ?? 0;
      const on = days[place + delay];
      if (on) on.answered += 1;
    }
  });
  return days;
}

/** Alarms that begin, looked at once a day, with a baseline that moves along. */
function alarms(days: readonly RateDay[], from = RATE_DAYS): number[] {
  const found: number[] = [];
  let isOn = false;
  for (let end = from; end <= days.length; end++) {
    const reading = readRate(end - RATE_DAYS, days.slice(end - RATE_DAYS, end));
    const is = (reading?.height ?? 0) >= 1;
    if (is && !isOn) found.push(end);
    isOn = is;
  }
  return found;
}

it('raises no more false alarms than it states, where invitations vary by weekday and are answered late', () => {
  const years = 2;
  let count = 0;
  const segments = 10;
  for (let seed = 1; seed <= segments; seed++)
    count += alarms(madeUp(seed, RATE_DAYS + years * 365, seed % 2 ? 40 : 200, () => 0.25)).length;
  // 20 segment-years at one in five: four expected, ten are three standard deviations more.
  expect(count).toBeLessThanOrEqual(
    segments * years * RATE_FALSE_ALARMS + 3 * Math.sqrt(segments * years * RATE_FALSE_ALARMS),
  );
}, 120_000);

it('finds a planted fall of the response rate, sooner the larger it is, and says by how much', () => {
  const at = RATE_DAYS + 20;
  const delayOf = (to: number) => {
    const days = madeUp(3, at + 120, 200, (day) => (day < at ? 0.25 : to));
    const [first] = alarms(days).filter((end) => end > at);
    return { delay: (first ?? Number.POSITIVE_INFINITY) - at, days };
  };
  const [half, quarter] = [delayOf(0.125), delayOf(0.19)];
  expect(half.delay).toBeLessThanOrEqual(7);
  expect(quarter.delay).toBeLessThanOrEqual(21);
  const end = at + quarter.delay + 14;
  const reading = readRate(end - RATE_DAYS, quarter.days.slice(end - RATE_DAYS, end));
  expect(reading?.direction).toBe('fall');
  expect(reading?.before).toBeCloseTo(0.25, 1);
  expect(reading?.now).toBeGreaterThan(0.15);
  expect(reading?.now).toBeLessThan(0.22);
});

it('is not misled by a campaign that asks ten times as many people', () => {
  const days = madeUp(5, RATE_DAYS + 60, 60, () => 0.3);
  const many = madeUp(6, 60, 600, () => 0.3);
  const joined = days.map((day, place) => {
    const extra = many[place - RATE_DAYS];
    return extra ? { asked: day.asked + extra.asked, answered: day.answered + extra.answered } : day;
  });
  expect(alarms(joined)).toEqual([]);
});

it('has nothing to say without a baseline', () => {
  expect(
    readRate(
      0,
      madeUp(1, 100, 100, () => 0.2),
    ),
  ).toBeNull();
  expect(readRate(0, [])).toBeNull();
});
