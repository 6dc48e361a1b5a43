import { isAscii, isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { type Encoding, encodingNamed } from '../../../domain/text/encoding-names.ts';
import { decode, incompleteAtEnd } from '../../../domain/text/encodings.ts';
import { commonness, EAST_ASIAN, plausibility, WRITTEN_IN } from './plausible.ts';

/** The detected encoding of a file without a mark. */
export interface Guess {
  readonly encoding: Encoding;
  /**
   * utf-8: valid to its end, or except for a few lines; zeros: UTF-16 by its zero bytes; guess: by letter
   * statistics.
   */
  readonly by: 'utf-8' | 'mostly utf-8' | 'zeros' | 'guess';
}

const LF = 0x0a;
/** Bytes of sampled lines: from all over the file. */
const SAMPLE_BYTES = 256 * 1024;
const LINE_BYTES = 2_048;

/**
 * A sample of lines from all over a file of any length: when there are too many, every second one is dropped.
 */
class Sample {
  #lines: Buffer[] = [];
  #bytes = 0;
  #every = 1;
  #count = 0;

  add(line: Buffer): void {
    this.#count += 1;
    if (this.#count % this.#every !== 0) return;
    const kept = Buffer.from(line.subarray(0, LINE_BYTES));
    this.#lines.push(kept);
    this.#bytes += kept.length;
    while (this.#bytes > SAMPLE_BYTES) {
      this.#lines = this.#lines.filter((_, index) => index % 2 === 0);
      this.#bytes = this.#lines.reduce((sum, { length }) => sum + length, 0);
      this.#every *= 2;
    }
  }

  get lines(): readonly Buffer[] {
    return this.#lines;
  }
}

/**
 * Whole lines of a stream of bytes; a line that is too long is cut. An error ends them: the file's reader
 * reports it.
 */
async function* wholeLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of bytes) {
      const end = chunk.lastIndexOf(LF) + 1;
      if (end === 0 && rest.length + chunk.length < 1024 * 1024) {
        rest = Buffer.concat([rest, chunk]);
        continue;
      }
      yield Buffer.concat([rest, chunk.subarray(0, end)]);
      rest = Buffer.from(chunk.subarray(end));
    }
  } catch {
    return;
  }
  yield rest;
}

/** Reads the whole file: its last line counts as much as its first. */
export async function guessEncoding(head: Buffer, bytes: () => AsyncIterable<Buffer>): Promise<Guess> {
  const byZeros = utf16ByZeros(head);
  if (byZeros) return { encoding: byZeros, by: 'zeros' };
  const sample = new Sample();
  let [valid, other] = [0, 0];
  let isCut = false;
  for await (const lines of wholeLines(bytes())) {
    if (isAscii(lines)) continue;
    const isValid = isUtf8(lines);
    for (const line of linesOf(lines)) {
      if (isAscii(line)) continue;
      if (isValid || isUtf8(line)) valid += 1;
      else if (isCutUtf8(line)) {
        valid += 1;
        isCut = true;
      } else {
        other += 1;
        sample.add(line);
      }
    }
  }
  if (other === 0 && !isCut) return { encoding: 'utf-8', by: 'utf-8' };
  if (valid >= other) return { encoding: 'utf-8', by: 'mostly utf-8' };
  return { encoding: likeliest(sample.lines), by: 'guess' };
}

/** Whether the file ends within a character of UTF-8. */
function isCutUtf8(line: Buffer): boolean {
  const rest = line.length - incompleteAtEnd(line);
  if (line.at(-1) === LF || rest === line.length || !isUtf8(line.subarray(0, rest))) return false;
  // "café" in windows-1252 ends so too.
  return plausibility('windows-1252', line) < LIKE_WORDS;
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(LF, from);
    const end = at === -1 ? bytes.length : at + 1;
    yield bytes.subarray(from, end);
    from = end;
  }
}

/** Mostly Latin text has a zero in every other place. */
function utf16ByZeros(head: Buffer): Encoding | null {
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd < head.length / 50 || Math.min(even, odd) * 20 > Math.max(even, odd)) return null;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  const text = decode(encoding, head.subarray(0, head.length - (head.length % 2)));
  // Programs and images have zeros too, but not between letters.
  return /(?![\t\n\v\f\r])\p{Cc}/u.test(text) ? null : encoding;
}

