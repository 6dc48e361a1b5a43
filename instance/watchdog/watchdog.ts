import { Worker } from 'node:worker_threads';

export interface Watchdog {
  /** From now on the event loop may stand still for so long, milliseconds; 0: for ever, unless the disk is full. */
  arm(stuckAfter: number): void;
  stop(): Promise<void>;
}

const TICK_MS = 1_000;
/** With a full disk it is the engine that does not return: no statement takes this long to fail. */
const STUCK_ON_FULL_MS = 10_000;
/** A segment of the record's log does not fit any more. */
const FULL_BELOW = 16 * 1024 * 1024;

/**
 * Ends this process (SIGKILL) when its event loop stands still: soon where the disk of the embedded record (on which `folder` lies) is full,
 * else after a time that no statement needs, once it is armed. Whoever started the process (start.js, a container platform) starts it again.
 */
export function startWatchdog(folder: string): Watchdog {
  const shared = new SharedArrayBuffer(12);
  const view = new Int32Array(shared);
  const thread = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: {
      shared,
      folder,
      tickMs: TICK_MS,
      fullTicks: STUCK_ON_FULL_MS / TICK_MS,
      fullBelow: FULL_BELOW,
    },
    // The loader of TypeScript is not its.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  });
  thread.unref();
  const timer = setInterval(() => Atomics.add(view, 0, 1), TICK_MS / 4).unref();
  return {
    arm: (stuckAfter) => {
      Atomics.store(view, 2, Math.ceil(stuckAfter / TICK_MS));
    },
    stop: async () => {
      clearInterval(timer);
      await thread.terminate();
    },
  };
}
