import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Sureness } from '../../domain/privacy/names.ts';

/** The folder of models, and the name of the one that reads names. */
export const NAME_MODELS = fileURLToPath(new URL('../models/', import.meta.url));
export const NAME_MODEL = 'rampart';

/**
 * The languages in which it is used, each from the sureness at which it finds four names of five and leaves clean texts alone
 * (`npm run evaluate:names`). Texts of other languages are not read.
 */
export const LANGUAGES: Readonly<Record<string, Sureness>> = {
  en: { written: 0.9, lowerCase: 0.9995, initial: 0.99 },
  de: { written: 0.9, lowerCase: 0.9995, initial: 0.99 },
  fr: { written: 0.6, lowerCase: 0.9995 },
  es: { written: 0.6, lowerCase: 0.9995 },
};
/** For texts whose language is not clear, if they have no letter of another script. */
const UNCLEAR = LANGUAGES['en'] as Sureness;
/** Characters of a text that is taken for another language because of the name in it. */
const SHORT = 60;
/** Not among them: one short Turkish text in 26 lost a phrase that is no name, and no English one was taken for Turkish. */
const NEVER_SHORT: readonly string[] = ['tr'];
const OTHER_SCRIPT = /(?!\p{Script=Latin})\p{L}/u;

/** How sure a reading must be in a text of that language; null: the text is not read. */
export function surenessFor(language: string | null, text: string): Sureness | null {
  const known = language === null ? undefined : LANGUAGES[language];
  if (known) return known;
  const isOther = language !== null && (text.length >= SHORT || NEVER_SHORT.includes(language));
  return isOther || OTHER_SCRIPT.test(text) ? null : UNCLEAR;
}

/** Which model removes names, and from which readings on: part of the provenance of comments. */
export function nameVersion(): string {
  const model = readFileSync(`${NAME_MODELS}/${NAME_MODEL}/onnx/model_q4.onnx`);
  const hash = createHash('sha256')
    .update(model)
    .update(JSON.stringify([LANGUAGES, NEVER_SHORT]))
    .digest('hex');
  return `${NAME_MODEL} ${hash.slice(0, 12)}`;
}
