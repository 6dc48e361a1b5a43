import { expect, it } from 'vitest';
import { randomFrom } from '../statistics/random.ts';
import { FALSE_ALARMS_A_YEAR, judgeDay, judgeSilence, PROFILE_DAYS, profileOf } from './volume.ts';

const DAY_MS = 86_400_000;
const random = randomFrom(11);
const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
function poisson(mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gauss()));
  let [count, product] = [0, random()];
  for (const end = Math.exp(-mean); product > end; product *= random()) count += 1;
  return count;
}
const WEEK = [1, 1.1, 0.2, 0.1, 1, 1.2, 1];
/** A day's answers; `spread`: the day's own factor has that standard deviation. */
const answersOn = (day: number, level: number, spread: number) =>
  poisson(level * (WEEK[day % 7] ?? 1) * Math.max(0, 1 + spread * gauss()));

/** With a profile that is made again once a week. */
function alarmsAYear(level: number, spread: number, years: number): number {
  let alarms = 0;
  const counts: number[] = [];
  let profile = profileOf(0, counts);
  for (let day = 0; day < years * 365 + PROFILE_DAYS; day++) {
    const count = answersOn(day, level, spread);
    if (day >= PROFILE_DAYS && day % 7 === 0)
      profile = profileOf(day - PROFILE_DAYS, counts.slice(-PROFILE_DAYS));
    if (profile && judgeDay(profile, day, count).verdict) alarms += 1;
    counts.push(count);
  }
  return alarms / years;
}

it.each([
  [50, 0.15],
  [1_000, 0.15],
])(
  'raises no more false alarms than it states: %d a day, each day with a factor of spread %d',
  (level, spread) => {
    // 40 years of one a year: four standard deviations are 0.63 alarms.
    expect(alarmsAYear(level, spread, 40)).toBeLessThan(FALSE_ALARMS_A_YEAR + 0.63);
  },
);
it('finds a fall to half of 100 answers on the first day, and a doubling', () => {
  const counts = Array.from({ length: PROFILE_DAYS }, (_, day) => answersOn(day, 100, 0.05));
  const profile = profileOf(0, counts);
  if (!profile) throw new Error('there is no profile');
  expect(judgeDay(profile, 56, 50).verdict).toBe('fall');
  expect(judgeDay(profile, 56, 200).verdict).toBe('surge');
  expect(judgeDay(profile, 56, 103).verdict).toBe(null);
  expect(judgeDay(profile, 58, 20).verdict, 'a quiet weekday').toBe(null);
});
it('is not misled by an import, and has no profile of a source without a rhythm', () => {
  const counts = Array.from({ length: PROFILE_DAYS }, (_, day) => answersOn(day, 100, 0.05));
  counts[20] = 50_000;
  const profile = profileOf(0, counts);
  expect(profile?.means[20 % 7]).toBeLessThan(150);
  expect(
    profileOf(
      0,
      counts.map((count, day) => (day % 9 === 0 ? count : 0)),
    ),
  ).toBe(null);
  expect(profileOf(0, counts.slice(0, 20))).toBe(null);
});
it('takes a silence of a day for too long, and a weekend for usual', () => {
  // Day 0 is a Thursday; nothing on Saturdays and Sundays.
  const counts = Array.from({ length: PROFILE_DAYS }, (_, day) => (day % 7 === 2 || day % 7 === 3 ? 0 : 40));
  const profile = profileOf(0, counts);
  if (!profile) throw new Error('there is no profile');
  const evening = 57 * DAY_MS + 18 * 3_600_000;
  expect(judgeSilence(profile, evening, evening + 20 * 3_600_000).isTooLong).toBe(false);
  expect(judgeSilence(profile, evening, evening + 60 * 3_600_000).isTooLong, 'the weekend').toBe(false);
  expect(judgeSilence(profile, evening, 61 * DAY_MS).isTooLong, 'and the Monday').toBe(true);
  expect(judgeSilence(profile, evening - DAY_MS, evening), 'Thursday evening to Friday').toMatchObject({
    isTooLong: true,
    expected: 40,
  });
});
