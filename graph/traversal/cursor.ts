import { createHash } from 'node:crypto';
import { UserError } from '../../domain/errors/user-error.ts';

/** The cursor is invalid, or belongs to another list. */
export class InvalidCursorError extends UserError {
  override readonly name = 'InvalidCursorError';
}

/** Cursors are bound to their list: one of another would skip items. */
function bindingKey(list: string): string {
  return createHash('sha256').update(list).digest('hex').slice(0, 16);
}

/** The components of a cursor: whole numbers of at most 32 bits, and text that a database accepts. */
const isPlain = (part: unknown): boolean =>
  typeof part === 'number'
    ? Math.abs(part) < 2 ** 31 && Number.isInteger(part)
    : !String(part).includes('\0');

/** The position in the list, as text. `list` identifies the list: its query and start. */
export function formatCursor(list: string, at: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([bindingKey(list), ...at])).toString('base64url');
}

/**
 * The position in a cursor of this list; `kinds` lists the types of its components, such as "number,string".
 * @throws InvalidCursorError
 */
export function parseCursor(text: string, list: string, kinds: readonly string[]): (string | number)[] {
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
  if (!kinds.includes(at.map((part) => typeof part).join()) || !at.every(isPlain)) throw wrong;
  return at as (string | number)[];
}
