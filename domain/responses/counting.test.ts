import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { DAY_MS, describePolicy, type JudgedAnswer, judgeAnswers, type PolicyVersion } from './counting.ts';

const answer = (id: string, day: number, more: Partial<JudgedAnswer> = {}): JudgedAnswer => ({
  id,
  answeredAt: day * DAY_MS,
  hasScore: true,
  flag: null,
  verdict: null,
  ...more,
});
const version = (kind: PolicyVersion['kind'], days: number | null = null, from = -Infinity) => ({
  ...{ kind, days, from },
});
const reasons = (answers: readonly JudgedAnswer[], ...versions: PolicyVersion[]) =>
  Object.fromEntries([...judgeAnswers(answers, versions)].map(([id, { reason }]) => [id, reason]));

describe('judgeAnswers', () => {
  it('counts everything without a policy, and what no rule or person left out', () => {
    expect(reasons([answer('a', 0), answer('b', 1)])).toEqual({});
    const marked = [
      answer('a', 0, { flag: 'burst' }),
      answer('b', 1, { verdict: false }),
      answer('c', 2, { flag: 'burst', verdict: true }),
    ];
    expect(reasons(marked)).toEqual({ a: 'FLAGGED', b: 'LEFT_OUT' });
  });

  it('counts the last one, by time and then by id, with and without a score apart', () => {
    const three = [answer('c', 2), answer('a', 0), answer('b', 2)];
    expect(reasons(three, version('LATEST'))).toEqual({ a: 'SUPERSEDED', b: 'SUPERSEDED' });
    expect(judgeAnswers(three, [version('LATEST')]).get('a')).toEqual({
      ...{ reason: 'SUPERSEDED', rule: 'LATEST', instead: 'c' },
    });
    expect(reasons([answer('a', 0), answer('b', 1, { hasScore: false })], version('LATEST'))).toEqual({});
    // What is left out displaces nothing; what is put back counts beside the others.
    expect(reasons([answer('a', 0), answer('b', 1, { verdict: false })], version('LATEST'))).toEqual({
      b: 'LEFT_OUT',
    });
    expect(reasons([answer('a', 0, { verdict: true }), answer('b', 1)], version('LATEST'))).toEqual({});
  });

  it('counts the first one, and the first after each period from a counted one', () => {
    const days = [0, 3, 6.999, 7, 13, 14.5].map((day, i) => answer(String(i), day));
    expect(reasons(days, version('ONE_PER', 7))).toEqual({
      ...{ 1: 'WITHIN_PERIOD', 2: 'WITHIN_PERIOD', 4: 'WITHIN_PERIOD' },
    });
    expect(describePolicy(version('ONE_PER', 7))).toBe('ONE_PER 7 days');
  });

  it('judges an answer by the policy in force when it was given', () => {
    const four = [answer('a', 0), answer('b', 1), answer('c', 20), answer('d', 21)];
    expect(reasons(four, version('ONE_PER', 7, 10 * DAY_MS))).toEqual({ d: 'WITHIN_PERIOD' });
    expect(reasons(four, version('LATEST'), version('ALL', null, 10 * DAY_MS))).toEqual({
      ...{ a: 'SUPERSEDED', b: 'SUPERSEDED' },
    });
    // A later version for an earlier time is in force from there on.
    expect(reasons(four, version('LATEST', null, 10 * DAY_MS), version('ALL'))).toEqual({});
  });

  it('does not depend on the order, and never leaves a person without a counted answer', () => {
    const answers = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 99 }).map(String),
        answeredAt: fc.integer({ min: 0, max: 60 }).map((day) => day * DAY_MS),
        hasScore: fc.boolean(),
        flag: fc.option(fc.constant('burst'), { freq: 3 }),
        verdict: fc.option(fc.boolean(), { freq: 5 }),
      }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 12 },
    );
    const versions = fc.array(
      fc.record({
        kind: fc.constantFrom('ALL' as const, 'LATEST' as const, 'ONE_PER' as const),
        days: fc.integer({ min: 1, max: 20 }),
        from: fc.integer({ min: 0, max: 60 }).map((day) => day * DAY_MS),
      }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(answers, versions, (list, policies) => {
        const uncounted = judgeAnswers(list, policies);
        const inOrder = (map: typeof uncounted) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(inOrder(judgeAnswers(list.toReversed(), policies))).toEqual(inOrder(uncounted));
        for (const { instead } of uncounted.values())
          if (instead !== null) expect(uncounted.has(instead)).toBe(false);
        for (const hasScore of [true, false]) {
          const able = list.filter(
            (one) => one.hasScore === hasScore && one.verdict !== false && (one.flag === null || one.verdict),
          );
          if (able.length > 0) expect(able.some(({ id }) => !uncounted.has(id))).toBe(true);
        }
      }),
    );
  });
});
