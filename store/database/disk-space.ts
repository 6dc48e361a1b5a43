import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../domain/errors/user-error.ts';
import { type OwnerSession, ownerSession, type Session, type Store } from './client.ts';

/*
 * The embedded database's log writes whole segments of 16 MiB, and if a segment does not fit on the disk its
 * engine never returns. So writes are refused while there is still room for those in progress.
 */

const MIB = 1024 * 1024;
/** Of the database's log. */
const SEGMENT = 16 * MIB;
const TO_OPEN = 2 * SEGMENT;
/** Writing resumes when a quarter more than the reserve is free, so that the state does not flicker. */
const AGAIN = 1.25;
/** Small writes are allowed while this part of the reserve is left. */
const FLOOR = 0.25;
const LOOK_AGAIN_MS = 1_000;

/** How long a caller waits before it retries. */
export const DISK_FULL_RETRY_SECONDS = 30;

/** The disk has too little room to write to the embedded database; nothing was stored. */
export class DiskFullError extends UserError {
  override readonly name = 'DiskFullError';
  constructor(free: number, needed: number) {
    super(
      `the disk of the database is nearly full (${mib(free)} MiB free, ${mib(needed)} MiB needed): writes are refused until there is room; reads continue`,
      'DISK_FULL',
      { retryAfter: DISK_FULL_RETRY_SECONDS },
    );
  }
}

const mib = (bytes: number) => Math.floor(bytes / MIB);

/** Watches the free room on one folder's disk. */
export interface DiskGuard {
  /** Before a write; small ones may use most of the reserve. @throws DiskFullError */
  check(isSmall?: boolean): void;
  /** Before writing that many bytes. @throws DiskFullError */
  checkFor(bytes: number): void;
  /** Whether writes are currently refused. */
  isFull(): boolean;
  /** Bytes that are free. */
  free(): number;
  /** Whether not even a segment of the database's log fits. */
  isExhausted(): boolean;
}

export interface DiskGuardOptions {
  /** On the watched disk. */
  readonly folder: string;
  /** Bytes: with less than this free, writes are refused. */
  readonly reserve: number;
  /** Called when writes start to be refused, and when they resume. */
  readonly onChange: (isFull: boolean, free: number) => void;
}

/** Asks the file system before each write: that takes microseconds, and other programs may fill the disk. */
export function createDiskGuard({ folder, reserve, onChange }: DiskGuardOptions): DiskGuard {
  let full = false;
  const look = () => {
    const free = freeBytes(folder);
    const isFull = free < (full ? reserve * AGAIN : reserve);
    if (isFull !== full) {
      full = isFull;
      onChange(full, free);
    }
    return free;
  };
  return {
    check: (isSmall = false) => {
      const free = look();
      if (full && (!isSmall || free < reserve * FLOOR)) throw new DiskFullError(free, reserve * AGAIN);
    },
    checkFor: (bytes) => {
      const free = look();
      if (full || free < reserve + bytes) throw new DiskFullError(free, reserve + bytes);
    },
    isFull: () => {
      look();
      return full;
    },
    free: () => look(),
    isExhausted: () => look() < SEGMENT,
  };
}

/**
 * The store, which checks the disk before each statement that may write. Migrations are not checked: a start
 * waits for room.
 */
export function withDiskGuard(store: Store, disk: DiskGuard): Store {
  const guard = (session: Session): OwnerSession =>
    ownerSession({
      rows: async (statement, parameters) => {
        if (mayWrite(statement.text)) disk.check(statement.isSmall);
        return session.rows(statement, parameters);
      },
    });
  return {
    ...store,
    ...guard(store),
    transaction: (work, ...limits) => store.transaction((session) => work(guard(session)), ...limits),
  };
}

/** Waits until the database can be opened: a start writes, and must not run out of disk. */
export async function waitForRoom(
  { folder, reserve }: Pick<DiskGuardOptions, 'folder' | 'reserve'>,
  onWait: (message: string) => void,
): Promise<void> {
  const needed = Math.max(reserve * AGAIN, TO_OPEN);
  for (let isFirst = true; ; isFirst = false) {
    const free = freeBytes(folder);
    if (free >= needed) return;
    if (isFirst)
      onWait(
        `${mib(free)} MiB are free on the disk of ${folder}, ${mib(needed)} MiB are needed to open the database: waiting for room`,
      );
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Bytes that this process may still fill. */
function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const WRITES =
  /\b(insert|update|delete|merge|truncate|create|alter|drop|vacuum|reindex|cluster|copy|checkpoint|pg_switch_wal)\b/i;
const known = new Map<string, boolean>();
/** There are few named statements; others vary. */
const MOST_KNOWN = 2_000;

/** Whether a statement may write; "might" counts as writing. */
export function mayWrite(text: string): boolean {
  let writes = known.get(text);
  if (writes === undefined) {
    writes = WRITES.test(text);
    if (known.size < MOST_KNOWN) known.set(text, writes);
  }
  return writes;
}
