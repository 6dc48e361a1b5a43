/**
 * P-values adjusted for how many were tested: those at or below q are discoveries of which, on average, at most the
 * share q is false. Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995); in the order given.
 */
export function adjustedForFalseDiscovery(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[b] ?? 0) - (pValues[a] ?? 0));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 1;
  order.forEach((index, fromLargest) => {
    const rank = pValues.length - fromLargest;
    least = Math.min(least, ((pValues[index] ?? 1) * pValues.length) / rank);
    adjusted[index] = least;
  });
  return adjusted;
}
