import type { Worker } from 'node:worker_threads';

/** Options of a thread that `keepQuiet` is called for. */
export const QUIET = { stdout: true, stderr: true } as const;

/**
 * Keeps what is printed in a thread out of the log of the process, where only lines of JSON stand. It may hold the texts that
 * the thread works on: that there was something is told, as a warning of the process, not what.
 */
export function keepQuiet(thread: Worker, name: string): void {
  for (const output of [thread.stdout, thread.stderr]) {
    output.once('data', () => process.emitWarning(`the thread of ${name} printed something`, 'ThreadOutput'));
    output.resume();
  }
}
