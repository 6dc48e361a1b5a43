/**
 * Long work in slices: the event loop serves others between two slices. Turns are shared by the whole process,
 * so slices of different operations never follow one another without a turn of the loop.
 */

/** How long a slice may take, milliseconds: others wait for at most one slice of each kind of work. */
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

/** Work that may pause at each step it yields. */
export type Steps<Made> = Generator<undefined, Made>;

/** Does all steps at once. */
export function toEnd<Made>(steps: Steps<Made>): Made {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Does the steps in slices: each of them holds up the event loop alone. */
export async function inSlices<Made>(steps: Steps<Made>, slice = new Slice()): Promise<Made> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (slice.isOver()) await slice.next();
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

/** Items released by one promise. */
const TOGETHER = 25;
/** Microtask turns in which the continuations of an item run. */
const SETTLING = 4;

/**
 * The items as promises that resolve in slices, so that a consumer that handles each item as it arrives (a
 * GraphQL executor) works in slices too.
 */
export function promisesInSlices<Item>(items: readonly Item[]): Promise<Item>[] {
  const gates = Array.from({ length: Math.ceil(items.length / TOGETHER) }, () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { open, opened };
  });
  const openAll = async () => {
    const slice = new Slice();
    for (const { open } of gates) {
      if (slice.isOver()) await slice.next();
      open();
      for (let i = 0; i < SETTLING; i++) await null;
    }
  };
  // Not before the list is returned.
  void breathe().then(openAll);
  return items.map((item, i) =>
    (gates[Math.floor(i / TOGETHER)] as (typeof gates)[0]).opened.then(() => item),
  );
}
