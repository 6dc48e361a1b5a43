import { z } from 'zod';
import { type AnswerSigns, isProgram } from '../../domain/responses/signs.ts';
import { type RowValues, textOf } from '../files/file-row.ts';
import { readChecked } from '../files/map/map-mistakes.ts';
import { column } from '../files/map/map-parts.ts';

/** Scores of tests for bots that one answer may have. */
const MOST_SCORES = 5;
/** As JSON writes numbers, without an exponent. */
const NUMBER = /^-?\d{1,15}(?:\.\d{1,20})?$/;

/** In a mapping: what the vendor reports of how an answer was given (docs/guides/counting.md#flags). */
const signsOfMap = z.strictObject({
  duration: z
    .strictObject({ column, unit: z.enum(['seconds', 'milliseconds']).default('seconds') })
    .optional(),
  userAgent: column.optional(),
  botScores: z
    .array(
      z.union(
        [z.strictObject({ column, atLeast: z.number() }), z.strictObject({ column, below: z.number() })],
        { error: 'must be { "column": path, "atLeast": number } or { "column": path, "below": number }' },
      ),
    )
    .max(MOST_SCORES)
    .default([]),
});

/** Reads the signs of an item by the paths that a mapping names. */
export interface SignReader {
  /** What is read and not stored. */
  readonly columns: readonly string[];
  read(values: RowValues): AnswerSigns;
}

/**
 * The reader for the part `signs` of a mapping. A value that is blank or no number says nothing: an answer is not rejected for it.
 * @throws InvalidMapError
 */
export function signReader(declared: unknown, dimensions: number): SignReader {
  const { signs } = readChecked(
    z.strictObject({ signs: signsOfMap.default({ botScores: [] }) }),
    { signs: declared },
    dimensions,
  );
  const { duration, userAgent, botScores } = signs;
  const columns = [duration?.column, userAgent, ...botScores.map((rule) => rule.column)];
  return {
    columns: columns.filter((name) => name !== undefined),
    read: (values) => {
      const took = duration && numberOf(textOf(values, duration.column));
      const name = userAgent === undefined ? '' : textOf(values, userAgent).trim();
      const scores = botScores.flatMap((rule) => {
        const score = numberOf(textOf(values, rule.column));
        if (score === undefined) return [];
        return ('below' in rule ? score < rule.below : score >= rule.atLeast) ? [score] : [];
      });
      return {
        seconds: took === undefined || duration?.unit === 'seconds' ? took : took / 1_000,
        // Where the vendor names no browser, nothing is known of it.
        isProgram: name !== '' && isProgram(name),
        botScore: scores[0],
      };
    },
  };
}

const numberOf = (text: string): number | undefined =>
  NUMBER.test(text.trim()) ? Number(text.trim()) : undefined;
