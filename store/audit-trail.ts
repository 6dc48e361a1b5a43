import type { AuditEntry } from '../domain/audit.ts';
import { audit } from './audit.ts';
import type { Store } from './client.ts';

/** The log for what has no transaction of its own: reads, and what was refused. */
export interface AuditTrail {
  /** Whether reads of numbers are kept too. */
  readonly aggregates: boolean;
  /** Resolves when the entries are committed. */
  append(entries: readonly AuditEntry[]): Promise<void>;
}

interface Waiting {
  readonly entries: readonly AuditEntry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Entries that come while a transaction runs share the next one: many readers at once wait for two commits at most. */
export function openAuditTrail(store: Store, aggregates: boolean): AuditTrail {
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
  return {
    aggregates,
    append: (entries) =>
      new Promise((resolve, reject) => {
        waiting.push({ entries, resolve, reject });
        if (!running) void run();
      }),
  };
}
