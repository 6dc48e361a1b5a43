import { statfsSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/*
 * Runs beside the event loop and the thread of the embedded record, and ends the process where one of them stands still: the record's engine
 * never returns when the disk is full. Plain JavaScript, so that the thread loads nothing.
 */

const { shared, tickMs, fullTicks, folder, fullBelow } = workerData;
// [0] counts turns of the event loop; [1] is only waited on; [2] is how many ticks a thread may stand still, 0: for ever; [3] counts turns of
// the record's thread, 0 while it is not open.

const view = new Int32Array(shared);
// Ticks of this thread are counted, not time: a process that was frozen, or a machine that slept, has missed none.
const watched = [
  { slot: 0, name: 'the event loop', last: -1, silent: 0 },
  { slot: 3, name: "the embedded record's thread", last: 0, silent: 0 },
];

/** For how many ticks the one that has stood still for longest did. */
function look() {
  for (const one of watched) {
    const now = Atomics.load(view, one.slot);
    one.silent = now === one.last && (one.slot === 0 || now !== 0) ? one.silent + 1 : 0;
    one.last = now;
  }
  return watched[0].silent >= watched[1].silent ? watched[0] : watched[1];
}

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
  const { name, silent } = look();
  const stuckTicks = Atomics.load(view, 2);
  const full = silent >= fullTicks && isFull();
  if (!full && !(stuckTicks > 0 && silent >= stuckTicks)) continue;
  const why = full
    ? 'the disk of the record is full, and its engine does not return'
    : `${name} stands still`;
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
