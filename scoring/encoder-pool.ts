import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { LRUCache } from 'lru-cache';
import type { Encoding, TokenStates } from './encoder.ts';
import { type EncoderId, identifyEncoder, isComplete, settingsOf } from './encoder-id.ts';
import type { EncoderRequest, EncoderWorkerData } from './encoder-worker.ts';
import { startThread } from './thread.ts';
import { createMember, type Job } from './thread-member.ts';

/** The encoder on all cores: one text per run, so that a result does not depend on its neighbours. */
export interface EncoderPool {
  readonly id: EncoderId;
  /** Languages that the encoder says it reads; null where it does not say. */
  readonly languages: readonly string[] | null;
  /** The texts' encodings, in order; equal texts are encoded once. */
  encode(texts: readonly string[]): Promise<Encoding[]>;
  states(text: string): Promise<TokenStates>;
  /** Texts waiting for a worker. */
  waiting(): number;
  /** Worker threads that are there. */
  threads(): number;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** A local folder or a hub id. */
  readonly source: string;
  /** The cache folder of encoders from the hub. */
  readonly cacheFolder: string;
  readonly workers?: number;
  /** After how long without a text a worker ends. */
  readonly restAfterMs?: number;
}

type Asked = Omit<EncoderRequest, 'request'>;

/** Cached encodings of equal texts: about 16 MB. */
const CACHED_TEXTS = 10_000;

/**
 * Opens the encoder. Workers start with the first texts; where its files are not all in a folder, one starts at once and fetches them.
 * @throws Error when the encoder cannot be opened.
 */
export async function openEncoderPool(options: PoolOptions): Promise<EncoderPool> {
  const { source, cacheFolder, restAfterMs } = options;
  const queue: Job<Asked>[] = [];
  const cache = new LRUCache<string, Promise<Encoding>>({ max: CACHED_TEXTS });
  let closed = false;
  let hash: string | null = null;
  const members = Array.from({ length: options.workers ?? availableParallelism() }, () =>
    createMember<Asked>({
      start: () =>
        startThread(new URL('./encoder-worker.ts', import.meta.url), {
          ...{ source, cacheFolder, hash },
        } satisfies EncoderWorkerData),
      called: `the encoder ${source}`,
      onFree: feed,
      restAfterMs,
    }),
  );

  function feed() {
    while (queue.length > 0) {
      const [member] = members.filter((one) => one.free()).sort((a, b) => a.busy() - b.busy());
      if (!member) return;
      member.run(queue.shift() as Job<Asked>);
    }
  }
  const ask = <Result>(kind: EncoderRequest['kind'], text: string) =>
    new Promise<Result>((resolve, reject) => {
      if (closed) return reject(new Error('the encoder is closed'));
      queue.push({ asked: { kind, text }, resolve: resolve as Job<Asked>['resolve'], reject });
      feed();
    });
  const encodeOne = (text: string) => {
    const key = createHash('sha256').update(text).digest('base64');
    const known = cache.get(key);
    if (known) return known;
    const asked = ask<Encoding>('encode', text);
    cache.set(key, asked);
    asked.catch(() => cache.delete(key));
    return asked;
  };
  const close = async () => {
    closed = true;
    for (const job of queue.splice(0)) job.reject(new Error('the encoder is closed'));
    await Promise.all(members.map((member) => member.end()));
  };
  try {
    if (!isComplete(source)) await encodeOne('ready');
    const id = await identifyEncoder(source, cacheFolder);
    hash = id.hash;
    return {
      id,
      languages: settingsOf(source).languages,
      encode: (texts) => Promise.all(texts.map(encodeOne)),
      states: (text) => ask('states', text),
      waiting: () => queue.length,
      threads: () => members.filter((member) => member.isThere()).length,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
