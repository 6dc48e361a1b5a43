import type { Store } from '../store/database/client.ts';
import type { DiskGuard } from '../store/database/disk-space.ts';
import { statement } from '../store/database/statement.ts';
import { stalledFollowers } from '../store/journal/stalled-followers.ts';

/** One part that must work: resolves, or throws what is wrong. */
type Check = () => Promise<void>;

export interface WaysInUse {
  readonly store: Store;
  readonly roles: ReadonlySet<string>;
  /** For how long, in milliseconds, the commit under way has been tried. */
  readonly commitBusyFor: () => number;
  /** The followers whose work this process does now. */
  readonly followers: () => Promise<readonly string[]>;
  /** Of the embedded record; absent where the record is a server's. */
  readonly disk?: DiskGuard | undefined;
}

/** A commit that takes longer waits for something that is not right. */
const COMMIT_MS = 5_000;
const READY = statement('ready', 'SELECT 1');
const WRITABLE = statement(
  'ready_to_write',
  `SELECT current_setting('transaction_read_only') = 'off' AS writable`,
);
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
  followers,
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
  if (roles.has('follow'))
    checks.followers = async () => none(await stalledFollowers(store, await followers()));
  if (disk) checks.disk = async () => disk.check();
  return checks;
}

/**
 * What /readyz says without being not ready: the record answers in the place of Neo4j, so a server without it is not taken out of use.
 */
export function readinessWarnings(
  store: Store,
  graph: { check(): Promise<void>; isLeading(): boolean } | undefined,
  follower: string,
): Record<string, Check> {
  if (!graph) return {};
  return {
    'Neo4j does not answer: lineage is answered by the record': () => graph.check(),
    'the lineage graph has not been written for a minute, though there are changes to write': async () =>
      none(graph.isLeading() ? await stalledFollowers(store, [follower]) : []),
  };
}

function none(stalled: readonly string[]): void {
  if (stalled.length > 0) throw new Error(`these followers make no step: ${stalled.join(', ')}`);
}
