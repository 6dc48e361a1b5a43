/*
 * The headers of the pages of a column, read before its content is: they say how many values a page claims to have. A run of
 * equal values takes a few bytes for any number of them, so the claims are bounded here.
 */

/** Values of a column within a row group. */
export const MOST_VALUES = 4_194_304;
/** Bytes of a page, unpacked. */
const MOST_BYTES = 128 * 1024 * 1024;
/** Its values are made of the beginning of those before: few bytes become any number of them. */
const DELTA_BYTE_ARRAY = 7;

/** Numbers of the fields of `PageHeader` and of the headers in it, in parquet.thrift. */
const UNPACKED = 2;
const PACKED = 3;
const DATA_PAGE = 5;
const DICTIONARY_PAGE = 7;
const DATA_PAGE_V2 = 8;
const VALUES = 1;
const ENCODING = { [DATA_PAGE]: 2, [DICTIONARY_PAGE]: 2, [DATA_PAGE_V2]: 4 } as const;

/**
 * What of a column is too large, or encoded in a way that is not read; null if nothing is.
 * @param chunk the column's bytes of a row group
 * @param starts gets where its pages begin
 * @throws RangeError for bytes that are no pages
 */
export function problemOfPages(chunk: Buffer, starts = new Set<number>()): string | null {
  let values = 0;
  for (let at = 0; at < chunk.length; ) {
    starts.add(at);
    const reader = new CompactReader(chunk, at);
    const header = reader.struct();
    const [unpacked, packed] = [numberOf(header, UNPACKED), numberOf(header, PACKED)];
    if (packed < 0 || reader.at + packed > chunk.length) throw new RangeError('a page ends after its column');
    if (unpacked < 0 || unpacked > MOST_BYTES) return `it has a page that is longer than ${MOST_BYTES} bytes`;
    for (const kind of [DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2] as const) {
      const page = header.get(kind);
      if (!(page instanceof Map)) continue;
      const count = numberOf(page, VALUES);
      values += count;
      if (count < 0 || values > MOST_VALUES)
        return `it has more than ${MOST_VALUES} values in a row group; write smaller row groups`;
      if (numberOf(page, ENCODING[kind]) === DELTA_BYTE_ARRAY)
        return 'it is encoded as DELTA_BYTE_ARRAY; write the file in version 1 of the format';
    }
    at = reader.at + packed;
  }
  return null;
}

/**
 * Checks that the first bytes are one whole struct, with every element that its lists claim: hyparquet makes room for what is
 * claimed before it reads.
 * @throws RangeError if not
 */
export function checkStruct(bytes: Buffer): void {
  new CompactReader(bytes, 0).struct();
}

type Struct = Map<number, number | Struct>;

const numberOf = (struct: Struct, field: number): number => {
  const value = struct.get(field);
  return typeof value === 'number' ? value : 0;
};

const [TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, STRUCT] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12,
];
/** Structs and lists within one another. */
const DEEPEST = 16;
/** Below it are whole numbers of ten bytes, the longest of the format. */
const LONGEST_VARINT = 2 ** 64;

/** Thrift's compact protocol: whole numbers and structs are kept, the rest is passed over. */
class CompactReader {
  readonly #bytes: Buffer;
  at: number;
  #depth = 0;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  struct(): Struct {
    this.#enter();
    const fields: Struct = new Map();
    let field = 0;
    for (let byte = this.#byte(); byte !== 0; byte = this.#byte()) {
      field = byte >> 4 ? field + (byte >> 4) : this.#zigZag();
      const value = this.#value(byte & 15);
      if (value !== null) fields.set(field, value);
    }
    this.#depth -= 1;
    return fields;
  }

  #enter(): void {
    if (++this.#depth > DEEPEST) throw new RangeError('a header is nested too deeply');
  }

  #value(type: number): number | Struct | null {
    if (type === TRUE || type === FALSE) return null;
    if (type === I64) return this.#zigZag();
    if (type === I16 || type === I32) return this.#whole();
    if (type === STRUCT) return this.struct();
    if (type === BYTE) this.#skip(1);
    else if (type === DOUBLE) this.#skip(8);
    else if (type === BINARY) this.#skip(this.#varint());
    else if (type === LIST || type === SET) this.#list();
    else throw new RangeError(`a header has a field of type ${type}`);
    return null;
  }

  get #left(): number {
    return this.#bytes.length - this.at;
  }

  #skip(length: number): void {
    if (length > this.#left) throw new RangeError('a header is cut off');
    this.at += length;
  }

  #list(): void {
    const byte = this.#byte();
    const size = byte >> 4 === 15 ? this.#varint() : byte >> 4;
    const type = byte & 15;
    // Each element takes at least a byte.
    if (size > this.#left)
      throw new RangeError('a header has a list that is longer than the rest of the file');
    this.#enter();
    for (let left = size; left > 0; left--) {
      // A boolean in a list is a byte of its own.
      if (type === TRUE || type === FALSE) this.#byte();
      else this.#value(type);
    }
    this.#depth -= 1;
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('a header is cut off');
    return byte;
  }

  #varint(): number {
    let [value, scale] = [0, 1];
    for (let byte = this.#byte(); ; byte = this.#byte()) {
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      if (scale >= LONGEST_VARINT) throw new RangeError('a header has a number that is too long');
    }
    return value;
  }

  /** hyparquet drops what is above 32 bits, and would read another number than this. */
  #whole(): number {
    const value = this.#zigZag();
    if (value !== (value | 0)) throw new RangeError('a header has a number that is too long');
    return value;
  }

  #zigZag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
