import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Memory } from '../../domain/memory/memory.ts';
import type * as schema from '../tables/schema.ts';
import type { Statement } from './statement.ts';

export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** The pool, or the one connection of a transaction. int8 arrives as number, timestamptz as Date. */
export interface Session {
  rows<Row>(statement: Statement, parameters: readonly unknown[]): Promise<Row[]>;
  /** Only of scoped sessions in whose place memory may answer (store/scores/followed-counts.ts). */
  readonly seen?: SeenCells;
}

/** What a scoped session's views show, stated by what restricts it: it does not depend on what a program asks for. */
export interface SeenCells {
  /** The database that the session reads. */
  readonly store: Store;
  /** Memory that took in everything up to this moment (`performance.now()`) need not look again; null: it looks at each read. */
  since: number | null;
  /** Whether the views show the scores of all of these cells. */
  showScoresOf(cellIds: readonly number[]): boolean;
}

declare const OWNER: unique symbol;
declare const SCOPED: unique symbol;

/** A session that sees every row and may write: of the program itself. */
export interface OwnerSession extends Session {
  /** Only in the type: a scoped session is not one of the owner's. */
  readonly [OWNER]: true;
}

/** A session that sees what one caller's scope shows, and may only read (store/access/scoped-views.ts). */
export interface ScopedSession extends Session {
  /** Only in the type: the owner's session is not a scoped one. */
  readonly [SCOPED]: true;
}

/** Declares what a database returns as the owner's session. Only for what opens a database. */
export const ownerSession = (session: Session): OwnerSession => session as OwnerSession;

/** Declares a session as scoped. Only for what restricts it: store/access/scoped-views.ts. */
export const scopedSession = (session: Session): ScopedSession => session as ScopedSession;

/**
 * The owner's session, for a read that is otherwise made with a caller's. Each use states its reason; the read's
 * `Scope` argument still applies.
 */
export function unscoped(session: OwnerSession, _reason: string): ScopedSession {
  return session as Session as ScopedSession;
}

export interface TransactionLimits {
  /** How long one statement waits for a lock before it fails with a transient error. */
  readonly lockMs?: number;
  /**
   * The first statement, and those that are given with it, only read: they are sent together with the begin of the transaction, and would
   * take effect outside of it if that failed.
   */
  readonly beginsWithReads?: boolean;
}

export type TimescaleEdition = 'none' | 'apache' | 'community';

/** The system of record on one of its backends. */
export interface Store extends OwnerSession {
  readonly backend: 'pglite' | 'postgres';
  /** What this process remembers of the database. */
  readonly memory: Memory;
  /** Reads as the role and through the scoped views: what the scope of that fingerprint sees. */
  rowsAs<Row>(fingerprint: string, statement: Statement, parameters: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` in one READ COMMITTED transaction: all of it or nothing. */
  transaction<T>(work: (session: OwnerSession) => Promise<T>, limits?: TransactionLimits): Promise<T>;
  /** Calls `wake` at each NOTIFY on the channel, and after a lost connection is restored. */
  listen(channel: string, wake: () => void): Promise<() => Promise<void>>;
  /** Whether every channel is currently being listened to. */
  listening(): boolean;
  /** Runs `work` on a connection that holds the cluster-wide lock of that number: one process at a time. */
  exclusively<T>(lock: number, work: (db: Database) => Promise<T>): Promise<T>;
  /**
   * Runs `work` unless the lock of that number is held, in this process or another; false where it is. A process that is frozen
   * loses the lock after a minute, so `work` must be safe to do twice at once.
   */
  ifFree(lock: number, work: () => Promise<void>): Promise<boolean>;
  /** Connections by pool; the embedded database has none. */
  pools(): Readonly<Record<string, PoolState>>;
  close(): Promise<void>;
}

export interface PoolState {
  readonly total: number;
  readonly idle: number;
  /** Work that waits for a connection. */
  readonly waiting: number;
}

/** The time limit of a caller's read. The embedded database has one thread, which cannot be interrupted. */
export const READ_MS = 30_000;
/** PostgreSQL's OID of int8. */
export const INT8 = 20;
