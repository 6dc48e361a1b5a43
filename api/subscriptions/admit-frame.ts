import type { ApiDeps } from '../context.ts';
import { InvalidArgumentError, RefusedError } from '../errors.ts';
import { refuseManyParts } from '../gate/parts.ts';
import { LIMITS } from '../limits.ts';
import { CLOSE, type Connection } from './connection.ts';

/**
 * Checks a frame before it is parsed: a large one is charged first, and one with too many parts is not parsed.
 * Null if it ended the socket.
 */
export function admitFrame(deps: ApiDeps, connection: Connection, text: string): Connection['frame'] | null {
  const bytes = text.length;
  const isPaid = bytes > LIMITS.readUnpaid;
  try {
    if (isPaid && !connection.caller)
      throw new InvalidArgumentError(`connection_init: at most ${LIMITS.readUnpaid} characters`);
    if (isPaid && connection.caller) deps.gate.chargeBody(connection.caller, bytes);
    refuseManyParts(text);
    return { bytes, isPaid };
  } catch (error) {
    if (error instanceof RefusedError) connection.end(CLOSE.tooMany, error.message);
    else if (error instanceof InvalidArgumentError) connection.end(CLOSE.badRequest, error.message);
    else throw error;
    return null;
  }
}
