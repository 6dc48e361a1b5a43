import type { Worker } from 'node:worker_threads';

/** Options of a thread that `keepQuiet` is called for. */
export const QUIET = { stdout: true, stderr: true } as const;

/**
 * Keeps a thread's console output out of the process log, which has only lines of JSON. The output may contain
 * the texts that the thread works on, so a process warning reports only that there was some.
 */
export function keepQuiet(thread: Worker, name: string): void {
  for (const output of [thread.stdout, thread.stderr]) {
    output.once('data', () => process.emitWarning(`the thread of ${name} printed something`, 'ThreadOutput'));
    output.resume();
  }
}
