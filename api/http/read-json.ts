import type { z } from 'zod';
import { BadItem, parseItem } from '../../ingestion/pipeline/read-items.ts';
import { InvalidArgumentError } from '../errors.ts';

/**
 * The JSON of a body in a form, within the bounds of items. What is no JSON is refused before the form is looked at: an object of fields that
 * may all be left out would take the error for an empty one.
 * @param what is said of a body in another form
 * @throws InvalidArgumentError
 */
export function readJson<Value>(
  form: z.ZodType<Value>,
  text: string,
  what: string,
  mostParts?: number,
): Value {
  const item = parseItem(text, mostParts);
  if (item instanceof SyntaxError)
    throw new InvalidArgumentError(`the body is not JSON (was it cut off?); ${what}`);
  if (item instanceof BadItem)
    throw new InvalidArgumentError(item.outcome.status === 'rejected' ? item.outcome.message : what);
  const found = form.safeParse(item);
  if (found.success) return found.data;
  throw new InvalidArgumentError(what);
}
