import type { Session, Store } from '../database/client.ts';
import { hold, type Lease } from '../database/lease.ts';
import type { Loops } from '../database/loops.ts';
import { pausesOf } from './follower-pauses.ts';
import {
  ForgottenPositionError,
  type JournalEntry,
  type JournalPosition,
  journalHead,
  saveFollowerPosition,
} from './journal.ts';
import { type ResumedPlace, resumeFollower } from './journal-trim.ts';
import { readTogether } from './read-together.ts';

/** What a follower does with the entries that it reads. */
type Effect =
  | {
      /** Must be idempotent: it is repeated if the process ends before the position is saved, once a second. */
      readonly handle: (entries: readonly JournalEntry[]) => Promise<void>;
      readonly apply?: never;
    }
  | {
      /**
       * Writes to the database, in one transaction with the position. Needs a lease. It happens once, but must be idempotent too: it
       * is repeated if the connection is lost while it commits.
       */
      readonly apply: (session: Session, entries: readonly JournalEntry[]) => Promise<void>;
      readonly handle?: never;
    };

/** Where a follower begins, and where its position is stored. */
type Position =
  | {
      /** Its position is stored in the database under its name, and saved only while this lease is held. */
      readonly lease: Lease;
      /**
       * Takes in the current database if entries that it has yet to read were deleted from the journal, or if `begin` says so;
       * `head` is the end of the journal before that, from which it continues. Absent: it continues from the first existing entry.
       * An interrupted start begins again.
       */
      readonly startOver?: (stopped: () => boolean, head: JournalPosition) => Promise<void>;
      /**
       * Before the first step, and again if it failed. It may move the stored position, from which the follower continues. Whether
       * the current database is to be taken in by `startOver`.
       */
      readonly begin?: (stopped: () => boolean) => Promise<boolean>;
      readonly from?: never;
    }
  | {
      readonly lease?: never;
      readonly startOver?: never;
      readonly begin?: never;
      /** Its position is in memory only, and it begins here; absent: at the current end of the journal. */
      readonly from?: JournalPosition;
    };

export type FollowerOptions = Effect &
  Position & {
    /** Its name in the database, in /metrics and in /readyz. */
    readonly name: string;
    readonly store: Store;
    /** Entries per read. */
    readonly batch: number;
    /** Whether it waits half a second after a notice, to take in at once what comes meanwhile: nothing waits for its effect. */
    readonly gathers?: boolean;
    readonly onError: (error: Error) => void;
    /** Whether the server stays ready while it makes no progress: /readyz then only warns. */
    readonly isOptional?: boolean;
    /** The registry that lists it; null: none. */
    readonly loops: Loops | null;
  };

