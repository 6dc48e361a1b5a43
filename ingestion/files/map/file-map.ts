import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Dimension } from '../../../domain/segments/dimensions.ts';
import { encodingNamed, unknownEncoding } from '../../../domain/text/encoding-names.ts';
import { InvalidMapError, partOf, readChecked } from './map-mistakes.ts';
import { atMost, column, MOST, named, plain } from './map-parts.ts';
import { revisionOfMap } from './map-revision.ts';
import { scoreOfMap } from './map-scale.ts';
import { answeredAtOfMap } from './map-time.ts';

/** Characters of a map as JSON. */
export const LONGEST_MAP = 256 * 1024;

const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ['comma', ','],
  ['semicolon', ';'],
  ['tab', '\t'],
  ['pipe', '|'],
  // The form that many programs write.
  ['\\t', '\t'],
]);

/** In a map: one text for every row, or a column whose values may be renamed. */
export const valueOfMap = z.union(
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
);

/** The form of a map of responses. */
export const fileMap = z.strictObject({
  /** The file's encoding; detected if absent. */
  encoding: z
    .string()
    .transform((name, context) => {
      const encoding = encodingNamed(name);
      if (encoding) return encoding;
      context.addIssue({ code: 'custom', message: unknownEncoding(name) });
      return z.NEVER;
    })
    .optional(),
  /** The separator of values; detected if absent. */
  separator: z
    .string()
    .transform((given) => SEPARATORS.get(given.toLowerCase()) ?? given)
    .refine((given) => /^[^"\r\n\p{L}\p{N}\p{Cs}\0]$/u.test(given) && given.length === 1, {
      error: `must be one character that is no letter, digit or quote, or one of ${[...SEPARATORS.keys()].slice(0, 4).join(', ')}`,
    })
    .optional(),
  /** The sheet of a workbook; the largest visible one if absent. */
  sheet: plain('column').optional(),
  /** Where the headings of a table are; the first row if absent. */
  headings: z
    .strictObject({
      after: z.int().min(0).max(MOST.headingRows).default(0),
      rows: z.int().min(1).max(MOST.headingRows).default(1),
    })
    .optional(),
  source: named('source'),
  survey: z.strictObject({ name: named('survey'), version: named('surveyVersion') }),
  /** A column, or columns whose hash identifies the row of a file without ids. */
  externalId: z.union([column, z.strictObject({ hash: z.array(column).min(1).max(MOST.columns) })], {
    error: 'must be a column, or { "hash": [columns] } where the file has no id',
  }),
  respondent: column.optional(),
  account: column.optional(),
  answeredAt: answeredAtOfMap,
  revision: revisionOfMap.optional(),
  score: scoreOfMap.optional(),
  /** Where the text of the question stands: another wording is another version of the survey. */
  question: column.optional(),
  comment: z
    .union([column, z.array(column).min(1).max(MOST.columns)], {
      error: 'must be a column, or a list of columns to be joined',
    })
    .optional(),
  dimensions: z.record(z.string(), valueOfMap).default({}),
  /** What segment rules may read besides dimensions, by name. */
  attributes: z
    .record(z.string(), valueOfMap)
    .refine(...atMost(MOST.columns))
    .default({}),
  /** Only rows whose column has one of the values. */
  where: z
    .record(column, z.array(plain('value')).min(1).max(MOST.values))
    .refine(...atMost(MOST.columns))
    .default({}),
});

/** How the rows of a file become responses, as declared by the importer. */
export type FileMap = z.infer<typeof fileMap> & {
  /** The declaration as given: part of the lineage. */
  readonly declared: unknown;
};

/**
 * Checks a map for the configured dimensions.
 * @throws InvalidMapError with one line per mistake.
 */
export function parseFileMap(declared: unknown, dimensions: readonly Dimension[]): FileMap {
  const map = readChecked(fileMap, declared, dimensions.length);
  assertDimensions(map.dimensions, dimensions);
  const doubled = dimensions.find(({ field }) => Object.hasOwn(map.attributes, field));
  if (doubled)
    throw new InvalidMapError(`attributes.${doubled.field}: is a dimension; map it under "dimensions"`);
  if (!map.score && !map.comment) throw new InvalidMapError('score: a map names a score, a comment, or both');
  return { ...map, declared };
}

/** @throws InvalidMapError for a dimension that is not configured */
export function assertDimensions(given: object, dimensions: readonly Dimension[]): void {
  const names = dimensions.map(({ field }) => field);
  const strange = Object.keys(given).filter((name) => !names.includes(name));
  if (strange.length === 0) return;
  throw new InvalidMapError(
    `dimensions.${strange.slice(0, 3).map(partOf).join(', ')}: no such dimension; there are ${names.join(', ')}`,
  );
}

/** The columns that the map reads, to compare with the file's header. */
export function columnsOf(map: FileMap): string[] {
  return [...storedColumnsOf(map), ...columnsIn(map.attributes)];
}

const columnsIn = (rules: FileMap['dimensions']) =>
  Object.values(rules).flatMap((rule) => ('column' in rule ? [rule.column] : []));

/** Those of them that are stored with the original row: of attributes only what segment rules name is, apart from it. */
export function storedColumnsOf(map: FileMap): string[] {
  const {
    externalId,
    respondent,
    account,
    answeredAt,
    revision,
    score,
    question,
    comment,
    dimensions,
    where,
  } = map;
  const by = score && typeof score.scale === 'object' && 'by' in score.scale ? [score.scale.by] : [];
  return [
    ...(typeof externalId === 'string' ? [externalId] : externalId.hash),
    ...(respondent ? [respondent] : []),
    ...(account ? [account] : []),
    answeredAt.column,
    ...(revision ? [revision.column] : []),
    ...(score ? [score.column, ...by] : []),
    ...(question ? [question] : []),
    ...(comment === undefined ? [] : [comment].flat()),
    ...columnsIn(dimensions),
    ...Object.keys(where),
  ];
}

/** SHA-256 of the map as declared, for the checkpoint of an import. */
export function mapHash(map: FileMap): string {
  return createHash('sha256').update(JSON.stringify(map.declared)).digest('hex');
}
