import { Slice } from '../domain/text/slices.ts';

/** List items that are written at once. */
const ITEMS = 200;
/** Long lists are below the root's fields and connections, not deeper. */
const DEPTH = 4;

/**
 * JSON of an answer, like JSON.stringify, in slices: writing a series of 20,000 rows takes as long as reading
 * it. Lists near the root are written some items at a time, everything else at once.
 */
export async function stringifyInSlices(value: unknown): Promise<string> {
  const slice = new Slice();
  const texts: string[] = [];
  const write = async (one: unknown, depth: number): Promise<void> => {
    if (slice.isOver()) await slice.next();
    if (Array.isArray(one) && one.length > ITEMS) return writeList(one);
    if (depth === 0 || Array.isArray(one) || !isPlainObject(one)) {
      texts.push(JSON.stringify(one) ?? 'null');
      return;
    }
    let before = '{';
    for (const [name, inner] of Object.entries(one)) {
      if (inner === undefined) continue;
      texts.push(before, JSON.stringify(name), ':');
      await write(inner, depth - 1);
      before = ',';
    }
    texts.push(before === '{' ? '{}' : '}');
  };
  const writeList = async (list: readonly unknown[]) => {
    for (let i = 0; i < list.length; i += ITEMS) {
      if (slice.isOver()) await slice.next();
      // Without the brackets of the part.
      texts.push(i === 0 ? '[' : ',', JSON.stringify(list.slice(i, i + ITEMS)).slice(1, -1));
    }
    texts.push(']');
  };
  await write(value, DEPTH);
  return texts.join('');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !('toJSON' in value);
}
