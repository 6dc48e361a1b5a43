import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { Store } from './client.ts';
import type { DiskGuard } from './disk-space.ts';
import { runWhenDue } from './periodic.ts';
import { statement, unnamed } from './statement.ts';

const whole = (text: string) => unnamed(text, { isLong: true });

/** Everything that contains, or contained, personal data. */
const TABLES = [
  'subject_key',
  'identity_merge',
  'merged_subject',
  'response',
  'response_key',
  'restricted_response',
  'source_event',
  'repeated_event',
  'quarantine',
  'delivered_revision',
  'prediction',
  'review',
  'review_decision',
  'training_set_member',
  'seal_leaf',
  'journal',
  'erasure',
] as const;

const SIZE = statement('files_size', 'SELECT pg_total_relation_size($1::regclass) AS bytes');

/**
 * Rewrites the embedded database's files: until then dead rows and old segments of the log keep their content.
 * A server's files are its operator's responsibility.
 */
export async function rewriteFiles(
  store: Store,
  tables: readonly string[] = TABLES,
  disk?: DiskGuard,
): Promise<void> {
  // Permanently: finished segments are deleted instead of being kept for reuse.
  await store.rows(whole('SET wal_recycle = off'), []);
  for (const table of tables) {
    // The table is written a second time, and so is its log.
    const [size] = disk ? await store.rows<{ bytes: number }>(SIZE, [table]) : [];
    disk?.checkFor(2 * (size?.bytes ?? 0));
    await store.rows(whole(`VACUUM FULL ${table}`), []);
  }
  await store.rows(whole('SELECT pg_switch_wal()'), []);
  await store.rows(whole('CHECKPOINT'), []);
}

const DUE = statement(
  'files_due',
  'SELECT id FROM erasure WHERE journal_at IS NOT NULL AND files_at IS NULL',
);
const REWRITTEN = statement(
  'files_rewritten',
  'UPDATE erasure SET files_at = now() WHERE id = ANY ($1::uuid[])',
);

/** Rewrites the files for all waiting erasures. */
export async function cleanFiles(store: Store, disk?: DiskGuard): Promise<void> {
  const due = (await store.rows<{ id: string }>(DUE, [])).map(({ id }) => id);
  await rewriteFiles(store, TABLES, disk);
  if (due.length > 0) await store.rows(REWRITTEN, [due]);
}

/** Consecutive erasures share one rewrite, which takes longer the more is stored. */
const SETTLE_MS = 300;
const A_DAY_MS = 24 * 3_600_000;

export interface FileCleaner {
  /** Something is deleted for a person: rewrite the files soon. Call it before the deletion is committed. */
  due(): void;
  /** Something is deleted by age: rewrite within a day, at most once a day. */
  dueToday(): void;
  /** Rewrites what an earlier process owed. */
  goOn(): void;
  /** Resolves when the current rewrite ends. */
  stop(): Promise<void>;
}

export interface CleanerOptions {
  readonly disk?: DiskGuard | undefined;
  /** The file that is there while a rewrite is owed: a process may end before. */
  readonly mark: string;
  readonly onError: (error: Error) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Rewrites the embedded database's files when due, once for all deletions since. On a server it does nothing.
 */
export function createFileCleaner(
  store: Store,
  { disk, mark, onError, now = Date.now }: CleanerOptions,
): FileCleaner {
  let ranAt = 0;
  /** How often it was asked for. */
  let asked = 0;
  let later: NodeJS.Timeout | undefined;
  const cleaning = runWhenDue({
    afterMs: SETTLE_MS,
    onError,
    run: async () => {
      const before = asked;
      clearTimeout(later);
      later = undefined;
      ranAt = now();
      await cleanFiles(store, disk);
      // What was deleted meanwhile is owed still.
      if (asked === before) rmSync(mark, { force: true });
    },
  });
  const owe = () => {
    asked += 1;
    try {
      writeFileSync(mark, '', { mode: 0o600 });
    } catch (error) {
      // It is rewritten all the same, unless this process ends before.
      onError(error as Error);
    }
  };
  const rewriter: FileCleaner = {
    due: () => {
      owe();
      cleaning.due();
    },
    dueToday: () => {
      owe();
      const wait = ranAt + A_DAY_MS - now();
      if (wait <= 0) cleaning.due();
      else later ??= setTimeout(cleaning.due, wait).unref();
    },
    goOn: () => {
      if (existsSync(mark)) cleaning.due();
    },
    stop: () => {
      clearTimeout(later);
      return cleaning.stop();
    },
  };
  const nothing = () => undefined;
  return store.backend === 'pglite'
    ? rewriter
    : { due: nothing, dueToday: nothing, goOn: nothing, stop: async () => undefined };
}