/** A running follower. */
export interface Follower {
  /** Whether its last step failed, and none succeeded since. */
  isFailing(): boolean;
  /** Whether it cannot continue: its position expired. */
  isForgotten(): boolean;
  /** Whether it has yet to take in the current database. */
  isStartingOver(): boolean;
  /** Up to where it has followed the journal. */
  position(): JournalPosition;
  /** Resolves when its current step has ended. */
  stop(): Promise<void>;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
const GATHER_MS = 500;
/** A stored position is at most so old while there is more to read; once there is nothing, it is saved. */
const SAVE_EVERY_MS = 1_000;

/**
 * Follows the journal: passes its entries in order to `handle` or `apply`, and saves its position. It is woken
 * by NOTIFY, by polling in case a notice was lost, and soon after a notice that came while an older transaction
 * still held the entries back. A step that fails is repeated with a growing pause. All followers of a process share reads.
 */
export async function runFollower(options: FollowerOptions): Promise<Follower> {
  const { name, store, lease, startOver, onError, isOptional = false, loops, gathers = false } = options;
  let at: JournalPosition;
  let startsOver = false;
  const kept = keptPosition(options);
  const continueFrom = ({ from, trimmed, isNew = false }: ResumedPlace & { readonly isNew?: boolean }) => {
    kept.forget();
    startsOver = (isNew || trimmed !== null) && startOver !== undefined;
    at = startsOver ? from : (trimmed ?? from);
  };
  if (lease) continueFrom(await resumeFollower(store, name));
  else at = options.from ?? (await journalHead(store));
  let [begun, stopped, failing, forgotten] = [false, false, false, false];
  let steppedAt = performance.now();
  const pause = await pausesOf(store, () => stopped);

  const beginOver = async () => {
    const head = await journalHead(store);
    // It asks before each part that it takes in.
    const isStopped = () => {
      steppedAt = performance.now();
      return stopped;
    };
    await startOver?.(isStopped, head);
    if (stopped) return;
    await saveFollowerPosition(store, name, head, lease);
    at = head;
    startsOver = false;
  };
  /** Whether there may be more to do. */
  const step = async (): Promise<boolean> => {
    if (!begun) {
      const place = await placeAfterBegin(options, () => stopped);
      if (place) continueFrom(place);
      begun = true;
    }
    if (startsOver && !stopped) await beginOver();
    if (stopped) return false;
    const { entries, isLast } = await readTogether(store, at, options.batch);
    const last = entries.at(-1);
    if (last) {
      await take(options, entries, last);
      at = { xact: last.xact, position: last.position };
      await kept.reached(at);
    } else await kept.save();
    steppedAt = performance.now();
    if (last) pause.isBusy();
    return last !== undefined && !(isLast && pause.isQuiet());
  };
  const run = async () => {
    let retry = FIRST_RETRY_MS;
    while (!stopped) {
      pause.begin();
      try {
        if (!(await step()) && (await pause.untilWoken(at)) && gathers) await pause.for(GATHER_MS);
        retry = FIRST_RETRY_MS;
        failing = false;
      } catch (error) {
        if (stopped) break;
        failing = true;
        onError(error as Error);
        forgotten = error instanceof ForgottenPositionError;
        if (forgotten) break;
        await pause.for(retry);
        retry = Math.min(retry * 2, LAST_RETRY_MS);
      }
    }
  };
  const running = run();
  const position = () => at;
  const idleFor = () => (performance.now() - steppedAt) / 1_000;
  const unlist = loops?.addFollower({ name, isKept: lease !== undefined, isOptional, position, idleFor });
  return {
    isFailing: () => failing,
    isForgotten: () => forgotten,
    isStartingOver: () => startsOver,
    position,
    stop: async () => {
      stopped = true;
      pause.end();
      await running;
      // What fails is not waited for once more; the entries are repeated.
      if (!forgotten && !failing) await kept.save().catch(onError);
      unlist?.();
      await pause.close();
    },
  };
}

/** Where to go on after `begin`, which may have moved the stored position, as may an earlier try that failed after that; null: there is none. */
async function placeAfterBegin(
  { begin, store, name }: FollowerOptions,
  stopped: () => boolean,
): Promise<(ResumedPlace & { readonly isNew: boolean }) | null> {
  if (!begin) return null;
  const isNew = await begin(stopped);
  return { ...(await resumeFollower(store, name)), isNew };
}

/** Handles the entries, or applies them together with their position. */
async function take(
  { name, store, lease, handle, apply }: FollowerOptions,
  entries: readonly JournalEntry[],
  last: JournalEntry,
): Promise<void> {
  if (!apply) return handle(entries);
  const work = async (session: Session) => {
    if (lease) await hold(session, lease);
    // The position goes along with the first statement.
    await Promise.all([apply(session, entries), lease && saveFollowerPosition(session, name, last, lease)]);
  };
  await store.transaction(work, { beginsWithReads: lease !== undefined });
}

/** The stored position of a follower whose effects are idempotent: some of them may be repeated, so it is not saved after each. */
function keptPosition({ name, store, lease, apply }: FollowerOptions) {
  let unsaved: JournalPosition | null = null;
  let savedAt = Number.NEGATIVE_INFINITY;
  const save = async () => {
    if (!lease || !unsaved) return;
    await saveFollowerPosition(store, name, unsaved, lease);
    unsaved = null;
    savedAt = performance.now();
  };
  return {
    save,
    reached: async (at: JournalPosition) => {
      if (apply) return;
      unsaved = at;
      if (performance.now() - savedAt >= SAVE_EVERY_MS) await save();
    },
    /** The follower continues from elsewhere. */
    forget: () => {
      unsaved = null;
    },
  };
}
