import { cut } from '../../domain/text/text.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

/** Of a number, a boolean, null, or a list or object itself, besides the characters of texts and keys. */
const VALUE_SIZE = 8;

/**
 * Refuses values that are nested too deep, lists that are too long and too many values, before anything walks
 * them recursively.
 * @returns about how many bytes they were as JSON
 * @throws InvalidArgumentError naming the part of the request, and for variables which one.
 */
export function measure(part: string, given: Readonly<Record<string, unknown>> | null | undefined): number {
  const total = { size: 0, values: 0 };
  for (const name in given) add(total, `${part}.${cut(name)}`, given[name]);
  return total.size;
}

function add(total: { size: number; values: number }, name: string, given: unknown): void {
  // Depths are stored beside the values: one list for both halves the cost.
  const waiting: unknown[] = [given];
  const depths: number[] = [1];
  total.size += name.length;
  while (waiting.length > 0) {
    const value = waiting.pop();
    const depth = depths.pop() as number;
    total.size += typeof value === 'string' ? value.length : VALUE_SIZE;
    if (++total.values > LIMITS.values)
      throw new InvalidArgumentError(`${name}: more than ${LIMITS.values} values in one request`);
    if (typeof value !== 'object' || value === null) continue;
    if (depth > LIMITS.nesting)
      throw new InvalidArgumentError(`${name}: nested deeper than ${LIMITS.nesting} levels`);
    if (Array.isArray(value)) {
      for (const item of value) {
        waiting.push(item);
        depths.push(depth + 1);
      }
      continue;
    }
    for (const key in value) {
      total.size += key.length;
      waiting.push((value as Record<string, unknown>)[key]);
      depths.push(depth + 1);
    }
  }
}
