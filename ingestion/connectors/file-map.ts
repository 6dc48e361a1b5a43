import { createHash } from 'node:crypto';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { Dimension } from '../../domain/dimensions.ts';
import { cut, cutMessage } from '../../domain/quoted.ts';
import { SCALES, type ScaleRule } from '../../domain/scale.ts';
import { formatMistake } from './date-format.ts';

/** Mistakes of one map that an answer names. */
const MOST_MISTAKES = 20;

/** A map that cannot be used; the message names each path and what would be right. */
export class InvalidMap extends Error {
  override readonly name = 'InvalidMap';
}

const column = z.string().min(1);
const npsClass = z.enum(['promoter', 'passive', 'detractor']);
const bound = z.int().min(-9_999).max(9_999);
const writtenScale = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('range'),
      name: z.string().min(1),
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
    name: z.string().min(1),
    labels: z
      .record(
        z.string().transform((label) => label.trim().toLowerCase()),
        z.strictObject({ class: npsClass, points: z.int().min(0).max(1000), score: z.int() }),
      )
      .refine((labels) => Object.keys(labels).length > 0, 'name at least one label'),
  }),
]);
const SCALE_NAMES = Object.keys(SCALES).join(', ');
const scale = z.union([z.enum(Object.keys(SCALES)), writtenScale], {
  error: `is none of the scales ${SCALE_NAMES}, nor one written out (kind "range" or "labels")`,
});
const scaleByValue = z
  .record(z.string(), scale)
  .refine((when) => Object.keys(when).length > 0, 'name at least one value');

const dateFormat = z.string().check(({ value, issues }) => {
  const mistake = formatMistake(value);
  if (mistake !== null) issues.push({ code: 'custom', message: mistake, input: value });
});

const fileMap = z.strictObject({
  source: z.string().trim().min(1).max(128),
  survey: z.strictObject({ name: z.string().min(1), version: z.string().min(1) }),
  /** A column, or columns whose hash identifies the row of a file that has no id. */
  externalId: z.union([column, z.strictObject({ hash: z.array(column).min(1) })], {
    error: 'must be a column, or { "hash": [columns] } where the file has no id',
  }),
  respondent: column.optional(),
  answeredAt: z.strictObject({
    column,
    /** "iso", or a pattern of luxon's such as "dd/MM/yyyy HH:mm"; several are tried in turn. */
    format: z.union([dateFormat, z.array(dateFormat).min(1)]).default('iso'),
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
      scale: z.union([scale, z.strictObject({ by: column, when: scaleByValue })], {
        error: `must be one of the scales ${SCALE_NAMES}, one written out (kind "range" or "labels"), or { "by": column, "when": { value: scale } }`,
      }),
    })
    .optional(),
  comment: z
    .union([column, z.array(column).min(1)], { error: 'must be a column, or a list of columns to be joined' })
    .optional(),
  dimensions: z
    .record(
      z.string(),
      z.union(
        [
          z.strictObject({ value: z.string().min(1) }),
          z.strictObject({
            column,
            values: z.record(z.string(), z.string()).optional(),
            default: z.string().optional(),
          }),
        ],
        { error: 'must be { "value": text } or { "column": column, "values": { … }, "default": text }' },
      ),
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
      read.error.issues
        .flatMap((issue) => mistakesOf(issue))
        .slice(0, MOST_MISTAKES)
        .map(({ path, message }) => `${placeOf(path)}: ${cutMessage(message)}`)
        .join('\n'),
    );
  }
  const names = dimensions.map(({ field }) => field);
  const strange = Object.keys(read.data.dimensions).filter((name) => !names.includes(name));
  if (strange.length > 0) {
    throw new InvalidMap(
      `dimensions.${strange
        .slice(0, 5)
        .map((name) => cut(name))
        .join(', ')}: no such dimension; there are ${names.join(', ')}`,
    );
  }
  if (!read.data.score && !read.data.comment)
    throw new InvalidMap('score: a map names a score, a comment, or both');
  return { ...read.data, declared };
}

const placeOf = (path: readonly PropertyKey[]) => path.map((key) => cut(String(key))).join('.') || 'map';

interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Where several forms are possible and one was plainly meant, what is wrong with that one. */
function mistakesOf(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors
    .map((inner) => inner.flatMap(mistakesOf))
    .filter((inner) => inner.length > 0 && inner.every(isWithin));
  const [only] = meant;
  if (!only || meant.length > 1) return [issue];
  return only.map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** A wrong kind is wrong as a whole. */
const isWithin = ({ path }: Mistake) => path.length > 0 && path[0] !== 'kind';

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
