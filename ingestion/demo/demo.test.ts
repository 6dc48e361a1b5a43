import { describe, expect, it } from 'vitest';
import { OUTCOME_KINDS } from '../../domain/outcomes/outcome-kinds.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { normalise } from '../pipeline/normalise.ts';
import { type DemoAnswer, demoHistory, Respondents } from './answers.ts';
import { demoChanges, demoOutcomes } from './business.ts';
import { COMMENTS } from './comments.ts';
import { DEMO_NAME, demoDraft } from './draft.ts';
import { HISTORY_ANSWERS, HISTORY_DAYS, RELEASE } from './story.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const ANCHOR = Date.UTC(2026, 2, 31, 12, 34);
const DAY_MS = 86_400_000;

const history = (seed = 1, dimensions = DIMENSIONS) => [...demoHistory({ seed, dimensions, anchor: ANCHOR })];
const all = history();

/** NPS of the last delivery of each answer between two days before the anchor that fits. */
function score(from: number, to: number, fits: (answer: DemoAnswer) => boolean): number {
  const last = new Map<string, number>();
  for (const answer of all) {
    const day = (answer.answeredAt.getTime() - ANCHOR) / DAY_MS;
    if (day >= from && day < to && fits(answer)) last.set(answer.externalId, answer.score);
  }
  const of = (test: (score: number) => boolean) => [...last.values()].filter(test).length;
  expect(last.size).toBeGreaterThan(50);
  return (100 * (of((one) => one >= 9) - of((one) => one <= 6))) / last.size;
}

