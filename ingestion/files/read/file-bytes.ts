import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, type Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Encoding, encodingOfMark } from '../../../domain/text/encoding-names.ts';
import { createDecoder } from '../../../domain/text/encodings.ts';
import { HEAD_BYTES } from './file-kind.ts';
import { type Guess, guessEncoding } from './guess-encoding.ts';
import { UnreadableFileError } from './read-row.ts';

const GZIP = [0x1f, 0x8b];
const CHUNK_BYTES = 256 * 1024;

/** The beginning of a file. */
export interface Head {
  readonly isCompressed: boolean;
  /** Decompressed. */
  readonly bytes: Buffer;
}

/** @param name for messages */
export async function headOf(path: string, name: string): Promise<Head> {
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
    if (length === 0) throw new UnreadableFileError(`${name} cannot be read: ${(error as Error).message}`);
  }
  return { isCompressed, bytes: Buffer.concat(chunks).subarray(0, HEAD_BYTES) };
}

/** The bytes of a file, decompressed; `count` gets them as stored. */
export function bytesOf(
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

/** The encoding of a file, and how it was found. */
export interface Found {
  readonly encoding: Encoding;
  readonly encodingFrom: 'map' | 'mark' | 'mark, not map' | Guess['by'];
}

/** The encoding: by its mark, as declared, or detected from the whole file. */
export async function encodingOf(path: string, head: Head, declared: Encoding | undefined): Promise<Found> {
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

/** The text of the bytes. */
export async function* decoded(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
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
