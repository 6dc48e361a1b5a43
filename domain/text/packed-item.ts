import { deflateRawSync, inflateRawSync } from 'node:zlib';

/*
 * Items in fewer bytes, before they are encrypted: what is encrypted cannot be compressed by the database. Names of fields and other
 * frequent parts of JSON become one character each; deflate would cost a short item more than its encryption does (decision 0222).
 */

/** What each of `CHARACTERS` stands for. Stored items are read by this list: it only ever grows at its end. */
const PARTS = [
  '{"externalId":"',
  ',"externalId":"',
  ',"source":"',
  ',"survey":"',
  ',"surveyVersion":"',
  ',"respondent":"',
  ',"account":"',
  ',"answeredAt":"',
  ',"updatedAt":"',
  ',"revision":',
  ',"score":',
  ',"comment":"',
  ',"comment":null',
  ',"respondent":null',
  ',"region":"',
  ',"channel":"',
  ',"productLine":"',
  ',"lifecycleStage":"',
  ',"',
  '":"',
  '":',
  '.000Z"',
  'null',
];
/** Control characters, which JSON escapes, but for those of pretty-printed JSON (tab, line feed, carriage return) and the marks. */
const CHARACTERS = [
  ...'\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f',
];
/** How the rest of a packed item is to be read. Any other beginning is that of the item itself. */
const MARK = { asIs: 0, parts: 1, deflated: 2 } as const;
/** From this length on, in UTF-16 code units, deflate saves hundreds of bytes. */
const LONG = 512;
/** Half the time of the default for a tenth more bytes: a transaction may hold items of 2 MiB. */
const FAST = { level: 1 };

const charactersOf = new Map(PARTS.map((part, i) => [part, CHARACTERS[i] as string]));
const partsOf = new Map(PARTS.map((part, i) => [CHARACTERS[i] as string, part]));
// Longer parts first: of two that begin at the same place, the longer one counts.
const ANY_PART = new RegExp(
  [...PARTS]
    .sort((a, b) => b.length - a.length)
    .map((part) => part.replace(/[{.]/g, '\\$&'))
    .join('|'),
  'g',
);
const ANY_CHARACTER = new RegExp(`[${CHARACTERS.join('')}]`, 'g');
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const HAS_CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f]/;

/** The item as it is encrypted. Any text is allowed; JSON becomes shorter. */
export function packItem(text: string): Buffer {
  if (text.length >= LONG) return marked(MARK.deflated, deflateRawSync(text, FAST));
  if (HAS_CONTROL.test(text)) return marked(MARK.asIs, Buffer.from(text));
  const packed = text.replace(ANY_PART, (part) => charactersOf.get(part) as string);
  return Buffer.from(`${String.fromCharCode(MARK.parts)}${packed}`);
}

/** The text of a packed item, or of one from before there were packed ones. */
export function unpackItem(bytes: Buffer): string {
  const rest = bytes.subarray(1);
  if (bytes[0] === MARK.deflated) return inflateRawSync(rest).toString();
  if (bytes[0] === MARK.asIs) return rest.toString();
  if (bytes[0] === MARK.parts)
    return rest.toString().replace(ANY_CHARACTER, (character) => partsOf.get(character) ?? character);
  return bytes.toString();
}

const marked = (mark: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.of(mark), bytes]);
