import { minimise } from './lbfgs.ts';

/** One labelled example: its inputs, the index of its class, and its weight. */
export interface Example {
  readonly inputs: Float64Array;
  readonly label: number;
  readonly weight: number;
}

/** A linear head: logit of class c = bias[c] + weights[c] · inputs. */
export interface LinearHead {
  readonly weights: readonly Float64Array[];
  readonly bias: Float64Array;
}

export interface FitOptions {
  /** Strength of the squared penalty on weights (not on biases), as a share of the mean loss. */
  readonly l2: number;
  readonly maxIterations?: number;
}

/**
 * Softmax (multinomial logistic) regression: least mean weighted log loss plus l2/2·|weights|², by L-BFGS.
 * @throws Error without examples.
 */
export function fitSoftmax(examples: readonly Example[], classes: number, options: FitOptions): LinearHead {
  const size = assertExamples(examples);
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const width = size + 1;
  const logits = new Float64Array(classes);
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (const { inputs, label, weight } of examples) {
      logitsInto(x, inputs, classes, width, logits);
      const sum = exponentiate(logits);
      loss -= weight * Math.log((logits[label] as number) / sum);
      for (let c = 0; c < classes; c++) {
        const error = weight * ((logits[c] as number) / sum - (c === label ? 1 : 0));
        const offset = c * width;
        for (let i = 0; i < size; i++)
          gradient[offset + i] = (gradient[offset + i] as number) + error * (inputs[i] as number);
        gradient[offset + size] = (gradient[offset + size] as number) + error;
      }
    }
    let penalty = 0;
    for (let i = 0; i < x.length; i++) {
      gradient[i] = (gradient[i] as number) / total;
      if (i % width === size) continue;
      penalty += (x[i] as number) ** 2;
      gradient[i] = (gradient[i] as number) + options.l2 * (x[i] as number);
    }
    return loss / total + (options.l2 / 2) * penalty;
  };
  const x = minimise(objective, new Float64Array(classes * width), {
    maxIterations: options.maxIterations ?? 200,
    tolerance: 1e-6,
  });
  return {
    weights: Array.from({ length: classes }, (_, c) => x.slice(c * width, c * width + size)),
    bias: Float64Array.from({ length: classes }, (_, c) => x[c * width + size] as number),
  };
}

/**
 * The number of inputs.
 * @throws Error without examples.
 */
export function assertExamples(examples: readonly Example[]): number {
  const size = examples[0]?.inputs.length;
  if (size === undefined) throw new Error('a head cannot be trained without examples');
  return size;
}

function logitsInto(
  x: Float64Array,
  inputs: Float64Array,
  classes: number,
  width: number,
  logits: Float64Array,
) {
  for (let c = 0; c < classes; c++) {
    let sum = x[c * width + width - 1] as number;
    for (let i = 0; i < inputs.length; i++) sum += (x[c * width + i] as number) * (inputs[i] as number);
    logits[c] = sum;
  }
}

/** Replaces each by its power of e over the largest; returns their sum. */
function exponentiate(values: Float64Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let c = 0; c < values.length; c++) {
    values[c] = Math.exp((values[c] as number) - largest);
    sum += values[c] as number;
  }
  return sum;
}

/** The logit of each class. */
export function logitsOf({ weights, bias }: LinearHead, inputs: Float64Array): number[] {
  return weights.map((row, c) => {
    let sum = bias[c] as number;
    for (let i = 0; i < inputs.length; i++) sum += (row[i] as number) * (inputs[i] as number);
    return sum;
  });
}
