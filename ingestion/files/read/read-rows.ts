import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PassThrough, type Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Encoding, encodingOfMark } from '../../../domain/text/encoding-names.ts';
import { createDecoder } from '../../../domain/text/encodings.ts';
import { cut } from '../../../domain/text/text.ts';
import type { RowValues } from '../file-row.ts';
import { type CsvFound, CsvRows } from './csv-rows.ts';
import { HEAD_BYTES, isBinary, notText } from './file-kind.ts';
import { type Guess, guessEncoding } from './guess-encoding.ts';
import { WrongColumnsError } from './headings.ts';
import { itemRows, lineRows } from './json-rows.ts';
import { type WrappedList, wrappedLists } from './json-wrapper.ts';
import { type ReadRow, UnreadableFileError } from './read-row.ts';
import { findSeparator, separatorName } from './separator.ts';
import { LineBuffer } from './text-lines.ts';

export interface ReadOptions {
  /** Columns that the map reads. */
  readonly columns?: readonly string[];
  /** As the map declares them; detected if absent. */
  readonly encoding?: Encoding | undefined;
  readonly separator?: string | undefined;
  /** Whether the values are a response by themselves. */
  readonly isAnswer?: (values: RowValues) => boolean;
}

/** How a file was read, for the report. */
export interface ReadAs {
  readonly format: 'CSV' | 'NDJSON' | 'JSON array' | 'JSON objects';
  /** Its name; null of JSON. */
  readonly separator: string | null;
  /** What of the form of a CSV was found so far; null for JSON. */
  readonly found: Readonly<CsvFound> | null;
  /** The field of a JSON object that holds the rows; null if they are not within one. */
  readonly within: string | null;
  readonly encoding: Encoding;
  readonly encodingFrom: 'map' | 'mark' | 'mark, not map' | Guess['by'];
}

export interface RowSource {
  readonly rows: AsyncIterable<ReadRow>;
  /** Null until the first row was read, or the end. */
  readonly readAs: () => ReadAs | null;
  /** Of the file as stored, compressed or not. */
  readonly totalBytes: number;
  readonly bytesRead: () => number;
}

const GZIP = [0x1f, 0x8b];
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a CSV (with headings), NDJSON or JSON file, plain or gzip, row by row, with only the current piece in
 * memory. A bad row is reported with its line, and reading continues. A file with unknown encoding is read
 * twice.
 * @throws UnreadableFileError for a file that is not text, and while iterating, when the file breaks off;
 * WrongColumnsError while iterating
 */
export async function readRows(path: string, options: ReadOptions = {}): Promise<RowSource> {
  const { size } = await stat(path);
  const head = await headOf(path);
  const what = notText(head.bytes);
  if (what) throw new UnreadableFileError(`${path} is ${what}`);
  const found = await encodingOf(path, head, options.encoding);
  if (isBinary(head.bytes) && !found.encoding.startsWith('utf-16'))
    throw new UnreadableFileError(
      `${path} is no text: it has zero bytes; only CSV, NDJSON and JSON are read`,
    );
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
  };
  let readAs: ReadAs | null = null;
  const text = decoded(bytesOf(path, head.isCompressed, count), found.encoding);
  const again = () => decoded(bytesOf(path, head.isCompressed), found.encoding);
  const rows = rowsOf(path, text, { ...options, ...found }, again, (how) => {
    readAs = { ...how, ...found };
  });
  return {
    rows: explained(path, rows),
    readAs: () => readAs,
    totalBytes: size,
    bytesRead: () => bytes,
  };
}

interface Head {
  readonly isCompressed: boolean;
  /** Decompressed. */
  readonly bytes: Buffer;
}

async function headOf(path: string): Promise<Head> {
  const file = await open(path);
  let isCompressed: boolean;
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    isCompressed = GZIP.every((byte, index) => buffer[index] === byte);
  } finally {
    await file.close();
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of bytesOf(path, isCompressed)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (length === 0) throw new UnreadableFileError(`${path} cannot be read: ${(error as Error).message}`);
  }
  return { isCompressed, bytes: Buffer.concat(chunks).subarray(0, HEAD_BYTES) };
}

function bytesOf(
  path: string,
  isCompressed: boolean,
  count?: (chunk: Buffer) => void,
): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (count) file.on('data', (chunk) => count(chunk as Buffer));
  return joined(file, isCompressed ? createGunzip() : new PassThrough());
}

/** Errors of the first stream end the second one, which is the one read. */
function joined(from: Readable, to: Transform): Transform {
  from.on('error', (error) => to.destroy(error));
  to.on('close', () => from.destroy());
  return from.pipe(to);
}

type Found = Pick<ReadAs, 'encoding' | 'encodingFrom'>;