/** Encodings that contain the same letters and more. */
const WINDOWS: Partial<Record<Encoding, Encoding>> = {
  'iso-8859-1': 'windows-1252',
  'iso-8859-9': 'windows-1254',
  'iso-8859-7': 'windows-1253',
  'iso-8859-8': 'windows-1255',
};
/** How much better another encoding must look than chardet's. */
const MARGIN = 0.1;
/** The least share of common characters in East Asian texts, and the most in one-byte texts. */
const COMMON = 0.3;
const LIKE_WORDS = 0.6;
/** Bytes that are evaluated under every encoding. */
const WEIGHED_BYTES = 32 * 1024;

function likeliest(lines: readonly Buffer[]): Encoding {
  const sample = Buffer.concat(lines);
  const ranked = analyse(sample).flatMap(({ name }) => encodingNamed(name) ?? []);
  const candidates = [...new Set(ranked)].filter(
    (encoding) => !encoding.startsWith('utf-') && encoding !== 'us-ascii',
  );
  const clean = candidates.find((encoding) => decode(encoding, sample).isWellFormed());
  const first = clean ?? candidates[0] ?? 'windows-1252';
  const weighed = sample.subarray(0, sample.lastIndexOf(LF, WEIGHED_BYTES) + 1 || WEIGHED_BYTES);
  const western = bestOf([...WRITTEN_IN.keys()], (encoding) => plausibility(encoding, weighed));
  const eastern = bestOf(EAST_ASIAN, (encoding) => commonness(encoding, weighed));
  const isEastern = [...EAST_ASIAN, 'gbk'].includes(first);
  const isLone = isEastern && areLone(decode(first, weighed));
  if (eastern.value >= COMMON && !isLone && (isEastern || western.value < LIKE_WORDS))
    return eastern.encoding;
  if (isEastern) return isLone || western.value >= LIKE_WORDS ? western.encoding : first;
  const windows = WINDOWS[first] ?? first;
  if (!WRITTEN_IN.has(windows)) return windows;
  const known = bestOf([windows, first], (encoding) => plausibility(encoding, weighed));
  const best = western.value > known.value + MARGIN ? western.encoding : known.encoding;
  return CEDILLAS.includes(best) && isRomanian(weighed) ? 'iso-8859-16' : best;
}

/** Encodings with "ş" and "ţ" where ISO 8859-16 has the "ș" and "ț" of Romanian. */
const CEDILLAS: readonly Encoding[] = ['iso-8859-2', 'windows-1250'];
/** Letters of Romanian beyond ASCII, and of these the ones in which the encodings differ. */
const ROMANIAN = /[ăâîșț]/giu;
const COMMA_BELOW = /[șț]/iu;
/** Share of the letters beyond ASCII. */
const MOSTLY = 0.9;

/** Whether the bytes are words of Romanian: it alone writes its five letters, and no other of Central Europe "ș" or "ț". */
function isRomanian(bytes: Buffer): boolean {
  // Signs of windows-1250, such as quotation marks, have bytes that are control characters in ISO 8859.
  if (bytes.some((byte) => byte >= 0x80 && byte < 0xa0)) return false;
  const text = decode('iso-8859-16', bytes);
  const letters = text.match(/[^\p{ASCII}]/gu)?.filter((one) => /\p{L}/u.test(one)) ?? [];
  return COMMA_BELOW.test(text) && (text.match(ROMANIAN)?.length ?? 0) >= MOSTLY * letters.length;
}

/** The first of those with the highest value. */
function bestOf(encodings: readonly Encoding[], rate: (encoding: Encoding) => number) {
  const valued = encodings.map((encoding) => ({ encoding, value: rate(encoding) }));
  return valued.reduce((best, one) => (one.value > best.value ? one : best));
}

/** Whether many characters beyond ASCII are single between Latin letters: East Asian ones come in groups. */
function areLone(text: string): boolean {
  const runs = text.match(/[\u0080-\u{10ffff}]+/gu) ?? [];
  const lone = text.match(/(?<=[a-z])[\u0080-\u{10ffff}](?=[a-z])/giu) ?? [];
  return lone.length > runs.length / 5;
}
