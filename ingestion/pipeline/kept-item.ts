import { cutAtGrapheme } from '../../domain/text/text.ts';

/** Characters of the original item that are stored. */
export const LONGEST_KEPT = 256 * 1024;
/** Lengths that each of its values is cut to, one after the other, until the item is short enough. */
const WIDTHS = [65_536, 16_384, 4_096, 1_024, 256];

/** An item as stored. */
export interface KeptItem {
  readonly text: string;
  readonly isCut: boolean;
}

/**
 * The original item, as JSON. In one that is too long the longest values are cut, and end in their original
 * length.
 */
export function keptItem(raw: string): KeptItem {
  if (raw.length <= LONGEST_KEPT) return { text: raw, isCut: false };
  const entries = entriesOf(raw);
  for (const width of WIDTHS) {
    const text = JSON.stringify(
      Object.fromEntries(entries.map(([name, value]) => [name, cutTo(width, value)])),
    );
    if (text.length <= LONGEST_KEPT) return { text, isCut: true };
  }
  // Many columns: the first of them.
  return { text: JSON.stringify(Object.fromEntries(firstOf(entries))), isCut: true };
}

/** Anything but an object is stored as it is. */
function entriesOf(raw: string): (readonly [string, unknown])[] {
  let item: unknown = raw;
  try {
    item = JSON.parse(raw);
  } catch {
    // Connectors write JSON; anything else is stored as a text.
  }
  return typeof item === 'object' && item !== null && !Array.isArray(item)
    ? Object.entries(item)
    : [['', raw]];
}

function cutTo(width: number, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= width) return value;
  return `${cutAtGrapheme(value, width)}… (${value.length} characters)`;
}

function firstOf(entries: readonly (readonly [string, unknown])[]): [string, unknown][] {
  const kept: [string, unknown][] = [];
  let length = 2;
  for (const [name, value] of entries) {
    const entry: [string, unknown] = [cutAtGrapheme(name, 1_024), cutTo(256, value)];
    length += JSON.stringify(entry).length;
    if (length > LONGEST_KEPT) break;
    kept.push(entry);
  }
  return kept;
}
