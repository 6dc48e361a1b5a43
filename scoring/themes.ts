import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../domain/errors/user-error.ts';
import { calibrate, fitTemperature, type LabelledLogits } from '../domain/models/calibration.ts';
import { type ModelArtefact, storeHead } from './model.ts';
import { type Example, fitSoftmax, logitsOf } from './softmax-regression.ts';

const FEWEST_EXAMPLES = 5;
/** Languages are named as detection names them. */
const language = z.string().regex(/^[a-z]{2}$/, 'is not a language such as "de"');
const text = z.string().min(1);
const sentences = z.array(text).min(FEWEST_EXAMPLES, 'a theme needs at least five examples in a language');
/** What is given without a language is English. */
const inLanguages = <Given extends z.ZodType>(given: Given) =>
  z.preprocess(
    (found) => (typeof found === 'string' || Array.isArray(found) ? { en: found } : found),
    z.record(language, given),
  );

const taxonomy = z.strictObject({
  version: z.string(),
  themes: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-z_]*$/, 'is not a name such as "missing_feature"'),
        description: inLanguages(text),
        examples: inLanguages(sentences),
      }),
    )
    .min(2),
});

/**
 * Themes that responses may be about, each with a description and examples by language; editable in scoring/themes.json, where a text or
 * list without a language is English.
 */
export type Taxonomy = z.infer<typeof taxonomy>;

/**
 * The examples of a theme in those languages: an encoder learns nothing from sentences that it does not read.
 * @throws UserError where there are too few
 */
export function examplesIn({ name, examples }: Taxonomy['themes'][number], languages: readonly string[]) {
  const read = languages.flatMap((one) => examples[one] ?? []);
  if (read.length >= FEWEST_EXAMPLES) return read;
  throw new UserError(
    `themes: ${name} has ${read.length} examples in the languages that the encoder reads (${languages.join(', ')}); at least ${FEWEST_EXAMPLES} are needed`,
  );
}

/** @throws Error naming the path that is malformed. */
export function readTaxonomy(path: string | URL): Taxonomy {
  const read = taxonomy.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (read.success) return read.data;
  const lines = read.error.issues.map(({ path: place, message }) => `${place.join('.')}: ${message}`);
  throw new Error(`${path}: ${lines.join('\n')}`);
}

/** Inputs of one example sentence and its theme. */
export interface ThemeExample {
  readonly inputs: Float64Array;
  readonly theme: string;
}

const FOLDS = 5;
const L2 = 3e-4;
const PRECISIONS = [50, 60, 70, 80, 90, 95];

/**
 * One head per theme, the theme against all others, both with equal weight. Calibration and thresholds come
 * from examples that the evaluated head did not see (five folds); the final head is fitted on all.
 */
export function fitThemes(
  names: readonly string[],
  examples: readonly ThemeExample[],
): ModelArtefact['heads']['themes'] {
  const folds = foldsOf(names, examples);
  return names.map((name) => {
    const labelled = balanced(name, examples);
    const unseen = Array.from({ length: FOLDS }, (_, fold) => {
      const head = fitSoftmax(
        labelled.filter((_one, i) => folds[i] !== fold),
        2,
        { l2: L2 },
      );
      return labelled
        .filter((_one, i) => folds[i] === fold)
        .map(({ inputs, label }): LabelledLogits => ({ logits: logitsOf(head, inputs), label }));
    }).flat();
    const calibration = fitTemperature(unseen);
    const judged = unseen.map(({ logits, label }) => ({
      probability: calibrate(calibration, logits)[1] ?? 0,
      label,
    }));
    const head = storeHead(fitSoftmax(labelled, 2, { l2: L2 }), calibration);
    return { name, head, thresholds: thresholdsOf(judged) };
  });
}

/** The fold of each example. Those of one theme are in all folds, however many themes there are: else it would be judged by a head that never saw it. */
function foldsOf(names: readonly string[], examples: readonly ThemeExample[]): number[] {
  // Of folds that are a prime number, any step but a multiple of it leads to all.
  const step = names.length % FOLDS || 1;
  const turns = new Map<string, number>();
  return examples.map(({ theme }) => {
    const turn = turns.get(theme) ?? 0;
    turns.set(theme, turn + 1);
    return (turn * step + names.indexOf(theme)) % FOLDS;
  });
}

function balanced(name: string, examples: readonly ThemeExample[]): Example[] {
  const positives = examples.filter(({ theme }) => theme === name).length;
  return examples.map(({ inputs, theme }) => ({
    inputs,
    label: Number(theme === name),
    weight: theme === name ? (examples.length - positives) / positives / 2 : 1,
  }));
}

/** By precision in hundredths, the lowest threshold from which calling the theme was that often right. */
export function thresholdsOf(
  judged: readonly { probability: number; label: number }[],
): Record<string, number> {
  const falling = [...judged].sort((a, b) => b.probability - a.probability);
  const found: Record<string, number> = {};
  let right = 0;
  for (const [index, { probability, label }] of falling.entries()) {
    right += label;
    for (const precision of PRECISIONS)
      if (right / (index + 1) >= precision / 100) found[precision] = probability;
  }
  return found;
}
