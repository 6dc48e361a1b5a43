import type { Session, Statement, Store } from './client.ts';

/*
 * Each kind of work on the journal is done by one process at a time, the holder of its lease. A lease that is not renewed can be
 * taken by another process, so a process that was frozen or cut off may still believe that it holds one. Therefore every change
 * of hands raises the token, and every effect checks its token where it takes effect: in the transaction of PostgreSQL (`hold`),
 * in that of Neo4j (graph/neo4j/fence.ts). See docs/decisions/0050.
 */

/** A lease as its holder was given it. */
export interface Lease {
  readonly name: string;
  /** Larger than any holder's before, also where the record was restored: by the clock, in milliseconds, or one more. */
  readonly token: number;
}

/** Another process has taken the lease: what this one was about to do is not done. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
  constructor({ name, token }: Lease) {
    super(
      `another process has taken over "${name}" from this one (its token was ${token}); nothing was written`,
    );
  }
}

/** How long a holder that renews nothing keeps its lease. */
const HELD_SECONDS = 15;
const RENEW_MS = 3_000;
const LOOK_MS = 2_000;
/** A holder that cannot renew gives up before another may begin. */
const FAILED_RENEWALS = 4;
/** Work that fails at so many renewals in a row (a minute) is given to another process. */
const FAILING_RENEWALS = 20;
/** So many times who gave it up does not look, so that the others look first. */
const LOOKS_LEFT_OUT = 3;

const MAKE: Statement = {
  name: 'lease_make',
  text: `INSERT INTO lease (name, token, held_until) VALUES ($1, 0, now()) ON CONFLICT DO NOTHING`,
};
/** Waits for effects in flight, which hold the row (`hold`); a renewal does not. */
const LOCK: Statement = { name: 'lease_lock', text: 'SELECT FROM lease WHERE name = $1 FOR UPDATE' };
/**
 * By the clock of the database. After a failover that may be another one: a time further ahead than any holder was given says nothing.
 */
const TAKE: Statement = {
  name: 'lease_take',
  text: `UPDATE lease SET token = greatest(token + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), holder = $2, held_until = clock_timestamp() + make_interval(secs => $4)
    WHERE name = $1 AND (holder IS NULL OR held_until NOT BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => 2 * $4) OR $3 = 'force' OR ($3 = 'same place' AND holder = $2))
    RETURNING token`,
};
const RENEW: Statement = {
  name: 'lease_renew',
  text: `UPDATE lease SET held_until = clock_timestamp() + make_interval(secs => $3) WHERE name = $1 AND token = $2 RETURNING token`,
};
const RELEASE: Statement = {
  name: 'lease_release',
  text: 'UPDATE lease SET holder = NULL WHERE name = $1 AND token = $2',
};
/** A process that is frozen inside its transaction loses it (store/database/postgres.ts), or nobody else could take over. */
const HOLD: Statement = {
  name: 'lease_hold',
  text: `SELECT FROM lease WHERE name = $1 AND token = $2 FOR KEY SHARE`,
};

/** Whom a lease may be taken from: one whose time is over, one at the same place too (a process before this one), or anybody. */
type From = 'expired' | 'same place' | 'force';

/** Takes the lease where that is allowed by now, else null. */
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
 * In the transaction of an effect: whoever takes the lease over waits for its end.
 * @throws SupersededError where somebody has.
 */
export async function hold(session: Session, lease: Lease): Promise<void> {
  if ((await session.rows(HOLD, [lease.name, lease.token])).length === 0) throw new SupersededError(lease);
}

/**
 * Keeps the lease for as long as it was taken for.
 * @throws SupersededError
 */
export async function renewLease(store: Session, lease: Lease): Promise<void> {
  if ((await store.rows(RENEW, [lease.name, lease.token, HELD_SECONDS])).length === 0)
    throw new SupersededError(lease);
}

/** Gives the lease back, if it is still held. */
export async function releaseLease(store: Session, lease: Lease): Promise<void> {
  await store.rows(RELEASE, [lease.name, lease.token]);
}

/** Work that is under way. */
export interface Work {
  /** Whether its last step failed; absent: that is not known. */
  isFailing?(): boolean;
  /** Whether it has ended because its place in the journal was forgotten: it is begun again, by whoever comes first. */
  isForgotten?(): boolean;
  stop(): Promise<void>;
}

export interface LeadOptions {
  readonly store: Store;
  readonly name: string;
  /** Names the place that this process runs in: a process started there takes over at once from the one before it. */
  readonly place: string;
  /** From the first look on, whoever holds it. */
  readonly force?: boolean;
  readonly onError: (error: Error) => void;
  /** Begins the work under the lease; the answer stops it. */
  readonly lead: (lease: Lease) => Promise<Work>;
  /** At so many renewals in a row the work may fail before another process may do it. */
  readonly failingRenewals?: number;
}

export interface Leader {
  isLeading(): boolean;
  /** Ends the work and gives the lease back. */
  stop(): Promise<void>;
}

/**
 * Does the work while this process holds the lease, and looks for it while another does. Where the work fails for a minute (the way
 * from here to Neo4j is gone), another process gets it. The first look, and the work that it begins, are over when this resolves.
 */
export async function leadAlone(options: LeadOptions): Promise<Leader> {
  const { store, name, place, force, onError, lead, failingRenewals = FAILING_RENEWALS } = options;
  let stopped = false;
  let leftOut = 0;
  let wake: () => void = () => undefined;
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
    // Work that could not begin, or go on, is begun again under a new token.
    if (isLost || gaveUp || work === null || work?.isForgotten?.()) await end(!isLost);
  };
  const run = async () => {
    while (!stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, led ? RENEW_MS : LOOK_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (stopped) break;
      if (led) await renew().catch(onError);
      else if (leftOut > 0) leftOut -= 1;
      else await take('expired').catch(onError);
    }
  };
  await take(force ? 'force' : 'same place').catch(onError);
  const running = run();
  await (led as { work: Promise<unknown> } | null)?.work;
  return {
    isLeading: () => led !== null,
    stop: async () => {
      stopped = true;
      wake();
      await running;
      await end(true).catch(onError);
    },
  };
}

/** What the promise came to, or undefined while it has not. */
function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]);
}
