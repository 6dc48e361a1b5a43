import { calibrate } from '../domain/models/calibration.ts';
import { indexOfLargest } from '../domain/models/probabilities.ts';
import type { EncoderPool } from './encoder-pool.ts';
import { FEATURE_SET, type FeatureSource, featureValues } from './features.ts';
import type { Model } from './model.ts';
import { preparedFor } from './preparation.ts';
import { logitsOf } from './softmax-regression.ts';

/** The contribution of one token, feature or the bias to the logit of the winning class. */
export interface Share {
  readonly token: string;
  readonly share: number;
}

export interface Explanation {
  readonly shares: readonly Share[];
  /** The logit of the winning class: the sum of the shares. */
  readonly logit: number;
}

/**
 * The exact additive shares of the winning class's logit: the embedding is the sum of the token states over
 * their number and the length of their mean, and the head is linear, so each token's part is its state times
 * the weights. Features appear in brackets by their column, the bias as "[bias]".
 */
export async function explain(
  pool: EncoderPool,
  model: Model,
  given: FeatureSource,
  which: 'nps' | 'sentiment',
): Promise<Explanation> {
  const source = preparedFor(model, given);
  const { words, parts, embedding } = await pool.states(source.text);
  const head = model[which];
  const features = featureValues(source);
  const inputs = Float64Array.from([...embedding, ...features]);
  const winner = indexOfLargest(calibrate(head.calibration, logitsOf(head, inputs)));
  const weights = head.weights[winner] ?? new Float64Array();
  const dimension = embedding.length;
  const tokens = words.map((token, row): Share => {
    let share = 0;
    for (let i = 0; i < dimension; i++) share += (weights[i] ?? 0) * (parts[row * dimension + i] ?? 0);
    return { token, share };
  });
  const columns = features.flatMap((value, index): Share[] => {
    const token = `[${FEATURE_SET.columns[index]}]`;
    return value === 0 ? [] : [{ token, share: value * (weights[dimension + index] ?? 0) }];
  });
  const shares = [...tokens, ...columns, { token: '[bias]', share: head.bias[winner] ?? 0 }];
  return { shares, logit: shares.reduce((sum, { share }) => sum + share, 0) };
}
