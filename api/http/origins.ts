import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOfAnotherOrigin } from '../credentials.ts';

/** The origins whose pages may send requests, as browsers spell them. */
export type Origins = ReadonlySet<string>;

/** PUT and DELETE are those of uploads. */
const METHODS = 'GET, POST, PUT, DELETE';
/** Headers that pages may send: the key, the query's, and those that clients of GraphQL and MCP add. */
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
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
].join(', ');
/** Headers that pages may read. */
const READ = 'x-request-id, retry-after, www-authenticate, allow';
/** Seconds that a browser may cache a preflight. */
const REMEMBERED = '600';

/**
 * Lets pages of the configured origins send requests (CORS): names their origin on every answer, including
 * streams and refusals, and answers their preflights, which carry no key. Credentials that a browser stores are
 * never allowed: the page sends the key in a header.
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

/** Lets the page read the answer if its origin is allowed, and returns whether it is. */
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

/** Whether it is a preflight. */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Whether a WebSocket may be opened: browsers send no preflight for one, so the origin is checked here. */
export function mayOpenSocket(headers: IncomingHttpHeaders, allowed: Origins): boolean {
  return !isOfAnotherOrigin(headers) || (headers.origin !== undefined && allowed.has(headers.origin));
}

/** Declares that the answer depends on these request headers. */
export function addVary({ raw }: Pick<FastifyReply, 'raw'>, ...names: string[]): void {
  const before = raw.getHeader('vary');
  const all = new Set([...(before === undefined ? [] : String(before).split(', ')), ...names]);
  raw.setHeader('vary', [...all].join(', '));
}
