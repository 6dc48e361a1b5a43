import type { Session, Store } from './client.ts';
import { runPeriodic } from './periodic.ts';
import { statement } from './statement.ts';

/*
 * Each kind of work on the journal is done by one process at a time, the holder of its lease. A lease that is
 * not renewed can be taken by another process, so a process that was frozen or cut off may still believe that
 * it holds one. Therefore every change of holder raises the token, and every effect checks its token where it
 * takes effect: in the transaction of PostgreSQL (`hold`), in that of Neo4j (graph/neo4j/fence.ts). See
 * docs/decisions/0050.
 */

/** A lease as granted to its holder. */
export interface Lease {
  readonly name: string;
  /** Larger than any earlier token, even after a restore: the clock in milliseconds, or one more. */
  readonly token: number;
}

/** Another process has taken the lease: the effect was not applied. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
  constructor({ name, token }: Lease) {
    super(
      `another process has taken over "${name}" from this one (its token was ${token}); nothing was written`,
    );
  }
}

/** How long a lease lasts without renewal. */
const HELD_SECONDS = 15;
const RENEW_MS = 3_000;
const LOOK_MS = 2_000;
/** A holder that cannot renew gives up before another may begin. */
const FAILED_RENEWALS = 4;
/** Work that fails at so many renewals in a row (a minute) is handed to another process. */
const FAILING_RENEWALS = 20;
/** A process that gave it up skips so many attempts, so that others try first. */
const LOOKS_LEFT_OUT = 3;

const MAKE = statement(
  'lease_make',
  `INSERT INTO lease (name, token, held_until) VALUES ($1, 0, now()) ON CONFLICT DO NOTHING`,
);
/** Waits for effects in progress, which hold the row (`hold`); a renewal does not. */
const LOCK = statement('lease_lock', 'SELECT FROM lease WHERE name = $1 FOR UPDATE');
/**
 * By the database's clock, which may be another one after a failover: an expiry further ahead than any holder
 * was granted is ignored.
 */
const TAKE = statement(
  'lease_take',
  `UPDATE lease SET token = greatest(token + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), holder = $2, held_until = clock_timestamp() + make_interval(secs => $4)
    WHERE name = $1 AND (holder IS NULL OR held_until NOT BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => 2 * $4) OR $3 = 'force' OR ($3 = 'same place' AND holder = $2))
    RETURNING token`,
);
const RENEW = statement(
  'lease_renew',
  `UPDATE lease SET held_until = clock_timestamp() + make_interval(secs => $3) WHERE name = $1 AND token = $2 RETURNING token`,
);
const RELEASE = statement('lease_release', 'UPDATE lease SET holder = NULL WHERE name = $1 AND token = $2');
/**
 * A process that is frozen inside its transaction loses it (store/database/postgres.ts), otherwise no one could
 * take over.
 */
const HOLD = statement('lease_hold', `SELECT FROM lease WHERE name = $1 AND token = $2 FOR KEY SHARE`);

/**
 * Holders that a lease may be taken from: an expired holder; also one at the same place (a previous process); or any
 * holder.
 */
type From = 'expired' | 'same place' | 'force';

/** Takes the lease if that is allowed by now, else null. */
export async function takeLease(
  store: Store,
  name: string,
  place: string,
  from: From,
): Promise<Lease | null> {
  await store.rows(MAKE, [name]);
  return store.transaction(async (session) => {
    await session.rows(LOCK, [name]);
    const [taken] = await session.rows<{ token: number }>(TAKE, [name, place, from, HELD_SECONDS]);
    return taken ? { name, token: taken.token } : null;
  });
}

/**
 * In the transaction of an effect: a new holder waits for its end.
 * @throws SupersededError if another process has taken the lease.
 */
export async function hold(session: Session, lease: Lease): Promise<void> {
  if ((await session.rows(HOLD, [lease.name, lease.token])).length === 0) throw new SupersededError(lease);
}

/**
 * Renews the lease for its original duration.
 * @throws SupersededError
 */
export async function renewLease(store: Session, lease: Lease): Promise<void> {
  if ((await store.rows(RENEW, [lease.name, lease.token, HELD_SECONDS])).length === 0)
    throw new SupersededError(lease);
}

