import type { ParquetParsers, SchemaElement } from 'hyparquet';
import { LONGEST_ROW } from '../text-lines.ts';

/* Values of a Parquet file as texts, in the forms that a map reads: dates in ISO 8601, numbers with all their digits. */

/** A value that is no text: why. */
export class BadValue {
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOfBytes(bytes: Uint8Array): string | BadValue {
  try {
    return utf8.decode(bytes);
  } catch {
    return new BadValue('it has bytes that are no character in utf-8');
  }
}

const DAY_MS = 86_400_000;

/** "2026-03-31T09:30:00.123456": the clock that the value shows, without a zone. */
function clockOf(value: bigint, perSecond: bigint): string | BadValue {
  const rest = ((value % perSecond) + perSecond) % perSecond;
  const at = new Date(Number((value - rest) / perSecond) * 1_000);
  if (Number.isNaN(at.getTime())) return new BadValue('it is no date');
  const digits = String(perSecond).length - 1;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(digits, '0')}`;
  return at.toISOString().slice(0, -5) + fraction;
}

/** Metadata of a file may lack values. */
const given =
  <T, R>(read: (value: T) => R) =>
  (value: T): R | undefined =>
    value === undefined || value === null ? undefined : read(value);

/** Dates and texts as the file has them, instead of Date objects and replaced characters. */
export const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: given((value: bigint) => clockOf(BigInt(value), 1_000n)),
  timestampFromMicroseconds: given((value: bigint) => clockOf(BigInt(value), 1_000_000n)),
  timestampFromNanoseconds: given((value: bigint) => clockOf(BigInt(value), 1_000_000_000n)),
  dateFromDays: given((days: number) => {
    const day = new Date(days * DAY_MS);
    return Number.isNaN(day.getTime()) ? new BadValue('it is no date') : day.toISOString().slice(0, 10);
  }),
  stringFromBytes: given(textOfBytes),
  jsonFromBytes: given(textOfBytes),
};

/** How the values of a column are written as texts. */
export interface ColumnForm {
  /** Digits after the point, of a decimal. */
  readonly scale: number | null;
  /** Times of the column are in UTC. */
  readonly isUtc: boolean;
}

/**
 * The form of a column. A decimal loses its type, so that it arrives as the whole number that is stored: ids of 38 digits are
 * decimals in files of some databases, and JavaScript numbers would change them.
 */
export function formOf(element: SchemaElement): ColumnForm {
  const { logical_type: logical, converted_type: converted, type } = element;
  const isDecimal = converted === 'DECIMAL' || logical?.type === 'DECIMAL';
  const scale = logical?.type === 'DECIMAL' ? logical.scale : (element.scale ?? 0);
  if (isDecimal) {
    delete element.converted_type;
    delete element.logical_type;
  }
  const isTime = type === 'INT96' || (converted?.startsWith('TIMESTAMP') ?? false);
  const isUtc = logical?.type === 'TIMESTAMP' ? logical.isAdjustedToUTC : isTime;
  return { scale: isDecimal ? scale : null, isUtc };
}

/** The value of a row in a column as a text. */
export function textOf(value: unknown, { scale, isUtc }: ColumnForm): string | BadValue {
  if (value === undefined || value === null || value instanceof BadValue) return value ?? '';
  if (scale !== null) return decimalOf(wholeOf(value), scale);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'string') return isUtc ? `${value}Z` : value;
  if (value instanceof Uint8Array) return textOfBytes(value);
  if (typeof value !== 'object') return String(value);
  const pieces: string[] = [];
  const problem = write(value, pieces, { left: LONGEST_ROW });
  return problem ?? pieces.join('');
}

/** A whole number as it is stored: the bytes of a long one are in two's complement, the first ones first. */
function wholeOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  const digits = Buffer.from(value).toString('hex');
  return digits === '' ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${digits}`));
}

function decimalOf(whole: bigint, scale: number): string {
  if (scale <= 0) return String(whole * 10n ** BigInt(Math.min(-scale, 100)));
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  let end = digits.length;
  while (end > digits.length - scale && digits[end - 1] === '0') end -= 1;
  const fraction = digits.slice(digits.length - scale, end);
  const sign = whole < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Writes a list or a struct as JSON, as long as it is no longer than a row may be. */
function write(value: unknown, pieces: string[], room: { left: number }): BadValue | null {
  const add = (piece: string): BadValue | null => {
    pieces.push(piece);
    room.left -= piece.length;
    return room.left < 0 ? new BadValue(`it is longer than ${LONGEST_ROW} characters`) : null;
  };
  if (value instanceof BadValue) return value;
  if (typeof value === 'bigint') return add(String(value));
  if (value instanceof Uint8Array) return write(textOfBytes(value), pieces, room);
  if (typeof value !== 'object' || value === null) return add(JSON.stringify(value) ?? 'null');
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  const entries = isList ? [...(value as unknown[])].map((one) => [null, one]) : Object.entries(value);
  let problem = add(isList ? '[' : '{');
  for (const [index, [key, one]] of entries.entries()) {
    const before = `${index > 0 ? ',' : ''}${isList ? '' : `${JSON.stringify(key)}:`}`;
    problem ??= add(before) ?? write(one, pieces, room);
    if (problem) return problem;
  }
  return problem ?? add(isList ? ']' : '}');
}