async function encodingOf(path: string, head: Head, declared: Encoding | undefined): Promise<Found> {
  const mark = encodingOfMark(head.bytes);
  // Nothing else begins with those bytes: the mark overrides the map.
  if (declared && mark && !mark.startsWith(declared))
    return { encoding: mark, encodingFrom: 'mark, not map' };
  if (declared) return { encoding: declared, encodingFrom: 'map' };
  if (mark) return { encoding: mark, encodingFrom: 'mark' };
  const { encoding, by } = await guessEncoding(head.bytes, () => bytesOf(path, head.isCompressed));
  return { encoding, encodingFrom: by };
}

/** Ctrl-Z, which DOS programs write at the end of a text. */
const END_MARK = '\u001a';

function lengthWithoutMarks(text: string): number {
  let length = text.length;
  while (length > 0 && text[length - 1] === END_MARK) length -= 1;
  return length;
}

async function* decoded(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = createDecoder(encoding);
  let held = '';
  for await (const chunk of bytes) {
    const text = held + decoder.write(chunk);
    // It may be the end of the text.
    const length = lengthWithoutMarks(text);
    held = text.slice(length);
    if (length > 0) yield text.slice(0, length);
  }
  const rest = held + decoder.end();
  if (lengthWithoutMarks(rest) > 0) yield rest.slice(0, lengthWithoutMarks(rest));
}

type How = Pick<ReadAs, 'format' | 'separator' | 'found' | 'within'>;

async function* rowsOf(
  path: string,
  text: AsyncGenerator<string>,
  options: ReadOptions & Found,
  again: () => AsyncIterable<string>,
  onFound: (how: How) => void,
): AsyncGenerator<ReadRow> {
  const { columns = [], isAnswer = () => false, encoding } = options;
  const { value: first, done } = await text.next();
  if (done) return;
  const whole = from(first, text);
  const format = formatOf(path, first);
  if (format !== 'CSV') {
    const list = format === 'JSON array' ? null : await wrappedList(again(), columns);
    const isArray = format === 'JSON array' || list !== null;
    onFound({
      format: list ? 'JSON array' : format,
      separator: null,
      found: null,
      within: list?.field ?? null,
    });
    if (list)
      yield* itemRows(skipped(whole, list.at), {
        isArray,
        encoding,
        isAnswer,
        within: { line: list.lines + 1 },
      });
    else if (format === 'NDJSON') yield* lineRows(whole, encoding);
    else yield* itemRows(whole, { isArray, encoding, isAnswer });
    return;
  }
  const lines = new LineBuffer(whole);
  try {
    const { separator } = await findSeparator(lines, options.separator, columns);
    const csv = new CsvRows(lines, { separator, columns, isAnswer, encoding });
    onFound({ format, separator: separatorName(separator), found: csv.found, within: null });
    yield* csv.read();
  } finally {
    await lines.close();
  }
}

/** The list of rows within a file that is one object around it; null of any other file. */
async function wrappedList(
  text: AsyncIterable<string>,
  columns: readonly string[],
): Promise<WrappedList | null> {
  const [list, ...others] = (await wrappedLists(text, columns)) ?? [];
  if (!list || others.length === 0) return list ?? null;
  const fields = [list, ...others].map(({ field }) => cut(field)).join(', ');
  throw new UnreadableFileError(
    `it is one JSON object with several lists of objects (${fields}); save the list of responses as a JSON array, or as one object a line`,
  );
}

/** Without so many characters at its beginning. */
async function* skipped(text: AsyncGenerator<string>, count: number): AsyncGenerator<string> {
  let left = count;
  for await (const piece of text) {
    if (piece.length > left) yield piece.slice(left);
    left = Math.max(0, left - piece.length);
  }
}

async function* from(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

const JSON_NAME = /\.(ndjson|jsonl|json)$/i;

/** By the name and by how the text begins. */
function formatOf(path: string, first: string): ReadAs['format'] {
  const isNamed = JSON_NAME.test(basename(path).replace(/\.gz$/i, ''));
  const text = first.trimStart();
  if (text.startsWith('[') && (isNamed || /^\[\s*\{/.test(text))) return 'JSON array';
  if (!isNamed && !/^\{\s*"/.test(text)) return 'CSV';
  // An object whose first line is only its beginning is pretty-printed over several lines.
  const [line = ''] = text.split(/[\r\n]/, 1);
  const isBegun =
    text.startsWith('{') && text.length > line.length && ',{['.includes(line.trimEnd().at(-1) ?? '');
  return isBegun ? 'JSON objects' : 'NDJSON';
}

async function* explained(path: string, rows: AsyncIterable<ReadRow>): AsyncGenerator<ReadRow> {
  let line = 0;
  try {
    for await (const row of rows) {
      line = row.line;
      yield row;
    }
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof WrongColumnsError) throw error;
    if (error instanceof UnreadableFileError) throw new UnreadableFileError(`${path}: ${message}`);
    throw new UnreadableFileError(`${path} cannot be read on after line ${line}: ${message}`);
  }
}
