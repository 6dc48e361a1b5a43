import { createHash } from 'node:crypto';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { Dimension } from '../../domain/dimensions.ts';
import { SCALES, type ScaleRule } from '../../domain/scale.ts';

/** A map that cannot be used; the message names each path and what would be right. */
export class InvalidMap extends Error {
  override readonly name = 'InvalidMap';
}

const column = z.string().min(1);
const npsClass = z.enum(['promoter', 'passive', 'detractor']);
const writtenScale = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('range'),
    name: z.string().min(1),
    minimum: z.int(),
    maximum: z.int(),
    passiveFrom: z.int(),
    promoterFrom: z.int(),
    pointsAsGiven: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('labels'),
    name: z.string().min(1),
    labels: z.record(
      z.string().transform((label) => label.toLowerCase()),
      z.strictObject({ class: npsClass, points: z.int().min(0).max(1000), score: z.int() }),
    ),
  }),
]);
const scale = z.union([
  z.enum(Object.keys(SCALES), `is none of the scales ${Object.keys(SCALES).join(', ')}`),
  writtenScale,
]);

const fileMap = z.strictObject({
  source: z.string().trim().min(1).max(128),
  survey: z.strictObject({ name: z.string().min(1), version: z.string().min(1) }),
  /** A column, or columns whose hash identifies the row of a file that has no id. */
  externalId: z.union([column, z.strictObject({ hash: z.array(column).min(1) })]),
  respondent: column.optional(),
  answeredAt: z.strictObject({
    column,
    /** "iso", or a pattern of luxon's such as "dd/MM/yyyy HH:mm"; several are tried in turn. */
    format: z.union([z.string(), z.array(z.string()).min(1)]).default('iso'),
    zone: z
      .string()
      .default('UTC')
      .refine((zone) => IANAZone.isValidZone(zone), { error: 'is no IANA zone such as "Europe/Berlin"' }),
    /** Values that mean "no date". */
    missing: z.array(z.string()).default([]),
  }),
  score: z
    .strictObject({
      column,
      scale: z.union([scale, z.strictObject({ by: column, when: z.record(z.string(), scale) })]),
    })
    .optional(),
  comment: z.union([column, z.array(column).min(1)]).optional(),
  dimensions: z
    .record(
      z.string(),
      z.union([
        z.strictObject({ value: z.string().min(1) }),
        z.strictObject({
          column,
          values: z.record(z.string(), z.string()).optional(),
          default: z.string().optional(),
        }),
      ]),
    )
    .default({}),
  /** Only rows whose column has one of the values. */
  where: z.record(z.string(), z.array(z.string()).min(1)).default({}),
});

/** How the rows of a file become responses, as declared by who imports it. */
export type FileMap = z.infer<typeof fileMap> & {
  /** The declaration as it was given: part of the provenance. */
  readonly declared: unknown;
};

/**
 * Checks a map for the configured dimensions.
 * @throws InvalidMap with one line per mistake.
 */
export function parseFileMap(declared: unknown, dimensions: readonly Dimension[]): FileMap {
  const read = fileMap.safeParse(declared);
  if (!read.success) {
    throw new InvalidMap(
      read.error.issues.map(({ path, message }) => `${path.join('.') || 'map'}: ${message}`).join('\n'),
    );
  }
  const names = dimensions.map(({ field }) => field);
  const strange = Object.keys(read.data.dimensions).filter((name) => !names.includes(name));
  if (strange.length > 0) {
    throw new InvalidMap(
      `dimensions.${strange.join(', ')}: no such dimension; there are ${names.join(', ')}`,
    );
  }
  if (!read.data.score && !read.data.comment)
    throw new InvalidMap('score: a map names a score, a comment, or both');
  return { ...read.data, declared };
}

/** The columns that the map reads, for a check against the file's header. */
export function columnsOf(map: FileMap): string[] {
  const { externalId, respondent, answeredAt, score, comment, dimensions, where } = map;
  const by = score && typeof score.scale === 'object' && 'by' in score.scale ? [score.scale.by] : [];
  return [
    ...(typeof externalId === 'string' ? [externalId] : externalId.hash),
    ...(respondent ? [respondent] : []),
    answeredAt.column,
    ...(score ? [score.column, ...by] : []),
    ...(comment === undefined ? [] : [comment].flat()),
    ...Object.values(dimensions).flatMap((rule) => ('column' in rule ? [rule.column] : [])),
    ...Object.keys(where),
  ];
}

export function namedScale(given: string | ScaleRule): ScaleRule {
  const rule = typeof given === 'string' ? SCALES[given] : given;
  if (!rule) throw new InvalidMap(`score.scale: ${String(given)} is no scale`);
  return rule;
}

/** SHA-256 of the map as declared, for the checkpoint of an import. */
export function mapHash(map: FileMap): string {
  return createHash('sha256').update(JSON.stringify(map.declared)).digest('hex');
}
