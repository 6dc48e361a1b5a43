import type { Statement, Store } from '../store/database/client.ts';
import type { DiskGuard } from '../store/database/disk-space.ts';
import type { Loops } from '../store/database/loops.ts';
import { STALLED_S, stalledHere } from '../store/journal/follower-status.ts';

/** One part that must work: resolves, or throws what is wrong. */
type Check = () => Promise<void>;

export interface WaysInUse {
  readonly store: Store;
  readonly roles: ReadonlySet<string>;
  /** For how long, in milliseconds, the commit under way has been tried. */
  readonly commitBusyFor: () => number;
  /** What works on its own in this process. */
  readonly loops: Loops;
  /** Of the embedded record; absent where the record is a server's. */
  readonly disk?: DiskGuard | undefined;
}

/** A commit that takes longer waits for something that is not right. */
const COMMIT_MS = 5_000;
const READY: Statement = { name: 'ready', text: 'SELECT 1' };
const WRITABLE: Statement = {
  name: 'ready_to_write',
  text: `SELECT current_setting('transaction_read_only') = 'off' AS writable`,
};
/** A fingerprint of no scope: sees no row. */
const NO_SCOPE = '';

/** Resolves when the record answers. */
export async function answers(store: Store): Promise<void> {
  await store.rows(READY, []);
}

/**
 * What /readyz asks: each way that this server uses, over the connections that it uses there. A server that does not take responses
 * has no part "ingest", one that answers no queries no part "queries".
 */
export function readinessChecks({
  store,
  roles,
  commitBusyFor,
  loops,
  disk,
}: WaysInUse): Record<string, Check> {
  const checks: Record<string, Check> = {
    record: async () => {
      const [row] = await store.rows<{ writable: boolean }>(WRITABLE, []);
      if (!row?.writable) throw new Error('the database takes no writes: it is a standby');
    },
    notices: async () => {
      if (!store.listening()) throw new Error('the connection that listens for notices is being made again');
    },
  };
  if (roles.has('ingest'))
    checks.ingest = async () => {
      const busyFor = commitBusyFor();
      if (busyFor > COMMIT_MS)
        throw new Error(`responses have been waiting for ${busyFor} ms for one commit`);
    };
  if (roles.has('api'))
    checks.queries = async () => {
      await store.rowsAs(NO_SCOPE, READY, []);
    };
  checks.followers = async () => none(await stalled(store, loops, false));
  if (disk) checks.disk = async () => disk.check();
  return checks;
}

/**
 * What /readyz says without being not ready: the record answers in the place of Neo4j, so a server without it is not taken out of use;
 * and a periodic job that fails is done at its next run.
 */
export function readinessWarnings(
  store: Store,
  loops: Loops,
  graph: { check(): Promise<void> } | undefined,
): Record<string, Check> {
  const jobs: Record<string, Check> = {
    'a periodic job has failed for a minute: scoreline_job_failing_seconds and the log say which':
      async () => {
        const failing = loops.periodic().filter((job) => job.failingFor() >= STALLED_S);
        if (failing.length > 0)
          throw new Error(`these jobs fail: ${failing.map(({ name }) => name).join(', ')}`);
      },
  };
  if (!graph) return jobs;
  return {
    'Neo4j does not answer: lineage is answered by the record': () => graph.check(),
    'the lineage graph has not been written for a minute, though there are changes to write': async () =>
      none(await stalled(store, loops, true)),
    ...jobs,
  };
}

/** The followers of this process that make no step, without which the server is ready or is not. */
async function stalled(store: Store, loops: Loops, isOptional: boolean): Promise<string[]> {
  const found = await stalledHere(store, loops);
  return found.filter((one) => one.isOptional === isOptional).map(({ name }) => name);
}

function none(names: readonly string[]): void {
  if (names.length > 0) throw new Error(`these followers make no step: ${names.join(', ')}`);
}
