import { isDigit, isWordLetter } from './span.ts';

/** Words that announce the number after them. */
export interface Cues {
  /** Of scripts with spaces, as `plain` gives them. */
  readonly words: ReadonlySet<string>;
  /** Searched anywhere: scripts without spaces, and phrases. */
  readonly parts: readonly string[];
}

/** From lists separated by spaces; phrases have "_" for their spaces. */
export function cues(...lists: readonly string[]): Cues {
  const words = new Set<string>();
  const parts: string[] = [];
  for (const entry of lists.join(' ').split(/\s+/)) {
    const text = plain(entry.replaceAll('_', ' '));
    if (WHOLE_WORD.test(text)) words.add(text);
    else if (text !== '') parts.push(text);
  }
  return { words, parts };
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
  readonly #plain: string;
  readonly #words: readonly Word[];
  /** For each index, where the previous sentence, line or number ended; computed on demand. */
  #breaks: Int32Array | undefined;
  readonly #known = new Map<Cues, readonly number[]>();

  constructor(text: string, former?: View) {
    this.text = text;
    this.#plain = former ? former.#plain : plain(text);
    this.#words = former ? former.#words : wordsOf(this.#plain);
    // Masked words still announce what follows them.
    if (former) this.#known = former.#known;
  }

  /** Where these cues end, in order. */
  #endsOf(cues_: Cues): readonly number[] {
    const known = this.#known.get(cues_);
    if (known) return known;
    const ends = this.#words.filter(({ word }) => cues_.words.has(word)).map(({ end }) => end);
    const isOther = OTHER_SCRIPT.test(this.#plain);
    for (const part of cues_.parts)
      if (isOther || !OTHER_SCRIPT.test(part)) ends.push(...endsOfPart(this.#plain, part));
    ends.sort((a, b) => a - b);
    this.#known.set(cues_, ends);
    return ends;
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

interface Word {
  readonly word: string;
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
      if (at - start <= LONGEST_WORD) words.push({ word: text.slice(start, at), end: at });
      start = -1;
    }
  }
  return words;
}
const LONGEST_WORD = 32;

/** A phrase of letters consists of whole words. */
function endsOfPart(text: string, part: string): number[] {
  const ends: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    const end = at + part.length;
    if (isWordLetter(part[0]) && isWordLetter(text[at - 1])) continue;
    if (isWordLetter(part.at(-1)) && isWordLetter(text[end])) continue;
    ends.push(end);
  }
  return ends;
}

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
