import type { Store } from '../store/database/client.ts';
import { hold, type Leader, type Lease, leadAlone, type Work } from '../store/database/lease.ts';
import {
  followerPosition,
  followJournal,
  formatPosition,
  type JournalEntry,
  type JournalPosition,
  journalLag,
  saveFollowerPosition,
} from '../store/journal/journal.ts';
import { journalMark } from '../store/journal/journal-trim.ts';
import { resume } from '../store/journal/start-over.ts';
import { SURVEYED } from '../store/seals/seal-facts.ts';
import {
  BEFORE_ALL,
  type Closing,
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
  /** How long after its end an hour is taken for complete, milliseconds. */
  readonly sealAfter: number;
  readonly onError: (error: Error) => void;
  /** Told after each look whether the log is what was signed; else nothing is sealed until somebody acts. */
  readonly onLook?: (isBroken: boolean) => void;
}

const ENTRIES = 200;
const HOUR_MS = 3_600_000;
/** A rollup is left alone while it is being filled, but not for ever. */
const SETTLE_MS = 5_000;
const PATIENCE_MS = 15 * 60_000;
const TICK_MS = 2_000;
/** Nothing mends a broken log but somebody who acts. */
const BROKEN_TICK_MS = 60_000;
const RESPONSES_AT_ONCE = 10_000;

/** Follows the journal and seals rollups once they are closed, while no other process does; the answer stops it. */
export function startSealer(deps: SealerDeps & { readonly place: string }): Promise<Leader> {
  const { store, place, onError } = deps;
  return leadAlone({ store, name: SEALER, place, onError, lead: (lease) => sealUnder({ ...deps, lease }) });
}

async function sealUnder(deps: SealerDeps & { readonly lease: Lease }): Promise<Work> {
  const { store, lease, onError } = deps;
  const noteAll = async (checkpoint: JournalPosition) => {
    const mark = (await journalMark(store)) ?? checkpoint;
    const entries = [formatPosition(mark), formatPosition(checkpoint)] as const;
    for (let at: RollupPlace | null = BEFORE_ALL; at; ) {
      const from: RollupPlace = at;
      at = await store.transaction(async (session) => {
        await hold(session, lease);
        return noteSomeTouched(session, entries, from);
      });
    }
    await saveFollowerPosition(store, SEALER, checkpoint, lease);
    isNoted = true;
  };
  const resumed = await resume(store, SEALER, async () => undefined, noteAll);
  // Until then the place in the journal is an old one, from which much would be read for each batch.
  let isNoted = !resumed.startOver;
  const follower = await followJournal({
    store,
    limit: ENTRIES,
    ...resumed,
    onError,
    handle: (entries) => noteEntries(store, entries, lease),
  });
  let stopped = false;
  let wake: () => void = () => undefined;
  // Also where nothing is to be sealed: that the key or the log is another one, a start must tell.
  let looked = false;
  const look = async () => {
    if (isNoted) await sealClosed(deps, () => stopped);
    if (!looked) await checkLogOnce(deps);
    looked = true;
  };
  const run = async () => {
    while (!stopped) {
      const error = await look().then(
        () => null,
        (thrown: Error) => thrown,
      );
      const isBroken = error instanceof LogBrokenError || error instanceof SigningKeyReplacedError;
      deps.onLook?.(isBroken);
      if (error) onError(error);
      if (stopped) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, isBroken ? BROKEN_TICK_MS : TICK_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();
  return {
    isFailing: () => follower.isFailing(),
    isForgotten: () => follower.isForgotten(),
    stop: async () => {
      stopped = true;
      wake();
      await Promise.all([follower.stop(), running]);
    },
  };
}

/** Journal entries whose rollups the sealer has not noted yet. */
export async function sealerLag(store: Store): Promise<number> {
  return journalLag(store, await followerPosition(store, SEALER));
}

/** Notes which rollups the entries touched, together with how far the sealer has come. */
export function noteEntries(store: Store, entries: readonly JournalEntry[], lease?: Lease): Promise<void> {
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
  return store.transaction(async (session) => {
    if (lease) await hold(session, lease);
    await noteTouched(session, [...touched.values()]);
    const last = entries.at(-1);
    if (last) await saveFollowerPosition(session, SEALER, last, lease);
  });
}

/**
 * Seals every rollup that is closed by now, batch by batch, and takes the signed heads outside. What was committed but not
 * taken outside before the process died is taken first.
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
  // One that is frozen after this repeats what the next one wrote: sinks take the same head twice.
  if (lease) await store.transaction((session) => hold(session, lease));
  try {
    for (const sink of sinks) await sink.publish(checkpoints);
    await markPublished(store, checkpoints);
  } catch (error) {
    // A place outside that is away keeps nobody from sealing; the heads are taken there later.
    onError(error as Error);
  }
}
