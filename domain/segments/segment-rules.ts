import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { cut, problemOf, TEXT_RULES } from '../text/text.ts';
import { type Dimension, dimensionValue } from './dimensions.ts';
import { LONGEST_PATTERN, MOST_STARS } from './pattern.ts';

/** Segment rules that cannot be read; the message has a line for each mistake. */
export class SegmentRulesError extends UserError {
  override readonly name = 'SegmentRulesError';
}

/** Rules of one dimension, and entries of one of its tables. */
const MOST_RULES = 200;
const MOST_ENTRIES = 10_000;
/** Attributes that rules read besides dimensions: their values are stored with each answer. */
const MOST_ATTRIBUTES = 20;
/** Mistakes that are listed. */
const MOST_LISTED = 10;

const line = z.string().superRefine((text, context) => {
  const problem = problemOf(TEXT_RULES.value, text);
  if (problem) context.addIssue({ code: 'custom', message: problem.message });
});
const value = line.transform(dimensionValue).refine((text) => text !== '', 'must not be blank');
const attribute = z
  .string()
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_]{0,62}$/,
    'must be a name of letters, digits and "_" such as "country"; it names a dimension as sent, or an attribute',
  );
const rule = z.union(
  [
    z.strictObject({ attribute, equals: z.union([value, z.array(value).min(1).max(MOST_ENTRIES)]), value }),
    z.strictObject({
      attribute,
      pattern: z
        .string()
        .min(1)
        .max(LONGEST_PATTERN)
        .refine(
          (text) => (text.match(/\*/g)?.length ?? 0) <= MOST_STARS,
          `must have at most ${MOST_STARS} stars`,
        ),
      value,
    }),
    z.strictObject({
      attribute,
      range: z
        .strictObject({ from: z.number().optional(), below: z.number().optional() })
        .refine(
          ({ from = -Infinity, below = Infinity }) => from < below && (from > -Infinity || below < Infinity),
          'must have "from", "below" or both, and "from" is the smaller one',
        ),
      value,
    }),
    z.strictObject({
      attribute,
      lookup: z
        .record(z.string().max(TEXT_RULES.value.longest).transform(dimensionValue), value)
        .refine((table) => Object.keys(table).length <= MOST_ENTRIES, `at most ${MOST_ENTRIES} entries`),
    }),
    z.strictObject({ default: value }),
  ],
  {
    error:
      'must be { "attribute": name, "equals": text or list, "value": text }, { …, "pattern": "ent*", "value": text }, ' +
      '{ …, "range": { "from": number, "below": number }, "value": text }, { "attribute": name, "lookup": { text: text } } or { "default": text }',
  },
);
const config = z.strictObject({
  dimensions: z.record(z.string(), z.array(rule).min(1).max(MOST_RULES)),
});

/** One rule of a dimension. */
export type SegmentRule = z.infer<typeof rule>;
/** The rules of each dimension by field, tried in order. */
export type SegmentRules = Readonly<Record<string, readonly SegmentRule[]>>;

/**
 * Checks rules for the configured dimensions.
 * @throws SegmentRulesError
 */
export function parseSegmentRules(given: unknown, dimensions: readonly Dimension[]): SegmentRules {
  const read = config.safeParse(given);
  if (!read.success)
    throw new SegmentRulesError(
      read.error.issues
        .slice(0, MOST_LISTED)
        .map(({ path, message }) => `${path.length > 0 ? `${cut(path.join('.'), 120)}: ` : ''}${message}`)
        .join('\n'),
    );
  const rules = read.data.dimensions;
  const mistakes = Object.entries(rules).flatMap(([field, list]) => mistakesOf(field, list, dimensions));
  const asked = askedBy(rules, dimensions);
  if (asked.length > MOST_ATTRIBUTES)
    mistakes.push(
      `rules read ${asked.length} attributes; at most ${MOST_ATTRIBUTES} are kept with an answer`,
    );
  if (mistakes.length > 0) throw new SegmentRulesError(mistakes.slice(0, MOST_LISTED).join('\n'));
  return rules;
}

function mistakesOf(field: string, list: readonly SegmentRule[], dimensions: readonly Dimension[]): string[] {
  const dimension = dimensions.find((one) => one.field === field);
  if (!dimension) {
    const known = dimensions.map((one) => one.field).join(', ');
    return [`dimensions.${cut(field, 40)}: no such dimension; there are ${known}`];
  }
  const mistakes: string[] = [];
  const early = list.findIndex((one, i) => 'default' in one && i < list.length - 1);
  if (early !== -1)
    mistakes.push(`dimensions.${field}.${early}: a default is the last rule; those after it are never tried`);
  const { declared } = dimension;
  if (declared?.others !== 'reject') return mistakes;
  for (const [i, one] of list.entries())
    for (const text of valuesOf(one))
      if (!declared.values.has(text))
        mistakes.push(
          `dimensions.${field}.${i}: ${JSON.stringify(cut(text, 40))} is none of the values that this deployment declares`,
        );
  return mistakes;
}

function valuesOf(one: SegmentRule): string[] {
  if ('default' in one) return [one.default];
  return 'lookup' in one ? Object.values(one.lookup) : [one.value];
}

/** The attributes that rules read besides the dimensions as sent, sorted: only these are stored with an answer. */
export function askedBy(rules: SegmentRules, dimensions: readonly Dimension[]): string[] {
  const fields = new Set(dimensions.map(({ field }) => field));
  const named = Object.values(rules).flatMap((list) =>
    list.flatMap((one) => ('attribute' in one && !fields.has(one.attribute) ? one.attribute : [])),
  );
  return [...new Set(named)].sort();
}