/** Returns the lease, if it is still held. */
export async function releaseLease(store: Session, lease: Lease): Promise<void> {
  await store.rows(RELEASE, [lease.name, lease.token]);
}

/** Work in progress. */
export interface Work {
  /** Whether its last step failed; absent: unknown. */
  isFailing?(): boolean;
  /** Whether it has ended because its position in the journal expired: the next holder starts it over. */
  isForgotten?(): boolean;
  stop(): Promise<void>;
}

export interface LeadOptions {
  readonly store: Store;
  readonly name: string;
  /** Names the place of this process: a process started there takes over from its predecessor at once. */
  readonly place: string;
  /** From the first attempt on, with any holder. */
  readonly force?: boolean;
  readonly onError: (error: Error) => void;
  /** Begins the work under the lease; the returned function stops it. */
  readonly lead: (lease: Lease) => Promise<Work>;
  /** How many renewals in a row the work may fail before another process gets it. */
  readonly failingRenewals?: number;
}

export interface Leader {
  isLeading(): boolean;
  /** Ends the work and returns the lease. */
  stop(): Promise<void>;
}

/**
 * Does the work while this process holds the lease, and tries to get the lease while another does. If the work
 * fails for a minute (the connection from here to Neo4j is broken), another process gets it. Resolves after the
 * first attempt and the start of its work.
 */
export async function leadAlone(options: LeadOptions): Promise<Leader> {
  const { store, name, place, force, onError, lead, failingRenewals = FAILING_RENEWALS } = options;
  let leftOut = 0;
  let led: { lease: Lease; work: Promise<Work | null>; failures: number; failing: number } | null = null;

  const take = async (from: From) => {
    const lease = await takeLease(store, name, place, from);
    if (!lease) return;
    const work = lead(lease).catch((error: Error) => {
      onError(error);
      return null;
    });
    led = { lease, work, failures: 0, failing: 0 };
  };
  const end = async (release: boolean) => {
    if (!led) return;
    const { lease, work } = led;
    await (await work)?.stop();
    if (release) await releaseLease(store, lease);
    led = null;
  };
  const renew = async () => {
    if (!led) return;
    const present = led;
    const error = await renewLease(store, present.lease).then(
      () => null,
      (thrown: Error) => thrown,
    );
    if (error) onError(error);
    present.failures = error ? present.failures + 1 : 0;
    const isLost = error instanceof SupersededError || present.failures >= FAILED_RENEWALS;
    const work = await settled(present.work);
    present.failing = work?.isFailing?.() ? present.failing + 1 : 0;
    const gaveUp = present.failing >= failingRenewals;
    if (gaveUp) leftOut = LOOKS_LEFT_OUT;
    // Work that could not begin, or continue, starts again under a new token.
    if (isLost || gaveUp || work === null || work?.isForgotten?.()) await end(!isLost);
  };
  await take(force ? 'force' : 'same place').catch(onError);
  const looking = runPeriodic({
    name: `lease of ${name}`,
    everyMs: () => (led ? RENEW_MS : LOOK_MS),
    startsLater: true,
    loops: null,
    onError,
    run: async () => {
      if (led) await renew();
      else if (leftOut > 0) leftOut -= 1;
      else await take('expired');
    },
  });
  await (led as { work: Promise<unknown> } | null)?.work;
  return {
    isLeading: () => led !== null,
    stop: async () => {
      await looking.stop();
      await end(true).catch(onError);
    },
  };
}

/** Starts each work in turn, and stops them all if one cannot start. Together they are one work. */
export async function beginAll(begins: readonly (() => Promise<Work>)[]): Promise<Work> {
  const begun: Work[] = [];
  const stop = async () => {
    await Promise.all(begun.map((work) => work.stop()));
  };
  try {
    for (const begin of begins) begun.push(await begin());
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    isFailing: () => begun.some((work) => work.isFailing?.()),
    isForgotten: () => begun.some((work) => work.isForgotten?.()),
    stop,
  };
}

/** The promise's value, or undefined while it is pending. */
function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]);
}
