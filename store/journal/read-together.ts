import type { Slot } from '../../domain/memory/memory.ts';
import type { Store } from '../database/client.ts';
import { formatPosition, type JournalPosition, readAhead } from './journal.ts';

interface DueRead {
  limit: number;
  readonly answer: ReturnType<typeof readAhead>;
}

/** Reads that have yet to begin, by the position after which they read. */
const DUE: Slot<Map<string, DueRead>> = { begin: () => new Map() };

/**
 * As `readAhead`. A notice wakes all followers of a process, most of them at one position: those that ask in one turn of the event
 * loop share a statement, which begins after them all.
 */
export async function readTogether(
  store: Store,
  after: JournalPosition,
  limit: number,
): ReturnType<typeof readAhead> {
  const due = store.memory.of(DUE);
  const place = formatPosition(after);
  const read: DueRead = due.get(place) ?? {
    limit,
    answer: new Promise((resolve) => setImmediate(resolve)).then(() => {
      due.delete(place);
      return readAhead(store, after, read.limit);
    }),
  };
  due.set(place, read);
  read.limit = Math.max(read.limit, limit);
  const { entries, isLast } = await read.answer;
  return entries.length > limit
    ? { entries: entries.slice(0, limit), isLast: false }
    : { entries: [...entries], isLast };
}
