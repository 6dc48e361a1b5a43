/** A normalised text, with the original index of each of its characters. */
export interface NormalForm {
  /** Compatibility forms composed (NFKC), digits of any script as ASCII, invisible characters left out. */
  readonly text: string;
  /** The index in the original text at which this character begins. */
  start(at: number): number;
  /** Where this character ends. */
  end(at: number): number;
}

/** Replaces redacted parts: not a letter, digit or separator. */
export const MASK = '\ue000';

const PLACEHOLDER = /\[(?:email|phone|card|iban|ip|mac|id|account|secret|address)\]/g;
const ASCII_ONLY = /^[\0-\x7f]*$/;
const IGNORABLE = /^(?:[\p{Cf}\p{Default_Ignorable_Code_Point}]|\u20e3)$/u;
const MARK = /^\p{M}$/u;
const DIGIT = /^\p{Nd}$/u;
const DASH = /^[\p{Pd}\u2212\u02d7]$/u;
const SPACE = /^\p{Zs}$/u;
/** A character that expands to more than this is a word or a sentence (U+FDFA has 18): it stays. */
const LONGEST_EXPANSION = 4;
/** Cached foldings. */
const MOST_KEPT = 20_000;
const folded = new Map<string, string>();

/** Builds the normal form in a single pass; redaction's own placeholders become one `MASK` each. */
export function normalForm(written: string): NormalForm {
  const masks = new Map<number, number>();
  if (written.includes('['))
    for (const { 0: found, index } of written.matchAll(PLACEHOLDER)) masks.set(index, found.length);
  if (masks.size === 0 && ASCII_ONLY.test(written))
    return { text: written, start: (at) => at, end: (at) => at + 1 };
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  let afterDigit = false;
  for (let at = 0; at < written.length; ) {
    const code = written.codePointAt(at) as number;
    const width = masks.get(at) ?? (code > 0xffff ? 2 : 1);
    const character = written.slice(at, at + width);
    let form = width > 2 ? MASK : code < 0x80 ? character : fold(character, code);
    // A line or ring around a digit is decoration.
    if (afterDigit && code >= 0x300 && form !== '' && MARK.test(character)) form = '';
    for (let i = 0; i < form.length; i++) {
      starts.push(at);
      ends.push(at + width);
    }
    if (form !== '') {
      text += form;
      const last = form.charCodeAt(form.length - 1);
      afterDigit = last >= 48 && last <= 57;
    }
    at += width;
  }
  return { text, start: (at) => starts[at] ?? written.length, end: (at) => ends[at] ?? written.length };
}

function fold(character: string, code: number): string {
  const known = folded.get(character);
  if (known !== undefined) return known;
  const form = foldNew(character, code);
  if (folded.size >= MOST_KEPT) folded.clear();
  folded.set(character, form);
  return form;
}

function foldNew(character: string, code: number): string {
  if (IGNORABLE.test(character)) return '';
  // It stands before numbers of things; "No" is a word.
  if (character === '\u2116') return character;
  // Written text cannot imitate a redacted part.
  if (character === MASK) return '\ufffd';
  if (SPACE.test(character)) return ' ';
  if (DASH.test(character)) return '-';
  if (DIGIT.test(character)) return String(digitValue(code));
  const composed = character.normalize('NFKC');
  return composed.length > LONGEST_EXPANSION ? character : composed.replace(/[\u2044\u2215]/g, '/');
}

/** Decimal digits are consecutive in groups of ten, from zero on. */
function digitValue(code: number): number {
  const composed = String.fromCodePoint(code).normalize('NFKC');
  if (composed >= '0' && composed <= '9') return Number(composed);
  let value = 0;
  while (value < 9 && DIGIT.test(String.fromCodePoint(code - value - 1))) value++;
  return value;
}
