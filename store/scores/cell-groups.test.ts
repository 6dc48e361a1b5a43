import { expect, it } from 'vitest';
import { heapKept } from '../../test/fixtures/heap.ts';
import type { Session } from '../database/client.ts';
import { StoredCellDictionary } from '../responses/cell-dictionary.ts';
import { groupsOfCells } from './cell-groups.ts';

const CELLS = 4_000;
const MOST_BYTES = 64_000_000;

/** All orders of the attributes. */
function ordersOf(attributes: readonly string[]): string[][] {
  if (attributes.length === 0) return [[]];
  return attributes.flatMap((first) =>
    ordersOf(attributes.filter((one) => one !== first)).map((rest) => [first, ...rest]),
  );
}

it('keeps few groupings of many groups', async () => {
  const cells = new StoredCellDictionary();
  const attributesOf = (i: number) => ({
    ...{ account: `account ${i}`, channel: `${i % 9}`, region: `${i % 50}` },
    ...{ product: `${i % 30}`, stage: `${i % 4}` },
  });
  const rows = Array.from({ length: CELLS }, (_, i) => ({
    ...{ id: i + 1, key: `cell ${i}`, attributes: attributesOf(i) },
  }));
  await cells.reload({ rows: async () => rows } as unknown as Session);
  const list = cells.all();
  const orders = ordersOf(Object.keys(attributesOf(0)));
  const before = heapKept();
  let last = groupsOfCells(cells, list, []);
  for (const order of orders) {
    last = groupsOfCells(cells, list, order);
    expect(last.placeOf(CELLS)).toBeLessThan(CELLS);
  }
  expect(heapKept() - before).toBeLessThan(1.25 * MOST_BYTES);
  expect(groupsOfCells(cells, list, orders.at(-1) as string[])).toBe(last);
});
