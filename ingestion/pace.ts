/**
 * Long work in slices, so that other requests have their turn between them. All of it together takes one slice of each turn
 * of the event loop: many long requests at once hold it no longer than one.
 */
const SLICE_MS = 10;
const waiting: (() => void)[] = [];

function nextTurn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(nextTurn);
}

/** One piece of long work. `rest` is called where `isDue`, between two steps that are short by themselves. */
export interface Pace {
  isDue(): boolean;
  rest(): Promise<void>;
}

/** @param now milliseconds of a clock that only goes on */
export function createPace(now: () => number = () => performance.now()): Pace {
  let since = now();
  return {
    isDue: () => now() - since >= SLICE_MS,
    rest: async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) setImmediate(nextTurn);
      });
      since = now();
    },
  };
}

/** The results in order; rests between items as often as it must. */
export async function mapPaced<Item, Result>(
  items: readonly Item[],
  make: (item: Item, index: number) => Result,
  pace: Pace = createPace(),
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    if (pace.isDue()) await pace.rest();
    results.push(make(item, index));
  }
  return results;
}
