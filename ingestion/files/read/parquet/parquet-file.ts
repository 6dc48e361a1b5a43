import { type FileHandle, open } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { AsyncBuffer, Compressors, FileMetaData, RowGroup } from 'hyparquet';
import { cut } from '../../../../domain/text/text.ts';
import { MOST_COLUMNS } from '../headings.ts';
import { UnreadableFileError } from '../read-row.ts';
import { checkStruct, problemOfPages } from './pages.ts';
import { type ColumnForm, formOf, PARSERS } from './texts.ts';

/** A column at the top of the schema. */
export interface ParquetColumn {
  readonly name: string;
  readonly form: ColumnForm;
  /** It has one value in each row, and no list or struct. */
  readonly isFlat: boolean;
}

/** A Parquet file whose metadata was read. */
export interface ParquetFile {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly RowGroup[];
  /**
   * Values of a column in rows of a group, from `start` to before `end`.
   * @throws Error where the file is damaged, or the column is too large
   */
  values(group: RowGroup, column: ParquetColumn, start: number, end: number): Promise<unknown[]>;
  /**
   * Checks that a column of a group can be read within bounds.
   * @throws UnreadableFileError if not; RangeError where the file is damaged
   */
  check(group: RowGroup, column: ParquetColumn): Promise<void>;
  close(): Promise<void>;
}

const MOST_METADATA = 64 * 1024 * 1024;
/** Bytes of a column in a row group, as stored. */
const MOST_CHUNK = 256 * 1024 * 1024;
const MAGIC = { plain: 'PAR1', encrypted: 'PARE' };

/**
 * Opens a Parquet file.
 * @throws UnreadableFileError
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  // Half a megabyte that other files do not need.
  const { parquetMetadataAsync, parquetRead, parquetSchema, readOffsetIndex } = await import('hyparquet');
  const handle = await open(path);
  try {
    const file = await bytesOf(handle);
    await checkEnd(file);
    const metadata = await parquetMetadataAsync(file, { parsers: PARSERS, geoparquet: false }).catch(
      (error) => {
        throw new UnreadableFileError(`its metadata cannot be read: ${(error as Error).message}`);
      },
    );
    const compressors = await decompressors();
    const columns = columnsOf(parquetSchema(metadata).children);
    return {
      columns,
      groups: metadata.row_groups,
      check: async (group, column) => {
        const problem = await problemOf(file, group, column, readOffsetIndex);
        if (problem) throw new UnreadableFileError(`the column "${cut(column.name)}": ${problem}`);
      },
      values: async (group, { name }, rowStart, rowEnd) => {
        let rows: unknown[][] = [];
        // Of this group alone: looking for it among all would take longer with each one.
        const part: FileMetaData = { ...metadata, row_groups: [group], num_rows: group.num_rows };
        await parquetRead({
          file,
          metadata: part,
          columns: [name],
          rowStart,
          rowEnd,
          compressors,
          parsers: PARSERS,
          utf8: false,
          geoparquet: false,
          useOffsetIndex: true,
          onComplete: (found) => {
            rows = found;
          },
        });
        return rows.map(([value]) => value);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function bytesOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      if (start < 0 || end > size || end < start) throw new RangeError('a part is outside the file');
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      if (bytesRead < bytes.length) throw new RangeError('the file has become shorter');
      return bytes.buffer;
    },
  };
}

/** @throws UnreadableFileError for a file that is cut off, encrypted, or has metadata that is too long or damaged */
async function checkEnd(file: AsyncBuffer): Promise<void> {
  const end = Buffer.from(await file.slice(Math.max(0, file.byteLength - 8)));
  const magic = end.subarray(4).toString('latin1');
  if (magic === MAGIC.encrypted)
    throw new UnreadableFileError('it is encrypted; write it without encryption, or as CSV');
  if (end.length < 8 || magic !== MAGIC.plain)
    throw new UnreadableFileError('it does not end as a Parquet file does: was it cut off?');
  if (end.readUInt32LE(0) > MOST_METADATA)
    throw new UnreadableFileError(
      `it has more than ${MOST_METADATA} bytes of metadata; write fewer row groups`,
    );
  try {
    const start = file.byteLength - 8 - end.readUInt32LE(0);
    checkStruct(Buffer.from(await file.slice(start, file.byteLength - 8)));
  } catch (error) {
    throw new UnreadableFileError(`its metadata cannot be read: ${(error as Error).message}`);
  }
}

type Children = ReturnType<typeof import('hyparquet').parquetSchema>['children'];

function columnsOf(children: Children): ParquetColumn[] {
  if (children.length === 0) throw new UnreadableFileError('it has no columns');
  if (children.length > MOST_COLUMNS)
    throw new UnreadableFileError(`it has more than ${MOST_COLUMNS} columns`);
  return children.map(({ element, children: parts }) => ({
    name: element.name,
    form: formOf(element),
    isFlat: parts.length === 0 && element.repetition_type !== 'REPEATED',
  }));
}

async function problemOf(
  file: AsyncBuffer,
  group: RowGroup,
  { name }: ParquetColumn,
  readIndex: ReadIndex,
): Promise<string | null> {
  for (const chunk of group.columns) {
    const { meta_data: data, file_path: elsewhere } = chunk;
    if (elsewhere) return 'its values are in another file';
    if (!data) return 'it is encrypted';
    if (data.path_in_schema[0] !== name) continue;
    const start = Number(data.dictionary_page_offset || data.data_page_offset);
    const length = Number(data.total_compressed_size);
    if (length > MOST_CHUNK)
      return `it has more than ${MOST_CHUNK} bytes in a row group; write smaller row groups`;
    const starts = new Set<number>();
    const problem = problemOfPages(Buffer.from(await file.slice(start, start + length)), starts);
    if (problem) return problem;
    await checkIndex(file, chunk, { start, length, starts }, readIndex);
  }
  return null;
}

type ReadIndex = typeof import('hyparquet').readOffsetIndex;

/**
 * Checks that the index of a column's pages names those that were checked, and no other bytes of the file.
 * @throws RangeError if not
 */
async function checkIndex(
  file: AsyncBuffer,
  { offset_index_offset: offset, offset_index_length: bytes }: RowGroup['columns'][number],
  pages: { readonly start: number; readonly length: number; readonly starts: ReadonlySet<number> },
  readIndex: ReadIndex,
): Promise<void> {
  if (!offset || !bytes) return;
  if (bytes > MOST_METADATA) throw new RangeError('the index of its pages is too long');
  const index = await file.slice(Number(offset), Number(offset) + bytes);
  checkStruct(Buffer.from(index));
  for (const page of readIndex({ view: new DataView(index as ArrayBuffer), offset: 0 }).page_locations) {
    const at = Number(page.offset) - pages.start;
    if (!pages.starts.has(at) || at + page.compressed_page_size > pages.length)
      throw new RangeError('the index of its pages names others');
  }
}

/** Unpacks pages into as many bytes as they claim, which are bounded before. */
async function decompressors(): Promise<Compressors> {
  const { compressors, decompressZstd } = await import('hyparquet-compressors');
  return {
    ...compressors,
    GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
    BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
    ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
  };
}
