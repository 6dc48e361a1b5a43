/** Clients mostly number their subscriptions from 1, so that few chunks serve all; those of unique ids are not kept. */
const CHUNKS_KEPT = 64;

/** One answer to many equal subscriptions: its JSON, and the bytes that a transport writes for it. */
export class Answer {
  readonly json: string;
  readonly #chunks = new Map<string, Buffer>();

  constructor(json: string) {
    this.json = json;
  }

  /** What `make` makes of the JSON; made once where several subscriptions ask for the same name. */
  chunk(name: string, make: (json: string) => Buffer): Buffer {
    const known = this.#chunks.get(name);
    if (known) return known;
    const chunk = make(this.json);
    if (this.#chunks.size < CHUNKS_KEPT) this.#chunks.set(name, chunk);
    return chunk;
  }
}
