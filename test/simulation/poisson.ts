/** The 95 % interval of the mean of a Poisson count. Source: Garwood, Biometrika 28 (1936). */
export function poissonInterval(count: number): readonly [low: number, high: number] {
  const low = count === 0 ? 0 : solved((mean) => 1 - atMost(count - 1, mean) < TAIL, count);
  return [low, solved((mean) => atMost(count, mean) > TAIL, count)];
}

const TAIL = 0.025;

/** P(X <= count) for that mean; by logarithms, because the terms of large means underflow. */
function atMost(count: number, mean: number): number {
  let log = -mean;
  let sum = Math.exp(log);
  for (let i = 1; i <= count; i++) {
    log += Math.log(mean / i);
    sum += Math.exp(log);
  }
  return sum;
}

/** The largest mean that is too small, by bisection. */
function solved(isTooSmall: (mean: number) => boolean, count: number): number {
  let [low, high] = [0, 2 * count + 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (isTooSmall(middle)) low = middle;
    else high = middle;
  }
  return low;
}
