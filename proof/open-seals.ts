import type { KeyObject } from 'node:crypto';
import { publicKeyOf, signText } from '../domain/seals/signing-key.ts';
import type { Store } from '../store/database/client.ts';
import type { Loops } from '../store/database/loops.ts';
import { runPeriodic } from '../store/database/periodic.ts';
import { SEALER } from '../store/seals/sealing.ts';
import { keepCheckpointFile } from './checkpoint-file.ts';
import { urlPublisher } from './checkpoint-publisher.ts';
import type { ProofDeps } from './export-proof.ts';
import type { SealSettings } from './seal-options.ts';
import { startSealer } from './sealer.ts';

export interface SealOptions {
  readonly store: Store;
  readonly signingKey: KeyObject;
  /** The checkpoint file, outside of the database. */
  readonly checkpointFile: string;
  /** Where checkpoints are POSTed too, or undefined. */
  readonly sealSink: string | undefined;
  /** How long after it ends an hour is sealed, milliseconds. */
  readonly sealAfter: number;
  /** The place of this process, for the lease. */
  readonly place: string;
  /** The registry of followers. */
  readonly loops: Loops;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly onError: (error: Error) => void;
}

/** The seals of one instance: verification and the sealer. */
export interface Seals {
  readonly place: SealSettings & Pick<ProofDeps, 'sign'>;
  /** Whether the sealer found the log changed, and stopped sealing. */
  isStopped(): boolean;
  /** Begins to seal; the returned function stops it. */
  follow(): Promise<() => Promise<void>>;
  /** Ends what the function returned by `follow` does not end. */
  close(): Promise<void>;
}

const CATCH_UP_MS = 10_000;

/** Opens the seals with the instance's key. */
export function openSeals(options: SealOptions): Seals {
  const { store, signingKey, checkpointFile, sealSink, sealAfter, place, loops, now, randomBytes, onError } =
    options;
  loops.expect(() => [SEALER]);
  const publicKey = publicKeyOf(signingKey);
  const { sink, catchUp } = keepCheckpointFile({ store, path: checkpointFile, publicKey, onNote: onError });
  const sinks = [sink, ...(sealSink ? [urlPublisher(sealSink)] : [])];
  // A file outside of the database is evidence only once it holds what was signed.
  const catchingUp = runPeriodic({
    name: 'checkpoint file',
    everyMs: CATCH_UP_MS,
    startsLater: true,
    loops,
    onError,
    run: catchUp,
  });
  let broken = false;
  const onLook = (isBroken: boolean) => {
    broken = isBroken;
  };
  return {
    isStopped: () => broken,
    close: async () => {
      await catchingUp.stop();
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
      const deps = { store, signingKey, sealAfter, place, loops, now, randomBytes, onError };
      return (await startSealer({ ...deps, sinks, onLook })).stop;
    },
  };
}
