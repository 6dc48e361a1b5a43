import { total } from '../../domain/nps/nps.ts';
import type { ScoreRow } from '../../domain/scores/score.ts';
import { mapInSlices } from '../../domain/text/slices.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { RowOrder, SchemaParts } from './types.ts';

/** Keys of one order. */
export const MOST_ORDERS = 5;
export const ORDERED =
  'The sort keys, most significant first. Rows without a value for a key come last, in either direction. Equal rows keep their default order: by time, then by name.';
export const FIRST = `At most so many rows, after ordering; 1 to ${LIMITS.rows}. All of them when absent.`;

/** Adds NpsOrder. */
export function addRowOrder({ builder, types }: SchemaParts): void {
  const key = builder.enumType('NpsOrderKey', {
    values: {
      SCORE: {},
      RESPONSES: {},
      CHANGE: { description: 'Change of the score since the previous window: `change` of NpsRow.' },
      NAME: { description: 'The values of the grouped dimensions, in the order of `groupBy`.' },
      TIME: { description: 'Start of the bucket.' },
    } as const,
  });
  const direction = builder.enumType('SortDirection', { values: ['ASC', 'DESC'] as const });
  types.npsOrder.implement({
    fields: (t) => ({
      by: t.field({ type: key, required: true }),
      direction: t.field({ type: direction, required: true, defaultValue: 'ASC' }),
    }),
  });
}

/** @throws InvalidArgumentError */
export function assertFirst(first: number | null | undefined): void {
  if (first === null || first === undefined || (first >= 1 && first <= LIMITS.rows)) return;
  throw new InvalidArgumentError(`first: ${first} is not between 1 and ${LIMITS.rows}`);
}

type Value = number | readonly string[] | null;

/** Only what the answer shows of the row: values that are withheld do not affect the order. */
const VALUES: Readonly<Record<RowOrder['by'], (row: ScoreRow) => Value>> = {
  SCORE: ({ score }) => score,
  RESPONSES: ({ counts }) => counts && total(counts),
  CHANGE: ({ change }) => change,
  NAME: ({ group }) => Object.values(group),
  TIME: ({ time }) => time,
};

/** The rows in that order, equal ones as they were, up to `first`. */
export async function orderRows(
  rows: readonly ScoreRow[],
  orders: readonly RowOrder[],
  first: number | undefined,
): Promise<ScoreRow[]> {
  if (orders.length === 0) return rows.slice(0, first);
  const keyed = await mapInSlices(rows, (row) => ({ row, values: orders.map(({ by }) => VALUES[by](row)) }));
  const signs = orders.map(({ direction }) => (direction === 'ASC' ? 1 : -1));
  keyed.sort((a, b) => {
    for (const [i, sign] of signs.entries()) {
      const order = compare(a.values[i] as Value, b.values[i] as Value, sign);
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.slice(0, first).map(({ row }) => row);
}

function compare(a: Value, b: Value, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' || typeof b === 'number') return sign * (Number(a) - Number(b));
  const place = a.findIndex((text, i) => text !== b[i]);
  if (place < 0) return 0;
  return (a[place] as string) < (b[place] as string) ? -sign : sign;
}
