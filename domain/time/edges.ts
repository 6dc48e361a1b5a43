import type { TimeRange } from './time-windows.ts';

/** All edges of the ranges, ascending, each once. */
export function edgesOf(ranges: readonly TimeRange[]): number[] {
  const edges: number[] = [];
  // The buckets of a series are in order, each with the end of the one before.
  for (const { from, until } of ranges) {
    for (const edge of [from, until]) {
      const last = edges.at(-1);
      if (last === edge) continue;
      if (last !== undefined && edge < last) return sorted(ranges);
      edges.push(edge);
    }
  }
  return edges;
}

function sorted(ranges: readonly TimeRange[]): number[] {
  return [...new Set(ranges.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
}
