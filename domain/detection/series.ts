import type { Counts } from '../nps/nps.ts';
import type { Cell } from '../segments/cell.ts';
import { valueIn } from '../segments/dimensions.ts';
import { type DayCounts, MOST_STRATA } from './baseline.ts';

/** The answers of one cell on one day (days since 1970 in UTC). */
export interface CellDay extends Counts {
  readonly day: number;
  readonly cellId: number;
}

/** The place of a value among the strata: new values get the next place, and those without room the last. */
function placeOf(names: string[], value: string): number {
  const known = names.indexOf(value);
  if (known >= 0) return known;
  if (names.length < MOST_STRATA - 1) return names.push(value) - 1;
  return MOST_STRATA - 1;
}

/**
 * The days of these cells, with the answers of each value of the mix attribute apart. `names` are the values that have a place; it is
 * extended in the order of days, so that a series that is continued has the same places. Rows may have any order.
 */
export function seriesOf(
  rows: readonly CellDay[],
  cells: readonly Cell[],
  mix: string | null,
  names: string[],
): DayCounts[] {
  const cellOf = new Map(cells.map((cell) => [cell.id, cell]));
  const days = new Map<number, Map<string, [number, number, number]>>();
  for (const { day, cellId, promoters, passives, detractors } of rows) {
    const cell = cellOf.get(cellId);
    if (!cell || promoters + passives + detractors === 0) continue;
    const strata = days.get(day) ?? new Map<string, [number, number, number]>();
    days.set(day, strata);
    const value = mix === null ? '' : valueIn(cell.attributes, mix);
    const [p, n, d] = strata.get(value) ?? [0, 0, 0];
    strata.set(value, [p + promoters, n + passives, d + detractors]);
  }
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([day, strata]) => {
      const sums = new Map<number, [number, number, number]>();
      for (const [value, counts] of [...strata].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const place = placeOf(names, value);
        const [p, n, d] = sums.get(place) ?? [0, 0, 0];
        sums.set(place, [p + counts[0], n + counts[1], d + counts[2]]);
      }
      return { day, strata: [...sums].map(([place, counts]) => [place, ...counts] as const) };
    });
}
