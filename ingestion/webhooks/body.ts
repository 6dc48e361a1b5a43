import { TextDecoder } from 'node:util';
import { withExactNumbers } from '../files/read/json-rows.ts';
import { BadItem, MOST_PARTS_OF_ROW, parseItem, UnreadableBodyError } from '../pipeline/read-items.ts';

/**
 * The text of a body: vendors send UTF-8.
 * @throws UnreadableBodyError
 */
export function textOfBody(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    throw new UnreadableBodyError('the body is not valid UTF-8');
  }
}

/**
 * The JSON object in a body, with the bounds of items of other endpoints, and long whole numbers as texts.
 * @throws UnreadableBodyError
 */
export function objectOfBody(raw: Buffer): Readonly<Record<string, unknown>> {
  const value = parseItem(withExactNumbers(textOfBody(raw)), MOST_PARTS_OF_ROW);
  if (value instanceof BadItem)
    throw new UnreadableBodyError(
      value.outcome.status === 'rejected' ? value.outcome.message : 'it cannot be read',
    );
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof SyntaxError)
    throw new UnreadableBodyError('the body is not a JSON object');
  return value as Readonly<Record<string, unknown>>;
}

/** The fields of a form (application/x-www-form-urlencoded). */
export const formOf = (text: string): URLSearchParams => new URLSearchParams(text);

/**
 * A text that the body names the delivery by, of vendors that have no header for it; null where it cannot be read. `idOf` gets the body's
 * object.
 */
export function idInBody(
  raw: Buffer,
  idOf: (body: Readonly<Record<string, unknown>>) => unknown,
): string | null {
  try {
    const id = idOf(objectOfBody(raw));
    return typeof id === 'string' && id !== '' ? id : null;
  } catch (error) {
    if (error instanceof UnreadableBodyError) return null;
    throw error;
  }
}

/** The object, or one without fields in place of anything else: to read optional parts of a vendor's JSON. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** The list, or an empty one in place of anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const ID = /^[\w-]{1,100}$/;

/**
 * An id of the vendor as it may stand in a path.
 * @throws UnreadableBodyError
 */
export function idText(name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && ID.test(text)) return text;
  throw new UnreadableBodyError(`${name}: is missing, or is no id`);
}
