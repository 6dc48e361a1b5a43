import type { Worker } from 'node:worker_threads';

/** What a thread is given to do, and who waits for it; its answer carries the number of the request. */
export interface Job<Asked extends object> {
  readonly asked: Asked;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** One is running, one waits in the worker: it is never idle while its answer travels. */
const JOBS_PER_WORKER = 2;
/** A worker takes 200 MB and a second to start: one that had nothing to do for this long ends. */
const REST_AFTER_MS = 300_000;
/** After a worker broke, the next one starts this much later: what breaks each of them would otherwise take a whole core. */
const PAUSE_MS = 1_000;

/** One worker thread of a pool, started for its first job, and what it was given to do; one that breaks is replaced, and only its own jobs fail. */
export function createMember<Asked extends object>({
  start,
  called,
  onFree,
  restAfterMs = REST_AFTER_MS,
}: {
  readonly start: () => Worker;
  /** What runs in it, for errors: "the encoder x". */
  readonly called: string;
  readonly onFree: () => void;
  readonly restAfterMs?: number | undefined;
}) {
  const jobs = new Map<number, Job<Asked>>();
  let ended = false;
  let next = 0;
  let worker: Worker | undefined;
  let resting: NodeJS.Timeout | undefined;
  let pausing: NodeJS.Timeout | undefined;

  function spawn(): Worker {
    const made = start();
    made.on('message', ({ request, result, error }) => {
      const job = jobs.get(request);
      jobs.delete(request);
      if (error === undefined) job?.resolve(result as never);
      else job?.reject(new Error(`${called} failed: ${error}`));
      if (jobs.size === 0) resting = setTimeout(rest, restAfterMs).unref();
      onFree();
    });
    made.on('error', (error) => lost(new Error(`${called} failed: ${error.message}`, { cause: error })));
    made.on('exit', () => lost(new Error(`a worker of ${called} ended`)));
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
    clearTimeout(resting);
    pausing = setTimeout(() => {
      pausing = undefined;
      onFree();
    }, PAUSE_MS);
    fail(error);
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
    free: () => !pausing && jobs.size < JOBS_PER_WORKER,
    busy: () => jobs.size,
    isThere: () => worker !== undefined,
    run(job: Job<Asked>) {
      if (ended) return job.reject(new Error(`${called} is closed`));
      clearTimeout(resting);
      next += 1;
      jobs.set(next, job);
      worker ??= spawn();
      worker.postMessage({ request: next, ...job.asked });
    },
    end: async () => {
      ended = true;
      clearTimeout(pausing);
      fail(new Error(`${called} is closed`));
      await rest();
    },
  };
}
