/** A smooth function: writes the gradient at x and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  readonly maxIterations: number;
  /** Ends when no component of the gradient is larger. */
  readonly tolerance: number;
}

/** Pairs of steps and gradient changes that approximate the curvature. */
const MEMORY = 10;
const ARMIJO = 1e-4;
const SMALLEST_STEP = 1e-12;

/**
 * Minimises by L-BFGS with two-loop recursion and backtracking (Nocedal and Wright, Numerical Optimization, algorithms
 * 7.4 and 3.1). The same input gives the same bits: sums run in one order.
 */
export function minimise(objective: Objective, start: Float64Array, options: LbfgsOptions): Float64Array {
  const x = Float64Array.from(start);
  const gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    if (gradient.every((g) => Math.abs(g) <= options.tolerance)) break;
    let direction = descent(gradient, steps, changes);
    let slope = dot(direction, gradient);
    if (slope >= 0) {
      steps.length = 0;
      changes.length = 0;
      direction = gradient.map((g) => -g);
      slope = dot(direction, gradient);
    }
    const next = new Float64Array(x.length);
    const nextGradient = new Float64Array(x.length);
    let length = steps.length === 0 ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
    let nextValue = Number.POSITIVE_INFINITY;
    for (; length > SMALLEST_STEP; length /= 2) {
      for (let i = 0; i < x.length; i++) next[i] = (x[i] as number) + length * (direction[i] as number);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ARMIJO * length * slope) break;
    }
    if (!(nextValue < value)) break;
    const step = next.map((v, i) => v - (x[i] as number));
    const change = nextGradient.map((g, i) => g - (gradient[i] as number));
    if (dot(step, change) > 1e-12) {
      steps.push(step);
      changes.push(change);
      if (steps.length > MEMORY) {
        steps.shift();
        changes.shift();
      }
    }
    x.set(next);
    gradient.set(nextGradient);
    value = nextValue;
  }
  return x;
}

function descent(
  gradient: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
): Float64Array {
  const q = gradient.map((g) => -g);
  const weights: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const [step, change] = [steps[i] as Float64Array, changes[i] as Float64Array];
    const weight = dot(step, q) / dot(step, change);
    weights[i] = weight;
    addScaled(q, change, -weight);
  }
  const [last, lastChange] = [steps.at(-1), changes.at(-1)];
  if (last && lastChange) {
    const scale = dot(last, lastChange) / dot(lastChange, lastChange);
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * scale;
  }
  for (let i = 0; i < steps.length; i++) {
    const [step, change] = [steps[i] as Float64Array, changes[i] as Float64Array];
    addScaled(q, step, (weights[i] as number) - dot(change, q) / dot(step, change));
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (other[i] as number);
}
