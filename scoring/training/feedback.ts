import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { NPS_CLASSES, SENTIMENTS } from '../model.ts';
import { LANGUAGES } from '../multilingual/recipe.ts';

/*
 * Feedback in 14 languages that the project wrote (scoring/feedback/README.md): parts for training, calibration, and evaluation alone.
 */

/** The languages that heads are transferred to: all that the encoder reads but English. */
export const TRANSFERRED = LANGUAGES.filter((language) => language !== 'en');

/** The parts that heads are only judged on: of the author of what trains, and of a second author. */
export const JUDGED = ['test', 'second-test'] as const;

/** Weights are fitted on the first two, calibration and thresholds on the second. */
export type FeedbackPart = 'training' | 'calibration' | (typeof JUDGED)[number];

/** One sentence with the indices of its classes, and its themes where they are plain. */
export interface Feedback {
  readonly language: string;
  readonly text: string;
  /** Index into SENTIMENTS. */
  readonly sentiment: number;
  /** Index into NPS_CLASSES: what such a person would answer. */
  readonly nps: number;
  readonly theme: string | null;
}

const FOLDER = new URL('../feedback/', import.meta.url);
const indexIn = (names: readonly string[]) =>
  z
    .string()
    .transform((name) => names.indexOf(name.toUpperCase()))
    .refine((index) => index >= 0, `is none of ${names.join(', ')}`);
const rows = z.array(
  z.strictObject({
    sentiment: indexIn(SENTIMENTS),
    nps: indexIn(NPS_CLASSES),
    theme: z.string().transform((name) => name || null),
    text: z.string().min(1),
  }),
);

/** The sentences of one language. */
export function readFeedback(part: FeedbackPart, language: string): Feedback[] {
  const file = readFileSync(new URL(`${part}/${language}.csv`, FOLDER));
  return rows.parse(parse(file, { columns: true })).map((row) => ({ ...row, language }));
}

/** Sentences of one meaning by language, English among them: each list in the same order of meanings. */
export function readParallel(): ReadonlyMap<string, readonly string[]> {
  const file = readFileSync(new URL('parallel.csv', FOLDER));
  const found = z.array(z.record(z.string(), z.string())).parse(parse(file, { columns: true }));
  return new Map(LANGUAGES.map((language) => [language, found.map((row) => row[language] ?? '')]));
}
