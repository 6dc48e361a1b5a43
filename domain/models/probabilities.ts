/** Probabilities as they are kept and compared: integers, in millionths, that add up to one million. */
export const MILLION = 1_000_000;

/** Softmax of the logits, shifted by the largest so that nothing overflows. */
export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * Millionths that add up to exactly one million, by the method of largest remainders; of equal remainders the first
 * gets more.
 */
export function toMillionths(probabilities: readonly number[]): number[] {
  const floors = probabilities.map((probability) => Math.floor(probability * MILLION));
  const missing = MILLION - floors.reduce((a, b) => a + b, 0);
  const order = probabilities
    .map((probability, index) => ({ index, remainder: probability * MILLION - (floors[index] ?? 0) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of order.slice(0, missing)) floors[index] = (floors[index] ?? 0) + 1;
  return floors;
}

/** The index of the largest; of equal ones the first. */
export function indexOfLargest(values: readonly number[]): number {
  return values.reduce(
    (best, value, index) => (value > (values[best] ?? Number.NEGATIVE_INFINITY) ? index : best),
    0,
  );
}

/** Entropy over its maximum, in millionths: 0 is certain, one million is uniform. */
export function uncertaintyOf(probabilities: readonly number[]): number {
  const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return Math.round((entropy / Math.log(probabilities.length)) * MILLION);
}
