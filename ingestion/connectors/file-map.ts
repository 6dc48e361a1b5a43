import { createHash } from 'node:crypto';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { Dimension } from '../../domain/dimensions.ts';
import { SCALES, type ScaleRule } from '../../domain/scale.ts';
import { cut, problemOf, readName, TEXT_RULES, type TextField } from '../../domain/text.ts';
import { formatMistake } from './date-format.ts';

/** A map that cannot be used; the message names each path and what would be right. */
export class InvalidMap extends Error {
  override readonly name = 'InvalidMap';
}

/** Characters of a map as JSON. */
export const LONGEST_MAP = 256 * 1024;
/** Values in it, of any kind and depth. */
const MOST_VALUES = 20_000;
const DEEPEST = 8;
const MOST = {
  formats: 10,
  /** That one field reads, or `where` names. */
  columns: 50,
  labels: 200,
  scales: 100,
  /** That a dimension renames, and that `where` takes of one column. */
  values: 2_000,
  missing: 100,
} as const;

/** A text of the map under the rule of its field, as it is kept. */
const named = (field: TextField) =>
  z.string().transform((given, context) => {
    const name = readName(TEXT_RULES[field], given);
    if (typeof name === 'string' && name !== '') return name;
    context.addIssue({
      code: 'custom',
      message: typeof name === 'string' ? 'must not be blank' : name.message,
    });
    return z.NEVER;
  });
/** A text of the map that is compared with the file's, so kept as it is. */
const plain = (field: TextField) =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(TEXT_RULES[field], text);
    if (problem) context.addIssue({ code: 'custom', message: problem.message });
  });
const atMost = (most: number) =>
  [(given: object) => Object.keys(given).length <= most, `at most ${most}`] as const;

const column = plain('column').refine((name) => name !== '' && name !== '__proto__', 'must name a column');
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
/**
 * A pattern of luxon's, each of whose letters stands in one place: it becomes a regular expression, and one that reads the same
 * digits in many ways could take for ever to find that it does not fit.
 */
const format = plain('format')
  .check(({ value, issues }) => {
    const mistake = formatMistake(value);
    if (mistake !== null) issues.push({ code: 'custom', message: mistake, input: value });
  })
  .refine(namesEachOnce, 'names a part of the date twice, or has more than twelve parts');

