import type { RowValues } from '../file-row.ts';

/** What was found in a file where a row can stand. `line`: where it begins, from 1. */
export type ReadRow = {
  readonly line: number;
  /** Of a JSON array: which of its items, from 1. */
  readonly item?: number;
  /** Why it is not certain that this is one row, with its lines. */
  readonly doubt?: string;
} & (
  | { readonly values: RowValues }
  /** What is wrong with it. */
  | { readonly problem: string }
  /** It has nothing in any column. */
  | { readonly blank: true }
);

/** The file cannot be read to its end, or not at all; the rows before were delivered. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}
