import type { TimeRange } from './time-windows.ts';

/** All edges of the ranges, ascending, each once. */
export function edgesOf(ranges: readonly TimeRange[]): number[] {
  const edges: number[] = [];
  // The buckets of a series are in order, each with the end of the one before.
  for (const { from, until } of ranges) {
    const last = edges.at(-1);
    if (last !== undefined && from < last) return sorted(ranges);
    if (from !== last) edges.push(from);
    if (until > from) edges.push(until);
    else if (until < from) return sorted(ranges);
  }
  return edges;
}

function sorted(ranges: readonly TimeRange[]): number[] {
  return [...new Set(ranges.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
}

/** Where among the edges, which are ascending and have those of the ranges, each range begins and ends. */
export function placesAmong(edges: readonly number[], ranges: readonly TimeRange[]): [number, number][] {
  let place = 0;
  const placeOf = (edge: number) => {
    if (edges[place + 1] === edge) place += 1;
    else if (edges[place] !== edge) place = search(edges, edge);
    return place;
  };
  return ranges.map(({ from, until }) => [placeOf(from), placeOf(until)]);
}

function search(edges: readonly number[], edge: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
