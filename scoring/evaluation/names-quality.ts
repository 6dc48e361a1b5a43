import { nameSpans, type Sureness } from '../../domain/privacy/names.ts';
import type { NameModel } from '../names/model.ts';
import { readFeedback, TRANSFERRED } from '../training/feedback.ts';
import { type LabelledNames, namesSet } from './names-set.ts';

/** What the removal of names does to the sentences of one language. */
export interface NameFigures {
  readonly persons: number;
  /** Of these, removed whole. */
  readonly personsFound: number;
  readonly streets: number;
  readonly streetsFound: number;
  /** Characters removed from sentences with names, and those of names among them. */
  readonly removed: number;
  readonly removedOfNames: number;
  /** Sentences without a name, and those that lost something. */
  readonly clean: number;
  readonly altered: number;
}

const LEAST_FOUND = 0.8;
const LEAST_RIGHT = 0.9;
const MOST_ALTERED = 0.02;

/** Whether the model may be used in a language: four persons of five found, nine removed characters of ten right, one clean text of fifty altered. */
export const holds = (figures: NameFigures): boolean =>
  figures.personsFound >= LEAST_FOUND * figures.persons &&
  figures.removedOfNames >= LEAST_RIGHT * figures.removed &&
  figures.altered <= MOST_ALTERED * figures.clean;

/** For languages that the model is not used in: of the rules in use the one that finds most. */
export const OTHERWISE: Sureness = { written: 0.6, lowerCase: 0.9995 };

/** The persons that the project's feedback (scoring/feedback/) mentions: its other sentences hold no name. */
const MENTIONED = new Set(['yilmaz', 'frau', 'karim', 'lucía', 'rafael', 'chantal', 'kasia']);

/** Sentences with names by language, with lookalikes and the project's feedback: sentences without a name. */
export function sentencesByLanguage(size: number, seed: number): ReadonlyMap<string, LabelledNames[]> {
  const byLanguage = new Map<string, LabelledNames[]>();
  for (const one of namesSet(size, seed)) {
    const list = byLanguage.get(one.language);
    if (list) list.push(one);
    else byLanguage.set(one.language, [one]);
  }
  for (const language of TRANSFERRED)
    for (const part of ['calibration', 'test'] as const)
      for (const { text } of readFeedback(part, language))
        byLanguage.get(language)?.push({ language, text, names: [] });
  return byLanguage;
}

/** Reads every sentence, whatever its language is taken for, and counts. */
export async function judgeNames(
  model: NameModel,
  items: readonly LabelledNames[],
  sureness: Sureness,
): Promise<NameFigures> {
  const total = {
    persons: 0,
    personsFound: 0,
    streets: 0,
    streetsFound: 0,
    removed: 0,
    removedOfNames: 0,
    clean: 0,
    altered: 0,
  };
  for (const { text, names } of items) {
    const { words, readings } = await model.read(text);
    const spans = nameSpans(text, words, readings, sureness, MENTIONED);
    if (names.length === 0) {
      total.clean += 1;
      if (spans.length > 0) total.altered += 1;
      continue;
    }
    const places = names.map((name) => {
      const start = text.indexOf(name.text);
      return { what: name.what, start, end: start + name.text.length };
    });
    for (const { what, start, end } of places) {
      const isFound = spans.some((span) => span.start <= start && span.end >= end);
      total[`${what}s`] += 1;
      if (isFound) total[`${what}sFound`] += 1;
    }
    for (const span of spans) {
      total.removed += span.end - span.start;
      for (const { start, end } of places)
        total.removedOfNames += Math.max(0, Math.min(end, span.end) - Math.max(start, span.start));
    }
  }
  return total;
}
