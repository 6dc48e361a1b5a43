import type { KeyObject } from 'node:crypto';
import type { CellDictionary } from '../domain/segments/cell.ts';
import type { Store } from '../store/database/client.ts';

/** What was found right and hangs on no leaf is taken as right for this long; what was added since is read at once. */
export const REMEMBER_MS = 5 * 60_000;

/** Where this instance's seals are, and by which key. */
export interface SealSettings {
  readonly publicKey: KeyObject;
  /** The file of signed heads. */
  readonly checkpointFile: string;
  /** Brings the file up to what other processes signed. */
  readonly catchUp?: () => Promise<void>;
  /** How long after it ends an hour is sealed, milliseconds. */
  readonly sealAfter: number;
  /** For how long what hangs on no leaf is not checked again, milliseconds; else REMEMBER_MS. */
  readonly rememberFor?: number;
}

export interface VerifyDeps extends SealSettings {
  readonly store: Store;
  readonly cells: CellDictionary;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
