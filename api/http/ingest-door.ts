import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Entry, Inbox } from '../../ingestion/pipeline/inbox.ts';
import type { Caller } from '../caller.ts';
import { RefusedError } from '../errors.ts';
import type { Gate } from '../gate/gate.ts';
import { OpenBodies, type OpenBody } from './open-bodies.ts';

/** A door of /ingest: who pays for a body, and what else is decided before a byte of it is read. */
export interface IngestDoor {
  /** Bytes of one body. */
  readonly most: number;
  /** Bytes of the bodies of one payer that are on their way at once. */
  readonly mostOpen: number;
  /** Who pays, by the head of the request; null: requests of unknown senders, which share one budget. */
  readonly payer: (request: FastifyRequest) => Caller | null;
  /**
   * Whether the sender may come in, and whether the body can be read. After the price, so that refusals are not free.
   * @throws RefusedError, ForbiddenError
   */
  readonly check: (request: FastifyRequest) => Promise<void> | void;
}

/** Whose bodies are counted together that no caller pays for. */
const UNKNOWN_SENDERS = { id: 'unknown' };

/**
 * Decides from the headers alone, before a byte of the body is read: whether the budget has the points that it costs, and what the door
 * checks. A body of unknown length is charged as it arrives. Bodies of all doors share one inbox.
 */
export function admitBodies(
  routes: FastifyInstance,
  { gate, inbox }: { readonly gate: Pick<Gate, 'admitBody' | 'admitUnknown'>; readonly inbox: Inbox },
  door: IngestDoor,
): void {
  const bodies = new OpenBodies(door.mostOpen);
  const open = new WeakMap<FastifyRequest, readonly (OpenBody | Entry)[]>();
  const charge = (request: FastifyRequest, what: 'request' | 'more', bytes: number) => {
    const payer = door.payer(request);
    if (payer) gate.admitBody(payer, what, bytes);
    else gate.admitUnknown(what, bytes);
  };
  routes.addHook('onRequest', async (request, reply) => {
    const bytes = bytesDeclared(request);
    charge(request, 'request', bytes ?? 0);
    await door.check(request);
    if (bytes !== null && bytes > door.most) throw new TooLargeError();
    const sender = door.payer(request) ?? UNKNOWN_SENDERS;
    const body = bodies.enter(sender, bytes ?? 0);
    const leaveOnClose = ({ leave }: OpenBody | Entry) => {
      if (reply.raw.closed || reply.raw.destroyed) leave();
      else reply.raw.once('close', leave);
    };
    leaveOnClose(body);
    const entry = inbox.enter(sender.id, bytes ?? 0);
    leaveOnClose(entry);
    open.set(request, [body, entry]);
  });
  routes.addHook('preParsing', async (request, _reply, body) => {
    if (bytesDeclared(request) !== null) return body;
    const charged = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        try {
          charge(request, 'more', chunk.length);
          for (const each of open.get(request) ?? []) each.grow(chunk.length);
          done(null, chunk);
        } catch (error) {
          done(error as Error);
        }
      },
    });
    // fastify listens only until it has the body or refuses it; errors come later too. The rest is read, and counts for nothing.
    charged.on('error', () => body.resume());
    body.on('error', (error) => charged.destroy(error));
    return body.pipe(charged);
  });
}

/** fastify's message for a body that turns out to be too large. */
class TooLargeError extends Error {
  readonly code = 'FST_ERR_CTP_BODY_TOO_LARGE';
  readonly statusCode = 413;
}

/** Null for a chunked body. */
export function bytesDeclared({ headers }: FastifyRequest): number | null {
  const bytes = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : headers['transfer-encoding'] === undefined ? 0 : null;
}

/** @throws RefusedError where the body is compressed */
export function assertUncompressed({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new RefusedError(
      'UNSUPPORTED',
      415,
      'content-encoding: bodies are read as they are; send it uncompressed',
    );
}
