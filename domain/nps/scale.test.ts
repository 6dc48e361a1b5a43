import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { applyScale, describeScale, SCALES, type ScaleRule, scaleKey } from './scale.ts';

const rule = (name: string) => SCALES[name] as ScaleRule;
const classes = (name: string, answers: readonly (string | number)[]) =>
  answers.map((answer) => applyScale(rule(name), answer)?.class ?? null);

describe('applyScale', () => {
  it.each([
    ['0-10', [0, 6, 7, 8, 9, 10], ['detractor', 'detractor', 'passive', 'passive', 'promoter', 'promoter']],
    ['1-10', [1, 6, 7, 8, 9, 10], ['detractor', 'detractor', 'passive', 'passive', 'promoter', 'promoter']],
    ['1-5', [1, 3, 4, 5], ['detractor', 'detractor', 'passive', 'promoter']],
    ['1-7', [1, 5, 6, 7], ['detractor', 'detractor', 'passive', 'promoter']],
    [
      'recommend',
      ['yes', ' YES ', 'true', 'no', '0'],
      ['promoter', 'promoter', 'promoter', 'detractor', 'detractor'],
    ],
  ])('cuts %s at its declared values', (name, answers, expected) => {
    expect(classes(name, answers)).toEqual(expected);
  });

  it.each([
    ['0-10', [-1, 11, 7.5, '7.5', '', 'ten', '1e1', 'NaN', Number.NaN, Number.POSITIVE_INFINITY, '٧']],
    ['1-10', [0, 11]],
    ['1-5', [0, 6]],
    ['recommend', ['maybe', '', 'constructor', '__proto__', 'toString']],
  ])('rejects answers that are not on %s', (name, answers) => {
    expect(classes(name, answers)).toEqual(answers.map(() => null));
  });

  it('accepts whole ratings as exports write them', () => {
    expect(applyScale(rule('0-10'), ' 7.0 ')).toEqual({ score: 7, points: 700, class: 'passive' });
  });

  it('gives points from 0 to 1000 that rise with the answer, on any scale', () => {
    const scales = fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 2, max: 100 }), fc.nat(), fc.nat())
      .map(([minimum, width, a, b]): ScaleRule => {
        const cuts = [minimum + (a % width), minimum + (b % width)].sort((x, y) => x - y) as [number, number];
        const [passiveFrom, promoterFrom] = cuts;
        return {
          kind: 'range',
          name: 's',
          minimum,
          maximum: minimum + width,
          passiveFrom,
          promoterFrom,
          pointsAsGiven: false,
        };
      });
    const order = { detractor: 0, passive: 1, promoter: 2 };
    fc.assert(
      fc.property(scales, (scale) => {
        if (scale.kind !== 'range') return;
        const all = Array.from({ length: scale.maximum - scale.minimum + 1 }, (_, i) =>
          applyScale(scale, scale.minimum + i),
        );
        expect([all[0]?.points, all.at(-1)?.points]).toEqual([0, 1000]);
        for (let i = 1; i < all.length; i++) {
          const [before, after] = [all[i - 1], all[i]];
          if (!before || !after) throw new Error('an answer of the scale is known');
          expect(after.points).toBeGreaterThan(before.points);
          expect(order[after.class]).toBeGreaterThanOrEqual(order[before.class]);
        }
      }),
    );
  });
});

describe('scaleKey', () => {
  it('distinguishes rules by what they do, not by how they are written', () => {
    expect(new Set(Object.values(SCALES).map(scaleKey)).size).toBe(Object.keys(SCALES).length);
    const range = rule('1-5');
    expect(scaleKey(Object.fromEntries(Object.entries(range).reverse()) as ScaleRule)).toBe(scaleKey(range));
    expect(scaleKey({ ...range, maximum: 6 } as ScaleRule)).not.toBe(scaleKey(range));
  });

  it('comes with a description for people', () => {
    expect(describeScale(rule('1-5'))).toBe('1-5: promoter from 5, passive from 4, detractor below');
    expect(describeScale(rule('recommend'))).toContain('yes = promoter');
  });
});
