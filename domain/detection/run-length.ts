/** One value that a step of a chart may take, with its probability. */
export interface Step {
  readonly probability: number;
  readonly value: number;
}

/** Grid states of a chart: enough that a finer grid moves the mean run length by less than half a percent. */
const STATES_A_STEP = 16;
/** Smaller values are rounding. */
const LEAST_VALUE = 1e-9;
const LEAST_STATES = 120;
const MOST_STATES = 1_500;
const EWMA_STATES = 401;

/**
 * Mean steps to absorption from each state of a Markov chain: the solution of (I - Q) L = 1, where `eachTarget` lists the transitions
 * to states that are not absorbed. Source: Brook and Evans, "An approach to the probability distribution of CUSUM run length",
 * Biometrika 59 (1972). Elimination within the band needs no pivoting, because I - Q is an M-matrix.
 */
export function meanRunLengths(
  states: number,
  eachTarget: (state: number, take: (target: number, probability: number) => void) => void,
): Float64Array {
  let [below, above] = [0, 0];
  for (let i = 0; i < states; i++)
    eachTarget(i, (target) => {
      below = Math.max(below, i - target);
      above = Math.max(above, target - i);
    });
  const width = below + above + 1;
  const band = new Float64Array(states * width);
  const at = (row: number, column: number) => row * width + column - row + below;
  for (let i = 0; i < states; i++) {
    band[at(i, i)] = 1;
    eachTarget(i, (target, probability) => {
      band[at(i, target)] = (band[at(i, target)] as number) - probability;
    });
  }
  const lengths = new Float64Array(states).fill(1);
  for (let i = 0; i < states; i++) {
    const pivot = band[at(i, i)] as number;
    for (let row = i + 1; row <= Math.min(states - 1, i + below); row++) {
      const factor = (band[at(row, i)] as number) / pivot;
      if (factor === 0) continue;
      for (let column = i + 1; column <= Math.min(states - 1, i + above); column++) {
        const place = at(row, column);
        band[place] = (band[place] as number) - factor * (band[at(i, column)] as number);
      }
      lengths[row] = (lengths[row] as number) - factor * (lengths[i] as number);
    }
  }
  for (let i = states - 1; i >= 0; i--) {
    let sum = lengths[i] as number;
    for (let column = i + 1; column <= Math.min(states - 1, i + above); column++)
      sum -= (band[at(i, column)] as number) * (lengths[column] as number);
    lengths[i] = sum / (band[at(i, i)] as number);
  }
  return lengths;
}

/**
 * Mean answers until a one-sided CUSUM, max(0, S + value), reaches the limit from 0. The values lie between states of the grid: their
 * probability is divided between both neighbours, so that the mean of a step is exact.
 */
export function cusumRunLength(steps: readonly Step[], limit: number): number {
  const used = steps.filter(({ probability, value }) => probability > 0 && Math.abs(value) > LEAST_VALUE);
  const least = Math.min(...used.map(({ value }) => Math.abs(value)));
  const wanted = Math.ceil((limit * STATES_A_STEP) / least);
  const states = Math.min(MOST_STATES, Math.max(LEAST_STATES, wanted));
  const size = limit / states;
  const lengths = meanRunLengths(states, (state, take) => {
    for (const { probability, value } of steps)
      divide(Math.max(0, state + value / size), probability, states, take);
  });
  return lengths[0] as number;
}

/**
 * Mean answers until an EWMA, z + lambda (value - z), leaves -limit..limit from 0. Source: Lucas and Saccucci, "Exponentially
 * weighted moving average control schemes", Technometrics 32 (1990).
 */
export function ewmaRunLength(steps: readonly Step[], lambda: number, limit: number): number {
  const half = (EWMA_STATES - 1) / 2;
  const size = limit / (half + 1);
  const lengths = meanRunLengths(EWMA_STATES, (state, take) => {
    const z = (state - half) * size;
    for (const { probability, value } of steps)
      divide((z + lambda * (value - z)) / size + half, probability, EWMA_STATES, take);
  });
  return lengths[half] as number;
}

/** Divides the probability between the states beside that place; outside of the states it is absorbed. */
function divide(
  place: number,
  probability: number,
  states: number,
  take: (target: number, probability: number) => void,
): void {
  if (place <= -1 || place >= states) return;
  // Beside the limit there is no state to divide with: the run length falls to 0 there.
  const inside = Math.min(states - 1, Math.max(0, place));
  const first = Math.floor(inside);
  const rest = inside - first;
  take(first, probability * (1 - rest));
  if (rest > 0) take(first + 1, probability * rest);
}
