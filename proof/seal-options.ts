import type { KeyObject } from 'node:crypto';
import type { CellDictionary } from '../domain/segments/cell.ts';
import type { Store } from '../store/database/client.ts';

/** How long a verification that no leaf covers stays valid; later additions are read at once. */
export const REMEMBER_MS = 5 * 60_000;

/** This instance's seals, and their key. */
export interface SealSettings {
  readonly publicKey: KeyObject;
  /** The checkpoint file. */
  readonly checkpointFile: string;
  /** Adds what other processes signed to the file. */
  readonly catchUp?: () => Promise<void>;
  /** How long after it ends an hour is sealed, milliseconds. */
  readonly sealAfter: number;
  /** How long what no leaf covers is not checked again, milliseconds; else REMEMBER_MS. */
  readonly rememberFor?: number;
}

export interface VerifyDeps extends SealSettings {
  readonly store: Store;
  readonly cells: CellDictionary;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
