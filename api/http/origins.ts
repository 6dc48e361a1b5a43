import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOfAnotherOrigin } from '../credentials.ts';

/** The origins whose pages may ask here, as browsers spell them. */
export type Origins = ReadonlySet<string>;

const METHODS = 'GET, POST';
/** What pages may send: the key, what is asked, and what clients of GraphQL add by themselves. */
const SENT = [
  'authorization',
  'content-type',
  'x-api-key',
  'x-request-id',
  'x-scoreline-purpose',
  'x-requested-with',
  'last-event-id',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
].join(', ');
/** What pages may read beside the answer. */
const READ = 'x-request-id, retry-after, www-authenticate, allow';
/** Seconds for which a browser need not ask again. */
const REMEMBERED = '600';

/**
 * Lets pages of the configured origins ask (CORS): names their origin on every answer, streams and refusals included, and answers
 * their preflights, which carry no key. Credentials that a browser keeps are never allowed: a key comes in a header that the page sets.
 */
export function addOrigins(server: FastifyInstance, allowed: Origins): void {
  if (allowed.size === 0) return;
  server.addHook('onRequest', async (request, reply) => {
    if (!nameOrigin(request, reply, allowed) || !isPreflight(request)) return;
    addVary(reply, 'Access-Control-Request-Method', 'Access-Control-Request-Headers');
    await reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': SENT,
        'access-control-max-age': REMEMBERED,
      })
      .send();
  });
}

/** Lets the page read the answer where its origin is allowed, and answers whether it is. */
export function nameOrigin(
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
  allowed: Origins,
): boolean {
  if (allowed.size === 0) return false;
  addVary(reply, 'Origin');
  if (origin === undefined || !allowed.has(origin)) return false;
  reply.raw.setHeader('access-control-allow-origin', origin);
  reply.raw.setHeader('access-control-expose-headers', READ);
  return true;
}

/** Whether a browser asks what it may send. */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Whether a WebSocket may be opened: browsers send no preflight for one, so the origin is checked here. */
export function mayOpenSocket(headers: IncomingHttpHeaders, allowed: Origins): boolean {
  return !isOfAnotherOrigin(headers) || (headers.origin !== undefined && allowed.has(headers.origin));
}

/** Says that the answer depends on these headers of the request. */
export function addVary({ raw }: Pick<FastifyReply, 'raw'>, ...names: string[]): void {
  const before = raw.getHeader('vary');
  const all = new Set([...(before === undefined ? [] : String(before).split(', ')), ...names]);
  raw.setHeader('vary', [...all].join(', '));
}
