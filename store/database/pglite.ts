import { Worker } from 'node:worker_threads';
import { drizzle } from 'drizzle-orm/pglite';
import { Memory } from '../../domain/memory/memory.ts';
import * as schema from '../tables/schema.ts';
import { type Database, type OwnerSession, ownerSession, type Store } from './client.ts';
import {
  keepDatabase,
  type OpenDatabase,
  type PgliteCare,
  type Query,
  type Result,
} from './pglite-keeper.ts';
import { findTemplate } from './pglite-template.ts';
import { keepQuiet, QUIET } from './quiet-thread.ts';
import { BECOME_READER } from './scoped-view-names.ts';
import type { Statement } from './statement.ts';
import { withoutFailure } from './transaction.ts';

/** An error of the embedded database: SQLSTATE and message, never the statement or its parameters. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError';
  /** SQLSTATE; absent if the database itself did not answer. */
  readonly code: string | undefined;

  constructor({ message, ...facts }: { readonly message: string; readonly code?: string | undefined }) {
    super(message);
    Object.assign(this, facts);
    this.code = facts.code;
  }
}

/** A request to the thread; each answer carries the same `id`. */
type Request =
  | {
      readonly action: 'query';
      readonly text: string;
      readonly parameters: readonly unknown[];
      readonly rowMode?: 'array' | 'object' | undefined;
      readonly transaction?: number | undefined;
    }
  | { readonly action: 'begin' | 'close' | 'ping' }
  | { readonly action: 'end'; readonly transaction: number; readonly isCommit: boolean }
  | { readonly action: 'listen'; readonly channel: string };

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly code?: string };
  /** A notice on this channel. */
  readonly channel?: string;
}

/** PGlite in a thread of its own, with the part of PGlite's interface that the store and drizzle use. */
class EmbeddedDatabase implements OpenDatabase {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #onEnd: ((cause: Error) => void)[] = [];
  #last = 0;
  #ended: Error | undefined;
  /** Resolves when the thread has ended: before that, nothing else may open its folder. */
  #gone: Promise<void> = Promise.resolve();
  /** How many requests in progress may take any time. */
  #patient = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#take(answer));
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('its thread ended')));
  }

  /** @throws EmbeddedDatabaseError when the folder cannot be opened. */
  static async open(
    dataDir: string | undefined,
    care: PgliteCare | undefined,
    template: string | undefined,
  ): Promise<EmbeddedDatabase> {
    const worker = new Worker(new URL('./pglite-worker.mjs', import.meta.url), {
      workerData: { dataDir, template },
      execArgv: [],
      ...QUIET,
    });
    keepQuiet(worker, 'the database');
    const database = new EmbeddedDatabase(worker);
    await new Promise((resolve, reject) => {
      database.#waiting.set(OPENING, { resolve, reject });
      // A migration or recovery may take any time, except when the disk is full.
      if (care) database.#watch({ ...care, stuckAfter: 0 }, () => database.#waiting.has(OPENING));
    });
    if (care) database.#watch(care, () => true);
    return database;
  }

  readonly query: Query = (text, parameters = [], options) =>
    this.#query(undefined, text, parameters, options);

  #query<Row>(
    transaction: number | undefined,
    text: string,
    parameters: readonly unknown[],
    options: { readonly rowMode?: 'array' | 'object' } | undefined,
  ): Promise<Result<Row>> {
    return this.#ask({ action: 'query', text, parameters, rowMode: options?.rowMode, transaction });
  }

  /** Runs `work` in one transaction, one after the other; a throw rolls back. */
  async transaction<T>(work: (session: { readonly query: Query }) => Promise<T>): Promise<T> {
    const transaction = await this.#ask<number>({ action: 'begin' });
    const end = (isCommit: boolean) => this.#ask({ action: 'end', transaction, isCommit });
    let result: T;
    try {
      result = await work({
        query: (text, parameters = [], options) => this.#query(transaction, text, parameters, options),
      });
    } catch (error) {
      await end(false);
      throw error;
    }
    await end(true);
    return result;
  }

  async listen(channel: string, wake: () => void): Promise<() => Promise<void>> {
    // Also after the last listener went: the thread goes on to pass notices on, and would pass each on twice.
    const isFirst = !this.#listeners.has(channel);
    const listeners = this.#listeners.get(channel) ?? new Set();
    // Each call is a separate listener, also with the same function.
    const listener = () => wake();
    this.#listeners.set(channel, listeners.add(listener));
    if (isFirst) await this.#ask({ action: 'listen', channel });
    return async () => {
      listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    try {
      if (!this.#ended) await this.#ask({ action: 'close' });
    } finally {
      this.#end(new Error('it was closed'));
      await this.#gone;
    }
  }

  /** While `work` runs, the thread may be silent for any time, except when the disk is full. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    this.#patient += 1;
    try {
      return await work();
    } finally {
      this.#patient -= 1;
    }
  }

  isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** Calls `then` when the thread is gone. */
  onEnd(then: (cause: Error) => void): void {
    const cause = this.#ended;
    if (cause) void this.#gone.then(() => then(cause));
    else this.#onEnd.push(then);
  }

  /**
   * Ends the thread when it is silent for too long during a request: its engine does not return then, and
   * nothing else ends that. Turns of this timer are counted, not time: a machine that slept has missed none.
   */
  #watch({ isDiskFull, stuckAfter }: PgliteCare, isOn: () => boolean): void {
    let silent = 0;
    let impatient = 0;
    let isAsked = false;
    const timer = setInterval(() => {
      if (this.#ended || !isOn()) return clearInterval(timer);
      if (this.#waiting.size === 0) {
        silent = 0;
        impatient = 0;
        return;
      }
      silent += 1;
      impatient = this.#patient > 0 ? 0 : impatient + 1;
      if (!isAsked && !this.#waiting.has(OPENING)) {
        isAsked = true;
        this.#ask({ action: 'ping' }).then(
          () => {
            silent = 0;
            impatient = 0;
            isAsked = false;
          },
          () => undefined,
        );
      }
      const seconds = Math.round((silent * TICK_MS) / 1_000);
      const isFull = silent * TICK_MS >= STUCK_ON_FULL_MS && isDiskFull();
      if (!isFull && !(stuckAfter > 0 && impatient * TICK_MS >= stuckAfter)) return;
      clearInterval(timer);
      this.#end(
        new Error(
          isFull
            ? `the disk is full, and its engine has not returned for ${seconds} s`
            : `its engine has not returned for ${seconds} s`,
        ),
      );
    }, TICK_MS).unref();
  }

  #ask<T>(request: Request): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#last += 1;
      this.#waiting.set(this.#last, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id: this.#last, ...request });
    });
  }

  #take({ id, result, error, channel }: Answer): void {
    if (channel !== undefined) for (const wake of this.#listeners.get(channel) ?? []) wake();
    const asked = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !asked) return;
    this.#waiting.delete(id);
    // Only pending requests keep the process alive.
    if (this.#waiting.size === 0) this.#worker.unref();
    if (error) asked.reject(new EmbeddedDatabaseError(error));
    else asked.resolve(result as never);
  }

  /** Whether the requests took effect is unknown then, as after a broken connection. */
  #end(cause: Error): void {
    if (this.#ended) return;
    this.#ended = new EmbeddedDatabaseError({
      message: `the embedded database does not answer: ${cause.message}`,
      code: CONNECTION_FAILURE,
    });
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
    const ended = this.#ended;
    this.#gone = this.#worker.terminate().then(() => {
      for (const then of this.#onEnd) then(ended);
    });
  }
}

