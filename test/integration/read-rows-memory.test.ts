import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';

/*
 * Files far larger than the memory that reads them: the reader runs in a process whose heap is smaller than its file and
 * would end it if rows were held. (What the rows say: read-rows.test.ts.)
 */
const folder = mkdtempSync(join(tmpdir(), 'scoreline-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAP_MB = 48;
const PIECE_ROWS = 2_000;
const PIECES = 64;
const TEXT = 'x'.repeat(1_000);

const csvRow = (i: number) => `${i},"${TEXT}"\n`;
const ndjsonRow = (i: number) => `{"id":${i},"text":"${TEXT}"}\n`;

/** A file of 128 MB when unpacked, written piece by piece; gzip members in a row are one gzip file. */
function writeFile(name: string, header: string, row: (i: number) => string): string {
  const path = join(folder, name);
  const rows = Array.from({ length: PIECE_ROWS }, (_, i) => row(i)).join('');
  const packed = (text: string) => (name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text));
  const piece = packed(rows);
  const file = openSync(path, 'w');
  writeSync(file, packed(header));
  for (let i = 0; i < PIECES; i++) writeSync(file, piece);
  closeSync(file);
  return path;
}

/**
 * Reads the file, pausing like a consumer that stores the rows; returns how many came and the peak outside the
 * heap.
 */
const READER = `
  import { readRows } from './ingestion/files/read/read-rows.ts';
  const { rows } = await readRows(process.argv[1]);
  let count = 0;
  let outside = 0;
  let problems = 0;
  for await (const row of rows) {
    count += 1;
    if ('problem' in row) problems += 1;
    if (count % 5_000 === 0) {
      await new Promise((done) => setTimeout(done, 5));
      const { arrayBuffers } = process.memoryUsage();
      outside = Math.max(outside, arrayBuffers);
    }
  }
  console.log(JSON.stringify({ count, problems, outside }));
`;

const read = (path: string) =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [`--max-old-space-size=${HEAP_MB}`, '--import', 'tsx', '--input-type=module', '--eval', READER, path],
      { encoding: 'utf8', env: { PATH: process.env.PATH }, timeout: 100_000 },
    ),
  ) as { count: number; problems: number; outside: number };

describe('reading 128 MB with a heap of 48 MB', () => {
  it.each([
    ['CSV, gzip', 'b.csv.gz', 'id,text\n', csvRow],
    ['NDJSON, gzip', 'c.ndjson.gz', '', ndjsonRow],
  ])(
    '%s: delivers every row',
    (_, name, header, row) => {
      const path = writeFile(name, header, row);
      const { count, problems, outside } = read(path);
      rmSync(path);
      expect([count, problems]).toEqual([PIECES * PIECE_ROWS, 0]);
      expect(outside).toBeLessThan(HEAP_MB * 1024 * 1024);
    },
    120_000,
  );
});
