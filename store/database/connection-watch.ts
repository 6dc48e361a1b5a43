import type { Socket } from 'node:net';
import type pg from 'pg';
import { type Periodic, runPeriodic } from './periodic.ts';

/** Members of pg's client that are missing from its types: whether it waits for an answer, and its socket. */
interface Inside {
  readonly readyForQuery?: boolean;
  readonly connection?: { readonly stream: Socket };
}

interface Watched {
  readonly client: pg.ClientBase;
  /** The server's process id; undefined until the server has sent it. */
  backend: { readonly pid: number; readonly since: string } | undefined;
  /** Whether it is checked out of the pool. */
  lent: boolean;
  bytes: number;
  /** Milliseconds without a byte while a statement waits for its answer. */
  silentFor: number;
  /** How often a check found the server not working on that statement. */
  strikes: number;
}

const TICK_MS = 1_000;
export const SILENT_MS = 5_000;
const STRIKES = 2;
const PROBE_MS = 3_000;

const WHO_AM_I = `SELECT pid, backend_start::text AS since FROM pg_stat_get_activity(pg_backend_pid())`;
/** A server that waits for this side to read the answer counts as idle. */
const AT_WORK = `SELECT a.pid, a.backend_start::text AS since FROM pg_stat_get_activity(NULL) a
  WHERE a.pid = ANY ($1::integer[]) AND a.state = 'active' AND a.wait_event IS DISTINCT FROM 'ClientWrite'`;
/** Its locks would stay until the server notices by itself. */
const END = `SELECT pg_terminate_backend(a.pid) FROM pg_stat_get_activity($1::integer) a WHERE a.backend_start::text = $2`;

/**
 * The connection gave no answer although the server was not working on one: a firewall or a frozen host
 * swallows it.
 */
export class SilentConnectionError extends Error {
  override readonly name = 'SilentConnectionError';
  readonly code = 'ETIMEDOUT';
}

/**
 * Finds connections that went silent without being closed. A statement may take long, so one without a byte of
 * answer for some seconds is checked over another connection, and only if the server is not working on it
 * (twice in a row), or cannot be reached either, the connection is closed, its session at the server is ended,
 * and the idle connections beside it, which have been quiet for as long, are closed too.
 */
export class ConnectionWatch {
  readonly #openProbe: () => pg.Client;
  readonly #onError: (error: Error) => void;
  readonly #silentMs: number;
  readonly #watched = new Map<pg.ClientBase, Watched>();
  readonly #looking: Periodic;
  #probing = false;

  constructor(openProbe: () => pg.Client, onError: (error: Error) => void, silentMs = SILENT_MS) {
    this.#openProbe = openProbe;
    this.#onError = onError;
    this.#silentMs = silentMs;
    this.#looking = runPeriodic({
      name: 'silent connections',
      everyMs: TICK_MS,
      startsLater: true,
      loops: null,
      onError,
      run: () => this.#look(),
    });
  }

  /** Watches a new connection until it ends. */
  async add(client: pg.ClientBase): Promise<void> {
    const watched: Watched = { client, backend: undefined, lent: true, bytes: 0, silentFor: 0, strikes: 0 };
    this.#watched.set(client, watched);
    client.once('end', () => this.#watched.delete(client));
    const { rows } = await client.query<{ pid: number; since: string }>(WHO_AM_I);
    watched.backend = rows[0];
  }

  lent(client: pg.ClientBase, lent: boolean): void {
    const watched = this.#watched.get(client);
    if (watched) watched.lent = lent;
  }

  cutAll(): void {
    for (const { client } of this.#watched.values()) cutOff(client);
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
  }

  #look(): void {
    for (const watched of this.#watched.values()) {
      const { readyForQuery, connection } = watched.client as Inside;
      const bytes = connection?.stream.bytesRead ?? 0;
      const waits = readyForQuery === false && bytes === watched.bytes;
      watched.bytes = bytes;
      watched.silentFor = waits ? watched.silentFor + TICK_MS : 0;
      if (!waits) watched.strikes = 0;
    }
    const suspects = [...this.#watched.values()].filter(({ silentFor }) => silentFor >= this.#silentMs);
    if (suspects.length === 0 || this.#probing) return;
    this.#probing = true;
    void this.#judge(suspects).finally(() => {
      this.#probing = false;
    });
  }

  async #judge(suspects: readonly Watched[]): Promise<void> {
    const probe = this.#openProbe();
    probe.on('error', () => undefined);
    const impatience = setTimeout(() => cutOff(probe), PROBE_MS);
    try {
      await probe.connect();
      const pids = suspects.flatMap(({ backend }) => backend?.pid ?? []);
      const { rows } = await probe.query<{ pid: number; since: string }>(AT_WORK, [pids]);
      const working = new Set(rows.map(({ pid, since }) => `${pid} ${since}`));
      for (const one of suspects) {
        if (one.backend && working.has(`${one.backend.pid} ${one.backend.since}`)) one.silentFor = 0;
        else if (this.#strike(one) && one.backend)
          await probe.query(END, [one.backend.pid, one.backend.since]).catch(() => undefined);
      }
    } catch (error) {
      // A server that refuses another connection is reachable, and works.
      if (!/^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? ''))
        for (const one of suspects) this.#strike(one);
    } finally {
      clearTimeout(impatience);
      await Promise.race([probe.end().catch(() => undefined), pause(TICK_MS)]);
      cutOff(probe);
    }
  }

  /** Closes it at the last strike, unless it answered meanwhile. */
  #strike(one: Watched): boolean {
    const { readyForQuery, connection } = one.client as Inside;
    if (readyForQuery !== false || connection?.stream.bytesRead !== one.bytes) return false;
    one.strikes += 1;
    if (one.strikes < STRIKES) return false;
    const error = new SilentConnectionError(
      `a connection to PostgreSQL was silent for ${Math.round(one.silentFor / 1_000)} s and is given up`,
    );
    this.#onError(error);
    cutOff(one.client, error);
    for (const { client, lent } of this.#watched.values()) if (!lent) cutOff(client);
    return true;
  }
}

const pause = (milliseconds: number) =>
  new Promise<void>((done) => {
    setTimeout(done, milliseconds).unref();
  });

/** Ends a connection at once, without a goodbye message, which a silent one would not receive. */
export function cutOff(client: pg.ClientBase, error?: Error): void {
  (client as Inside).connection?.stream.destroy(error);
}
