import pg from 'pg';
import { cutOff } from './connection-watch.ts';

const RECONNECT_MS = 500;
/** How often a connection that only listens is checked. */
const HEARTBEAT_MS = 5_000;
const ANSWER_MS = 5_000;
/** For connecting, and for LISTEN on every channel. */
const READY_MS = 15_000;

/**
 * LISTEN for all channels on one connection, opened again whenever it breaks or does not answer its heartbeat.
 * After each gap every waker is called: a notice may have been lost.
 */
export class Listener {
  readonly #open: () => pg.Client;
  readonly #onError: (error: Error) => void;
  readonly #wakers = new Map<string, Set<() => void>>();
  #client: pg.Client | undefined;
  #hearing = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #connecting: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: () => pg.Client, onError: (error: Error) => void) {
    this.#open = open;
    this.#onError = onError;
  }

  /** Begins to listen; the returned function ends it. */
  async listen(channel: string, wake: () => void): Promise<() => Promise<void>> {
    const present = this.#wakers.get(channel);
    const wakers = present ?? new Set();
    // Each call counts, even of the same function.
    const own = () => wake();
    wakers.add(own);
    this.#wakers.set(channel, wakers);
    const client = this.#client;
    // While it is being opened, the connection finds the channel itself.
    if (client && this.#hearing && !present)
      await this.#ask(client, `LISTEN ${pg.escapeIdentifier(channel)}`).catch(() => cutOff(client));
    this.#connecting ??= this.#connect();
    await this.#connecting;
    wake();
    return async () => {
      wakers.delete(own);
      if (wakers.size > 0) return;
      this.#wakers.delete(channel);
      if (this.#hearing && this.#client)
        await this.#ask(this.#client, `UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
    };
  }

  /** Whether no notice can be missed right now. */
  listening(): boolean {
    return this.#wakers.size === 0 || this.#hearing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    if (!client) return;
    const impatience = setTimeout(() => cutOff(client), ANSWER_MS);
    await client.end().catch(() => undefined);
    clearTimeout(impatience);
  }

  async #connect(): Promise<void> {
    const fresh = this.#open();
    this.#client = fresh;
    this.#last = Promise.resolve();
    let failed = false;
    const again = (error: Error) => {
      if (failed || this.#closed) return;
      failed = true;
      this.#hearing = false;
      this.#onError(error);
      cutOff(fresh);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#connect(), RECONNECT_MS);
    };
    fresh.on('error', again);
    fresh.on('end', () => again(new Error('Connection terminated: the one that listens for notices')));
    fresh.on('notification', ({ channel }) => {
      for (const wake of this.#wakers.get(channel) ?? []) wake();
    });
    const impatience = setTimeout(
      () => again(new Error('Connection terminated: the one that listens for notices was not made in time')),
      READY_MS,
    );
    try {
      await fresh.connect();
      const heard = new Set<string>();
      const missing = () => [...this.#wakers.keys()].find((channel) => !heard.has(channel));
      for (let channel = missing(); channel !== undefined; channel = missing()) {
        heard.add(channel);
        await this.#ask(fresh, `LISTEN ${pg.escapeIdentifier(channel)}`);
      }
      this.#hearing = true;
      for (const wakers of this.#wakers.values()) for (const wake of wakers) wake();
      this.#beat(fresh, again);
    } catch (error) {
      again(error as Error);
    } finally {
      clearTimeout(impatience);
    }
  }

  /** One statement after the other: the client accepts only one at a time. */
  #ask(client: pg.Client, text: string): Promise<unknown> {
    const asked = this.#last.catch(() => undefined).then(() => client.query(text));
    this.#last = asked;
    return asked;
  }

  /** Checks regularly; no answer in time ends the connection. */
  #beat(client: pg.Client, again: (error: Error) => void): void {
    this.#timer = setTimeout(async () => {
      const impatience = setTimeout(
        () => again(new Error('Connection terminated: the one that listens for notices was silent')),
        ANSWER_MS,
      );
      const asked = await this.#ask(client, 'SELECT 1').then(
        () => true,
        () => false,
      );
      clearTimeout(impatience);
      if (asked && client === this.#client && !this.#closed) this.#beat(client, again);
    }, HEARTBEAT_MS);
    this.#timer.unref();
  }
}
