import type { Socket } from 'node:net';

/** How long a peer has to take the rest. */
export interface HangUpPatience {
  /** Without a byte in either direction. */
  readonly stallMs: number;
  /** Once the kernel has everything: the peer may still answer. */
  readonly graceMs: number;
  /** From then on the peer can read what the kernel holds; what it sends is discarded. */
  readonly lingerMs: number;
  /** In total, whatever the peer does. */
  readonly wholeMs: number;
}

const LOOK_MS = 100;
export const PATIENCE: HangUpPatience = {
  stallMs: 10_000,
  graceMs: 500,
  lingerMs: 30_000,
  wholeMs: 120_000,
};

/**
 * Ends a connection after its last bytes were written, so that a peer which reads, however slowly, receives
 * them: the connection is half-closed once the kernel has them, and destroyed later. Destroyed at once, the
 * kernel would answer what the peer still sends with a reset, and discard what it holds. The returned function
 * stops the watch.
 */
export function hangUp(socket: Socket, cut: () => void, patience: HangUpPatience = PATIENCE): () => void {
  const began = performance.now();
  let emptySince: number | null = null;
  let closed = false;
  const look = () => {
    const now = performance.now();
    if (socket.writableLength > 0) emptySince = null;
    else emptySince ??= now;
    const empty = emptySince === null ? 0 : now - emptySince;
    if (closed ? empty > patience.lingerMs : now - began > patience.wholeMs) return cut();
    if (closed || emptySince === null || empty < patience.graceMs) return;
    closed = true;
    emptySince = now;
    // Nothing more will be written from here on: how long the peer takes to read does not matter.
    socket.setTimeout(0);
    socket.end();
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  // This also shows when the kernel takes a part of one long write.
  socket.setTimeout(patience.stallMs);
  socket.on('timeout', cut);
  const stop = () => {
    clearInterval(timer);
    socket.off('timeout', cut);
  };
  socket.once('close', stop);
  return stop;
}
