import { describe, expect, it } from 'vitest';
import { calibrate } from '../domain/models/calibration.ts';
import { judge } from '../domain/models/classification.ts';
import { randomFrom } from '../domain/statistics/random.ts';
import { readyHead } from './model.ts';
import { type Example, logitsOf } from './softmax-regression.ts';
import { type FittedHead, fitHead, fitHeadForUse } from './train.ts';

/** Labels follow the first input, and from `change` on the second, each with errors. */
function examples(n: number, change: number, seed: number): Example[] {
  const random = randomFrom(seed);
  return Array.from({ length: n }, (_, i) => {
    const inputs = Float64Array.from([random() - 0.5, random() - 0.5]);
    const seen = (inputs[i < change ? 0 : 1] ?? 0) > 0 ? 2 : 0;
    return { inputs, label: random() < 0.1 ? 2 - seen : seen, weight: 1 };
  });
}

function judged({ head }: FittedHead, of: readonly Example[]) {
  const ready = readyHead(head);
  return judge(
    of.map(({ inputs, label }) => ({
      probabilities: calibrate(ready.calibration, logitsOf(ready, inputs)),
      label,
    })),
  );
}

describe('a head for use', () => {
  it('has learnt the change that the newest labels show, and is calibrated on labels that it did not learn from', () => {
    const all = examples(2_000, 1_300, 5);
    const later = examples(2_000, 0, 6);
    const [first, used] = [fitHead(all, 3), fitHeadForUse(all, 3)];
    expect([used.kind, used.l2, used.report]).toEqual([first.kind, first.l2, first.report]);
    const [before, after] = [judged(first, later), judged(used, later)];
    expect(after.accuracy).toBeGreaterThan(before.accuracy + 0.03);
    // Labels as the newest: what it says is about as often right.
    expect(after.ece).toBeLessThan(0.06);
    expect(fitHeadForUse(all, 3)).toEqual(used);
  });
});
