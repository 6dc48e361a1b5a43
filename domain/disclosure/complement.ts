/** One figure of a table. */
export interface PlacedFigure {
  /** Its value of each attribute of the table. */
  readonly place: readonly string[];
  /** How many accounts stand behind each part of it. */
  readonly sizes: readonly number[];
  readonly isHidden: boolean;
}

export interface ComplementRules {
  readonly least: number;
  /** At least how many accounts several figures are of: their sum where none is in two of them, else the largest. */
  readonly together: (sizes: readonly number[]) => number;
}

/**
 * Which figures to hide so that those hidden are not the difference of a sum and the figures shown (complementary suppression). A sum is
 * over all figures, or over those that share some values; where what is hidden of it is of a few accounts, its smallest figure is too.
 */
export function complement(
  figures: readonly PlacedFigure[],
  { least, together }: ComplementRules,
): boolean[] {
  const hidden = figures.map(({ isHidden }) => isHidden);
  const sizesOf = (i: number) => figures[i]?.sizes ?? [];
  const smallness = (i: number) => sizesOf(i).reduce((a, b) => a + b, 0);
  const isSafe = (line: readonly number[]) =>
    (sizesOf(line[0] ?? 0) as readonly number[]).every((_, part) => {
      const n = together(line.map((i) => sizesOf(i)[part] ?? 0));
      return n === 0 || n >= least;
    });
  const lines = linesOf(figures);
  for (let isStable = false; !isStable; ) {
    isStable = true;
    for (const line of lines) {
      if (isSafe(line.filter((i) => hidden[i]))) continue;
      const [next] = line.filter((i) => !hidden[i]).sort((a, b) => smallness(a) - smallness(b) || a - b);
      if (next === undefined) continue;
      hidden[next] = true;
      isStable = false;
    }
  }
  return hidden;
}

/** The figures that add up to a sum which can be asked for: those of equal values of some attributes, for each choice of attributes. */
function linesOf(figures: readonly PlacedFigure[]): number[][] {
  const attributes = figures[0]?.place.length ?? 0;
  const lines: number[][] = [];
  for (let fixed = 0; fixed < 2 ** attributes - 1; fixed++) {
    const byValues = new Map<string, number[]>();
    figures.forEach(({ place }, i) => {
      const key = JSON.stringify(place.filter((_, attribute) => (fixed >> attribute) & 1));
      const line = byValues.get(key);
      if (line) line.push(i);
      else byValues.set(key, [i]);
    });
    lines.push(...byValues.values());
  }
  return lines;
}
