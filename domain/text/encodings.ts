import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { type Encoding, encodingOfMark, ONE_BYTE } from './encoding-names.ts';

/**
 * Replaces undecodable bytes: half of a surrogate pair, which no encoding produces by itself. So a U+FFFD in
 * decoded text was in the file, and `isWellFormed` shows whether a piece was fully decoded.
 */
export const UNDECODABLE = '\ud800';

/** Decodes piece by piece. The byte order mark is left out. */
export interface Decoder {
  write(bytes: Buffer): string;
  end(): string;
}

/** A decoder that never replaces silently: see `UNDECODABLE`. */
export function createDecoder(encoding: Encoding): Decoder {
  if (encoding === 'utf-8') return withoutMark(utf8Decoder());
  if (encoding === 'utf-16') return utf16ByMark();
  if (encoding === 'utf-16le' || encoding === 'utf-16be')
    return withoutMark(utf16Decoder(encoding === 'utf-16be'));
  const oneByte = (ONE_BYTE as Readonly<Record<string, string>>)[encoding];
  return oneByte === undefined ? eastAsianDecoder(encoding) : oneByteDecoder(oneByte);
}

/** The whole text, with `UNDECODABLE` where it cannot be decoded. */
export function decode(encoding: Encoding, bytes: Buffer): string {
  const decoder = createDecoder(encoding);
  return decoder.write(bytes) + decoder.end();
}

function withoutMark({ write, end }: Decoder): Decoder {
  let isFirst = true;
  return {
    write: (bytes) => {
      const text = write(bytes);
      if (!isFirst || text === '') return text;
      isFirst = false;
      return text.startsWith('\ufeff') ? text.slice(1) : text;
    },
    end,
  };
}

function utf8Decoder(): Decoder {
  let held: Buffer = Buffer.alloc(0);
  return {
    write: (chunk) => {
      const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
      const whole = bytes.length - incompleteAtEnd(bytes);
      held = Buffer.from(bytes.subarray(whole));
      return utf8Text(bytes.subarray(0, whole));
    },
    end: () => (held.length > 0 ? UNDECODABLE : ''),
  };
}

/** How many bytes at the end of UTF-8 begin a character that goes on in the next piece. */
export function incompleteAtEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

const LF = 0x0a;
const tolerant = new TextDecoder('utf-8', { ignoreBOM: true });

function utf8Text(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  // Line by line, so that a U+FFFD that was sent counts as undecodable only next to bytes that are.
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(LF, from);
    const end = found === -1 ? bytes.length : found + 1;
    const line = bytes.subarray(from, end);
    lines.push(
      isUtf8(line) ? line.toString('utf8') : tolerant.decode(line).replaceAll('\ufffd', UNDECODABLE),
    );
    from = end;
  }
  return lines.join('');
}

function utf16Decoder(isBigEndian: boolean): Decoder {
  let held: Buffer = Buffer.alloc(0);
  return {
    write: (chunk) => {
      const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
      const whole = bytes.length - (bytes.length % 2);
      held = Buffer.from(bytes.subarray(whole));
      const text = bytes.subarray(0, whole);
      return (isBigEndian ? Buffer.from(text).swap16() : text).toString('utf16le');
    },
    end: () => (held.length > 0 ? UNDECODABLE : ''),
  };
}

/** UTF-16 in the order of its mark; without one, little-endian as Windows writes it. */
function utf16ByMark(): Decoder {
  let decoder: Decoder | undefined;
  let head: Buffer = Buffer.alloc(0);
  const chosen = () => {
    decoder ??= withoutMark(utf16Decoder(encodingOfMark(head) === 'utf-16be'));
    return decoder;
  };
  return {
    write: (chunk) => {
      if (decoder) return decoder.write(chunk);
      head = Buffer.concat([head, chunk]);
      return head.length < 2 ? '' : chosen().write(head);
    },
    end: () => (decoder || head.length === 0 ? chosen().end() : UNDECODABLE),
  };
}

/** Control characters of Latin-1: bytes without a character in some encoding, or text in another one. */
const NOT_TEXT = /[\u0080-\u009f\ufffd]/g;
// These encodings have no U+FFFD (except GB18030, where it is as good as lost): one in the output stands for
// invalid bytes.
const marked = (text: string) => text.replace(NOT_TEXT, UNDECODABLE);

function oneByteDecoder(name: string): Decoder {
  const decoder = iconv.getDecoder(name);
  return { write: (bytes) => marked(decoder.write(bytes)), end: () => marked(decoder.end() ?? '') };
}

/** What Windows and Hong Kong added to these, Node.js does not know. */
const EXTENDED: Readonly<Record<string, string>> = { 'euc-kr': 'cp949', big5: 'big5hkscs' };

/** Decodes whole lines. May throw on invalid bytes. */
interface WholeDecoder {
  decode(bytes: Buffer): string;
}

function wholeDecoder(name: string): WholeDecoder {
  const extended = EXTENDED[name];
  if (extended === undefined) return new TextDecoder(name);
  return {
    decode: (bytes) => {
      const text = iconv.decode(bytes, extended);
      // It may have taken a line feed for the second half of a character.
      if (text.includes('\ufffd') && bytes.includes(LF)) throw new RangeError(`not ${name}`);
      return text;
    },
  };
}

const LONGEST_HELD = 1024 * 1024;

/**
 * Whole lines at a time: no character of these encodings contains a line feed. Node.js's decoder throws when a
 * piece of a stream ends in invalid bytes, iconv-lite takes the line feed for the second half of a character
 * that is cut.
 */
function eastAsianDecoder(name: string): Decoder {
  const decoder = wholeDecoder(name);
  let held: Buffer[] = [];
  let size = 0;
  const taken = (last?: Buffer): string => {
    const bytes = Buffer.concat(last ? [...held, last] : held);
    held = [];
    size = 0;
    return marked(eastAsianText(decoder, bytes));
  };
  return {
    write: (bytes) => {
      const end = bytes.lastIndexOf(LF) + 1;
      const text = end > 0 ? taken(bytes.subarray(0, end)) : '';
      if (end < bytes.length) held.push(Buffer.from(bytes.subarray(end)));
      size += bytes.length - end;
      return size > LONGEST_HELD ? text + taken() : text;
    },
    end: () => (size > 0 ? taken() : ''),
  };
}

function eastAsianText(decoder: WholeDecoder, bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    const lines: string[] = [];
    for (let from = 0; from < bytes.length; ) {
      const found = bytes.indexOf(LF, from);
      const end = found === -1 ? bytes.length : found;
      lines.push(eastAsianLine(decoder, bytes.subarray(from, end)), found === -1 ? '' : '\n');
      from = end + 1;
    }
    return lines.join('');
  }
}

function eastAsianLine(decoder: WholeDecoder, line: Buffer): string {
  try {
    return decoder.decode(line);
  } catch {
    return UNDECODABLE;
  }
}
