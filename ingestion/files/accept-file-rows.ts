import { z } from 'zod';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { mapInSlices, Slice } from '../../domain/text/slices.ts';
import { cut, quoted, readName, TEXT_RULES } from '../../domain/text/text.ts';
import type { ResponseDraft } from '../pipeline/draft.ts';
import { nameOfField } from '../pipeline/field-names.ts';
import type { Ingestor } from '../pipeline/ingestor.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';
import {
  BadItem,
  linesOf,
  MOST_PARTS_OF_ROW,
  parseItem,
  UnreadableBodyError,
} from '../pipeline/read-items.ts';
import { acceptMixed } from '../pipeline/submit.ts';
import type { Submitter } from '../pipeline/submitter.ts';
import { draftFromRow, type RowValues } from './file-row.ts';
import { type FileMap, LONGEST_MAP, parseFileMap } from './map/file-map.ts';
import { InvalidMapError } from './map/map-mistakes.ts';

/** One row of a file: the line where it begins and its columns. */
export interface FileRow {
  readonly line: number;
  /** In a JSON array: the item's number, from 1. Several can be on one line. */
  readonly item?: number;
  readonly values: RowValues;
}

/** An invalid row from the wire; its line is null if that cannot be read either. */
export interface BadRow {
  readonly line: number | null;
  readonly outcome: Outcome;
}

/** Rows of one file with the map that reads them: the body of POST /ingest/file. */
export interface FileRequest<Row extends FileRow | BadRow = FileRow> {
  readonly map: FileMap;
  readonly file: string;
  /** The import that the rows belong to; undefined for rows that cannot be undone as a whole. */
  readonly importKey?: string | undefined;
  readonly rows: readonly Row[];
}

/** Stores rows of a file; one outcome for each, in order, after the commit. */
export async function acceptFileRows(
  ingestor: Ingestor,
  submitter: Submitter,
  { map, file, rows }: FileRequest<FileRow | BadRow>,
  importId: number | null = null,
): Promise<Outcome[]> {
  const items = await mapInSlices(rows, (row) =>
    'outcome' in row ? row.outcome : draftOf(map, file, row, importId),
  );
  return acceptMixed(ingestor, submitter, items, () => map.source);
}

const positionOf = (file: string, { line, item }: FileRow): string =>
  item === undefined ? `${file} line ${line}` : `${file} line ${line} item ${item}`;

function draftOf(map: FileMap, file: string, row: FileRow, importId: number | null): ResponseDraft | Outcome {
  const draft = draftFromRow(map, row.values, positionOf(file, row));
  return importId === null || 'status' in draft
    ? draft
    : { ...draft, importRow: { importId, line: row.item ?? row.line } };
}

/** Of one body: half of the limit (`LIMITS.ingestBody`). */
const PART_BYTES = 8 * 1024 * 1024;
const head = z.strictObject({ map: z.unknown(), file: z.string(), import: z.string().optional() });
/** Fields, values and brackets of a map, as JSON; file-map.ts limits its values. */
const MOST_PARTS_OF_MAP = 60_000;
/** Of a row: as many as an Excel sheet has. */
const MOST_COLUMNS = 16_384;

/**
 * The request as NDJSON: `{"map": …, "file": …}`, then `{"line": …, "values": {…}}` for each row. Rows that are
 * too large for one body are split over several, in order.
 */
export function formatFileRequest({
  map,
  file,
  importKey,
  rows,
}: FileRequest): { body: string; rows: number }[] {
  const head = JSON.stringify({ map: map.declared, file, import: importKey });
  const parts: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const line = JSON.stringify(row);
    const size = Buffer.byteLength(line) + 1;
    if (bytes + size > PART_BYTES) {
      parts.push([]);
      bytes = head.length;
    }
    parts.at(-1)?.push(line);
    bytes += size;
  }
  return parts.map((lines) => ({ body: [head, ...lines].join('\n'), rows: lines.length }));
}

/**
 * Reads what `formatFileRequest` writes. An invalid line is rejected on its own.
 * @throws InvalidMapError, UnreadableBodyError when it has more than `most` rows
 */
export async function parseFileRequest(
  text: string,
  dimensions: readonly Dimension[],
  most: number,
): Promise<FileRequest<FileRow | BadRow>> {
  const found = text.indexOf('\n');
  const end = found === -1 ? text.length : found;
  const { map, file, importKey } = parseHead(text.slice(0, end));
  const rows: (FileRow | BadRow)[] = [];
  const body = text.slice(end);
  for await (const [from, to] of linesOf(body, new Slice())) {
    if (rows.length === most)
      throw new UnreadableBodyError(`more than ${most} rows in one request; send them in parts`);
    rows.push(parseRow(body.slice(from, to)));
  }
  return { map: parseFileMap(map, dimensions), file, importKey, rows };
}

function parseHead(line: string): { map: unknown; file: string; importKey: string | undefined } {
  if (line.length > LONGEST_MAP)
    throw new InvalidMapError(`the map has ${line.length} characters; at most ${LONGEST_MAP} are read`);
  const read = head.safeParse(parseItem(line, MOST_PARTS_OF_MAP));
  if (!read.success)
    throw new InvalidMapError(
      'line 1 of the request must be JSON with "map" and "file", the name of the file',
    );
  const file = readName(TEXT_RULES.file, read.data.file);
  if (typeof file !== 'string') throw new InvalidMapError(`file: ${file.message}`);
  if (file === '') throw new InvalidMapError('file: must not be blank');
  return { map: read.data.map, file, importKey: read.data.import };
}

/** The column that rows of an import are found by holds 32 bits. */
const LAST_LINE = 2 ** 31 - 1;
const ROW =
  'a row is a JSON object with "line" (and "item"), whole numbers from 1, and "values", an object of texts by column';

function parseRow(text: string): FileRow | BadRow {
  const item = parseItem(text, MOST_PARTS_OF_ROW);
  if (item instanceof BadItem) return { line: null, outcome: item.outcome };
  const isObject = typeof item === 'object' && item !== null && !(item instanceof Error);
  const { line, item: place, values, ...more } = (isObject ? item : {}) as Record<string, unknown>;
  const isNumber = (given: unknown) => Number.isSafeInteger(given) && (given as number) >= 1;
  const isLine = isNumber(line) && (place === undefined || isNumber(place));
  const beyond = [line, place].find((given) => isNumber(given) && (given as number) > LAST_LINE);
  const bad = (message: string): BadRow => ({
    line: isLine && beyond === undefined ? (line as number) : null,
    outcome: rejected('INVALID', message),
  });
  if (!isLine || typeof values !== 'object' || values === null || Object.keys(more).length > 0)
    return bad(ROW);
  if (beyond !== undefined)
    return bad(
      `${beyond === line ? 'line' : 'item'}: ${String(beyond)} is more than ${LAST_LINE}, the last that is kept; number the rows from 1`,
    );
  const columns = Object.entries(values).map(([name, value]) => [nameOfField(name), value] as const);
  if (columns.length > MOST_COLUMNS)
    return bad(`values: ${columns.length} columns; at most ${MOST_COLUMNS} are read`);
  for (const [name, value] of columns) {
    if (name === '__proto__') return bad('values: "__proto__" is not the name of a column');
    if (typeof value !== 'string') return bad(`values.${cut(name, 40)}: ${quoted(value)} is not a text`);
  }
  const named = Object.fromEntries(columns) as RowValues;
  if (Object.keys(named).length < columns.length)
    return bad('values: a column is given twice, and which one counts is not clear');
  return { line: line as number, ...(place === undefined ? {} : { item: place as number }), values: named };
}
