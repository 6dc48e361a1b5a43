import { z } from 'zod';
import { headingOf, problemOf, readName, TEXT_RULES, type TextField } from '../../../domain/text/text.ts';

/** How many entries the lists and objects of a map may have. */
export const MOST = {
  formats: 10,
  languages: 10,
  /** Columns that one field reads, or `where` names. */
  columns: 50,
  labels: 200,
  scales: 100,
  /** Values that a dimension renames, and that `where` accepts in one column. */
  values: 2_000,
  missing: 100,
  /** Rows before the headings, and rows of headings. */
  headingRows: 50,
} as const;

/** A text of the map under the rule of its field, in stored form. */
export const named = (field: TextField) =>
  z.string().transform((given, context) => {
    const name = readName(TEXT_RULES[field], given);
    if (typeof name === 'string' && name !== '') return name;
    context.addIssue({
      code: 'custom',
      message: typeof name === 'string' ? 'must not be blank' : name.message,
    });
    return z.NEVER;
  });
/** A text of the map that is compared with the file's, so kept unchanged. */
export const plain = (field: TextField) =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(TEXT_RULES[field], text);
    if (problem) context.addIssue({ code: 'custom', message: problem.message });
  });
export const atMost = (most: number) =>
  [(given: object) => Object.keys(given).length <= most, `at most ${most}`] as const;

/** The heading of a column, in comparable form. */
export const column = z
  .string()
  .refine(({ length }) => length <= 4 * TEXT_RULES.column.longest, 'has too many characters')
  .transform(headingOf)
  .pipe(plain('column').refine((name) => name !== '' && name !== '__proto__', 'must name a column'));
