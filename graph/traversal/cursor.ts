import { createHash } from 'node:crypto';
import { UserError } from '../../domain/errors/user-error.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { parseUuid } from '../kinds/shared/visible-selection.ts';

/** The cursor is invalid, or belongs to another list. */
export class InvalidCursorError extends UserError {
  override readonly name = 'InvalidCursorError';
}

/** Cursors are bound to their list: one of another would skip items. */
function bindingKey(list: string): string {
  return createHash('sha256').update(list).digest('hex').slice(0, 16);
}

const isWhole = (part: unknown): part is number =>
  typeof part === 'number' && Number.isInteger(part) && Math.abs(part) < 2 ** 31;
const isText = (part: unknown): part is string => typeof part === 'string' && !part.includes('\0');

/** Hours of the years that a date-time can name. */
const FIRST_HOUR = Date.parse('0001-01-01T00:00:00Z') / HOUR_MS;
const LAST_HOUR = Date.parse('9999-12-31T00:00:00Z') / HOUR_MS;
/** The components of a cursor. Callers can invent one: each is a value that a database accepts. */
const COMPONENTS = {
  number: isWhole,
  text: isText,
  hour: (part: unknown) => isWhole(part) && part >= FIRST_HOUR && part < LAST_HOUR,
  uuid: (part: unknown) => isText(part) && parseUuid(part) !== null,
} as const;
/** What a cursor is made of, in its order. */
export type CursorParts = readonly (keyof typeof COMPONENTS)[];

/** The position in the list, as text. `list` identifies the list: its query and start. */
export function formatCursor(list: string, at: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([bindingKey(list), ...at])).toString('base64url');
}

/**
 * The position in a cursor of this list, whose parts are one of the given.
 * @throws InvalidCursorError
 */
export function parseCursor(
  text: string,
  list: string,
  ...given: readonly CursorParts[]
): (string | number)[] {
  const wrong = new InvalidCursorError(
    'after: not a cursor of this list; give back endCursor as it was received, with the same arguments',
  );
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw wrong;
  }
  if (!Array.isArray(content) || content[0] !== bindingKey(list)) throw wrong;
  const [, ...at] = content as unknown[];
  const fits = (parts: CursorParts) =>
    parts.length === at.length && parts.every((part, i) => COMPONENTS[part](at[i]));
  if (!given.some(fits)) throw wrong;
  return at as (string | number)[];
}
