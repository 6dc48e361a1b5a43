import { isDigit, isWordLetter } from './span.ts';

/** Words and phrases that announce the number after them. Each list is registered, so that one pass over a text finds all. */
export interface Cues {
  /** Of scripts with spaces, as `plain` gives them. */
  readonly words: ReadonlySet<string>;
}

interface Phrase {
  readonly part: string;
  readonly cues: Cues;
}

const byWord = new Map<string, Cues[]>();
/** Phrases by their first word. */
const byFirstWord = new Map<string, Phrase[]>();
/** Searched anywhere: parts that begin with a sign, and scripts without spaces. */
const anywhere: Phrase[] = [];
const inOtherScripts: Phrase[] = [];

/** Registers cues from lists separated by spaces; phrases have "_" for their spaces. */
export function cues(...lists: readonly string[]): Cues {
  const words = new Set<string>();
  const made: Cues = { words };
  for (const entry of new Set(lists.join(' ').split(/\s+/))) {
    const text = plain(entry.replaceAll('_', ' '));
    const phrase = { part: text, cues: made };
    if (text === '' || words.has(text)) continue;
    if (WHOLE_WORD.test(text)) {
      words.add(text);
      append(byWord, text, made);
    } else if (OTHER_SCRIPT.test(text)) inOtherScripts.push(phrase);
    else {
      const [first] = wordsOf(text);
      if (first?.start === 0) append(byFirstWord, first.word, phrase);
      else anywhere.push(phrase);
    }
  }
  return made;
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

const WHOLE_WORD = /^[a-z\u00df-\u024f\u0370-\u052f]+$/;
const ACCENTED = /[\u0130\u00c0-\u024f\u0386-\u03ce]/;
const ACCENTED_EACH = /[\u00c0-\u024f\u0386-\u03ce]/g;
/** In scripts whose letters may be part of a cue without surrounding spaces. */
const OTHER_SCRIPT = /[\u0250-\u036f\u0530-\u1fff\u2100-\udfff\ue001-\uffff]/;

/** Lower case and without accents ("numéro" and "numero" are one word); as long as before. */
export function plain(text: string): string {
  if (!ACCENTED.test(text)) return text.toLowerCase();
  return text.replace(ACCENTED_EACH, (letter) => letter.normalize('NFD')[0] as string).toLowerCase();
}

/** How far a word reaches. */
const REACH = 44;
/** After these a full stop ends no sentence. */
const ABBREVIATIONS = new Set(
  'no nr nos num nro tel tlf tlfn fon mob cell ph ext ref art inv acct kto st fax tfno telef'.split(' '),
);

/** A normal form with cached lookups for finders: which words stand before an index, within reach. */
export class View {
  readonly text: string;
  /** How many digits there are. */
  readonly digits: number;
  readonly #plain: string;
  /** Where cues end, in order. */
  readonly #ends: ReadonlyMap<Cues, readonly number[]>;
  /** For each index, where the previous sentence, line or number ended; computed on demand. */
  #breaks: Int32Array | undefined;

  /** Of a text of which more is masked than of the former one: masked words still announce what follows them. */
  constructor(text: string, former?: View) {
    this.text = text;
    this.digits = countDigits(text);
    this.#plain = former ? former.#plain : plain(text);
    this.#ends = former ? former.#ends : endsOfCues(this.#plain);
  }

  #endsOf(known: Cues): readonly number[] {
    return this.#ends.get(known) ?? [];
  }

  /** Whether any of the cues stands anywhere in the text. */
  has(known: Cues): boolean {
    return this.#endsOf(known).length > 0;
  }

  /** How far before the index the last of these cues ends, within its reach; Infinity without one. */
  distance(known: Cues, place: number): number {
    const ends = this.#endsOf(known);
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) <= place) low = middle + 1;
      else high = middle;
    }
    const end = ends[low - 1];
    if (end === undefined || place - end > REACH) return Number.POSITIVE_INFINITY;
    this.#breaks ??= breaksOf(this.text);
    return end < (this.#breaks[place] ?? 0) ? Number.POSITIVE_INFINITY : place - end;
  }

  /** A few characters before the place, in lower case. */
  tail(place: number, length: number): string {
    return this.#plain.slice(Math.max(0, place - length), place);
  }
}

function countDigits(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) count++;
  }
  return count;
}

/** Where each of the registered cues ends in the text. */
function endsOfCues(text: string): Map<Cues, number[]> {
  const ends = new Map<Cues, number[]>();
  const hasAddress = text.includes('@');
  for (const { word, start, end } of wordsOf(text)) {
    const [whole = [], phrases = []] = [byWord.get(word), byFirstWord.get(word)];
    if (whole.length + phrases.length === 0 || (hasAddress && isInAddress(text, start, end))) continue;
    for (const known of whole) append(ends, known, end);
    for (const { part, cues: known } of phrases)
      if (text.startsWith(part, start) && isWholeAt(text, start, part))
        append(ends, known, start + part.length);
  }
  const parts = OTHER_SCRIPT.test(text) ? [...anywhere, ...inOtherScripts] : anywhere;
  for (const { part, cues: known } of parts)
    for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length))
      if (isWholeAt(text, at, part)) append(ends, known, at + part.length);
  for (const list of ends.values()) list.sort((a, b) => a - b);
  return ends;
}

/** Letters of the longest part of an e-mail address before or after a word of it. */
const ADDRESS_PART = 64;
const ADDRESS = /[\w.%+-]/;

/** Whether the word is part of an e-mail address: "cnp" of cnp@example.org announces no number. */
function isInAddress(text: string, start: number, end: number): boolean {
  let from = start - 1;
  while (start - from < ADDRESS_PART && ADDRESS.test(text[from] ?? ' ')) from--;
  let to = end;
  while (to - end < ADDRESS_PART && ADDRESS.test(text[to] ?? ' ')) to++;
  return text[from] === '@' || (text[to] === '@' && ADDRESS.test(text[to + 1] ?? ' '));
}

/** A phrase of letters consists of whole words. */
const isWholeAt = (text: string, at: number, part: string) =>
  !(isWordLetter(part[0]) && isWordLetter(text[at - 1])) &&
  !(isWordLetter(part.at(-1)) && isWordLetter(text[at + part.length]));

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    if (isWordLetter(text[at])) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      // Longer ones are no cues.
      if (at - start <= LONGEST_WORD) words.push({ word: text.slice(start, at), start, end: at });
      start = -1;
    }
  }
  return words;
}
const LONGEST_WORD = 32;

/** At each place, the end of the sentence, line, or number of three digits or more that stands before it. */
function breaksOf(text: string): Int32Array {
  const breaks = new Int32Array(text.length + 1);
  let [last, digits] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    breaks[at] = last;
    const character = text[at];
    if (isDigit(character)) digits++;
    else {
      if (digits >= 3) last = at;
      digits = 0;
    }
    if (character === '\n' || character === ';' || isSentenceEnd(text, at)) last = at + 1;
    breaks[at + 1] = last;
  }
  return breaks;
}

function isSentenceEnd(text: string, at: number): boolean {
  const character = text[at];
  if (character === '!' || character === '?' || character === '\u3002') return true;
  if (character !== '.' || text[at + 1] !== ' ') return false;
  let from = at;
  while (from > 0 && at - from < 8 && isWordLetter(text[from - 1])) from--;
  const word = text.slice(from, at).toLowerCase();
  return word.length > 3 && !ABBREVIATIONS.has(word);
}
