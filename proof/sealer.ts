import type { Session } from '../store/database/client.ts';
import { hold, type Leader, type Lease, leadAlone, type Work } from '../store/database/lease.ts';
import type { Loops } from '../store/database/loops.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import { runFollower } from '../store/journal/follower.ts';
import { formatPosition, type JournalEntry, type JournalPosition } from '../store/journal/journal.ts';
import { journalMark } from '../store/journal/journal-trim.ts';
import type { Closing } from '../store/seals/closed-rollups.ts';
import { SURVEYED } from '../store/seals/seal-facts.ts';
import {
  BEFORE_ALL,
  markPublished,
  noteSomeTouched,
  noteTouched,
  type RollupPlace,
  readUnpublished,
  SEALER,
  type Touched,
} from '../store/seals/sealing.ts';
import { SigningKeyReplacedError } from '../store/seals/signing-keys.ts';
import { LogBrokenError } from './append-to-log.ts';
import { checkLogOnce, type SealDeps, type SealedBatch, sealBatch } from './seal-batch.ts';

export interface SealerDeps extends SealDeps {
  /** How long after it ends an hour counts as complete, milliseconds. */
  readonly sealAfter: number;
  readonly onError: (error: Error) => void;
  /**
   * Called after each check with whether the log is what was signed; if not, nothing is sealed until an
   * operator acts.
   */
  readonly onLook?: (isBroken: boolean) => void;
}

/** Further dependencies of the follower. */
interface FollowingDeps extends SealerDeps {
  /** The place of this process, for the lease. */
  readonly place: string;
  readonly loops: Loops | null;
}

const ENTRIES = 200;
const HOUR_MS = 3_600_000;
/** A rollup is left alone while it is being filled, but only so long. */
const SETTLE_MS = 5_000;
const PATIENCE_MS = 15 * 60_000;
const TICK_MS = 2_000;
/** A broken log needs an operator. */
const BROKEN_TICK_MS = 60_000;
/** While a batch is written, followers of the journal wait. */
const RESPONSES_AT_ONCE = 4_000;

/**
 * Follows the journal and seals rollups once they are closed, while no other process does; the returned
 * function stops it.
 */
export function startSealer(deps: FollowingDeps): Promise<Leader> {
  const { store, place, onError } = deps;
  return leadAlone({ store, name: SEALER, place, onError, lead: (lease) => sealUnder({ ...deps, lease }) });
}

async function sealUnder(deps: FollowingDeps & { readonly lease: Lease }): Promise<Work> {
  const { store, lease, loops, onError } = deps;
  const follower = await runFollower({
    name: SEALER,
    store,
    batch: ENTRIES,
    gathers: true,
    lease,
    loops,
    onError,
    startOver: (_stopped, head) => noteAll(deps, head),
    apply: noteEntries,
  });
  let isBroken = false;
  // Even with nothing to seal: a start must report another key or log.
  let looked = false;
  const sealing = runPeriodic({
    name: 'sealing',
    everyMs: () => (isBroken ? BROKEN_TICK_MS : TICK_MS),
    loops,
    onError,
    run: async (stopped) => {
      isBroken = false;
      try {
        // Until then its position is an old one, from which much would be read for each batch.
        if (!follower.isStartingOver()) await sealClosed(deps, stopped);
        if (!looked) await checkLogOnce(deps);
        looked = true;
      } catch (error) {
        isBroken = error instanceof LogBrokenError || error instanceof SigningKeyReplacedError;
        throw error;
      } finally {
        deps.onLook?.(isBroken);
      }
    },
  });
  return {
    isFailing: () => follower.isFailing(),
    isForgotten: () => follower.isForgotten(),
    stop: async () => {
      await Promise.all([sealing.stop(), follower.stop()]);
    },
  };
}

/** Records all rollups, if the journal does not reach back to those that were touched. */
async function noteAll({ store, lease }: SealerDeps, head: JournalPosition): Promise<void> {
  const mark = (await journalMark(store)) ?? head;
  const entries = [formatPosition(mark), formatPosition(head)] as const;
  for (let at: RollupPlace | null = BEFORE_ALL; at; ) {
    const from: RollupPlace = at;
    at = await store.transaction(async (session) => {
      if (lease) await hold(session, lease);
      return noteSomeTouched(session, entries, from);
    });
  }
}

/** Records which rollups the entries touched. */
export async function noteEntries(session: Session, entries: readonly JournalEntry[]): Promise<void> {
  const touched = new Map<string, Touched>();
  for (const entry of entries) {
    const { kind, payload, recordedAt } = entry;
    if (kind !== 'responses' && kind !== 'predictions') continue;
    const model = kind === 'predictions' ? (payload.model ?? SURVEYED) : SURVEYED;
    const position = formatPosition(entry);
    for (const [cellId, hour] of payload.deltas) {
      const key = `${hour} ${cellId} ${model}`;
      const { firstEntry = position, firstTouched = recordedAt } = touched.get(key) ?? {};
      touched.set(key, {
        hour,
        cellId,
        model,
        firstEntry,
        firstTouched,
        lastEntry: position,
        lastTouched: recordedAt,
      });
    }
  }
  await noteTouched(session, [...touched.values()]);
}

/**
 * Seals every rollup that is closed by now, batch by batch, and publishes the checkpoints. Checkpoints that
 * were committed but not published before the process died are published first.
 */
export async function sealClosed(
  deps: SealerDeps,
  stopped: () => boolean = () => false,
  settle = SETTLE_MS,
): Promise<Omit<SealedBatch, 'closed'>> {
  let sealed = 0;
  const refused: string[] = [];
  await publishCheckpoints(deps);
  while (!stopped()) {
    const now = deps.now();
    const closing: Closing = {
      bucketUntil: now - HOUR_MS - deps.sealAfter,
      lastTouchedUntil: now - settle,
      firstTouchedUntil: now - PATIENCE_MS,
      responses: RESPONSES_AT_ONCE,
    };
    const batch = await sealBatch(deps, closing);
    sealed += batch.sealed;
    for (const reason of batch.refused) deps.onError(new Error(`a rollup is not sealed: ${reason}`));
    refused.push(...batch.refused);
    if (batch.sealed > 0) await publishCheckpoints(deps);
    if (batch.closed === 0) break;
  }
  return { sealed, refused };
}

async function publishCheckpoints({ store, sinks, lease, onError }: SealerDeps): Promise<void> {
  const checkpoints = await readUnpublished(store);
  if (checkpoints.length === 0) return;
  // A process that was frozen after this repeats what the next one wrote: receivers accept the same checkpoint
  // twice.
  if (lease) await store.transaction((session) => hold(session, lease));
  try {
    for (const sink of sinks) await sink.publish(checkpoints);
    await markPublished(store, checkpoints);
  } catch (error) {
    // An unavailable receiver does not stop sealing; the checkpoints are published later.
    onError(error as Error);
  }
}
