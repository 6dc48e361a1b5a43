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
