import { describe, expect, it } from 'vitest';
import { poissonInterval } from '../simulation/poisson.ts';
import { delays, explained, falseAlarms, medianOf } from '../simulation/studies.ts';

/* A small form of the simulation of agents/EVALUATION.md, whose long form is `npx tsx test/simulation/run.ts`. */

const STATED = 0.2;

describe('in simulated years with known truth', () => {
  it('false alarms are not above the stated rate, where a daily z-test is wrong every few months', () => {
    const { years, alarms } = falseAlarms(20, 10);
    expect(poissonInterval(alarms['score monitor'])[0] / years).toBeLessThan(STATED);
    expect(alarms['score monitor'] / years).toBeLessThan(2 * STATED);
    expect(alarms['daily z-test'] / years).toBeGreaterThan(10 * STATED);
  });

  it('large falls are found within weeks, small ones within a year', () => {
    const large = delays(20, 20, 3)['score monitor'];
    expect(large).toHaveLength(3);
    expect(medianOf(large)).toBeLessThan(30);
    expect(delays(100, 5, 3)['score monitor']).toHaveLength(3);
  });

  it('a mix of channels is named and raises no alert', () => {
    const { alerts, asMix } = explained('channels: 75:25 to 25:75, true score of each unchanged', 4);
    expect(asMix).toBe(4);
    expect(alerts).toBeLessThan(2);
  });

  it('a time of the year is named, and raises no more alerts than are stated', () => {
    const { alerts, asSeason, years } = explained('time of the year: 24 points, from the fourth year on', 8);
    expect(asSeason).toBe(8);
    expect(poissonInterval(alerts)[0] / years).toBeLessThan(STATED);
  });
});

describe('the interval of a count', () => {
  it.each([
    // Garwood's table.
    [0, 0, 3.69],
    [5, 1.62, 11.67],
    [30, 20.24, 42.83],
    [2_000, 1913.3, 2089.6],
  ])('of %i is from %f to %f', (count, low, high) => {
    const [from, to] = poissonInterval(count);
    expect(from).toBeCloseTo(low, 1);
    expect(to).toBeCloseTo(high, 1);
  });
});
