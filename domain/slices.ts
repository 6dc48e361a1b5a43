/**
 * Long work in slices: the event loop serves others between two of them. What takes turns here is one process's work, so
 * slices of several operations never follow one another without the loop having turned.
 */

/** How long a slice may take, milliseconds: others wait at most for one slice of each kind of work. */
const SLICE_MS = 10;

let turn: Promise<void> = Promise.resolve();

/** Resolves after the event loop has turned, for one waiter a turn. */
export function breathe(): Promise<void> {
  turn = turn.then(() => new Promise((resolve) => setImmediate(resolve)));
  return turn;
}

/** A clock for one piece of work: `if (slice.isOver()) await slice.next()`. */
export class Slice {
  #until = performance.now() + SLICE_MS;

  isOver(): boolean {
    return performance.now() >= this.#until;
  }

  async next(): Promise<void> {
    await breathe();
    this.#until = performance.now() + SLICE_MS;
  }
}

/** `items.map(make)`, in slices. */
export async function mapInSlices<Item, Made>(
  items: readonly Item[],
  make: (item: Item, index: number) => Made,
  slice = new Slice(),
): Promise<Made[]> {
  const made: Made[] = [];
  for (const [index, item] of items.entries()) {
    if (slice.isOver()) await slice.next();
    made.push(make(item, index));
  }
  return made;
}

/** The items, one after the other; between slices the event loop turns. What is done with an item belongs to its slice. */
export async function* inSlices<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  const slice = new Slice();
  for (const item of items) {
    if (slice.isOver()) await slice.next();
    yield item;
  }
}
