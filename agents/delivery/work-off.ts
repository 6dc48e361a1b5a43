import type { ClaimedWork, ClaimOwner, Claims } from '../../store/database/claims.ts';
import type { Session, Store } from '../../store/database/client.ts';
import type { Loops } from '../../store/database/loops.ts';
import { runPeriodic } from '../../store/database/periodic.ts';
import { circuitPause, FAILURES_TO_OPEN, nextDelay, pace } from './backoff.ts';
import { EXCHANGE_MS, type Failure, failureOf } from './within-time.ts';

export interface WorkDeps {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onError: (error: Error) => void;
}

/** Work that waits for other systems. */
export interface WorkQueue<Owner extends ClaimOwner, Work extends ClaimedWork> {
  /** What /metrics and the log call the loop. */
  readonly name: string;
  /** Announces work that is due. */
  readonly channel: string;
  readonly claims: Claims<Owner, Work>;
  /** One attempt, which settles or postpones the work. Where it throws, `fail` does; where it is stopped, the work is given back. */
  attempt(owner: Owner, work: Work, stop: AbortSignal): Promise<void>;
  /** Postpones the work, or gives it up. */
  fail(owner: Owner, work: Work, failure: Failure): Promise<void>;
}

/** Attempts for one system that are under way at once. */
const AT_ONCE = 4;
/** An exchange, and what is read before it and written after it. */
const CLAIM_MS = 2.5 * EXCHANGE_MS;
/** Work that becomes due is found so often; new work is announced. */
const LOOK_EVERY_MS = 2_000;
/** Systems that one process works for at once. */
const MOST_OWNERS = 16;

/**
 * Does what is due, beside other processes that do the same: each piece is claimed by one. Each system is worked for on its own, so a
 * slow one holds no other. The answer stops it; what is under way is given back.
 */
export async function followWork<Owner extends ClaimOwner, Work extends ClaimedWork>(
  deps: WorkDeps & { readonly loops: Loops },
  queue: WorkQueue<Owner, Work>,
): Promise<() => Promise<void>> {
  const { store, loops, now, onError } = deps;
  const { name, channel, claims } = queue;
  const stopping = new AbortController();
  const working = new Map<string, Promise<void>>();
  const look = async () => {
    for (const id of await claims.ready(store, new Date(now()))) {
      if (stopping.signal.aborted || working.size >= MOST_OWNERS) return;
      if (working.has(id)) continue;
      const work = workOff(deps, queue, id, stopping.signal)
        .catch(onError)
        .finally(() => working.delete(id));
      working.set(id, work);
    }
  };
  const looking = runPeriodic({ name, everyMs: LOOK_EVERY_MS, loops, onError, run: look });
  const unlisten = await store.listen(channel, () => looking.wake());
  return async () => {
    stopping.abort();
    await unlisten();
    await looking.stop();
    await Promise.all(working.values());
  };
}

/** Does what is due for one system until nothing is, its rate is used, or it is stopped. */
export async function workOff<Owner extends ClaimOwner, Work extends ClaimedWork>(
  deps: WorkDeps,
  { claims, attempt, fail }: Pick<WorkQueue<Owner, Work>, 'claims' | 'attempt' | 'fail'>,
  id: string,
  stop: AbortSignal,
): Promise<void> {
  const one = async (owner: Owner, work: Work) => {
    try {
      await attempt(owner, work, stop);
    } catch (error) {
      const release = () => claims.release(deps.store, work);
      if (!stop.aborted) deps.onError(error as Error);
      // It counts as an attempt, so that what is damaged does not come back permanently. Where the store fails too, the claim expires.
      const ending = stop.aborted ? release() : fail(owner, work, failureOf(error)).catch(release);
      await ending.catch(() => undefined);
    }
  };
  while (!stop.aborted) {
    const claimed = await claimFor(deps, claims, id);
    if (claimed === null || claimed.works.length === 0) return;
    await Promise.all(claimed.works.map((work) => one(claimed.owner, work)));
  }
}

/** Claims as much as the rate and the circuit of the system allow. */
function claimFor<Owner extends ClaimOwner, Work extends ClaimedWork>(
  { store, now }: WorkDeps,
  claims: Claims<Owner, Work>,
  id: string,
): Promise<{ readonly owner: Owner; readonly works: readonly Work[] } | null> {
  return store.transaction(async (session) => {
    const at = now();
    const owner = await claims.lock(session, id, new Date(at));
    if (owner === null) return null;
    const { free, usedAfter } = pace(owner.rate, owner.pacedUntil?.getTime() ?? 0, at);
    // One attempt tries a circuit that was open.
    const isTrial = owner.failures >= FAILURES_TO_OPEN;
    const most = Math.min(free, isTrial ? 1 : AT_ONCE);
    if (most === 0) return null;
    const until = new Date(at + CLAIM_MS);
    const works = await claims.claim(session, id, { now: new Date(at), until, most });
    if (works.length > 0)
      await claims.pace(session, id, new Date(usedAfter(works.length)), isTrial ? until : null);
    return { owner, works };
  });
}

/**
 * Postpones work whose attempt failed, or gives it up by `giveUp`, and opens the circuit of a system that keeps failing. False where the
 * claim had expired.
 */
export async function endFailed<Owner extends ClaimOwner, Work extends ClaimedWork>(
  session: Session,
  { now, random }: Pick<WorkDeps, 'now' | 'random'>,
  claims: Claims<Owner, Work>,
  { owner, work, failure }: { readonly owner: string; readonly work: Work; readonly failure: Failure },
  giveUp: (at: Date) => Promise<boolean>,
): Promise<boolean> {
  const at = now();
  const { error, status } = failure;
  const afterMs = failure.kind === 'retry' ? failure.afterMs : null;
  const delay = failure.kind === 'retry' ? nextDelay(work.attempts, afterMs, random) : null;
  const isHeld =
    delay === null
      ? await giveUp(new Date(at))
      : await claims.postpone(session, work, { due: new Date(at + delay), status, error });
  if (!isHeld) return false;
  // It answered, so it works: what it refused is this one.
  if (failure.kind === 'refused') await claims.worked(session, owner);
  else if (failure.kind === 'retry' && afterMs !== null)
    await claims.pause(session, owner, new Date(at + afterMs));
  else if (failure.kind === 'retry') {
    const pause = circuitPause(await claims.failed(session, owner));
    if (pause > 0) await claims.pause(session, owner, new Date(at + pause));
  }
  return true;
}
