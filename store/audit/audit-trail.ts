import type { AuditEntry } from '../../domain/seals/audit.ts';
import type { Store } from '../database/client.ts';
import { audit } from './audit.ts';

/** The audit log for entries without a transaction of their own: reads, and refusals. */
export interface AuditTrail {
  /** Whether reads of numbers are recorded too. */
  readonly aggregates: boolean;
  /** Resolves when the entries are committed. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /**
   * Records a refusal. The first attempt of an actor at an action is a row at once; repetitions within a minute
   * are counted, and become one row at its end, so that refusals cost at most two rows a minute. Resolves when
   * the first row is committed.
   */
  refuse(entries: readonly AuditEntry[]): Promise<void>;
  /** Writes counts that are not written yet. */
  close(): Promise<void>;
}

interface Waiting {
  readonly entries: readonly AuditEntry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One actor's repetitions of one action since its last row. */
interface Repeats {
  /** The first row. */
  written: Promise<void>;
  last: AuditEntry | null;
  from: number;
  count: number;
  /** Of refused uploads: how many items. */
  items: number;
  timer: NodeJS.Timeout;
}

const FOLD_MS = 60_000;
/** Actors with tokens are unbounded: beyond this number the oldest count is written before its minute ends. */
const FOLDED_AT_ONCE = 10_000;

/**
 * Entries that arrive while a transaction runs share the next one: concurrent readers wait for two commits at
 * most.
 * @param onError called with errors of writing counts
 */
export function openAuditTrail(
  store: Store,
  aggregates: boolean,
  onError: (error: Error) => void,
  foldMs = FOLD_MS,
): AuditTrail {
  const append = groupCommits(store);
  const folded = new Map<string, Repeats>();

  /**
   * Writes what was counted since the last row, which begins the next minute; an actor without repetitions
   * starts over.
   */
  const flush = async (name: string): Promise<void> => {
    const repeats = folded.get(name);
    if (!repeats) return;
    clearTimeout(repeats.timer);
    folded.delete(name);
    const { last, count, items, from } = repeats;
    if (!last) return;
    const subject = { count, from: new Date(from).toISOString(), ...(items > 0 ? { items } : {}) };
    const written = append([{ ...last, subject }]);
    begin(name, written);
    await written.catch((error: Error) => {
      onError(error);
      const next = folded.get(name);
      if (!next) return;
      // Counting continues until it can be written.
      next.written = Promise.resolve();
      Object.assign(next, {
        last: next.last ?? last,
        from,
        count: next.count + count,
        items: next.items + items,
      });
    });
  };
  const begin = (name: string, written: Promise<void>) => {
    const timer = setTimeout(() => void flush(name), foldMs);
    timer.unref();
    folded.set(name, { written, last: null, from: 0, count: 0, items: 0, timer });
    const oldest = folded.size > FOLDED_AT_ONCE ? folded.keys().next().value : undefined;
    if (oldest !== undefined) void flush(oldest).finally(() => forget(oldest));
  };
  const forget = (name: string) => {
    clearTimeout(folded.get(name)?.timer);
    folded.delete(name);
  };
  const refuseOne = (entry: AuditEntry): Promise<void> => {
    const name = JSON.stringify([entry.actor, entry.action]);
    const repeats = folded.get(name);
    if (repeats) {
      count(repeats, entry);
      return repeats.written;
    }
    const written = append([entry]);
    begin(name, written);
    // The next call retries what could not be written.
    written.catch(() => forget(name));
    return written;
  };
  return {
    aggregates,
    append,
    refuse: async (entries) => {
      await Promise.all(entries.map(refuseOne));
    },
    close: async () => {
      const names = [...folded.keys()];
      await Promise.all(names.map(flush));
      for (const name of names) forget(name);
    },
  };
}

function count(repeats: Repeats, entry: AuditEntry): void {
  const { last } = repeats;
  if (!last) repeats.from = entry.at;
  repeats.count += 1;
  repeats.items += typeof entry.subject['items'] === 'number' ? entry.subject['items'] : 0;
  // One row for all of them: it states a purpose only if all stated the same.
  const purpose = !last || last.purpose === entry.purpose ? entry.purpose : null;
  repeats.last = { ...entry, purpose };
}

function groupCommits(store: Store): AuditTrail['append'] {
  let waiting: Waiting[] = [];
  let running = false;
  const run = async () => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await store.transaction((session) => audit(session, ...batch.flatMap(({ entries }) => entries)));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  };
  return (entries) =>
    new Promise((resolve, reject) => {
      waiting.push({ entries, resolve, reject });
      if (!running) void run();
    });
}
