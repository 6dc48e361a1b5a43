/** The model as the wheel packs it: a vocabulary with Unigram scores, and matrices of four bits. */
export interface PackedModel {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Width of the layers' inner part. */
  readonly inner: number;
  readonly positions: number;
  /** Added to a variance before its root. */
  readonly epsilon: number;
  readonly pieces: readonly { readonly text: string; readonly score: number }[];
  /** A vector or matrix of 32-bit floats. */
  floats(name: string): Float32Array;
  /** A matrix as stored: blocks of 32 weights, a 16-bit float and 16 bytes each. */
  blocks(name: string): Uint8Array;
}

/** Weights that share a scale, and the bytes that they take. */
export const BLOCK = 32;
export const BLOCK_BYTES = 18;
const MAGIC = 'E5S1';
const VERSION = 1;
const KINDS = { floats: 0, blocks: 1 } as const;

/** The file is not what this code reads; the message says what is wrong with it. */
export class PackedModelError extends Error {
  override readonly name = 'PackedModelError';
}

/**
 * Reads the header, the vocabulary and the directory of matrices; the matrices stay in `bytes`.
 * @throws PackedModelError
 */
export function readPackedModel(bytes: Uint8Array): PackedModel {
  const cursor = new Cursor(bytes);
  const magic = cursor.text(4);
  const version = cursor.int();
  if (magic !== MAGIC || version !== VERSION)
    throw new PackedModelError(
      `it begins with ${JSON.stringify(magic)}, not with ${MAGIC} in version ${VERSION}`,
    );
  const [width, layers, heads, inner, , positions] = [1, 2, 3, 4, 5, 6].map(() => cursor.int()) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  cursor.int(); // token types; the first one is used
  const epsilon = cursor.float();
  const block = cursor.int();
  if (block !== BLOCK) throw new PackedModelError(`its blocks hold ${block} weights, not ${BLOCK}`);
  const pieces = readPieces(cursor);
  cursor.int(); // normaliser entries
  cursor.skip(cursor.int());
  const directory = readDirectory(cursor);
  const find = (name: string, kind: keyof typeof KINDS) => {
    const found = directory.get(name);
    if (!found || found.kind !== KINDS[kind])
      throw new PackedModelError(`it has no ${kind} named ${JSON.stringify(name)}`);
    if (found.at + found.length > bytes.length)
      throw new PackedModelError(`it ends within ${JSON.stringify(name)}`);
    return bytes.subarray(found.at, found.at + found.length);
  };
  return {
    width,
    layers,
    heads,
    inner,
    positions,
    epsilon,
    pieces,
    floats: (name) => {
      const stored = find(name, 'floats');
      const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
      return Float32Array.from({ length: stored.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
    },
    blocks: (name) => find(name, 'blocks'),
  };
}

function readPieces(cursor: Cursor): PackedModel['pieces'] {
  const count = cursor.int();
  cursor.skip(16); // the ids of the special pieces, which are the first four
  const length = cursor.long();
  const ends = Array.from({ length: count + 1 }, () => cursor.int());
  const scores = Array.from({ length: count }, () => cursor.float());
  const text = Buffer.from(cursor.bytes(length));
  return scores.map((score, i) => ({ text: text.toString('utf8', ends[i], ends[i + 1]), score }));
}

function readDirectory(cursor: Cursor) {
  const directory = new Map<string, { kind: number; at: number; length: number }>();
  for (let left = cursor.int(); left > 0; left--) {
    const name = cursor.text(cursor.short());
    const kind = cursor.byte();
    cursor.int(); // weights
    directory.set(name, { kind, at: cursor.long(), length: cursor.long() });
  }
  return directory;
}

/** Reads numbers one after the other, little endian. */
class Cursor {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (length < 0 || this.#at > this.#view.byteLength)
      throw new PackedModelError(`it ends after ${this.#view.byteLength} bytes, in the middle of its header`);
    return at;
  }

  byte = () => this.#view.getUint8(this.skip(1));
  short = () => this.#view.getUint16(this.skip(2), true);
  int = () => this.#view.getInt32(this.skip(4), true);
  float = () => this.#view.getFloat32(this.skip(4), true);
  long = () => Number(this.#view.getBigUint64(this.skip(8), true));
  bytes = (length: number) =>
    new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.skip(length), length);
  text = (length: number) => Buffer.from(this.bytes(length)).toString('utf8');
}

/** A half-precision float, as its 16 bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
