import type { KeyObject } from 'node:crypto';
import { checkpointHash } from '../domain/seals/seal.ts';
import type { Store } from '../store/database/client.ts';
import { readCheckpoints, readLastCheckpoint } from '../store/seals/seals.ts';
import { readTrustedKeys } from '../store/seals/signing-keys.ts';
import { type CheckpointPublisher, fileSink, readCheckpointFile } from './checkpoint-publisher.ts';
import { brokenChain, parseCheckpoint } from './checkpoints.ts';

export interface CheckpointFileOptions {
  readonly store: Store;
  readonly path: string;
  readonly publicKey: KeyObject;
  readonly onNote: (note: Error) => void;
}

/** A server's own checkpoint file. */
export interface KeptCheckpointFile {
  /** Where this server's sealer writes checkpoints, after those of others. */
  readonly sink: CheckpointPublisher;
  /** Adds what other servers signed to the file. */
  catchUp(): Promise<void>;
}

/**
 * Maintains a server's own checkpoint file: one process seals at a time, and the files of the others would lack
 * what it signs. Appends the database's checkpoints that follow the end of the file. Nothing is repaired: a
 * file that is shorter than this process saw it, or whose end is not the database's, is left for `verify` to
 * report.
 */
export function keepCheckpointFile({
  store,
  path,
  publicKey,
  onNote,
}: CheckpointFileOptions): KeptCheckpointFile {
  const file = oneByOne(fileSink(path));
  let seen = 0;
  let running: Promise<void> | undefined;
  const catchUp = async () => {
    if (((await readLastCheckpoint(store))?.size ?? 0) <= seen) return;
    const held = await readCheckpointFile(path);
    const newest = held?.heads.at(-1) ?? null;
    if (held?.broken || (newest?.size ?? 0) < seen) return;
    const checkpoints = await readCheckpoints(store, newest?.size ?? -1);
    const [first] = checkpoints;
    if (first) {
      if (parseCheckpoint(first.body)?.previous !== (newest && checkpointHash(newest))) return;
      if (brokenChain(checkpoints, await readTrustedKeys(store, publicKey), newest)) return;
      if (!newest && checkpoints.length > 1)
        onNote(
          new Error(
            `${path} was missing and is recreated from the database: ${checkpoints.length} checkpoints`,
          ),
        );
      await file.publish(checkpoints);
    }
    seen = checkpoints.at(-1)?.size ?? newest?.size ?? 0;
  };
  const shared = (): Promise<void> => {
    running ??= catchUp().finally(() => {
      running = undefined;
    });
    return running;
  };
  const publish: CheckpointPublisher['publish'] = async (checkpoints) => {
    await shared();
    await file.publish(checkpoints);
    // The next one need not read all of the file to find that out.
    seen = Math.max(seen, checkpoints.at(-1)?.size ?? 0);
  };
  return { catchUp: shared, sink: { ...file, publish } };
}

/** One call after the other: concurrent ones would each append the same. */
function oneByOne(sink: CheckpointPublisher): CheckpointPublisher {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...sink,
    publish: (checkpoints) => {
      const next = last.then(() => sink.publish(checkpoints));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
