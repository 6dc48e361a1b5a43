import { describe, expect, it } from 'vitest';
import { judgeTriggers, RETRAINING_POLICIES, type RetrainingFacts, waitsFor } from './retraining-policy.ts';

const FACTS: RetrainingFacts = { days: 40, labels: 500, corrections: 0, driftAlarms: 1, calibration: null };
const { combined, drift } = RETRAINING_POLICIES;

describe('a training that is due', () => {
  it('waits until the last is long enough ago', () => {
    expect(judgeTriggers(combined, FACTS).some(({ isDue }) => isDue)).toBe(true);
    expect(waitsFor(combined, FACTS)).toBeNull();
    expect(waitsFor(combined, { ...FACTS, days: 27 })).toBe('the last is 27 days ago, of at least 28');
  });

  it('waits until there is enough to learn, where a reviewed label counts for three', () => {
    const few = { ...FACTS, labels: 100 };
    expect(waitsFor(combined, few)).toBe('100 labels are new, of at least 200');
    expect(waitsFor(combined, { ...few, corrections: 34 })).toBeNull();
    expect(waitsFor(drift, few)).toBeNull();
  });
});
