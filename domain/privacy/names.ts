/*
 * Names in prose: which words of a text are removed, by what a model reads in each. The model is another part
 * (scoring/names/).
 */

/** A run of letters and digits, or one sign: what a model reads one by one. */
export interface Word {
  readonly start: number;
  readonly end: number;
}

/** How probable it is that a word belongs to the name of a person or street, or is the number of a house or flat. */
export interface Reading {
  readonly person: number;
  readonly street: number;
  readonly number: number;
}

/** A part of a text to remove. */
export interface NameSpan extends Word {
  /** "address" is what the patterns call a street and its number, too. */
  readonly kind: 'name' | 'address';
}

/** Removes names that no pattern finds. */
export interface NameRedaction {
  /** The model, and how its readings are used: part of the provenance of a comment. */
  readonly version: string;
  /** What is to be removed of each text, in order. `by`: who submitted them; those who wait take turns. */
  find(by: string, texts: readonly string[]): Promise<NameSpan[][]>;
}

/** How sure a reading has to be to begin a span. */
export interface Sureness {
  readonly written: number;
  /** For a word without a capital, in a text that has capitals. */
  readonly lowerCase: number;
  /** For a name of one word at the beginning of a sentence, where every word has a capital; absent: as `written`. */
  readonly initial?: number;
}

/** The neighbours of a sure word join it from here on. */
const NEIGHBOUR = 0.3;
const WORDS = /[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu;
const PLACEHOLDER = /^\[[a-z]{2,16}\]/;
const LETTER_OR_DIGIT = /^[\p{L}\p{N}]/u;
const CAPITAL = /\p{Lu}/u;
/** What a word that begins a sentence has before it; at most six characters are looked at. */
const BEGINNING = /(?:^|[.!?:\n\t])["'”’)\s]{0,4}$/u;
/** What may stand between the words of one name, and of one address. */
const JOINT = { name: /^(?:\s{1,3}|\s?[-'’.]\s?)?$/u, address: /^(?:\s{1,3}|\s?[-'’.,/]\s?)?$/u } as const;

/** The words of a text, in order, without the placeholders of what patterns removed. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let free = 0;
  for (const { index, 0: word } of text.matchAll(WORDS)) {
    if (index < free) continue;
    const placeholder = word === '[' ? PLACEHOLDER.exec(text.slice(index, index + 18)) : null;
    if (placeholder) free = index + placeholder[0].length;
    else words.push({ start: index, end: index + word.length });
  }
  return words;
}

/**
 * What is removed, in order and without overlap: names of persons, and streets with the numbers beside them. Words without a reading
 * stay. `kept`: names that stay in any case, in lower case.
 */
export function nameSpans(
  text: string,
  words: readonly Word[],
  readings: readonly Reading[],
  sureness: Sureness,
  kept: ReadonlySet<string> = new Set(),
): NameSpan[] {
  const hasCapitals = CAPITAL.test(text);
  const weighed = (kind: NameSpan['kind']) =>
    words.flatMap((word, i): Weighed[] => {
      const written = text.slice(word.start, word.end);
      const reading = readings[i];
      if (!reading || !LETTER_OR_DIGIT.test(written)) return [];
      const weight = kind === 'name' ? reading.person : reading.street;
      const isCapital = !hasCapitals || CAPITAL.test(written.slice(0, 2));
      const isSure = weight >= (isCapital ? sureness.written : sureness.lowerCase);
      const isInitial =
        kind === 'name' && BEGINNING.test(text.slice(Math.max(0, word.start - 6), word.start));
      const isSureAlone = isSure && (!isInitial || weight >= (sureness.initial ?? 0));
      return [
        { ...word, isSure, isSureAlone, joins: weight + (kind === 'name' ? 0 : reading.number) >= NEIGHBOUR },
      ];
    });
  const spans = (['name', 'address'] as const).flatMap((kind) => runsOf(text, weighed(kind), kind));
  const apart: NameSpan[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end))
    if (span.start >= (apart.at(-1)?.end ?? 0) && !isKept(text, span, kept)) apart.push(span);
  return apart;
}

interface Weighed extends Word {
  readonly isSure: boolean;
  /** Whether it is one without a neighbour too. */
  readonly isSureAlone: boolean;
  readonly joins: boolean;
}

/** Neighbouring words that join, of which one is sure. */
function runsOf(text: string, words: readonly Weighed[], kind: NameSpan['kind']): NameSpan[] {
  const spans: NameSpan[] = [];
  let run: { start: number; end: number; isSure: boolean; isSureAlone: boolean } | null = null;
  const close = () => {
    if (run?.isSureAlone) spans.push({ kind, start: run.start, end: run.end });
    run = null;
  };
  for (const { start, end, isSure, isSureAlone, joins } of words) {
    if (run && !(joins && JOINT[kind].test(text.slice(run.end, start)))) close();
    if (!joins) continue;
    run = run
      ? { start: run.start, end, isSure: run.isSure || isSure, isSureAlone: run.isSure || isSure }
      : { start, end, isSure, isSureAlone };
  }
  close();
  return spans;
}

/** Whether the span is a name that stays, or words of such names. */
function isKept(text: string, { start, end }: NameSpan, kept: ReadonlySet<string>): boolean {
  const name = text.slice(start, end).toLowerCase();
  return (
    kept.size > 0 && (kept.has(name) || name.split(/[^\p{L}\p{M}\p{N}]+/u).every((word) => kept.has(word)))
  );
}

/** The text with each span replaced by its kind, such as [name]. */
export function withoutSpans(text: string, spans: readonly NameSpan[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end, kind } of spans) {
    pieces.push(text.slice(done, start), `[${kind}]`);
    done = end;
  }
  return pieces.join('') + text.slice(done);
}
