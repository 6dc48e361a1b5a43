import { randomUUID } from 'node:crypto';
import type { Driver } from 'neo4j-driver';
import { type Periodic, runPeriodic } from '../../store/database/periodic.ts';
import type { GraphTransaction } from '../kinds/shared/projection.ts';
import { within } from '../lineage-store.ts';
import { isAway, SilentGraphError } from './driver.ts';
import type { GraphConnections } from './graph-connections.ts';

/** A transaction that takes the fence. */
export interface AtFence {
  readonly fence: string;
  /** Of the lease's holder; null: of a reader, which holds none. */
  readonly token: number | null;
  /** Milliseconds after which Neo4j ends it. */
  readonly timeout: number;
}

interface Listed {
  readonly id: string;
  readonly marks: { readonly token?: number | null; readonly transaction?: string };
  /** Whether the server executes a statement of it, which may be waiting for a lock. */
  readonly works: boolean;
}

const TICK_MS = 1_000;
const SILENT_MS = 5_000;
const STRIKES = 2;
const PROBE_MS = 3_000;

const OF_FENCE = `SHOW TRANSACTIONS YIELD transactionId, metaData, currentQuery WHERE metaData.fence = $fence
  RETURN transactionId AS id, metaData AS marks, currentQuery <> '' AS works`;
const END = 'TERMINATE TRANSACTIONS $ids';

/**
 * Runs one transaction at the fence. If its connection goes silent, the transaction is ended at the server, because it may hold
 * the fence, and the connection is given up with all beside it; nothing of it is sent later.
 * @throws SilentGraphError
 */
export async function runWatched<T>(
  graph: GraphConnections,
  at: AtFence,
  work: (tx: GraphTransaction) => Promise<T>,
): Promise<T> {
  const watch = new TransactionWatch(graph, at);
  const session = graph.session();
  const { fence, token, timeout } = at;
  const metadata = { fence, token, transaction: watch.name };
  const done = session
    .executeWrite((tx) => watch.work(tx, work), { timeout, metadata })
    .finally(() => session.close());
  // Given up, it ends later, with an error of its own.
  done.catch(() => undefined);
  try {
    return await Promise.race([done, watch.silence]);
  } finally {
    watch.end();
  }
}

/** Judges from a fresh connection whether one that gives no answer went silent, as the connection watch of PostgreSQL does. */
class TransactionWatch {
  readonly name = randomUUID();
  readonly silence: Promise<never>;
  readonly #graph: GraphConnections;
  readonly #at: AtFence;
  readonly #looking: Periodic;
  #giveUp: (error: Error) => void = () => undefined;
  /** What was sent and not answered: its beginning too. */
  #waiting = 1;
  #answers = 0;
  #seen = 0;
  #silentFor = 0;
  #strikes = 0;
  #over: Error | null = null;

  constructor(graph: GraphConnections, at: AtFence) {
    this.#graph = graph;
    this.#at = at;
    this.silence = new Promise((_resolve, reject) => {
      this.#giveUp = reject;
    });
    this.silence.catch(() => undefined);
    this.#looking = runPeriodic({
      name: 'silent connections to Neo4j',
      everyMs: TICK_MS,
      startsLater: true,
      loops: null,
      // An error of a look is about Neo4j, which the transaction itself reports.
      onError: () => undefined,
      run: () => this.#look(),
    });
  }

  /** One try of the transaction; it commits only if the connection was not given up meanwhile. */
  async work<T>(tx: GraphTransaction, work: (tx: GraphTransaction) => Promise<T>): Promise<T> {
    this.#answered(0);
    const run: GraphTransaction['run'] = async (query, parameters) => {
      this.#check();
      this.#waiting += 1;
      try {
        return await tx.run(query, parameters);
      } finally {
        this.#answered(this.#waiting - 1);
      }
    };
    const result = await work({ run });
    this.#check();
    this.#waiting = 1;
    return result;
  }

  end(): void {
    this.#over ??= new SilentGraphError('the transaction is over');
    void this.#looking.stop();
  }

  #answered(waiting: number): void {
    this.#answers += 1;
    this.#waiting = waiting;
  }

  #check(): void {
    if (this.#over) throw this.#over;
  }

  #isQuiet(): boolean {
    return this.#waiting > 0 && this.#answers === this.#seen && this.#over === null;
  }

  async #look(): Promise<void> {
    if (!this.#isQuiet()) {
      [this.#seen, this.#silentFor, this.#strikes] = [this.#answers, 0, 0];
      return;
    }
    this.#silentFor += TICK_MS;
    if (this.#silentFor < SILENT_MS) return;
    const fresh = this.#graph.fresh();
    const isSilent = await this.#isSilent(fresh);
    if (!isSilent) [this.#silentFor, this.#strikes] = [0, 0];
    else if (this.#isQuiet() && ++this.#strikes === STRIKES) {
      await within(this.#endOwn(fresh), PROBE_MS).catch(() => undefined);
      if (this.#isQuiet()) {
        const seconds = Math.round(this.#silentFor / 1_000);
        this.#over = new SilentGraphError(
          `a connection to Neo4j was silent for ${seconds} s and is given up`,
        );
        this.#graph.replace(fresh);
        this.#giveUp(this.#over);
        return;
      }
    }
    fresh.close().catch(() => undefined);
  }

  /** Whether the server does not work on the transaction, or cannot be reached either. What keeps the fence from it is ended. */
  async #isSilent(fresh: Driver): Promise<boolean> {
    try {
      const listed = await within(this.#ofFence(fresh), PROBE_MS);
      const { token } = this.#at;
      // Of earlier holders, and of this one on a connection that was given up: a holder has one transaction at a time.
      const left = listed.filter(
        ({ marks }) =>
          token !== null &&
          typeof marks.token === 'number' &&
          marks.token <= token &&
          marks.transaction !== this.name,
      );
      if (left.length > 0) await within(terminate(fresh, left), PROBE_MS);
      return !listed.some(({ marks, works }) => marks.transaction === this.name && works);
    } catch (error) {
      return isAway(error);
    }
  }

  async #endOwn(fresh: Driver): Promise<void> {
    const own = (await this.#ofFence(fresh)).filter(({ marks }) => marks.transaction === this.name);
    if (own.length > 0) await terminate(fresh, own);
  }

  async #ofFence(fresh: Driver): Promise<Listed[]> {
    const { records } = await fresh.executeQuery(OF_FENCE, { fence: this.#at.fence });
    return records.map((record) => record.toObject() as unknown as Listed);
  }
}

async function terminate(fresh: Driver, listed: readonly Listed[]): Promise<void> {
  await fresh.executeQuery(END, { ids: listed.map(({ id }) => id) });
}
