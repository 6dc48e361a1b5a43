import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../../domain/segments/dimensions.ts';
import fc from '../../../../test/fixtures/properties.ts';
import { guessFile } from '../../guess/guess-file.ts';
import type { ReadRow } from '../read-row.ts';
import { type ReadOptions, readRows } from '../read-rows.ts';
import { problemOfPages } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-parquet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../../test/fixtures/parquet/${name}.parquet`, import.meta.url));

async function rowsOf(path: string, options: ReadOptions = {}): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  for await (const one of (await readRows(path, options)).rows) rows.push(one);
  return rows;
}

let files = 0;
function written(bytes: Uint8Array): string {
  const path = join(folder, `${++files}.parquet`);
  writeFileSync(path, bytes);
  return path;
}

const CODECS = ['none', 'snappy', 'gzip', 'brotli', 'lz4', 'zstd'];

describe('files of other programs', () => {
  it.each(CODECS)(
    'of pyarrow, packed by %s: decimals, times, lists, structs, blank values',
    async (codec) => {
      const rows = await rowsOf(fixture(`pyarrow-${codec}`));
      expect(rows).toHaveLength(40);
      expect(rows[0]).toEqual({
        line: 1,
        values: {
          id: '12345678901234567890123456789012345678',
          answered: '2026-03-01T09:30:00.123456Z',
          local: '2026-03-01T09:30:00.123',
          day: '2026-03-01',
          score: '',
          stars: '0',
          comment: '',
          region: 'EU',
          tags: '[]',
          who: '{"email":"p0@example.com","age":0}',
          new: 'true',
        },
      });
      expect(rows[37]).toMatchObject({
        line: 38,
        values: { id: '12345678901234567890123456789012345641', stars: '3.7', tags: '["a","b"]' },
      });
      expect(rows[37]).toMatchObject({ values: { comment: 'Größer, "besser"\nund schneller 37' } });
    },
  );

  it('of DuckDB and Polars: times without a zone, identifiers', async () => {
    expect((await rowsOf(fixture('duckdb')))[29]).toEqual({
      line: 30,
      values: {
        id: '29',
        answered_at: '2026-03-02T14:30:00',
        nps: '7',
        region: 'EU',
        u: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4/),
      },
    });
    expect((await rowsOf(fixture('polars')))[1]).toMatchObject({
      values: { answered_at: '2026-03-01T10:30:00.123456', nps: '1' },
    });
  });

  it('has its map guessed', async () => {
    const guess = await guessFile({
      path: fixture('polars'),
      dimensions: defineDimensions(DEFAULT_DIMENSIONS),
      zone: 'Europe/Berlin',
      now: Date.UTC(2026, 10, 1),
    });
    expect(guess).toMatchObject({
      rows: 30,
      isWhole: true,
      readAs: { format: 'Parquet' },
      map: {
        externalId: 'id',
        answeredAt: { column: 'answered_at', zone: 'Europe/Berlin' },
        score: { column: 'nps' },
      },
    });
  });
});

it('reads only the columns of the map, and names those that the file lacks', async () => {
  expect((await rowsOf(fixture('duckdb'), { columns: ['nps', 'id'] }))[3]).toEqual({
    line: 4,
    values: { id: '3', nps: '3' },
  });
  await expect(rowsOf(fixture('duckdb'), { columns: ['NPS'] })).rejects.toThrow(
    'the map reads columns that the file does not have: NPS; it has id, answered_at, nps, region, u',
  );
});

describe('what cannot be read', () => {
  const whole = readFileSync(fixture('pyarrow-snappy'));

  it('is named', async () => {
    await expect(rowsOf(fixture('delta'))).rejects.toThrow(
      'the column "comment": it is encoded as DELTA_BYTE_ARRAY; write the file in version 1 of the format',
    );
    await expect(rowsOf(written(whole.subarray(0, 5_000)))).rejects.toThrow('was it cut off?');
    const encrypted = Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')]);
    await expect(rowsOf(written(encrypted))).rejects.toThrow('it is encrypted; write it without encryption');
    const columns = [
      { name: 'a', data: ['1'] },
      { name: 'a', data: ['2'] },
    ];
    await expect(
      rowsOf(written(new Uint8Array(parquetWriteBuffer({ columnData: columns })))),
    ).rejects.toThrow('it has several columns of the name "a"');
  });

  it('bytes that are no text reject their row alone', async () => {
    const data = [Uint8Array.of(0x67, 0xf6), new TextEncoder().encode('gö')];
    const path = written(
      new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'a', data, type: 'BYTE_ARRAY' }] })),
    );
    expect(await rowsOf(path)).toEqual([
      { line: 1, problem: 'the column "a" cannot be read: it has bytes that are no character in utf-8' },
      { line: 2, values: { a: 'gö' } },
    ]);
  });

  it('a damaged part rejects the rows of its row group', async () => {
    const bytes = Buffer.from(whole);
    // Within the first page of the first column.
    bytes.fill(0xff, 4, 60);
    const rows = await rowsOf(written(bytes));
    expect(rows).toHaveLength(40);
    expect(rows[0]).toMatchObject({
      problem: expect.stringContaining('the column "id" cannot be read: the file is damaged here'),
    });
    expect(rows[15]).toHaveProperty('problem');
    expect(rows[16]).toMatchObject({ line: 17, values: { id: '12345678901234567890123456789012345662' } });
  });

  it('a page that claims more than is read costs nothing', async () => {
    const many = new Array(4_200_000).fill('x');
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'a', data: many }], rowGroupSize: many.length });
    await expect(rowsOf(written(new Uint8Array(bytes)))).rejects.toThrow(
      'a row group has more than 4194304 rows; write smaller row groups',
    );
  });

  it('nor does one whose claim is of its header alone', () => {
    // type 0, 10 bytes unpacked, none packed; a data page of 5,000,000 values in the encoding 0.
    const header = [0x15, 0, 0x15, 20, 0x15, 0, 0x2c, 0x15, 0x80, 0xad, 0xe2, 0x04, 0x15, 0, 0, 0];
    expect(problemOfPages(Buffer.from(header))).toBe(
      'it has more than 4194304 values in a row group; write smaller row groups',
    );
    expect(problemOfPages(Buffer.from([0x15, 0, 0x15, 0x80, 0x80, 0x80, 0x80, 0x02, 0x15, 0, 0]))).toBe(
      'it has a page that is longer than 134217728 bytes',
    );
    expect(() => problemOfPages(Buffer.from(header.slice(0, 9)))).toThrow('a header is cut off');
  });

  // A list of 2^50 elements as the field 1, and nothing after its length.
  const endless = (type: number) => [0x19, 0xf0 | type, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02];

  it.each([
    ['booleans', 1],
    ['bytes', 3],
    ['numbers', 5],
    ['doubles', 7],
    ['texts', 8],
    ['lists', 9],
    ['structs', 12],
  ])('a list of %s that claims more than there is costs nothing', async (_, type) => {
    const bytes = Buffer.from([...endless(type), 0, 0, 0, 0, 0]);
    expect(() => problemOfPages(bytes)).toThrow('a list that is longer than the rest of the file');
    const footer = Buffer.from([...endless(type), 0]);
    const length = Buffer.from([footer.length, 0, 0, 0]);
    const file = Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')]);
    await expect(rowsOf(written(file))).rejects.toThrow(
      'its metadata cannot be read: a header has a list that is longer than the rest of the file',
    );
  });

  it('a value after the end, lists within lists, and a number above 32 bits are damage', () => {
    for (const [type, size] of [
      [3, 4],
      [7, 1],
      [8, 1],
    ] as const)
      expect(() => problemOfPages(Buffer.from([0x19, (size << 4) | type, 0x7f, 0x7f]))).toThrow(RangeError);
    expect(() => problemOfPages(Buffer.alloc(20_000, 0x19))).toThrow('a header is nested too deeply');
    // The encoding 7 and 2^31, of which hyparquet reads 7.
    const header = [0x15, 0, 0x15, 20, 0x15, 0, 0x2c, 0x15, 2, 0x15, 0x8e, 0x80, 0x80, 0x80, 0x10, 0, 0];
    expect(() => problemOfPages(Buffer.from(header))).toThrow('a number that is too long');
  });

  it('an index that names other bytes than the pages of its column is damage', async () => {
    const bytes = readFileSync(fixture('polars'));
    const { row_groups: groups } = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    );
    const at = Number(groups[0]?.columns[0]?.offset_index_offset);
    // A list of one struct, whose first field is the place of a page.
    expect([...bytes.subarray(at, at + 3)]).toEqual([0x19, 0x1c, 0x16]);
    bytes[at + 3] = (bytes[at + 3] ?? 0) + 2;
    expect((await rowsOf(written(bytes)))[0]).toMatchObject({
      problem: expect.stringContaining('the index of its pages names others'),
    });
  });

  it('any change of a byte ends in rows or in a message', async () => {
    const original = readFileSync(fixture('duckdb'));
    await fc.assert(
      fc.asyncProperty(fc.nat(original.length - 1), fc.nat(255), async (at, value) => {
        const bytes = Buffer.from(original);
        bytes[at] = value;
        const path = join(folder, 'changed.parquet');
        writeFileSync(path, bytes);
        try {
          expect((await rowsOf(path)).length).toBeLessThan(100_000);
        } catch (error) {
          expect((error as Error).name).toBe('UnreadableFileError');
        }
      }),
      { numRuns: 400 },
    );
  });
});
