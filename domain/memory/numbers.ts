/** Gives objects numbers, so that they can be part of a key; no two have the same, and none is kept. */
export class Numbers {
  readonly #of = new WeakMap<object, number>();
  #highest = 0;

  of(one: object): number {
    const number = this.#of.get(one) ?? ++this.#highest;
    this.#of.set(one, number);
    return number;
  }
}
