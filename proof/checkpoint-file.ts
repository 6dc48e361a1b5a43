import type { KeyObject } from 'node:crypto';
import { headHash } from '../domain/seals/seal.ts';
import type { Store } from '../store/database/client.ts';
import { readHeads, readLastHead } from '../store/seals/seals.ts';
import { readTrustedKeys } from '../store/seals/signing-keys.ts';
import { fileSink, type HeadSink, readHeadFile } from './checkpoint-publisher.ts';
import { brokenChain, parseHead } from './checkpoints.ts';

export interface HeadFileOptions {
  readonly store: Store;
  readonly path: string;
  readonly publicKey: KeyObject;
  readonly onNote: (note: Error) => void;
}

/** A server's own file of heads. */
export interface KeptHeadFile {
  /** Where this server's sealer puts what it signs, after what others signed before. */
  readonly sink: HeadSink;
  /** Brings the file up to what other servers signed. */
  catchUp(): Promise<void>;
}

/**
 * Keeps a server's own file of heads: one process seals at a time, and the files of the others would lack what it signs. To the end of
 * the file the signed heads of the record are added that follow from it. Nothing is mended: where the file is shorter than this process
 * saw it, or its end is not the record's, it is left for `verify` to report.
 */
export function keepHeadFile({ store, path, publicKey, onNote }: HeadFileOptions): KeptHeadFile {
  const file = oneByOne(fileSink(path));
  let seen = 0;
  let running: Promise<void> | undefined;
  const catchUp = async () => {
    if (((await readLastHead(store))?.size ?? 0) <= seen) return;
    const held = await readHeadFile(path);
    const newest = held?.heads.at(-1) ?? null;
    if (held?.broken || (newest?.size ?? 0) < seen) return;
    const heads = await readHeads(store, newest?.size ?? -1);
    const [first] = heads;
    if (first) {
      if (parseHead(first.body)?.previous !== (newest && headHash(newest))) return;
      if (brokenChain(heads, await readTrustedKeys(store, publicKey), newest)) return;
      if (!newest && heads.length > 1)
        onNote(new Error(`${path} was not there and is made from the record: ${heads.length} signed heads`));
      await file.publish(heads);
    }
    seen = heads.at(-1)?.size ?? newest?.size ?? 0;
  };
  const shared = (): Promise<void> => {
    running ??= catchUp().finally(() => {
      running = undefined;
    });
    return running;
  };
  const publish: HeadSink['publish'] = async (heads) => {
    await shared();
    await file.publish(heads);
  };
  return { catchUp: shared, sink: { ...file, publish } };
}

/** One call after the other: two that append at once would each append the same. */
function oneByOne(sink: HeadSink): HeadSink {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...sink,
    publish: (heads) => {
      const next = last.then(() => sink.publish(heads));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
