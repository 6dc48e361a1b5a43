interface Queue<Item> {
  readonly items: Item[];
  /** What it may still take in this turn. */
  deficit: number;
}

/**
 * Lets submitters take turns by what their items cost (deficit round robin): each turn gives a submitter one `quantum`, and what it does not
 * use for an item that costs more is kept for its next turn. Items of one submitter leave in their order. While several wait, what each has
 * taken differs by at most a quantum and the cost of one item, however many items the others have.
 */
export class FairQueue<Item> {
  readonly #queues = new Map<string, Queue<Item>>();
  readonly #costOf: (item: Item) => number;
  readonly #quantum: number;

  constructor(quantum: number, costOf: (item: Item) => number) {
    this.#quantum = quantum;
    this.#costOf = costOf;
  }

  /** How many submitters have something waiting. */
  get submitters(): number {
    return this.#queues.size;
  }

  add(by: string, item: Item): void {
    const queue = this.#queues.get(by);
    if (queue) queue.items.push(item);
    else this.#queues.set(by, { items: [item], deficit: 0 });
  }

  /** The item whose turn it is; it stays so until it is taken. */
  first(): Item | undefined {
    for (;;) {
      const [turn] = this.#queues;
      if (!turn) return undefined;
      const [by, queue] = turn;
      const item = queue.items[0] as Item;
      if (queue.deficit >= this.#costOf(item)) return item;
      // Its turn is over: it gets its share for the next one, and goes to the end.
      queue.deficit += this.#quantum;
      this.#queues.delete(by);
      this.#queues.set(by, queue);
    }
  }

  /** Takes the first item away. */
  take(): Item | undefined {
    const item = this.first();
    const [turn] = this.#queues;
    if (item === undefined || !turn) return undefined;
    const [by, queue] = turn;
    queue.items.shift();
    queue.deficit -= this.#costOf(item);
    // Who has nothing left saves nothing up.
    if (queue.items.length === 0) this.#queues.delete(by);
    return item;
  }
}
