import type { KeyObject } from 'node:crypto';
import type { CellDictionary } from '../../domain/cell.ts';
import type { Store } from '../../store/client.ts';

/** Where this instance's seals are, and by which key. */
export interface SealPlace {
  readonly publicKey: KeyObject;
  /** The file of signed heads. */
  readonly headFile: string;
  /** How long after its end an hour is sealed, milliseconds. */
  readonly sealAfter: number;
  /** For how long what hangs on no single score is not checked again, milliseconds; else some minutes. */
  readonly rememberFor?: number;
}

export interface VerifyDeps extends SealPlace {
  readonly store: Store;
  readonly cells: CellDictionary;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
