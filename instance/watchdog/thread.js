import { statfsSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/*
 * Runs beside the event loop and ends the process where that stands still: the engine of the embedded record never returns when the disk is
 * full, and then no signal is heard any more. Plain JavaScript, so that the thread loads nothing.
 */

const { shared, tickMs, fullTicks, folder, fullBelow } = workerData;
// [0] counts turns of the event loop; [1] is nobody's, to wait on; [2] is how many ticks the loop may stand still, 0: for ever.

const view = new Int32Array(shared);
let last = -1;
// Ticks of this thread are counted, not time: a process that was frozen, or a machine that slept, has missed none.
let silent = 0;

function isFull() {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < fullBelow;
  } catch {
    return false;
  }
}

for (;;) {
  Atomics.wait(view, 1, 0, tickMs);
  const now = Atomics.load(view, 0);
  silent = now === last ? silent + 1 : 0;
  last = now;
  const stuckTicks = Atomics.load(view, 2);
  const full = silent >= fullTicks && isFull();
  if (!full && !(stuckTicks > 0 && silent >= stuckTicks)) continue;
  const why = full
    ? 'the disk of the record is full, and its engine does not return'
    : 'the event loop stands still';
  const seconds = Math.round((silent * tickMs) / 1000);
  try {
    writeSync(
      2,
      `${JSON.stringify({ level: 60, time: Date.now(), pid: process.pid, msg: `${why} (${seconds} s): this process is ended, to be started again; everything accepted is kept` })}\n`,
    );
  } catch {
    // Nobody reads it.
  }
  process.kill(process.pid, 'SIGKILL');
}
