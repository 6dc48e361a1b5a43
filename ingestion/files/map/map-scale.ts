import { z } from 'zod';
import { SCALES, type ScaleRule } from '../../../domain/nps/scale.ts';
import { WAYS_OF_WRITING } from '../../../domain/text/written-number.ts';
import { InvalidMapError } from './map-mistakes.ts';
import { atMost, column, MOST, named, plain } from './map-parts.ts';

const npsClass = z.enum(['promoter', 'passive', 'detractor']);
const bound = z.int().min(-9_999).max(9_999);
const writtenScale = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('range'),
      name: named('scale'),
      minimum: bound,
      maximum: bound,
      passiveFrom: bound,
      promoterFrom: bound,
      pointsAsGiven: z.boolean().default(false),
    })
    .refine(({ minimum, maximum }) => minimum < maximum, {
      path: ['maximum'],
      error: 'must be greater than minimum',
    })
    .refine(
      ({ minimum, passiveFrom, promoterFrom, maximum }) =>
        minimum <= passiveFrom && passiveFrom <= promoterFrom && promoterFrom <= maximum,
      { path: ['promoterFrom'], error: 'must hold: minimum <= passiveFrom <= promoterFrom <= maximum' },
    )
    .refine(({ pointsAsGiven, minimum, maximum }) => !pointsAsGiven || (minimum >= 0 && maximum <= 10), {
      path: ['pointsAsGiven'],
      error: 'fits only scales within 0 to 10; leave it out, and points are linear',
    }),
  z.strictObject({
    kind: z.literal('labels'),
    name: named('scale'),
    labels: z
      .record(
        plain('label').transform((label) => label.trim().toLowerCase()),
        z.strictObject({ class: npsClass, points: z.int().min(0).max(1000), score: bound }),
      )
      .refine((labels) => Object.keys(labels).length > 0, 'name at least one label')
      .refine(...atMost(MOST.labels)),
  }),
]);
const SCALE_NAMES = Object.keys(SCALES).join(', ');
const scale = z.union([z.enum(Object.keys(SCALES)), writtenScale], {
  error: `is none of the scales ${SCALE_NAMES}, nor one written out (kind "range" or "labels")`,
});
const scaleByValue = z
  .record(plain('label'), scale)
  .refine((when) => Object.keys(when).length > 0, 'name at least one value')
  .refine(...atMost(MOST.scales));

/** In a map: the column of the answers, and their scale or scales. */
export const scoreOfMap = z.strictObject({
  column,
  /** How the numbers of the answers are written. */
  written: z
    .union([z.enum(WAYS_OF_WRITING), z.array(z.enum(WAYS_OF_WRITING)).min(1).max(WAYS_OF_WRITING.length)], {
      error: `must be one of ${WAYS_OF_WRITING.join(', ')}, or a list of them`,
    })
    .optional(),
  scale: z.union([scale, z.strictObject({ by: column, when: scaleByValue })], {
    error: `must be one of the scales ${SCALE_NAMES}, one written out (kind "range" or "labels"), or { "by": column, "when": { value: scale } }`,
  }),
});

/** The rule of a scale in a map, which may be a predefined one by name. */
export function namedScale(given: string | ScaleRule): ScaleRule {
  const rule = typeof given === 'string' ? SCALES[given] : given;
  if (!rule) throw new InvalidMapError(`score.scale: ${String(given)} is not a scale`);
  return rule;
}
