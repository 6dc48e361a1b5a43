import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';
import { UnreadableFileError } from '../read-row.ts';

/** A file within a ZIP archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes unpacked, as the archive claims: for choices, never for bounds. */
  readonly claimed: number;
  /** Where its local header begins. */
  readonly at: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
/** The end record is followed by a comment of up to 65,535 bytes. */
const TAIL_BYTES = END_BYTES + 0xffff;
const MOST_DIRECTORY = 4 * 1024 * 1024;
const MOST_ENTRIES = 20_000;
const FULL = 0xffffffff;

const BROKEN =
  'the workbook is damaged: its ZIP directory cannot be read; open it in a spreadsheet and save it again';

/**
 * The files of a ZIP archive by its directory, which is at its end.
 * @throws UnreadableFileError
 */
export async function readZipDirectory(path: string): Promise<ReadonlyMap<string, ZipEntry>> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { at, bytes } = await directoryPlace(file, size);
    if (bytes > MOST_DIRECTORY || at + bytes > size) throw new UnreadableFileError(BROKEN);
    const directory = await read(file, at, bytes);
    const entries = new Map<string, ZipEntry>();
    for (let from = 0; from + 46 <= directory.length && directory.readUInt32LE(from) === DIRECTORY; ) {
      const { entry, length } = entryAt(directory, from);
      if (entries.size >= MOST_ENTRIES) throw new UnreadableFileError(BROKEN);
      entries.set(entry.name, entry);
      from += length;
    }
    return entries;
  } catch (error) {
    throw error instanceof RangeError ? new UnreadableFileError(BROKEN) : error;
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  return buffer.subarray(0, bytesRead);
}

async function directoryPlace(file: FileHandle, size: number): Promise<{ at: number; bytes: number }> {
  const length = Math.min(size, TAIL_BYTES);
  const tail = await read(file, size - length, length);
  for (let from = tail.length - END_BYTES; from >= 0; from--) {
    if (tail.readUInt32LE(from) !== END) continue;
    const [bytes, at] = [tail.readUInt32LE(from + 12), tail.readUInt32LE(from + 16)];
    if (bytes !== FULL && at !== FULL) return { at, bytes };
    if (from < 20 || tail.readUInt32LE(from - 20) !== LOCATOR64) break;
    const end = await read(file, Number(tail.readBigUInt64LE(from - 12)), 56);
    if (end.readUInt32LE(0) !== END64) break;
    return { bytes: Number(end.readBigUInt64LE(40)), at: Number(end.readBigUInt64LE(48)) };
  }
  throw new UnreadableFileError(BROKEN);
}

function entryAt(directory: Buffer, from: number): { entry: ZipEntry; length: number } {
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) =>
    directory.readUInt16LE(from + at),
  ) as [number, number, number];
  const name = directory.subarray(from + 46, from + 46 + nameLength).toString('utf8');
  let [packed, claimed, at] = [20, 24, 42].map((place) => directory.readUInt32LE(from + place)) as [
    number,
    number,
    number,
  ];
  const extra = directory.subarray(from + 46 + nameLength, from + 46 + nameLength + extraLength);
  // Sizes of 4 GiB and more, in this order, only those that did not fit.
  let long = longSizes(extra);
  const take = (given: number): number => {
    if (given !== FULL || long.length < 8) return given;
    const value = Number(long.readBigUInt64LE(0));
    long = long.subarray(8);
    return value;
  };
  claimed = take(claimed);
  packed = take(packed);
  at = take(at);
  const isEncrypted = (directory.readUInt16LE(from + 8) & 1) === 1;
  const entry = {
    name: name.replaceAll('\\', '/'),
    method: directory.readUInt16LE(from + 10),
    isEncrypted,
    packed,
    claimed,
    at,
  };
  return { entry, length: 46 + nameLength + extraLength + commentLength };
}

function longSizes(extra: Buffer): Buffer {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return Buffer.alloc(0);
}

/**
 * The unpacked bytes of a file of the archive, at most so many: what the archive claims of its sizes is not relied on.
 * @throws UnreadableFileError
 */
export async function* unpacked(
  path: string,
  entry: ZipEntry,
  most: number,
  count?: (packed: number) => void,
): AsyncGenerator<Buffer> {
  if (entry.isEncrypted)
    throw new UnreadableFileError('the workbook is encrypted; save it without a password');
  if (entry.method !== 0 && entry.method !== 8) throw new UnreadableFileError(BROKEN);
  const start = await dataStart(path, entry);
  if (entry.packed === 0) return;
  const file = createReadStream(path, { start, end: start + entry.packed - 1, highWaterMark: 64 * 1024 });
  if (count) file.on('data', (chunk) => count(chunk.length));
  const inflate = entry.method === 8 ? createInflateRaw({ chunkSize: 64 * 1024 }) : null;
  if (inflate) file.on('error', (error) => inflate.destroy(error));
  const source = inflate ? file.pipe(inflate) : file;
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += (chunk as Buffer).length;
      if (bytes > most)
        throw new UnreadableFileError(
          `the workbook unpacks to more than ${Math.round(most / (1024 * 1024))} MiB in ${entry.name}; save the sheet as CSV`,
        );
      yield chunk as Buffer;
    }
  } finally {
    file.destroy();
    inflate?.destroy();
  }
}

async function dataStart(path: string, { at }: ZipEntry): Promise<number> {
  const file = await open(path);
  try {
    const header = await read(file, at, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) throw new UnreadableFileError(BROKEN);
    return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}
