import type { Fields } from './fields.ts';
import { type Names, readNameAt } from './names.ts';
import type { Part } from './pattern.ts';

/** Two digits up to this belong to this century. */
const LAST_OF_THIS_CENTURY = 60;
const OFFSET = /^(?:z|utc|gmt|([+-])(\d{1,2}):?(\d{2})?)$/;

/**
 * The fields of a folded text under the pattern, or null if it has another form. It is read once from beginning
 * to end: each part takes as much as it may.
 */
export function readPattern(parts: readonly Part[], names: Names, text: string): Fields | null {
  const fields: Record<string, number | string> = {};
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const end = readPart(part, { names, text, at, before: parts[i - 1], after: parts[i + 1] }, fields);
    if (end === null) return null;
    at = end;
  }
  return at === text.length ? (fields as Fields) : null;
}

interface Place {
  readonly names: Names;
  readonly text: string;
  readonly at: number;
  readonly before: Part | undefined;
  readonly after: Part | undefined;
}

/** Where the part ends. */
function readPart(part: Part, place: Place, fields: Record<string, number | string>): number | null {
  const { text, at, names } = place;
  switch (part.kind) {
    case 'literal':
      return endOfLiteral(part.text, place);
    case 'number':
      return readNumber(part, text, at, fields);
    case 'name': {
      const keepsDot = place.after?.kind === 'literal' && place.after.text.startsWith('.');
      const found = readNameAt(names[part.field], text, at, keepsDot);
      if (found) fields[part.field] = found.value;
      return found?.end ?? null;
    }
    case 'offset':
      return readOffset(text, at, fields);
    case 'zone': {
      let end = at;
      while (/[a-z0-9_+/-]/.test(text[end] ?? '')) end++;
      fields['zone'] = text.slice(at, end);
      return end === at ? null : end;
    }
  }
}

/** The dot after a name is optional: "März" is never abbreviated. */
function endOfLiteral(literal: string, { text, at, before }: Place): number | null {
  if (text.startsWith(literal, at)) return at + literal.length;
  const rest = before?.kind === 'name' && literal.startsWith('.') ? literal.slice(1) : null;
  return rest !== null && text.startsWith(rest, at) ? at + rest.length : null;
}

const isDigit = (sign: string | undefined) => sign !== undefined && sign >= '0' && sign <= '9';

function readNumber(
  { field, least, most }: Extract<Part, { kind: 'number' }>,
  text: string,
  at: number,
  fields: Record<string, number | string>,
): number | null {
  let end = at;
  while (end < at + most && isDigit(text[end])) end++;
  if (end - at < least) return null;
  const digits = text.slice(at, end);
  const value = Number(digits);
  const isYear = field === 'year' || field === 'weekYear';
  // Years have two digits or four.
  if (isYear && least === 2 && digits.length === 3) return null;
  if (field === 'fraction') fields['millisecond'] = Math.floor(Number(`0.${digits}`) * 1_000 + 1e-6);
  else if (isYear && least === 2 && digits.length === 2)
    fields[field] = value + (value > LAST_OF_THIS_CENTURY ? 1_900 : 2_000);
  else fields[field] = value;
  return end;
}

/** "Z", "+01:00", "+0100", "+1". */
function readOffset(text: string, at: number, fields: Record<string, number | string>): number | null {
  let end = at;
  while (end < at + 6 && /[a-z0-9:+-]/.test(text[end] ?? '')) end++;
  const minutes = minutesOf(text.slice(at, end));
  if (minutes === null) return null;
  fields['offset'] = minutes;
  return end;
}

/** Minutes ahead of UTC, or null for an invalid offset: up to 18 hours either way. */
export function minutesOf(offset: string): number | null {
  const read = OFFSET.exec(offset);
  if (!read) return null;
  const [, sign, hours = '0', minutes = '0'] = read;
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (hour > 18 || minute > 59) return null;
  return (sign === '-' ? -1 : 1) * (hour * 60 + minute);
}

/** A date and time in numbers, from which `writeLike` makes texts. */
export type Sample = Readonly<Record<Exclude<keyof Fields, 'offset' | 'zone'>, number>>;

/** A date in the pattern's form: with as many digits as it may have, or as few. */
export function writeLike(parts: readonly Part[], names: Names, sample: Sample, isShort: boolean): string {
  return parts.map((part) => textOf(part, names, sample, isShort)).join('');
}

function textOf(part: Part, names: Names, sample: Sample, isShort: boolean): string {
  if (part.kind === 'literal') return part.text;
  if (part.kind === 'offset') return '+00:00';
  if (part.kind === 'zone') return 'utc';
  const value = sample[part.field];
  if (part.kind === 'name') {
    const all = [...names[part.field].names.values()].flat().filter((name) => name.value === value);
    return all[0]?.text ?? '';
  }
  const { field, least, most } = part;
  if (field === 'fraction') return String(value).padStart(3, '0').slice(0, most);
  if (field === 'year' || field === 'weekYear')
    return most === 2 || (isShort && least === 2)
      ? String(value).slice(-2)
      : String(value).padStart(least, '0');
  return String(value).padStart(isShort ? least : most, '0');
}