describe('the history of the demo', () => {
  it('is the same for the same seed and start, and another for another seed', () => {
    expect(history()).toEqual(all);
    expect(history(2).map((answer) => answer.score)).not.toEqual(all.map((answer) => answer.score));
  });

  it('is the same at whatever hour of a day it starts, up to then', () => {
    const day = ANCHOR - (ANCHOR % DAY_MS);
    const [early, late] = [600_000, DAY_MS - 600_000].map((after) => [
      ...demoHistory({ seed: 1, dimensions: DIMENSIONS, anchor: day + after }),
    ]) as [DemoAnswer[], DemoAnswer[]];
    expect(late.slice(0, early.length)).toEqual(early);
    expect(late.slice(0, all.length)).toEqual(all);
    expect(late.length).toBeGreaterThan(all.length);
    expect(all.length).toBeGreaterThan(early.length);
  });

  it('has about 20,000 answers of 180 days, by time, with fewer on weekends and some corrected', () => {
    const ids = new Set(all.map(({ externalId }) => externalId));
    expect(Math.abs(ids.size - HISTORY_ANSWERS)).toBeLessThan(HISTORY_ANSWERS / 20);
    const times = all.map(({ answeredAt }) => answeredAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(ANCHOR);
    expect(times[0]).toBeGreaterThan(ANCHOR - (HISTORY_DAYS + 1) * DAY_MS);
    const corrected = all.length - ids.size;
    expect(corrected).toBeGreaterThan(100);
    expect(corrected).toBeLessThan(600);
    const on = (days: readonly number[]) =>
      all.filter(({ answeredAt }) => days.includes(answeredAt.getUTCDay())).length / days.length;
    expect(on([0, 6]) / on([1, 2, 3, 4, 5])).toBeLessThan(0.7);
  });

  it('is answered by the same people again, each in one region', () => {
    const regions = new Map<string, Set<string | undefined>>();
    for (const { respondent, dimensions } of all)
      regions.set(respondent, (regions.get(respondent) ?? new Set()).add(dimensions.region));
    expect([...regions.values()].filter(({ size }) => size > 1)).toEqual([]);
    expect(regions.size).toBeLessThan(all.length / 2);
  });

  it('has the release that hurts onboarding in Germany, repaired in part, and no other region', () => {
    const of = (region: string) => (answer: DemoAnswer) =>
      answer.dimensions.region === region && answer.dimensions.lifecycleStage === 'onboarding';
    const [before, after, repaired] = [
      score(-90, -45, of('Germany')),
      score(-45, -20, of('Germany')),
      score(-10, 0, of('Germany')),
    ];
    expect(before - after).toBeGreaterThan(40);
    expect(repaired).toBeGreaterThan(after);
    expect(repaired).toBeLessThan(before);
    expect(
      Math.abs(score(-90, -45, of('United States')) - score(-45, -20, of('United States'))),
    ).toBeLessThan(20);
  });

  it('has the price change that lowers renewals in every region', () => {
    for (const region of ['Germany', 'United States', 'Japan', 'Brazil']) {
      const fits = ({ dimensions }: DemoAnswer) =>
        dimensions.lifecycleStage === 'renewal' && dimensions.region === region;
      expect(score(-180, -100, fits) - score(-100, 0, fits)).toBeGreaterThan(12);
    }
  });

  it('is made for the dimensions of the deployment', () => {
    const values = (dimensions: typeof DIMENSIONS) =>
      [...new Set(history(1, dimensions).map((answer) => JSON.stringify(answer.dimensions)))].sort();
    expect(values(defineDimensions([{ field: 'homeAirport' }]))).toEqual(
      ['A', 'B', 'C'].map((letter) => JSON.stringify({ homeAirport: `homeAirport ${letter}` })),
    );
    expect(values(defineDimensions([{ field: 'region', values: ['EMEA', 'APAC'] }]))).toEqual([
      '{"region":"APAC"}',
      '{"region":"EMEA"}',
    ]);
  });

  it('is accepted like any other responses, and named as simulated', () => {
    const deps = {
      dimensions: DIMENSIONS,
      pepper: { version: 1, secret: Buffer.alloc(32) },
      now: () => ANCHOR,
    };
    expect(DEMO_NAME).toContain('simulated');
    for (const [i, answer] of all.slice(0, 1_000).entries()) {
      const draft = demoDraft(answer, 7, i + 1);
      const response = normalise(deps, draft);
      if ('status' in response) throw new Error(JSON.stringify(response));
      expect(Object.values(response.attributes)).not.toContain('unknown');
      expect(response.comment).toBe(answer.comment);
      expect(draft.mapping).toMatchObject({
        source: DEMO_NAME,
        definition: expect.stringContaining('simulated'),
      });
      expect(answer.respondent).toMatch(/@demo\.invalid$/);
    }
  });

  it('has comments of many kinds with every slot filled', () => {
    const templates = Object.values(COMMENTS).flatMap((by) => Object.values(by).flat());
    expect(new Set(templates).size).toBe(templates.length);
    expect(templates.length).toBeGreaterThan(150);
    const comments = all.flatMap(({ comment }) => comment ?? []);
    expect(comments.length / all.length).toBeGreaterThan(0.35);
    expect(comments.filter((comment) => /[{}]|undefined/.test(comment))).toEqual([]);
    expect(new Set(comments).size).toBeGreaterThan(300);
  });
});

it('live answers go on with the same people, under ids of their own', () => {
  const respondents = new Respondents({ seed: 1, dimensions: DIMENSIONS, anchor: ANCHOR }, 2);
  const live = Array.from({ length: 200 }, (_, i) => respondents.answerAt(ANCHOR + i * 1_000, `live-${i}`));
  const known = new Set(all.map(({ respondent }) => respondent));
  expect(live.filter(({ respondent }) => known.has(respondent)).length).toBeGreaterThan(100);
  expect(live.map(({ answeredAt }) => answeredAt.getTime())).toEqual(live.map((_, i) => ANCHOR + i * 1_000));
});

describe('what becomes of the customers of the demo', () => {
  const setting = { seed: 1, dimensions: DIMENSIONS, anchor: ANCHOR };
  const outcomes = [...demoOutcomes(setting, all)];
  const accountsWith = (kind: string, region: string) =>
    outcomes.filter((one) => one.kind === kind && one.dimensions['region'] === region && one.account);
  const startOf = new Map(
    outcomes.flatMap((one) => (one.kind === 'SUBSCRIPTION_STARTED' ? [[one.account, one.at] as const] : [])),
  );
  const dayOf = (at: Date) => (at.getTime() - ANCHOR) / DAY_MS;

  it('is the same for the same seed, before the demo was started, and of the accounts that answer', () => {
    expect([...demoOutcomes(setting, history())]).toEqual(outcomes);
    expect(new Set(outcomes.map(({ externalId }) => externalId)).size).toBe(outcomes.length);
    expect(outcomes.filter(({ at }) => at.getTime() >= ANCHOR)).toEqual([]);
    expect(outcomes.length).toBeLessThan(25_000);
    const kinds = new Set(outcomes.map(({ kind }) => kind));
    expect([...OUTCOME_KINDS].filter((kind) => !kinds.has(kind))).toEqual([]);
    const known = new Set(all.map(({ account }) => account));
    expect([...startOf.keys()].filter((account) => known.has(account ?? '')).length).toBeGreaterThan(500);
    expect([...known].filter((account) => !startOf.has(account))).toEqual([]);
  });

  it('is worse where the release hurts: more new accounts cancel, and fewer are activated', () => {
    const isNew = ({ account }: { account: string | null }) =>
      dayOf(startOf.get(account) ?? new Date(0)) > RELEASE.day - 30;
    const share = (kind: string, region: string) =>
      accountsWith(kind, region).filter(isNew).length /
      accountsWith('SUBSCRIPTION_STARTED', region).filter(isNew).length;
    const elsewhere = ['United States', 'Japan', 'Brazil'];
    const worst = Math.max(...elsewhere.map((region) => share('SUBSCRIPTION_CANCELLED', region)));
    expect(share('SUBSCRIPTION_CANCELLED', 'Germany')).toBeGreaterThan(worst + 0.1);
    const least = Math.min(...elsewhere.map((region) => share('ONBOARDING_STEP', region)));
    expect(share('ONBOARDING_STEP', 'Germany')).toBeLessThan(least - 0.1);
  });

  it('is worse at renewal since the new prices', () => {
    const renewing = (from: number, to: number) =>
      [...startOf]
        .filter(([, at]) => dayOf(at) + 365 >= from && dayOf(at) + 365 < to)
        .map(([account]) => account);
    const renewed = new Set(
      outcomes.flatMap(({ kind, account }) => (kind === 'SUBSCRIPTION_RENEWED' ? [account] : [])),
    );
    const share = (accounts: readonly (string | null)[]) =>
      accounts.filter((account) => renewed.has(account)).length / accounts.length;
    expect(share(renewing(-100, 0))).toBeLessThan(share(renewing(-180, -100)) - 0.08);
  });

  it('names the two changes, in segments that the deployment has', () => {
    expect(demoChanges(setting)).toMatchObject([
      { kind: 'deploy', segment: { region: ['Germany'], lifecycleStage: ['onboarding'] } },
      { kind: 'price', segment: { lifecycleStage: ['renewal'] } },
    ]);
    expect(demoChanges({ ...setting, dimensions: [] })).toMatchObject([{ segment: {} }, { segment: {} }]);
  });
});
