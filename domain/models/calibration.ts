import { softmax } from './probabilities.ts';

/** How logits become calibrated probabilities. */
export type Calibration =
  | { readonly kind: 'temperature'; readonly temperature: number }
  /** For each class the steps of an isotonic regression on its uncalibrated probability. */
  | { readonly kind: 'isotonic'; readonly classes: readonly IsotonicSteps[] };

/** A step function: the value at x is `values[i]` of the last i with `from[i]` <= x. */
export interface IsotonicSteps {
  readonly from: readonly number[];
  readonly values: readonly number[];
}

/** One labelled example of a calibration set. */
export interface LabelledLogits {
  readonly logits: readonly number[];
  readonly label: number;
}

/** Probabilities are never 0 or 1: a finite set cannot show that. */
const FLOOR = 1e-4;

/** Calibrated probabilities, adding up to 1. */
export function calibrate(calibration: Calibration, logits: readonly number[]): number[] {
  if (calibration.kind === 'temperature')
    return softmax(logits.map((logit) => logit / calibration.temperature));
  const raw = softmax(logits);
  const values = raw.map((probability, index) => {
    const steps = calibration.classes[index];
    return Math.max(FLOOR, steps ? stepAt(steps, probability) : probability);
  });
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}

function stepAt({ from, values }: IsotonicSteps, x: number): number {
  let found = values[0] ?? x;
  for (let i = 0; i < from.length && (from[i] as number) <= x; i++) found = values[i] as number;
  return found;
}

/** Mean negative log likelihood of the labels. */
export function logLoss(calibration: Calibration, examples: readonly LabelledLogits[]): number {
  const sum = examples.reduce(
    (total, { logits, label }) =>
      total - Math.log(Math.max(calibrate(calibration, logits)[label] ?? 0, 1e-12)),
    0,
  );
  return sum / examples.length;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The temperature of least log loss (Guo et al. 2017), by golden-section search over its logarithm. */
export function fitTemperature(examples: readonly LabelledLogits[]): Calibration {
  const at = (logarithm: number): Calibration => ({ kind: 'temperature', temperature: Math.exp(logarithm) });
  let [low, high] = [Math.log(0.05), Math.log(20)];
  for (let i = 0; i < 60; i++) {
    const [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (logLoss(at(a), examples) <= logLoss(at(b), examples)) high = b;
    else low = a;
  }
  return at((low + high) / 2);
}

/** Isotonic regression of each class against the rest (Zadrozny and Elkan 2002), by pooling adjacent violators. */
export function fitIsotonic(examples: readonly LabelledLogits[]): Calibration {
  const classes = examples[0]?.logits.length ?? 0;
  const raw = examples.map(({ logits }) => softmax(logits));
  return {
    kind: 'isotonic',
    classes: Array.from({ length: classes }, (_, index) =>
      poolAdjacent(raw.map((p, i) => [p[index] as number, examples[i]?.label === index ? 1 : 0] as const)),
    ),
  };
}

/** The non-decreasing step function closest to the points in least squares. */
export function poolAdjacent(points: readonly (readonly [x: number, y: number])[]): IsotonicSteps {
  const blocks: { from: number; sum: number; n: number }[] = [];
  for (const point of sumsByPlace(points)) {
    blocks.push(point);
    for (let top = blocks.length - 1; top > 0; top--) {
      const [before, present] = [blocks[top - 1], blocks[top]];
      if (!before || !present || before.sum / before.n <= present.sum / present.n) break;
      blocks.splice(top - 1, 2, {
        from: before.from,
        sum: before.sum + present.sum,
        n: before.n + present.n,
      });
    }
  }
  return { from: blocks.map(({ from }) => from), values: blocks.map(({ sum, n }) => sum / n) };
}

/** Points at the same place are merged, in order: pooling one of them pools all. */
function sumsByPlace(points: readonly (readonly [x: number, y: number])[]) {
  const places: { from: number; sum: number; n: number }[] = [];
  for (const [x, y] of [...points].sort((a, b) => a[0] - b[0])) {
    const last = places.at(-1);
    if (last?.from === x) {
      last.sum += y;
      last.n += 1;
    } else places.push({ from: x, sum: y, n: 1 });
  }
  return places;
}

/** Temperature or isotonic, whichever has the smaller log loss on examples that neither was fitted on. */
export function chooseCalibration(
  fitOn: readonly LabelledLogits[],
  chooseOn: readonly LabelledLogits[],
): Calibration {
  const [temperature, isotonic] = [fitTemperature(fitOn), fitIsotonic(fitOn)];
  return logLoss(isotonic, chooseOn) < logLoss(temperature, chooseOn) ? isotonic : temperature;
}
