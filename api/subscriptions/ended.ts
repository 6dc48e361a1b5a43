import { type Caller, loggedCaller } from '../caller.ts';
import type { Log, Noise } from '../log.ts';

/** A connection that the server ended, and why. */
export interface Ended {
  readonly transport: 'websocket' | 'stream';
  /** Close code of a WebSocket, error code of a stream. */
  readonly code: number | string;
  readonly reason: string;
  readonly requestId: string;
  /** Null: it had not presented a key. */
  readonly caller: Caller | null;
  /** Bytes that were dropped or not taken by the kernel. */
  readonly unread: number;
  readonly seconds: number;
}

export type OnEnded = (ended: Ended) => void;

/** Counts and logs each; those without a key are noise. */
export function reportEnded(
  log: Log,
  noise: Noise,
  count: (transport: string, code: string) => void,
): OnEnded {
  return ({ caller, ...ended }) => {
    count(ended.transport, String(ended.code));
    const facts = { ...ended, seconds: Math.round(ended.seconds) };
    const message = 'the server ended a connection';
    if (caller) log.info({ ...facts, caller: loggedCaller(caller) }, message);
    else noise.tell('unauthenticated connection', facts, message);
  };
}
