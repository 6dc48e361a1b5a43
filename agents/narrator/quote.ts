import type { Fact, FactSheet } from './fact.ts';

const MOST_CHARACTERS = 160;
const LEAST_CHARACTERS = 20;
/** A quote within a quote cannot be distinguished from its end. */
const QUOTATION_MARK = /["\u201c\u201d\u201e\u00ab\u00bb]/u;
const SENTENCE_END = /[.!?](?=\s|$)/gu;

/** The beginning of a comment, up to the end of a sentence or word; null: nothing of it can be quoted. */
export function quoteOf(comment: string): string | null {
  const text = comment.replace(/\s+/gu, ' ').trim();
  if (text.length < LEAST_CHARACTERS) return null;
  const start = text.slice(0, MOST_CHARACTERS);
  const end = [...start.matchAll(SENTENCE_END)]
    .map(({ index }) => index + 1)
    .find((at) => at >= LEAST_CHARACTERS);
  const word = text.length > MOST_CHARACTERS ? start.lastIndexOf(' ') : start.length;
  const quote = start.slice(0, end ?? word);
  return quote.length < LEAST_CHARACTERS || QUOTATION_MARK.test(quote) ? null : quote;
}

/** Words of an answer that names a theme. */
export interface Quote {
  readonly theme: string;
  readonly responseId: string;
  readonly text: string;
}

/** The sheet with each theme's quote after it; ids are given again. */
export function withQuotes({ facts }: FactSheet, quotes: readonly Quote[]): FactSheet {
  const all = facts.flatMap((fact): Fact[] => {
    const found = fact.kind === 'THEME' ? quotes.find(({ theme }) => fact.names.includes(theme)) : undefined;
    if (!found) return [fact];
    const quote: Fact = {
      ...{ id: '', kind: 'QUOTE', numbers: {}, names: [], times: [], direction: null },
      cites: [`Response:${found.responseId}`],
      quote: found.text,
    };
    return [fact, quote];
  });
  return { facts: all.map((fact, i) => ({ ...fact, id: `f${i + 1}` })) };
}
