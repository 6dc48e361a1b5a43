import { isAscii, isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { decode, type Encoding, encodingNamed, UNDECODABLE } from '../../domain/encodings.ts';

/** What a file that says nothing was found to be in. */
export interface Guess {
  readonly encoding: Encoding;
  /** utf-8: valid to its end, or all but a few lines; zeros: UTF-16 by its zero bytes; guess: by which letters follow which. */
  readonly by: 'utf-8' | 'mostly utf-8' | 'zeros' | 'guess';
}

const LF = 0x0a;
/** Bytes of lines that are kept to be judged: from all over the file. */
const SAMPLE_BYTES = 256 * 1024;
const LINE_BYTES = 2_048;

/** Lines from all over a file, however long it is: when there are too many, every second one is left out. */
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

/** Whole lines of a stream of bytes; a line that is too long is cut. An error ends them: whoever reads the file says so. */
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

/** Looks at the whole file: what is written in its last line counts as much as what is in its first. */
export async function guessEncoding(head: Buffer, bytes: () => AsyncIterable<Buffer>): Promise<Guess> {
  const byZeros = utf16ByZeros(head);
  if (byZeros) return { encoding: byZeros, by: 'zeros' };
  const sample = new Sample();
  let [valid, other] = [0, 0];
  for await (const lines of wholeLines(bytes())) {
    if (isAscii(lines)) continue;
    const isValid = isUtf8(lines);
    for (const line of linesOf(lines)) {
      if (isAscii(line)) continue;
      if (isValid || isUtf8(line)) valid += 1;
      else {
        other += 1;
        sample.add(line);
      }
    }
  }
  if (other === 0) return { encoding: 'utf-8', by: 'utf-8' };
  if (valid >= other) return { encoding: 'utf-8', by: 'mostly utf-8' };
  return { encoding: likeliest(sample.lines), by: 'guess' };
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(LF, from);
    const end = at === -1 ? bytes.length : at + 1;
    yield bytes.subarray(from, end);
    from = end;
  }
}

/** Text of which most is in the Latin alphabet has a zero in every other place. */
function utf16ByZeros(head: Buffer): Encoding | null {
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd < head.length / 50 || Math.min(even, odd) * 20 > Math.max(even, odd)) return null;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  const text = decode(encoding, head.subarray(0, head.length - (head.length % 2)));
  // A program or an image has zeros too, but not between letters.
  return /(?![\t\n\v\f\r])\p{Cc}/u.test(text) ? null : encoding;
}

/** Encodings of the West that chardet does not know, or takes for one another. */
const WESTERN: readonly Encoding[] = ['windows-1252', 'macintosh', 'cp850'];
const LATIN = new Set<Encoding>([
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-9',
  'windows-1250',
  'windows-1252',
  'windows-1254',
]);
const EAST_ASIAN = new Set<Encoding>(['shift_jis', 'euc-jp', 'gb18030', 'gbk', 'big5', 'euc-kr']);
/** By how much another one has to look better than what chardet says. */
const MARGIN = 0.2;

function likeliest(lines: readonly Buffer[]): Encoding {
  const sample = Buffer.concat(lines);
  const ranked = analyse(sample).flatMap(({ name }) => encodingNamed(name) ?? []);
  const candidates = [...new Set(ranked)].filter(
    (encoding) => !encoding.startsWith('utf-') && encoding !== 'us-ascii',
  );
  const bad = (encoding: Encoding) => decode(encoding, sample).split(UNDECODABLE).length - 1;
  const clean = candidates.find((encoding) => bad(encoding) === 0);
  const first = clean ?? candidates[0] ?? 'windows-1252';
  const isLone = EAST_ASIAN.has(first) && areLone(decode(first, sample));
  if (!LATIN.has(first) && !isLone) return first;
  const looks = (encoding: Encoding) => looksOf(decode(encoding, sample));
  const [western] = WESTERN.map((encoding) => ({ encoding, looks: looks(encoding) })).sort(
    (a, b) => b.looks - a.looks,
  );
  const isBetter = western && (isLone || western.looks > looks(first) + MARGIN);
  const best = isBetter ? western.encoding : first;
  // It has the characters of iso-8859-1 and more.
  return best === 'iso-8859-1' ? 'windows-1252' : best;
}

/** Whether many characters beyond ASCII stand alone between Latin letters: those of East Asia stand together. */
function areLone(text: string): boolean {
  const runs = text.match(/[\u0080-\u{10ffff}]+/gu) ?? [];
  const lone = text.match(/(?<=[a-z])[\u0080-\u{10ffff}](?=[a-z])/giu) ?? [];
  return lone.length > runs.length / 5;
}

/** Where no capital letter stands: after a small one, or between a capital and a small one. */
const isMidWord = (before: string, after: string) =>
  /[a-z]/.test(before) || (/[A-Z]/.test(before) && /[a-z]/.test(after));

/** From -1 to 1: how much the characters beyond ASCII look like letters of words that they stand in. */
function looksOf(text: string): number {
  let [sum, count] = [0, 0];
  for (const { 0: found, index } of text.matchAll(/[\u0080-\u{10ffff}]/gu)) {
    const before = text[index - 1] ?? ' ';
    const after = text[index + found.length] ?? ' ';
    const isWithin = /[a-z]/i.test(before) && /[a-z]/i.test(after);
    count += 1;
    if (found === UNDECODABLE) sum -= 1;
    else if (/\p{Ll}/u.test(found)) sum += /[a-z]/i.test(before + after) ? 1 : 0;
    else if (/\p{Lu}/u.test(found)) sum += isMidWord(before, after) ? -1 : /[a-z]/i.test(after) ? 1 : 0;
    else if (isWithin) sum -= found === '\u2019' ? 0 : 1;
    else sum += /[\u2010-\u201f\u2026\u20ac\u00a0\u00ab\u00bb\u00b0]/.test(found) ? 0.5 : 0;
  }
  return count === 0 ? 0 : sum / count;
}
