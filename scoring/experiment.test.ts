import { describe, expect, it } from 'vitest';
import { RETRAINING_POLICIES } from '../domain/models/retraining-policy.ts';
import { randomFrom } from '../domain/statistics/random.ts';
import { replayPolicies, type TimedExample } from './experiment.ts';

const DAY_MS = 86_400_000;
const DAYS = 360;
const SHIFT = 160;

/** 20 answers a day; on day 160 the words change, and with them what they mean. */
function history(seed: number): TimedExample[] {
  const random = randomFrom(seed);
  return Array.from({ length: DAYS * 20 }, (_, i) => {
    const day = Math.floor(i / 20);
    const label = Math.floor(random() * 3);
    const isAfter = day >= SHIFT;
    const said = random() < 0.85 ? label : Math.floor(random() * 3);
    const inputs = new Float64Array(6);
    inputs[isAfter ? 3 + ((said + 1) % 3) : said] = 1;
    if (isAfter) inputs[(said + 2) % 3] = 0.5;
    return { at: day * DAY_MS + (i % 20), inputs, label, weight: 1, isCorrected: false };
  });
}

/** By default a training reads 20 days, as where the volume is high. */
const replay = (
  answers: readonly TimedExample[],
  names: readonly (keyof typeof RETRAINING_POLICIES)[],
  mostExamples = 400,
) => {
  const policies = names.map((name) => RETRAINING_POLICIES[name]);
  return replayPolicies(answers, policies, { firstDays: 60, mostExamples, seed: 1, clock: () => 0 });
};

describe('replayPolicies', () => {
  const answers = history(5);
  const [never, drift, schedule, rested] = replay(answers, ['never', 'drift', 'schedule-30', 'drift-rested']);

  it('shows that training on drift is better than never, with fewer trainings than every 30 days', () => {
    expect(never?.trainings).toBe(0);
    expect(drift?.trainings).toBeGreaterThan(0);
    expect(drift?.trainings).toBeLessThan(schedule?.trainings ?? 0);
    expect(drift?.quality.macroF1).toBeGreaterThan((never?.quality.macroF1 ?? 1) + 0.1);
    expect(drift?.quality.brier).toBeLessThan(never?.quality.brier ?? 0);
  });

  it('shows that a training which reads all answers learns the change too: the newest labels are learnt', () => {
    const [none, all] = replay(answers, ['never', 'drift'], 20_000);
    expect(all?.trainings).toBeGreaterThan(0);
    expect(all?.quality.macroF1).toBeGreaterThan((none?.quality.macroF1 ?? 1) + 0.1);
  });

  it('shows that a rest between trainings saves some, and costs little', () => {
    expect(rested?.trainings).toBeGreaterThan(0);
    expect(rested?.trainings).toBeLessThan(drift?.trainings ?? 0);
    expect(rested?.quality.macroF1).toBeGreaterThan((drift?.quality.macroF1 ?? 1) - 0.05);
  });

  it('gives the same for the same seed', () => {
    expect(replay(answers, ['drift', 'schedule-30'])).toEqual([drift, schedule]);
  });

  it('learns nothing from what comes later', () => {
    const cut = answers.filter(({ at }) => at < 240 * DAY_MS);
    const [shorter] = replay(cut, ['drift']);
    expect(shorter?.months.slice(0, 5)).toEqual(drift?.months.slice(0, 5));
  });
});
