import type { KeyObject } from 'node:crypto';
import type { Store } from '../../store/client.ts';
import type { ProofDeps } from './export-proof.ts';
import { fileSink, urlSink } from './head-sink.ts';
import { publicKeyOf, signText } from './heads.ts';
import type { SealPlace } from './place.ts';
import { startSealer } from './sealer.ts';

export interface SealOptions {
  readonly store: Store;
  readonly signingKey: KeyObject;
  /** The file of signed heads, outside of the record. */
  readonly headFile: string;
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
  readonly place: SealPlace & Pick<ProofDeps, 'sign'>;
  /** Whether the sealer found the log to be another than was signed, and seals nothing. */
  isStopped(): boolean;
  /** Begins to seal; the answer stops it. */
  follow(): Promise<() => Promise<void>>;
}

/** Opens the seals with the instance's key. */
export function openSeals(options: SealOptions): Seals {
  const { signingKey, headFile, sealSink, sealAfter } = options;
  const sinks = [fileSink(headFile), ...(sealSink ? [urlSink(sealSink)] : [])];
  let broken = false;
  const onLook = (isBroken: boolean) => {
    broken = isBroken;
  };
  return {
    isStopped: () => broken,
    place: {
      publicKey: publicKeyOf(signingKey),
      headFile,
      sealAfter,
      sign: (text) => signText(signingKey, text),
    },
    follow: async () => (await startSealer({ ...options, sinks, onLook })).stop,
  };
}