function namesEachOnce(pattern: string): boolean {
  if (pattern === 'iso') return true;
  const spelled = [...pattern.replace(/'[^']*'/g, ' ')];
  // A run of one letter is one part.
  const parts = spelled.filter((one, i) => /[a-zA-Z]/.test(one) && one !== spelled[i - 1]);
  return parts.length <= 12 && new Set(parts).size === parts.length;
}

const SCALE_NAMES = Object.keys(SCALES).join(', ');
const scale = z.union([z.enum(Object.keys(SCALES)), writtenScale], {
  error: `is none of the scales ${SCALE_NAMES}, nor one written out (kind "range" or "labels")`,
});
const scaleByValue = z
  .record(plain('label'), scale)
  .refine((when) => Object.keys(when).length > 0, 'name at least one value')
  .refine(...atMost(MOST.scales));

const fileMap = z.strictObject({
  source: named('source'),
  survey: z.strictObject({ name: named('survey'), version: named('surveyVersion') }),
  /** A column, or columns whose hash identifies the row of a file that has no id. */
  externalId: z.union([column, z.strictObject({ hash: z.array(column).min(1).max(MOST.columns) })], {
    error: 'must be a column, or { "hash": [columns] } where the file has no id',
  }),
  respondent: column.optional(),
  answeredAt: z.strictObject({
    column,
    /** "iso", or a pattern of luxon's such as "dd/MM/yyyy HH:mm"; several are tried in turn. */
    format: z.union([format, z.array(format).min(1).max(MOST.formats)]).default('iso'),
    zone: plain('zone')
      .default('UTC')
      .refine((zone) => IANAZone.isValidZone(zone), { error: 'is no IANA zone such as "Europe/Berlin"' }),
    /** Values that mean "no date". */
    missing: z.array(plain('value')).max(MOST.missing).default([]),
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
    .union([column, z.array(column).min(1).max(MOST.columns)], {
      error: 'must be a column, or a list of columns to be joined',
    })
    .optional(),
  dimensions: z
    .record(
      z.string(),
      z.union(
        [
          z.strictObject({ value: named('value') }),
          z.strictObject({
            column,
            values: z
              .record(plain('value'), plain('value'))
              .refine(...atMost(MOST.values))
              .optional(),
            default: plain('value').optional(),
          }),
        ],
        { error: 'must be { "value": text } or { "column": column, "values": { … }, "default": text }' },
      ),
    )
    .default({}),
  /** Only rows whose column has one of the values. */
  where: z
    .record(column, z.array(plain('value')).min(1).max(MOST.values))
    .refine(...atMost(MOST.columns))
    .default({}),
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
  checkSize(declared);
  checkCounts(declared, dimensions.length);
  const read = fileMap.safeParse(declared, { error: mistakeCounter() });
  if (!read.success) {
    const mistakes = read.error.issues.flatMap((issue) => mistakesOf(issue));
    const told = mistakes
      .slice(0, MISTAKES_TOLD)
      .map(({ path, message }) => cut(`${path.map(partOf).join('.') || 'map'}: ${message}`, LONGEST_MISTAKE));
    const more = mistakes.length - told.length;
    throw new InvalidMap([...told, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
  }
  const names = dimensions.map(({ field }) => field);
  const strange = Object.keys(read.data.dimensions).filter((name) => !names.includes(name));
  if (strange.length > 0) {
    throw new InvalidMap(
      `dimensions.${strange.slice(0, 3).map(partOf).join(', ')}: no such dimension; there are ${names.join(', ')}`,
    );
  }
  if (!read.data.score && !read.data.comment)
    throw new InvalidMap('score: a map names a score, a comment, or both');
  return { ...read.data, declared };
}

const MISTAKES_TOLD = 20;
const MOST_MISTAKES = 1_000;
const LONGEST_MISTAKE = 300;
const partOf = (part: PropertyKey): string => cut(String(part), 40);

/** Before anything is read of it: checking something large costs more than its size, mistake by mistake. */
function checkSize(declared: unknown): void {
  let values = 0;
  const count = (value: unknown, depth: number): void => {
    values += 1;
    if (values > MOST_VALUES) throw new InvalidMap(`map: more than ${MOST_VALUES} values`);
    if (depth > DEEPEST) throw new InvalidMap(`map: nested more than ${DEEPEST} deep`);
    if (typeof value !== 'object' || value === null) return;
    for (const inner of Object.values(value)) count(inner, depth + 1);
  };
  count(declared, 0);
}

/** A list or object that has too many entries is refused before its entries are checked: each could be a mistake. */
function checkCounts(declared: unknown, dimensions: number): void {
  const check = (most: number, path: readonly string[]): string[] => {
    const given = path.reduce(partNamed, declared);
    const names = typeof given === 'object' && given !== null ? Object.keys(given) : [];
    if (names.length <= most) return names;
    throw new InvalidMap(`${path.map(partOf).join('.')}: has ${names.length} entries; at most ${most}`);
  };
  for (const name of check(dimensions, ['dimensions'])) check(MOST.values, ['dimensions', name, 'values']);
  for (const name of check(MOST.columns, ['where'])) check(MOST.values, ['where', name]);
  check(MOST.labels, ['score', 'scale', 'labels']);
  for (const name of check(MOST.scales, ['score', 'scale', 'when']))
    check(MOST.labels, ['score', 'scale', 'when', name, 'labels']);
  check(MOST.missing, ['answeredAt', 'missing']);
  check(MOST.formats, ['answeredAt', 'format']);
  check(MOST.columns, ['comment']);
  check(MOST.columns, ['externalId', 'hash']);
}

const partNamed = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** Throws once so many mistakes were made: what is wrong in every entry is named once they are fewer. */
function mistakeCounter(): () => undefined {
  let mistakes = 0;
  return () => {
    mistakes += 1;
    if (mistakes > MOST_MISTAKES) throw new InvalidMap(`map: more than ${MOST_MISTAKES} mistakes`);
    return undefined;
  };
}

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
