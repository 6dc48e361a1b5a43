import vader from 'vader-sentiment';
import { calibrate, fitTemperature } from '../../domain/models/calibration.ts';
import type { Judged } from '../../domain/models/classification.ts';
import type { EncoderPool } from '../encoder-pool.ts';
import { minimise } from '../lbfgs.ts';
import { fitOrdinal } from '../ordinal-regression.ts';
import { headInputs } from '../predict.ts';
import { fitSoftmax, logitsOf } from '../softmax-regression.ts';
import type { Labelled, Split } from './data.ts';

/** Trains on the split's training part and is judged on its test part; null if it does not apply. */
export interface Contender {
  readonly name: string;
  judge(split: Split): Promise<Judged[] | null>;
}

/** The share of the training part for calibration, which weights do not see. */
const CALIBRATE_SHARE = 0.15;

export const majority: Contender = {
  name: 'majority',
  judge: async ({ train, test, classes }) => {
    const counts = new Array<number>(classes).fill(1);
    for (const { label } of train) counts[label] = (counts[label] ?? 0) + 1;
    const probabilities = counts.map((count) => count / (train.length + classes));
    return test.map(({ label }) => ({ probabilities, label }));
  },
};

/** Hutto and Gilbert 2014 with their cuts: compound from .05 on positive, to -.05 negative. */
export const vaderSentiment: Contender = {
  name: 'VADER',
  judge: async ({ test, classes }) => {
    if (classes !== 3) return null;
    return test.map(({ text, label }) => {
      const { compound } = vader.SentimentIntensityAnalyzer.polarity_scores(text);
      const found = compound >= 0.05 ? 2 : compound <= -0.05 ? 0 : 1;
      return { probabilities: [0, 1, 2].map((one) => (one === found ? 1 : 0)), label };
    });
  },
};

/**
 * An encoder's embeddings with the heads of this project, calibrated by temperature. The ordinal head is judged
 * on NPS classes alone: other classes have no order.
 */
export function encoderHeads(
  name: string,
  pool: EncoderPool,
  l2: number,
  fitter: typeof fitSoftmax = fitSoftmax,
): Contender {
  const inputsOf = async (texts: readonly Labelled[]) => {
    const encodings = await pool.encode(texts.map(({ text }) => text));
    return texts.map(({ text, label }, i) => {
      const encoding = encodings[i];
      if (!encoding) throw new Error('a text has no encoding');
      return { inputs: headInputs({ text, attributes: {} }, encoding), label, weight: 1 };
    });
  };
  return {
    name,
    judge: async ({ name: split, train, test, classes }) => {
      if (fitter === fitOrdinal && !split.startsWith('NPS class')) return null;
      const [examples, judged] = [await inputsOf(train), await inputsOf(test)];
      const held = heldBack(examples.length, classes);
      const fitted = fitter(examples.slice(0, examples.length - held), classes, {
        l2,
        maxIterations: 120,
      });
      const labelled = examples
        .slice(examples.length - held)
        .map(({ inputs, label }) => ({ logits: logitsOf(fitted, inputs), label }));
      const calibration = fitTemperature(labelled);
      return judged.map(({ inputs, label }) => ({
        probabilities: calibrate(calibration, logitsOf(fitted, inputs)),
        label,
      }));
    },
  };
}

/** With few examples per class nearly all are needed for the weights. */
function heldBack(examples: number, classes: number): number {
  return Math.max(Math.min(classes, 100), Math.floor(examples * (classes > 10 ? 0.1 : CALIBRATE_SHARE)));
}

type Sparse = readonly (readonly [column: number, value: number])[];
const WORD = /[\p{L}\p{N}']+/gu;
const FEWEST_DOCUMENTS = 2;

/** Words and pairs of words, tf-idf of length 1, logistic regression: a strong baseline with little data. */
export const tfidf: Contender = {
  name: 'TF-IDF + logistic regression',
  judge: async ({ train, test, classes }) => {
    const held = heldBack(train.length, classes);
    const fitOn = train.slice(0, train.length - held);
    const vectors = vectoriser(fitOn.map(({ text }) => text));
    const weights = fitSparse(
      fitOn.map(({ text, label }) => ({ x: vectors.of(text), label })),
      classes,
      vectors.columns,
    );
    const logits = (text: string) => sparseLogits(weights, vectors.of(text), classes, vectors.columns);
    const calibration = fitTemperature(
      train.slice(train.length - held).map(({ text, label }) => ({ logits: logits(text), label })),
    );
    return test.map(({ text, label }) => ({ probabilities: calibrate(calibration, logits(text)), label }));
  },
};

function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(WORD) ?? [];
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

function vectoriser(texts: readonly string[]) {
  const documents = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text))) documents.set(term, (documents.get(term) ?? 0) + 1);
  const terms = [...documents].filter(([, n]) => n >= FEWEST_DOCUMENTS);
  const index = new Map(
    terms.map(([term, n], i) => [term, { i, idf: Math.log((1 + texts.length) / (1 + n)) + 1 }]),
  );
  return {
    columns: terms.length,
    of: (text: string): Sparse => {
      const counts = new Map<number, number>();
      for (const term of termsOf(text)) {
        const known = index.get(term);
        if (known) counts.set(known.i, (counts.get(known.i) ?? 0) + known.idf);
      }
      const length = Math.hypot(...counts.values()) || 1;
      return [...counts].map(([i, value]) => [i, value / length] as const);
    },
  };
}

function sparseLogits(weights: Float64Array, x: Sparse, classes: number, columns: number): number[] {
  return Array.from({ length: classes }, (_, c) => {
    const offset = c * (columns + 1);
    return x.reduce(
      (sum, [i, value]) => sum + (weights[offset + i] ?? 0) * value,
      weights[offset + columns] ?? 0,
    );
  });
}

/** Like `fitSoftmax`, for sparse inputs. */
function fitSparse(
  examples: readonly { x: Sparse; label: number }[],
  classes: number,
  columns: number,
): Float64Array {
  const l2 = 1 / examples.length;
  const n = examples.length;
  return minimise(
    (weights, gradient) => {
      let loss = 0;
      for (let i = 0; i < weights.length; i++) {
        const penalised = i % (columns + 1) === columns ? 0 : (weights[i] as number);
        gradient[i] = l2 * penalised;
        loss += (l2 / 2) * penalised ** 2;
      }
      for (const { x, label } of examples) {
        const logits = sparseLogits(weights, x, classes, columns);
        const largest = Math.max(...logits);
        const powers = logits.map((logit) => Math.exp(logit - largest));
        const sum = powers.reduce((a, b) => a + b, 0);
        loss -= Math.log((powers[label] ?? 0) / sum) / n;
        for (let c = 0; c < classes; c++) {
          const error = ((powers[c] ?? 0) / sum - (c === label ? 1 : 0)) / n;
          const offset = c * (columns + 1);
          for (const [i, value] of x) gradient[offset + i] = (gradient[offset + i] as number) + error * value;
          gradient[offset + columns] = (gradient[offset + columns] as number) + error;
        }
      }
      return loss;
    },
    new Float64Array(classes * (columns + 1)),
    { maxIterations: 60, tolerance: 1e-5 },
  );
}
