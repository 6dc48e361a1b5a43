import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { eld } from 'eld/small';

/** What of a response, beside its text, a model may use. */
export interface FeatureSource {
  readonly text: string;
  /** Dimension values by attribute: product_line, channel ... */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One declared input of a model: what it is made of and by which code. */
export interface FeatureDefinition {
  readonly name: string;
  readonly version: number;
  /** Where its values come from. */
  readonly source: 'text' | 'dimension';
  readonly description: string;
  /** Its columns in the inputs of a head, in order. */
  readonly columns: readonly string[];
}

interface Feature extends FeatureDefinition {
  readonly values: (source: FeatureSource) => number[];
}

const BUCKETS = 8;

/** The language as a code of ISO 639-1, or null where the text does not tell. */
export function languageOf(text: string): string | null {
  const found = eld.detect(text);
  return found.language && found.isReliable() ? found.language : null;
}

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word)).length;

/** Any number of values in few columns: a value's column follows from its hash. */
function hashed(name: string, attribute: string, description: string): Feature {
  return {
    name,
    version: 1,
    source: 'dimension',
    description,
    columns: Array.from({ length: BUCKETS }, (_, bucket) => `${name} ${bucket}`),
    values: ({ attributes }) => {
      const columns = new Array<number>(BUCKETS).fill(0);
      const value = attributes[attribute];
      if (value === undefined || value === 'unknown') return columns;
      columns[(createHash('sha256').update(value).digest()[0] ?? 0) % BUCKETS] = 1;
      return columns;
    },
  };
}

const FEATURES: readonly Feature[] = [
  {
    name: 'length',
    version: 1,
    source: 'text',
    description: 'Logarithm of the number of words, over 20: a hint, not an argument.',
    columns: ['length'],
    values: ({ text }) => [Math.log1p(wordsOf(text)) / 20],
  },
  {
    name: 'language',
    version: 1,
    source: 'text',
    description: 'Whether the text is English, another language, or does not tell.',
    columns: ['language en', 'language other', 'language unknown'],
    values: ({ text }) => {
      const language = languageOf(text);
      return [
        Number(language === 'en'),
        Number(language !== null && language !== 'en'),
        Number(language === null),
      ];
    },
  },
  hashed('channel', 'channel', 'How the respondent was asked.'),
  hashed('lifecycle_stage', 'lifecycle_stage', 'How long the respondent has been a customer.'),
  hashed('product_context', 'product_line', 'What the answer is about.'),
];

/** SHA-256 of this file: a model trained with other code cannot be run again with this. */
const CODE_HASH = createHash('sha256')
  .update(readFileSync(new URL(import.meta.url)))
  .digest('hex');

/** The features of this version of the code, in the order of their columns. */
export const FEATURE_SET = {
  codeHash: CODE_HASH,
  features: FEATURES.map(({ values: _, ...definition }) => definition),
  columns: FEATURES.flatMap(({ columns }) => columns),
} as const;

/** The values of all columns, in order. */
export function featureValues(source: FeatureSource): number[] {
  return FEATURES.flatMap(({ values }) => values(source));
}

/** Words that carry letters or digits. */
export { wordsOf };
