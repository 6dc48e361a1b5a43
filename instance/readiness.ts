import type { Store } from '../store/database/client.ts';
import type { DiskGuard } from '../store/database/disk-space.ts';
import type { Loops } from '../store/database/loops.ts';
import { statement } from '../store/database/statement.ts';
import { STALLED_S, stalledHere } from '../store/journal/follower-status.ts';

/** One part that must work: resolves, or throws what is wrong. */
type Check = () => Promise<void>;

export interface WaysInUse {
  readonly store: Store;
  readonly roles: ReadonlySet<string>;
  /** How long, in milliseconds, the commit in progress has been tried. */
  readonly commitBusyFor: () => number;
  /** What works on its own in this process. */
  readonly loops: Loops;
  /** For the embedded database; absent for a server's. */
  readonly disk?: DiskGuard | undefined;
}

/** A commit that takes longer waits for something that is wrong. */
const COMMIT_MS = 5_000;
const READY = statement('ready', 'SELECT 1');
const WRITABLE = statement(
  'ready_to_write',
  `SELECT current_setting('transaction_read_only') = 'off' AS writable`,
);
/** A fingerprint of no scope: sees no row. */
const NO_SCOPE = '';

/** Resolves when the database answers. */
export async function answers(store: Store): Promise<void> {
  await store.rows(READY, []);
}

/**
 * The checks of /readyz: each connection that this server uses. A server that does not accept responses has no
 * part "ingest", one that answers no queries no part "queries".
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
 * What /readyz says without being not ready: the database answers in place of Neo4j, so a server without it is not taken out of use;
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
    'Neo4j does not answer: lineage comes from the database': () => graph.check(),
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