/** The thread's first message, without a request. */
const OPENING = 0;
const CONNECTION_FAILURE = '08006';
const TICK_MS = 500;
/** No statement takes this long to fail. */
const STUCK_ON_FULL_MS = 10_000;

/**
 * Opens the embedded database in `dataDir` (undefined: in memory). The caller holds the folder's lock. `care`:
 * it is watched, and reopened when its thread ends. `template`: the archive to unpack for a new database; ''
 * creates it from nothing.
 */
export async function openPglite(
  dataDir: string | undefined,
  care?: PgliteCare,
  template = findTemplate(),
): Promise<Store> {
  const open = () => EmbeddedDatabase.open(dataDir, care, template || undefined);
  const database = care ? await keepDatabase(open, care) : await open();
  const held = new Set<number>();
  const session = ({ query }: { readonly query: Query }): OwnerSession =>
    ownerSession({
      rows: async <Row>({ text, isLong }: Statement, parameters: readonly unknown[]) => {
        const run = () => query<Row>(text, parameters);
        return (await (isLong ? database.patiently(run) : run())).rows;
      },
    });
  return {
    ...session(database),
    backend: 'pglite',
    memory: new Memory(),
    rowsAs: (fingerprint, statement, parameters) =>
      database.transaction(async (transaction) => {
        await transaction.query(BECOME_READER, [fingerprint]);
        return session(transaction).rows(statement, parameters);
      }),
    transaction: (work) => database.transaction((transaction) => withoutFailure(work, session(transaction))),
    listen: (channel, wake) => database.listen(channel, wake),
    listening: () => database.isOpen(),
    pools: () => ({}),
    // Migrations of a large database take their time.
    exclusively: (_lock, work) =>
      database.patiently(() => work(drizzle(database as never, { schema }) as unknown as Database)),
    // No other process has the folder open.
    ifFree: async (lock, work) => {
      if (held.has(lock)) return false;
      held.add(lock);
      try {
        await work();
      } finally {
        held.delete(lock);
      }
      return true;
    },
    close: () => database.close(),
  };
}
