import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../domain/errors/user-error.ts';
import type { Session, Store } from './client.ts';

/*
 * The embedded record's log writes whole segments of 16 MiB, and where a segment does not fit on the disk its engine never returns. So what
 * writes is refused while there is still room for what is under way.
 */

const MIB = 1024 * 1024;
/** Of the record's log. */
const SEGMENT = 16 * MIB;
const TO_OPEN = 2 * SEGMENT;
/** There is room again when a quarter more than the reserve is free, so that the answer does not flicker. */
const AGAIN = 1.25;
/** What is small is written while this part of the reserve is left. */
const FLOOR = 0.25;
const LOOK_AGAIN_MS = 1_000;

/** How long a caller waits before it tries again. */
export const DISK_FULL_RETRY_SECONDS = 30;

/** The disk has too little room to write to the embedded record; nothing was stored. */
export class DiskFullError extends UserError {
  override readonly name = 'DiskFullError';
  constructor(free: number, needed: number) {
    super(
      `the disk of the record is nearly full (${mib(free)} MiB free, ${mib(needed)} MiB needed): nothing is stored until there is room; reading goes on`,
      'DISK_FULL',
      { retryAfter: DISK_FULL_RETRY_SECONDS },
    );
  }
}

const mib = (bytes: number) => Math.floor(bytes / MIB);

/** Watches the room on the disk of one folder. */
export interface DiskGuard {
  /** Before something is written; what is small may use most of the reserve. @throws DiskFullError */
  check(isSmall?: boolean): void;
  /** Before so many bytes are written. @throws DiskFullError */
  checkFor(bytes: number): void;
  /** Whether writing is refused just now. */
  isFull(): boolean;
  /** Bytes that are free. */
  free(): number;
  /** Whether not even a segment of the record's log fits. */
  isExhausted(): boolean;
}

export interface DiskGuardOptions {
  /** On the disk that is watched. */
  readonly folder: string;
  /** Bytes: with less than this free nothing is written. */
  readonly reserve: number;
  /** Called when writing begins to be refused, and when it goes on. */
  readonly onChange: (isFull: boolean, free: number) => void;
}

/** Asks the file system before each write: that takes microseconds, and the disk may be filled by others. */
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

/** The store, which asks the guard before each statement that may write. Migrations are not asked for: a start waits for room. */
export function withDiskGuard(store: Store, disk: DiskGuard): Store {
  const guard = (session: Session): Session => ({
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

/** Waits until the record can be opened: a start writes, and must not run into the end of the disk. */
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
        `${mib(free)} MiB are free on the disk of ${folder}, ${mib(needed)} MiB are needed to open the record: waiting for room`,
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
/** Named statements are few; others come and go. */
const MOST_KNOWN = 2_000;

/** Whether a statement may write; one that only might counts as writing. */
export function mayWrite(text: string): boolean {
  let writes = known.get(text);
  if (writes === undefined) {
    writes = WRITES.test(text);
    if (known.size < MOST_KNOWN) known.set(text, writes);
  }
  return writes;
}
