import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { parseRule } from '../../domain/detection/rule.ts';
import { replayRule } from '../../store/scores/replay-rule.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { FIRST_DAY, type MadeUpDay, madeUpDays } from '../simulation/made-up-segments.ts';

const DAY_MS = 86_400_000;
const DAYS = 200;
/** When the score of Germany falls by 40 points, and when other channels answer in Brazil. */
const PLANTED = 160;
const CHANNELS = ['web', 'e-mail'];
const SCORES = [10, 8, 3];

/** Each region's channels: answers a day and true score. */
const REGIONS: Readonly<Record<string, readonly ((day: number) => MadeUpDay)[]>> = {
  Germany: [(day) => ({ perDay: 10, score: day < PLANTED ? 40 : 0 })],
  Japan: [() => ({ perDay: 8, score: 20 })],
  Brazil: [
    (day) => ({ perDay: day < PLANTED ? 8 : 2, score: 60 }),
    (day) => ({ perDay: day < PLANTED ? 2 : 8, score: -20 }),
  ],
};

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  const items = Object.entries(REGIONS).flatMap(([region, channels], seed) =>
    madeUpDays(seed + 1, DAYS, channels).flatMap(({ day, strata }) =>
      strata.flatMap(([channel, ...counts]) =>
        counts.flatMap((count, place) =>
          Array.from({ length: count }, (_, i) => ({
            externalId: `${region} ${day} ${channel} ${place} ${i}`,
            answeredAt: new Date(day * DAY_MS + (i + 1) * 60_000).toISOString(),
            score: SCORES[place],
            region,
            channel: CHANNELS[channel],
          })),
        ),
      ),
    ),
  );
  for (let i = 0; i < items.length; i += 1_000) {
    const { accepted } = await database.submit(items.slice(i, i + 1_000));
    expect(accepted).toBe(Math.min(1_000, items.length - i));
  }
});
afterAll(() => database?.close());

const replayed = (rule: object, scope: Scope, from: number, until: number) =>
  replayRule(database, scope, parseRule(rule, DIMENSIONS), {
    from: (FIRST_DAY + from) * DAY_MS,
    until: (FIRST_DAY + until) * DAY_MS,
  });
/** The days since the first on which the rule fires. */
async function fired(rule: object, scope: Scope = EVERYTHING, from = 0, until = DAYS): Promise<number[]> {
  return (await replayed(rule, scope, from, until)).map(({ moment }) => moment / DAY_MS - FIRST_DAY);
}
async function verdicts(rule: object, until = DAYS): Promise<string[]> {
  return (await replayed(rule, EVERYTHING, 0, until)).map(({ verdict }) => verdict);
}
const change = (region: string, more: object = {}) => ({
  kind: 'change',
  segment: { region: [region] },
  ...more,
});

describe('a rule over the past', () => {
  it('finds the fall that was planted in one region, and nothing in another', async () => {
    const [first, ...others] = await fired(change('Germany'));
    expect(first).toBeGreaterThan(PLANTED);
    expect(first).toBeLessThan(PLANTED + 12);
    expect(others).toEqual([]);
    expect(await fired(change('Japan'))).toEqual([]);
    expect(await fired(change('Germany', { direction: 'RISE' }))).toEqual([]);
    expect(await fired({ kind: 'spike', segment: { region: ['Germany'] } })).toHaveLength(1);
  });

  it('is not fired by another mix of channels, unless the rule says that the mix counts', async () => {
    expect(await fired(change('Brazil'))).toEqual([]);
    expect(await fired(change('Brazil', { mix: null }))).toHaveLength(1);
  });

  it('gives the moments of the range that was asked for, whatever was learnt before it', async () => {
    const [moment = 0] = await fired(change('Germany'));
    expect(await fired(change('Germany'), EVERYTHING, moment - 1)).toEqual([moment]);
    expect(await fired(change('Germany'), EVERYTHING, moment)).toEqual([]);
    expect(await fired(change('Germany'), EVERYTHING, 0, moment - 1)).toEqual([]);
  });

  it('fires at a threshold when the interval lies beyond it, once', async () => {
    const rule = { kind: 'threshold', segment: { region: ['Germany'] }, below: 25, windowDays: 20 };
    const found = await fired(rule);
    expect(found).toHaveLength(1);
    expect(found[0]).toBeGreaterThan(PLANTED);
    expect(await fired({ ...rule, below: -30 })).toEqual([]);
  });

  it('says of each moment whether the answers after it bear it out, once 28 days of them are there', async () => {
    const [day = 0] = await fired(change('Germany'));
    expect(await verdicts(change('Germany'))).toEqual(['REAL']);
    expect(await verdicts(change('Germany'), day + 27)).toEqual(['UNDECIDED']);
    expect(await verdicts({ kind: 'spike', segment: { region: ['Germany'] } })).toEqual(['REAL']);
    const below = { kind: 'threshold', segment: { region: ['Germany'] }, below: 25, windowDays: 20 };
    expect(await verdicts(below)).toEqual(['REAL']);
  });

  it('a rule that is often wrong has moments that later answers do not bear out', async () => {
    const nervous = change('Japan', { shifts: [20, 40], falseAlarmsPerYear: 12 });
    const found = await verdicts(nervous);
    expect(found.length).toBeGreaterThan(0);
    expect(found).not.toContain('REAL');
    expect(found).toContain('NOT_REAL');
  });

  it('counts the cells whose answers the caller may read', async () => {
    const scope: Scope = {
      ...EVERYTHING,
      fingerprint: 'answers of Japan',
      smallestCount: 5,
      allows: (group, cell) => group !== 'readResponse' || cell.attributes['region'] === 'Japan',
      allowsAll: (group) => group !== 'readResponse',
      grant: (group) => (group === 'readResponse' ? 'Japan' : 'all'),
    };
    expect(await fired(change('Germany'), scope)).toEqual([]);
    expect(await fired({ kind: 'change' }, scope)).toEqual([]);
    const [first] = await fired({ kind: 'change' });
    expect(first).toBeGreaterThan(PLANTED);
  });
});

it.each([
  [{}, 'rule.kind: "change", "spike", "threshold" are known; it is missing'],
  [[1], 'rule: an object is expected'],
  [{ kind: 'change', below: 3 }, 'rule: a change rule has no "below"'],
  [{ kind: 'change', shifts: [] }, 'rule.shifts: a list of 1 to 5 shifts'],
  [{ kind: 'change', shifts: ['ten'] }, 'rule.shifts: a number from 2 to 100 is expected, not "ten"'],
  [
    { kind: 'change', segment: { planet: ['Mars'] } },
    'rule.segment: "planet" is no dimension; there are "productLine"',
  ],
  [{ kind: 'change', segment: { region: 'Peru' } }, 'rule.segment.region: a list of values is expected'],
  [{ kind: 'change', basis: 'INFERRED' }, 'rule.basis: "SURVEYED" are known; "INFERRED" is not one of them'],
  [{ kind: 'change', mix: 'planet' }, 'rule.mix: one of "productLine"'],
  [{ kind: 'change', falseAlarmsPerYear: 0 }, 'rule.falseAlarmsPerYear: a number from 0.01 to 12'],
  [{ kind: 'threshold' }, 'a threshold rule needs either "below" or "above"'],
])('refuses the rule %j', (rule, message) => {
  expect(() => parseRule(rule, DIMENSIONS)).toThrow(message);
});
