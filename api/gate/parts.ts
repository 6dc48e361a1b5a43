import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `,` `:` `[` `{`: about as many as a JSON text has values and names. */
const PARTS = new Set([0x2c, 0x3a, 0x5b, 0x7b]);

/**
 * Refuses a JSON text with so many values that parsing it would block others, before it is parsed.
 * @throws InvalidArgumentError
 */
export function refuseManyParts(text: string): void {
  if (text.length <= LIMITS.parts) return;
  let parts = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) {
      if (code === BACKSLASH) i++;
    } else if (PARTS.has(code) && ++parts > LIMITS.parts)
      throw new InvalidArgumentError(
        `the body: more than ${LIMITS.parts} lists, objects, names and items in one request`,
      );
  }
}
