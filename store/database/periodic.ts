import type { Store } from './client.ts';
import type { LOCKS } from './locks.ts';
import type { Loops } from './loops.ts';

/** A job that is done again and again. */
export interface PeriodicOptions {
  /** What /metrics and the log call it. */
  readonly name: string;
  /** Milliseconds from the end of a run to the beginning of the next. */
  readonly everyMs: number | (() => number);
  /** Whether the first run waits that long too; else it begins at once. */
  readonly startsLater?: boolean;
  /** One process at a time does the job: a run is skipped while another process holds this lock. */
  readonly alone?: {
    readonly store: Store;
    readonly lock: (typeof LOCKS)[keyof typeof LOCKS];
    /** Whether there may be something to do: a run that it leaves out takes no lock. */
    readonly isDue?: () => Promise<boolean>;
  };
  /** One run; `stopped` says that the job is being stopped and a long run should end early. */
  readonly run: (stopped: () => boolean) => unknown;
  readonly onError: (error: Error) => void;
  /** Where the job is listed; null: nowhere. */
  readonly loops: Loops | null;
}

/** A running job. */
export interface Periodic {
  /** Begins the next run now, or at the end of the one under way, which may have missed what calls for it. */
  wake(): void;
  /** Begins no more runs; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Runs the job periodically, one run after the other. A run that fails is reported, and the job goes on. The timer does not keep the
 * process alive.
 */
export function runPeriodic(options: PeriodicOptions): Periodic {
  const { name, everyMs, startsLater = false, alone, run, onError, loops } = options;
  let stopped = false;
  let wakes = 0;
  let endPause: () => void = () => undefined;
  let failingSince: number | null = null;
  const isStopped = () => stopped;
  const runOnce = async () => {
    try {
      if (!alone) await run(isStopped);
      else if (!alone.isDue || (await alone.isDue()))
        await alone.store.ifFree(alone.lock, async () => void (await run(isStopped)));
      failingSince = null;
    } catch (error) {
      failingSince ??= performance.now();
      onError(error as Error);
    }
  };
  const pause = () =>
    new Promise<void>((resolve) => {
      endPause = resolve;
      const timer = setTimeout(resolve, typeof everyMs === 'number' ? everyMs : everyMs());
      timer.unref();
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async () => {
    if (startsLater) await pause();
    while (!stopped) {
      const before = wakes;
      await runOnce();
      if (!stopped && wakes === before) await pause();
    }
  };
  const unlist = loops?.addPeriodic({
    name,
    failingFor: () => (failingSince === null ? 0 : (performance.now() - failingSince) / 1_000),
  });
  const looping = loop();
  return {
    wake: () => {
      wakes += 1;
      endPause();
    },
    stop: async () => {
      stopped = true;
      endPause();
      await looping;
      unlist?.();
    },
  };
}

/** Work that is done soon after it is asked for, once for all that asked meanwhile. */
export interface WhenDueOptions {
  /** Milliseconds from the first that asks to the run. */
  readonly afterMs: number;
  readonly run: () => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** Work that waits until it is asked for. */
export interface WhenDue {
  /** Asks for a run; a run under way may have missed what calls for it, so another follows it. */
  due(): void;
  /** Begins no more runs; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/** Prepares work that is run once for all who ask within `afterMs`, one run after the other. */
export function runWhenDue({ afterMs, run, onError }: WhenDueOptions): WhenDue {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isDueAgain = false;
  let stopped = false;
  const due = () => {
    if (stopped || timer) return;
    if (running) {
      isDueAgain = true;
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      running = run()
        .catch(onError)
        .finally(() => {
          running = undefined;
          if (!isDueAgain) return;
          isDueAgain = false;
          due();
        });
    }, afterMs);
  };
  return {
    due,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
