/** Characters of a caller's value that a message repeats. */
const LONGEST_VALUE = 40;
/** Characters of a message. */
const LONGEST_MESSAGE = 400;
const SHOWN_ITEMS = 3;

/** The text, cut where it is longer than a message repeats. */
export function cut(text: string, longest = LONGEST_VALUE): string {
  if (text.length <= longest) return text;
  // Not between the halves of a surrogate pair.
  const end = isHighSurrogate(text.charCodeAt(longest - 1)) ? longest - 1 : longest;
  return `${text.slice(0, end)}…`;
}

/** A value as a message quotes it: as JSON, at most 40 characters of it. Reads no more of the value than it shows. */
export function quoted(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  return cut(JSON.stringify(summary(value)) ?? String(value));
}

/** The value with long texts, long lists and what is nested in it cut: what messages of a library may quote whole. */
export function summary(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 0) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) return value.slice(0, SHOWN_ITEMS).map((item) => summary(item, 1));
  const shown: Record<string, unknown> = {};
  let count = 0;
  for (const key in value) {
    if (count++ === SHOWN_ITEMS) break;
    shown[cut(key)] = summary((value as Record<string, unknown>)[key], 1);
  }
  return shown;
}

/** A library's message with the values that it quotes cut, and the whole as well. Linear in the length of the message. */
export function cutMessage(message: string): string {
  if (message.length <= LONGEST_VALUE) return message;
  const parts = message.split('"');
  // What stands between two quotation marks is at an odd place.
  const short = parts.map((part, i) => (i % 2 === 1 && i < parts.length - 1 ? cut(part) : part)).join('"');
  return cut(short, LONGEST_MESSAGE);
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
