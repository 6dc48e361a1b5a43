import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import type { RowValues } from '../connectors/file-row.ts';

/** One row of the file, or what is wrong with it. `line`: where it begins, from 1. */
export type ReadRow =
  | { readonly line: number; readonly values: RowValues }
  | { readonly line: number; readonly problem: string };

export interface RowSource {
  readonly rows: AsyncIterable<ReadRow>;
  /** Of the file as it lies, compressed or not. */
  readonly totalBytes: number;
  readonly bytesRead: () => number;
}

/** The file cannot be read to its end; the rows before were delivered. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** Longer lines are a mistake (a lost quote, a binary file), not an answer. */
const LONGEST_ROW = 1024 * 1024;
const GZIP = [0x1f, 0x8b];

/**
 * Reads a CSV (with a header row) or NDJSON file, plain or gzip, row by row; nothing but the present piece of it is
 * in memory. A bad row is reported with its line, and reading goes on.
 * @throws UnreadableFile while iterating, when the file breaks off.
 */
export async function readRows(path: string): Promise<RowSource> {
  const { size } = await stat(path);
  const compressed = await beginsWithGzip(path);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  let bytes = 0;
  file.on('data', (chunk) => {
    bytes += chunk.length;
  });
  const name = compressed ? path.replace(/\.gz$/i, '') : path;
  const text: Readable = compressed ? joined(file, createGunzip()) : joined(file, new PassThrough());
  const rows = /\.(ndjson|jsonl|json)$/i.test(name) ? ndjsonRows(text) : csvRows(text);
  return { rows: explained(path, rows), totalBytes: size, bytesRead: () => bytes };
}

async function beginsWithGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return GZIP.every((byte, index) => buffer[index] === byte);
  } finally {
    await file.close();
  }
}

/** Errors of the first stream end the second one, which is what is read. */
function joined(from: Readable, to: Transform): Transform {
  from.on('error', (error) => to.destroy(error));
  to.on('close', () => from.destroy());
  return from.pipe(to);
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
    throw new UnreadableFile(`${path} cannot be read on after line ${line}: ${message}`);
  }
}

async function* csvRows(text: Readable): AsyncGenerator<ReadRow> {
  let header: string[] | undefined;
  const parser = parse({
    bom: true,
    columns: false,
    info: true,
    raw: false,
    relax_column_count: true,
    relax_quotes: false,
    skip_records_with_error: true,
    max_record_size: LONGEST_ROW,
  });
  // Rows that the parser gives up on come through this event.
  const skipped: ReadRow[] = [];
  parser.on('skip', (error: { lines?: number; message: string }) => {
    skipped.push({ line: error.lines ?? 0, problem: `not CSV: ${error.message}` });
  });
  const unix = unixLines();
  text.on('error', (error) => parser.destroy(error));
  text.pipe(unix).pipe(parser);
  for await (const { record, info } of parser as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    // The parser counts to the line where the record ends.
    const line = info.lines - record.reduce((breaks, value) => breaks + value.split('\n').length - 1, 0);
    // It runs ahead of its reader: what it gave up on further down has its turn later.
    while (skipped[0] && skipped[0].line < line) yield skipped.shift() as ReadRow;
    if (record.length === 1 && record[0]?.trim() === '') continue;
    if (!header) {
      header = record.map((name) => name.trim());
      continue;
    }
    if (record.length !== header.length) {
      yield { line, problem: `${record.length} columns where the header has ${header.length}` };
      continue;
    }
    yield { line, values: Object.fromEntries(header.map((name, i) => [name, record[i] ?? ''])) };
  }
  yield* skipped;
}

/** "\r\n" as "\n": the parser counts a line break of two characters within quotes as two lines. */
function unixLines(): Transform {
  const [CR, LF] = [13, 10];
  let held = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const pieces: Buffer[] = [];
      if (held && chunk[0] !== LF) pieces.push(Buffer.from([CR]));
      held = chunk.at(-1) === CR;
      const end = held ? chunk.length - 1 : chunk.length;
      let from = 0;
      for (let at = chunk.indexOf(CR); at !== -1 && at < end; at = chunk.indexOf(CR, at + 1)) {
        if (chunk[at + 1] !== LF) continue;
        pieces.push(chunk.subarray(from, at));
        from = at + 1;
      }
      pieces.push(chunk.subarray(from, end));
      done(null, Buffer.concat(pieces));
    },
    flush(done) {
      done(null, held ? Buffer.from([CR]) : undefined);
    },
  });
}

async function* ndjsonRows(text: Readable): AsyncGenerator<ReadRow> {
  let line = 0;
  for await (const content of lines(text)) {
    line += 1;
    if (content === null) {
      yield { line, problem: `the line is longer than ${LONGEST_ROW} characters` };
      continue;
    }
    if (content.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch (error) {
      yield { line, problem: `not JSON: ${(error as Error).message}` };
      continue;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      yield { line, problem: 'a line must hold one JSON object' };
      continue;
    }
    yield {
      line,
      values: Object.fromEntries(Object.entries(value).map(([name, one]) => [name, textOf(one)])),
    };
  }
}

/** Lines of the text without their ends; null for one that is too long to be kept. */
async function* lines(text: Readable): AsyncGenerator<string | null> {
  let rest = '';
  let tooLong = false;
  text.setEncoding('utf8');
  let first = true;
  for await (const chunk of text as AsyncIterable<string>) {
    const pieces = (rest + (first ? chunk.replace(/^\uFEFF/, '') : chunk)).split('\n');
    first = false;
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      yield tooLong || piece.length > LONGEST_ROW ? null : piece;
      tooLong = false;
    }
    if (rest.length > LONGEST_ROW) {
      tooLong = true;
      rest = '';
    }
  }
  if (tooLong) yield null;
  else if (rest !== '') yield rest;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
