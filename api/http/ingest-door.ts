import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditRefusal } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { ForbiddenError, RefusedError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';
import { charsetOf } from './body-text.ts';
import { OpenBodies, type OpenBody } from './open-bodies.ts';

/** Media types of /ingest; without a type the body is inspected. */
const CONTENT_TYPES = new Set(
  ['json', 'x-ndjson', 'ndjson', 'jsonl', 'x-jsonlines'].map((name) => `application/${name}`),
);

/** Whether a body of the type can be read: one of the types, with at most its charset. */
function isReadable(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';', 3);
  const [parameter, ...more] = parameters.map((one) => one.trim());
  return (
    CONTENT_TYPES.has(type.trim()) &&
    more.length === 0 &&
    (parameter === undefined || /^charset *=/.test(parameter))
  );
}

/**
 * Decides from the headers alone, before a byte of the body is read: whether the budget covers its cost,
 * whether the key may submit anything at all, and whether the body can be read. A body of unknown length is
 * charged as it arrives.
 */
export function admitBodies(routes: FastifyInstance, deps: ApiDeps): void {
  const bodies = new OpenBodies(LIMITS.openBodies);
  const open = new WeakMap<FastifyRequest, OpenBody>();
  routes.addHook('onRequest', async (request, reply) => {
    const caller = callerOf(request);
    const bytes = bytesDeclared(request);
    // First, so that refusals are charged.
    deps.gate.admitBody(caller, 'request', bytes ?? 0);
    // By the rules, not by cells: a key that may submit only to cells that do not exist yet is admitted, and
    // its items are checked one by one.
    if (caller.scope.grant('submitResponse') === 'none') {
      await auditRefusal(createContext(deps, caller, request.purpose, request.id), 'ingest');
      throw new ForbiddenError('this key may not submit responses');
    }
    assertReadable(request);
    if (bytes !== null && bytes > LIMITS.ingestBody) throw new TooLargeError();
    const body = bodies.enter(caller, bytes ?? 0);
    open.set(request, body);
    if (reply.raw.closed || reply.raw.destroyed) body.leave();
    else reply.raw.once('close', body.leave);
  });
  routes.addHook('preParsing', async (request, _reply, body) => {
    if (bytesDeclared(request) !== null) return body;
    const caller = callerOf(request);
    const charged = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        try {
          deps.gate.admitBody(caller, 'more', chunk.length);
          open.get(request)?.grow(chunk.length);
          done(null, chunk);
        } catch (error) {
          done(error as Error);
        }
      },
    });
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

/** @throws RefusedError */
function assertReadable({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new RefusedError(
      'UNSUPPORTED',
      415,
      'content-encoding: bodies are read as they are; send it uncompressed',
    );
  const type = headers['content-type'];
  if (type !== undefined && !isReadable(type))
    throw new RefusedError(
      'UNSUPPORTED',
      415,
      'content-type: send application/json or application/x-ndjson, in UTF-8 or with its charset',
    );
  charsetOf(type);
}
