import { describe, expect, it } from 'vitest';
import { RETRAINING_POLICIES } from '../../domain/models/retraining-policy.ts';
import { decide, type Inputs, type Order } from './decide.ts';

/* The champion 8 has the companion 3; a training of that one made the pair 10, whose companion is 9. */

const DRIFTS = { days: 40, labels: 500, corrections: 0, driftAlarms: 1, calibration: null };
const QUIET = { ...DRIFTS, driftAlarms: 0 };
const INPUTS: Inputs = {
  policy: RETRAINING_POLICIES['drift-rested'],
  champion: 8,
  part: 3,
  until: '2026-11-30T00:00:00.000Z',
  facts: DRIFTS,
  order: null,
  other: null,
};
const figures = (difference: number) => ({
  n: 240,
  difference,
  low: difference - 0.02,
  high: difference + 0.02,
});
const compared = (difference: number) => ({
  ...figures(difference),
  parts: [{ ...figures(difference), champion: 3, challenger: 9 }],
});
const ORDER: Order = {
  decision: 'a1',
  hours: 30,
  model: 10,
  trained: 9,
  stage: 'SHADOW',
  shadowDays: 1,
  keepsOther: true,
  compared: compared(-0.1),
};
const TRAIN = { do: 'train', companion: 3, until: INPUTS.until, triggers: ['drift'] };

describe('a companion', () => {
  it('is trained again by what it reads, and the order names it', () => {
    expect(decide(INPUTS)).toMatchObject({ action: TRAIN, verdict: 'train after 3: drift' });
    expect(decide({ ...INPUTS, facts: QUIET })).toMatchObject({ action: null, verdict: 'not due' });
    expect(decide({ ...INPUTS, part: 8 }).action, 'the champion itself').toEqual({
      do: 'train',
      until: INPUTS.until,
      triggers: ['drift'],
    });
  });

  it('is compared as a shadow, and the pair is promoted where it is better', () => {
    const candidate: Order = { ...ORDER, stage: 'CANDIDATE', shadowDays: null, compared: null };
    expect(decide({ ...INPUTS, order: candidate }).action).toEqual({ do: 'shadow', model: 10 });
    expect(decide({ ...INPUTS, order: ORDER })).toMatchObject({
      action: { do: 'promote', model: 10, champion: 8 },
      reason: expect.stringContaining('of model version 9 differs from that of version 3 by -0.1'),
    });
  });

  it('is held where it is worse, not better in time, or would change what reads beside it', () => {
    const held = (order: Partial<Order>) =>
      decide({ ...INPUTS, facts: QUIET, order: { ...ORDER, ...order } });
    expect(held({ compared: compared(0.1) })).toMatchObject({ action: null, verdict: 'holds 10' });
    expect(held({ compared: compared(0), shadowDays: 3 })).toMatchObject({ verdict: 'compares 10' });
    expect(held({ compared: compared(0), shadowDays: 28 })).toMatchObject({ verdict: 'holds 10' });
    expect(held({ keepsOther: false })).toMatchObject({
      action: null,
      verdict: 'holds 10',
      reason: expect.stringContaining('beside another version than the champion has now'),
    });
    expect(held({ keepsOther: false, stage: 'CANDIDATE' }).action).toBeNull();
    expect(decide({ ...INPUTS, order: { ...ORDER, keepsOther: false } }).action).toEqual(TRAIN);
  });

  it('rests a week after an order that made nothing, so that the other part has its turn', () => {
    const failed = (hours: number) => ({ ...ORDER, model: null, trained: null, stage: null, hours });
    const restsAt = (hours: number) => decide({ ...INPUTS, order: failed(hours) });
    expect(restsAt(23)).toMatchObject({ action: null, verdict: 'waits a1' });
    for (const hours of [24, 7 * 24 - 1])
      expect(restsAt(hours)).toMatchObject({
        action: null,
        nearMiss: true,
        verdict: 'rests after a1',
        reason: expect.stringContaining('The training of Decision:a1 made nothing'),
      });
    expect(restsAt(7 * 24).action).toEqual(TRAIN);
    expect(decide({ ...INPUTS, other: failed(24) }).action, 'the other part').toEqual(TRAIN);
    expect(decide({ ...INPUTS, facts: QUIET, order: failed(24) }).verdict).toBe('not due');
  });

  it('waits while the other part is trained, compared or promoted, and no longer', () => {
    const waits = { action: null, nearMiss: true, verdict: 'waits a1' };
    const beside = (other: Partial<Order>) => decide({ ...INPUTS, other: { ...ORDER, ...other } });
    expect(beside({ model: null, hours: 1 })).toMatchObject(waits);
    expect(beside({ stage: 'CANDIDATE' })).toMatchObject(waits);
    expect(beside({ compared: compared(0) })).toMatchObject(waits);
    expect(beside({}), 'a promotion that no one has approved').toMatchObject(waits);
    for (const over of [
      { model: null, hours: 24 },
      { stage: 'CHAMPION' },
      { compared: compared(0.1) },
      { keepsOther: false },
      { hours: 28 * 24 },
    ])
      expect(beside(over).action).toEqual(TRAIN);
    expect(decide({ ...INPUTS, facts: QUIET, other: ORDER }).verdict).toBe('not due');
  });
});
