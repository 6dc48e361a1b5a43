import { minimise } from './lbfgs.ts';
import { assertExamples, type Example, type FitOptions, type LinearHead } from './softmax-regression.ts';

/**
 * Adjacent-categories logit regression for ordered classes (Agresti, Categorical Data Analysis, 8.3.4): one
 * direction w, logit of class c = bias[c] + c · w · inputs. It is a softmax head whose rows are multiples of
 * one, so it is stored, run and explained like one. Least mean weighted log loss plus l2/2·|w|², by L-BFGS.
 * @throws Error without examples.
 */
export function fitOrdinal(examples: readonly Example[], classes: number, options: FitOptions): LinearHead {
  const size = assertExamples(examples);
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (const { inputs, label, weight } of examples) {
      let along = 0;
      for (let i = 0; i < size; i++) along += (x[i] as number) * (inputs[i] as number);
      const logits = Array.from({ length: classes }, (_, c) => (x[size + c] as number) + c * along);
      const largest = Math.max(...logits);
      const powers = logits.map((logit) => Math.exp(logit - largest));
      const sum = powers.reduce((a, b) => a + b, 0);
      loss -= weight * Math.log((powers[label] as number) / sum);
      let slope = 0;
      for (let c = 0; c < classes; c++) {
        const error = weight * ((powers[c] as number) / sum - (c === label ? 1 : 0));
        gradient[size + c] = (gradient[size + c] as number) + error;
        slope += c * error;
      }
      for (let i = 0; i < size; i++) gradient[i] = (gradient[i] as number) + slope * (inputs[i] as number);
    }
    let penalty = 0;
    for (let i = 0; i < x.length; i++) {
      gradient[i] = (gradient[i] as number) / total;
      if (i >= size) continue;
      penalty += (x[i] as number) ** 2;
      gradient[i] = (gradient[i] as number) + options.l2 * (x[i] as number);
    }
    return loss / total + (options.l2 / 2) * penalty;
  };
  const x = minimise(objective, new Float64Array(size + classes), {
    maxIterations: options.maxIterations ?? 200,
    tolerance: 1e-6,
  });
  return {
    weights: Array.from({ length: classes }, (_, c) => x.slice(0, size).map((weight) => c * weight)),
    bias: x.slice(size),
  };
}
