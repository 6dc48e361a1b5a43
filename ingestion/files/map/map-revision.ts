import { z } from 'zod';
import type { Revision } from '../../../domain/responses/newer.ts';
import { quoted } from '../../../domain/text/text.ts';
import { type Outcome, rejected } from '../../pipeline/outcome.ts';
import { column } from './map-parts.ts';
import { answeredAtOfMap } from './map-time.ts';

/**
 * In a map: the column that decides which of two rows of one id is newer, a number that counts up or the time
 * of the last change.
 */
export const revisionOfMap = z.union(
  [z.strictObject({ column, format: z.literal('number') }), answeredAtOfMap],
  {
    error:
      'must be { "column": …, "format": "number" }, or the column of a time, with "format" and "zone" as in answeredAt',
  },
);

export type RevisionRule = z.infer<typeof revisionOfMap>;

const readings = (text: string) => `${text.slice(0, -4)} or ${text.slice(0, -4)}000`;

/** Spreadsheets may write 3 as "3.0". */
const NUMBER = /^(\d{1,16})(?:[.,]0+)?$/;

/** May be a number of thousands, and a fraction of zeros. */
const AMBIGUOUS = /^\d{1,16}[.,]000$/;

/** The number in the text, or why it is not one. */
export function readNumber(rule: RevisionRule, text: string): Revision | Outcome {
  if (AMBIGUOUS.test(text))
    return rejected(
      'INVALID',
      `revision: ${quoted(text)} in the column ${quoted(rule.column)} may be ${readings(text)}; write the number without a separator`,
    );
  const value = Number(NUMBER.exec(text)?.[1] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return { kind: 'number', value };
  return rejected(
    'INVALID',
    `revision: ${quoted(text)} in the column ${quoted(rule.column)} is not a whole number from 0 to 2^53 - 1`,
  );
}
