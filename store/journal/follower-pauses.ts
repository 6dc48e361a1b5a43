import type { Slot } from '../../domain/memory/memory.ts';
import type { Store } from '../database/client.ts';
import { isAfter, type JournalPosition, journalHead } from './journal.ts';
import { sharedRead } from './shared-read.ts';

const POLL_MS = 1_000;
/** So often it is looked, ever later, whether entries that were held back can be read. */
const LOOKS = 8;

/** Wakes all who wait for the next poll together, so that they share a read. */
class Polls {
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls `wake` at the next poll, unless the returned function is called before. */
  next(wake: () => void): () => void {
    this.#waiting.add(wake);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const one of waiting) one();
    }, POLL_MS);
    return () => {
      this.#waiting.delete(wake);
      if (this.#waiting.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }
}

/** Of all followers of a database together. */
const POLLS: Slot<Polls> = { begin: () => new Polls() };
/** Likewise, because an older transaction holds entries back from all of them. */
const HEADS: Slot<(store: Store) => Promise<JournalPosition>> = {
  begin: () => sharedRead<Store, JournalPosition>(([store]) => journalHead(store as Store)),
};

/** The pauses of a follower: until the next notice, or for some time. */
export async function pausesOf(store: Store, stopped: () => boolean) {
  const heads = store.memory.of(HEADS);
  const polls = store.memory.of(POLLS);
  let wakes = 0;
  let before = 0;
  /** How often in a row there was nothing to read after a notice. */
  let held = 0;
  let wake: () => void = () => undefined;
  const unlisten = await store.listen('journal', () => {
    wakes += 1;
    wake();
  });
  const later = (milliseconds: number) => (resolve: () => void) => {
    const timer = setTimeout(resolve, milliseconds);
    return () => clearTimeout(timer);
  };
  const nextPoll = (resolve: () => void) => polls.next(resolve);
  const sleep = (until: (resolve: () => void) => () => void, isWakeable: boolean) =>
    new Promise<void>((resolve) => {
      const cancel = until(resolve);
      const now = () => {
        cancel();
        resolve();
      };
      wake = isWakeable ? now : () => stopped() && now();
    });
  return {
    /** A step begins: later notices require another one. */
    begin: () => {
      before = wakes;
    },
    isBusy: () => {
      held = 0;
    },
    /** Whether no notice came since the step began. */
    isQuiet: () => wakes === before,
    /** Whether a notice ended it, and not a poll. */
    untilWoken: async (at: JournalPosition): Promise<boolean> => {
      while (!stopped() && wakes === before) {
        const isHeldBack = held > 0 && held < LOOKS;
        await sleep(isHeldBack ? later(2 ** held) : nextPoll, true);
        if (wakes !== before) break;
        held += 1;
        if (!isHeldBack || isAfter(await heads(store), at)) return false;
      }
      if (wakes !== before) held = 1;
      return wakes !== before;
    },
    for: (milliseconds: number) => sleep(later(milliseconds), false),
    /** Ends the pause of a follower that was stopped. */
    end: () => wake(),
    close: unlisten,
  };
}
