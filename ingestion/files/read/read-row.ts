import type { RowValues } from '../file-row.ts';

/** An item where a row can be. `line`: where it begins, from 1. */
export type ReadRow = {
  readonly line: number;
  /** In a JSON array: the item's number, from 1. */
  readonly item?: number;
  /** Why it is not certain that this is one row, with its lines. */
  readonly doubt?: string;
} & (
  | { readonly values: RowValues }
  /** What is wrong with it. */
  | { readonly problem: string }
  /** It has nothing in any column. */
  | { readonly blank: true }
  /** It repeats the headings. */
  | { readonly heading: true }
);

/** The file cannot be read to its end, or at all; earlier rows were delivered. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}
