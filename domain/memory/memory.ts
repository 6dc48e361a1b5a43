/** Something that is remembered, and how it begins. Declared once, at the top of the module that uses it. */
export interface Slot<T> {
  readonly begin: () => T;
}

/**
 * What one process remembers of something that is open (a database, its cells). It belongs to what is open and ends with it, so two
 * databases in one process share nothing. Everything in it can be computed again.
 */
export class Memory {
  readonly #values = new Map<Slot<unknown>, unknown>();

  /** What is remembered in that slot. */
  of<T>(slot: Slot<T>): T {
    if (!this.#values.has(slot)) this.#values.set(slot, slot.begin());
    return this.#values.get(slot) as T;
  }
}
