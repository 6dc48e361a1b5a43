import { z } from 'zod';
import type { Dimension } from '../../domain/dimensions.ts';
import type { Acceptor } from '../accept.ts';
import type { Outcome } from '../outcome.ts';
import { acceptMixed } from '../submit.ts';
import type { Submitter } from '../submitter.ts';
import { type FileMap, InvalidMap, parseFileMap } from './file-map.ts';
import { draftFromRow, type RowValues } from './file-row.ts';

/** One row of a file: the line it begins on and its columns. */
export interface FileRow {
  readonly line: number;
  readonly values: RowValues;
}

/** Rows of one file with the map that reads them: the body of POST /ingest/file. */
export interface FileRequest {
  readonly map: FileMap;
  readonly file: string;
  readonly rows: readonly FileRow[];
}

/** Accepts rows of a file; one outcome for each, in order, after the commit. */
export function acceptFileRows(
  acceptor: Acceptor,
  submitter: Submitter,
  { map, file, rows }: FileRequest,
): Promise<Outcome[]> {
  const items = rows.map(({ line, values }) => draftFromRow(map, values, `${file} line ${line}`));
  return acceptMixed(acceptor, submitter, items);
}

const head = z.strictObject({ map: z.unknown(), file: z.string().min(1).max(400) });
const row = z.strictObject({ line: z.int().min(1), values: z.record(z.string(), z.string()) });

/** The request as NDJSON: `{"map": …, "file": …}`, then `{"line": …, "values": {…}}` for each row. */
export function formatFileRequest({ map, file, rows }: FileRequest): string {
  return [{ map: map.declared, file }, ...rows].map((one) => JSON.stringify(one)).join('\n');
}

/**
 * Reads what `formatFileRequest` writes.
 * @throws InvalidMap naming the line and what was wrong.
 */
export function parseFileRequest(text: string, dimensions: readonly Dimension[]): FileRequest {
  const [first = '', ...lines] = text.split('\n');
  const { map, file } = parseLine(head, first, 1);
  const rows = lines.flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(row, line, index + 2)]));
  return { map: parseFileMap(map, dimensions), file, rows };
}

function parseLine<T>(schema: z.ZodType<T>, line: string, number: number): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InvalidMap(`line ${number} of the request is not JSON: ${(error as Error).message}`);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new InvalidMap(
    `line ${number} of the request: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
