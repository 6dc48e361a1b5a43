import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import type { Encoding, TokenStates } from './encoder.ts';
import { type EncoderId, identifyEncoder, isComplete } from './encoder-id.ts';
import type { EncoderRequest } from './encoder-worker.ts';
import { startThread } from './thread.ts';

/** The encoder on all cores: one text per run, so that a result does not depend on its neighbours. */
export interface EncoderPool {
  readonly id: EncoderId;
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

interface Job extends Omit<EncoderRequest, 'request'> {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** Cached encodings of equal texts: about 16 MB. */
const CACHED_TEXTS = 10_000;
/** One is running, one waits in the worker: it is never idle while its answer travels. */
const JOBS_PER_WORKER = 2;
/** A worker takes 200 MB and a second to start: one that had nothing to do for this long ends. */
const REST_AFTER_MS = 300_000;

/** One worker thread, started for its first job, and what it was given to do; one that breaks is replaced, and only its own jobs fail. */
function createMember(
  workerData: { readonly source: string; readonly cacheFolder: string },
  { restAfterMs, onFree }: { readonly restAfterMs: number; readonly onFree: () => void },
) {
  const jobs = new Map<number, Job>();
  let ended = false;
  let next = 0;
  let worker: Worker | undefined;
  let resting: NodeJS.Timeout | undefined;

  function spawn(): Worker {
    const made = startThread(new URL('./encoder-worker.ts', import.meta.url), workerData);
    made.on('message', ({ request, result, error }) => {
      const job = jobs.get(request);
      jobs.delete(request);
      if (error === undefined) job?.resolve(result as never);
      else job?.reject(new Error(`the encoder ${workerData.source} failed: ${error}`));
      if (jobs.size === 0) resting = setTimeout(rest, restAfterMs).unref();
      onFree();
    });
    made.on('error', lost);
    made.on('exit', () => lost(new Error('an encoder worker ended')));
    return made;
  }

  function fail(error: Error) {
    for (const job of jobs.values()) job.reject(error);
    jobs.clear();
  }

  function lost(error: Error) {
    if (ended) return;
    worker?.removeAllListeners();
    worker = undefined;
    fail(error);
    onFree();
  }

  /** The next job starts it again. */
  async function rest() {
    clearTimeout(resting);
    worker?.removeAllListeners();
    const idle = worker;
    worker = undefined;
    await idle?.terminate();
  }

  return {
    free: () => jobs.size < JOBS_PER_WORKER,
    busy: () => jobs.size,
    isThere: () => worker !== undefined,
    run(job: Job) {
      if (ended) return job.reject(new Error('the encoder is closed'));
      clearTimeout(resting);
      next += 1;
      jobs.set(next, job);
      worker ??= spawn();
      worker.postMessage({ request: next, kind: job.kind, text: job.text } satisfies EncoderRequest);
    },
    end: async () => {
      ended = true;
      fail(new Error('the encoder is closed'));
      await rest();
    },
  };
}

/**
 * Opens the encoder. Workers start with the first texts; where its files are not all in a folder, one starts at once and fetches them.
 * @throws Error when the encoder cannot be opened.
 */
export async function openEncoderPool(options: PoolOptions): Promise<EncoderPool> {
  const { source, cacheFolder, restAfterMs = REST_AFTER_MS } = options;
  const queue: Job[] = [];
  const cache = new LRUCache<string, Promise<Encoding>>({ max: CACHED_TEXTS });
  let closed = false;
  const members = Array.from({ length: options.workers ?? availableParallelism() }, () =>
    createMember({ source, cacheFolder }, { restAfterMs, onFree: feed }),
  );

  function feed() {
    while (queue.length > 0) {
      const [member] = members.filter((one) => one.free()).sort((a, b) => a.busy() - b.busy());
      if (!member) return;
      member.run(queue.shift() as Job);
    }
  }
  const ask = <Result>(kind: EncoderRequest['kind'], text: string) =>
    new Promise<Result>((resolve, reject) => {
      if (closed) return reject(new Error('the encoder is closed'));
      queue.push({ kind, text, resolve: resolve as Job['resolve'], reject });
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
    return {
      id,
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
