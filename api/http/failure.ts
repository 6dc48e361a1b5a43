import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { maskedError, type PublicError, publicError } from '../errors.ts';
import type { Log } from '../log.ts';

const READ_ON_MS = 5_000;

/** The public form of what a route threw; sets `retry-after`, and reads a body that is too large to its end. */
export async function failureOf(
  error: Error & { statusCode?: number; code?: string },
  log: Log,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<PublicError> {
  const known: PublicError =
    publicError(error) ?? fromFastify(error, request.routeOptions.bodyLimit) ?? maskedError(log, error);
  const wait = known.retryAfter ?? (known.status === 503 ? 2 : undefined);
  if (wait !== undefined) reply.header('retry-after', String(wait));
  if (known.status === 413) await drainBody(request.raw);
  return known;
}

/**
 * Drains the rest of a request that is too large: a client that is still sending would see a broken pipe, not
 * the answer.
 */
async function drainBody(body: IncomingMessage): Promise<void> {
  body.resume();
  const ended = finished(body, { signal: AbortSignal.timeout(READ_ON_MS) }).catch(() => undefined);
  if (!body.complete) await ended;
}

/** Errors of fastify itself; `most` are the bytes that the path takes. */
function fromFastify(
  { statusCode, code, message }: Error & { statusCode?: number; code?: string },
  most: number | undefined,
) {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limit = most === undefined ? '' : `; this path takes at most ${most} bytes`;
    return {
      code: 'TOO_LARGE',
      status: 413,
      message: `the body is too large${limit}; send it in parts`,
    };
  }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return null;
  return { code: 'BAD_REQUEST', status: statusCode, message };
}
