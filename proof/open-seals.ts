import type { KeyObject } from 'node:crypto';
import { publicKeyOf, signText } from '../domain/seals/signing-key.ts';
import type { Store } from '../store/database/client.ts';
import type { Leader } from '../store/database/lease.ts';
import { keepCheckpointFile } from './checkpoint-file.ts';
import { urlPublisher } from './checkpoint-publisher.ts';
import type { ProofDeps } from './export-proof.ts';
import type { SealSettings } from './seal-options.ts';
import { startSealer } from './sealer.ts';

export interface SealOptions {
  readonly store: Store;
  readonly signingKey: KeyObject;
  /** The file of signed heads, outside of the record. */
  readonly checkpointFile: string;
  /** Where heads are POSTed besides, or undefined. */
  readonly sealSink: string | undefined;
  /** How long after its end an hour is sealed, milliseconds. */
  readonly sealAfter: number;
  /** Where this process runs, for the lease. */
  readonly place: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly onError: (error: Error) => void;
}

/** The seals of one instance: where verification finds them, and the sealer. */
export interface Seals {
  readonly place: SealSettings & Pick<ProofDeps, 'sign'>;
  /** Whether the sealer found the log to be another than was signed, and seals nothing. */
  isStopped(): boolean;
  /** Whether this process is the one that seals. */
  isLeading(): boolean;
  /** Begins to seal; the answer stops it. */
  follow(): Promise<() => Promise<void>>;
  /** Ends what is not ended by the answer of `follow`. */
  close(): Promise<void>;
}

const CATCH_UP_MS = 10_000;

/** Opens the seals with the instance's key. */
export function openSeals(options: SealOptions): Seals {
  const { store, signingKey, checkpointFile, sealSink, sealAfter, onError } = options;
  const publicKey = publicKeyOf(signingKey);
  const { sink, catchUp } = keepCheckpointFile({ store, path: checkpointFile, publicKey, onNote: onError });
  const sinks = [sink, ...(sealSink ? [urlPublisher(sealSink)] : [])];
  // A file outside of the record is a witness only once it holds what was signed.
  const timer = setInterval(() => void catchUp().catch(onError), CATCH_UP_MS).unref();
  let broken = false;
  const onLook = (isBroken: boolean) => {
    broken = isBroken;
  };
  let sealer: Leader | undefined;
  return {
    isStopped: () => broken,
    isLeading: () => sealer?.isLeading() ?? false,
    close: async () => {
      clearInterval(timer);
      await catchUp().catch(onError);
    },
    place: {
      publicKey,
      checkpointFile,
      catchUp,
      sealAfter,
      sign: (text) => signText(signingKey, text),
    },
    follow: async () => {
      sealer = await startSealer({ ...options, sinks, onLook });
      return sealer.stop;
    },
  };
}
