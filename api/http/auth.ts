import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { headerPurpose } from '../audit.ts';
import { keyInUrl } from '../bi/parameters.ts';
import type { Authenticate, Caller } from '../caller.ts';
import { isFromBrowser, requestCredential } from '../credentials.ts';
import { isByHttps } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
    /** What authenticated it: a key, a token, or the token of a session. */
    credential: string;
    /** The caller's stated purpose. */
    purpose: string | null;
    /** The answer is a stream. */
    isStream: boolean;
  }
  interface FastifyContextConfig {
    /** The route authenticates its requests itself: they are signed. */
    readonly isSigned?: boolean;
    /** The route needs no key: a page that asks for one, its files, and what signs in. */
    readonly isOpen?: boolean;
  }
}

/** Paths that need no key: whether the server lives. Pages say so themselves (`isOpen`). */
const OPEN_PATHS = new Set(['/healthz', '/readyz']);

/** For programs that send a password only when challenged. */
const CHALLENGES = ['Bearer', 'Basic realm="Scoreline", charset="UTF-8"'];

/**
 * Refuses every request without a known key, except for the open paths; unknown paths too, so that none can be
 * probed. The sender of a body is authenticated again when it is complete, in case the key was revoked
 * meanwhile.
 */
export function requireKey(
  server: FastifyInstance,
  authenticate: Authenticate,
  publicUrl: string | undefined,
): void {
  server.decorateRequest('caller', null);
  server.decorateRequest('credential', '');
  server.decorateRequest('purpose', null);
  server.decorateRequest('isStream', false);
  const check = async (request: FastifyRequest, reply: FastifyReply) => {
    const { isSigned = false, isOpen = false } = request.routeOptions.config;
    if (OPEN_PATHS.has(request.url.split('?')[0] ?? '') || isSigned || isOpen) return;
    const presented = requestCredential(request.method, request.headers, isByHttps(request, publicUrl));
    request.caller = presented.key === null ? null : await authenticate(presented.key);
    if (request.caller) {
      request.credential = presented.key ?? '';
      request.purpose = headerPurpose(request.headers['x-scoreline-purpose']);
      return;
    }
    if (presented.key === null && presented.isForged) {
      await reply.code(403).send({ errors: [{ message: presented.why, extensions: { code: 'FORBIDDEN' } }] });
      return;
    }
    const message =
      presented.key === null
        ? (keyInUrl(request.query) ?? presented.why)
        : 'this key is not known here, or the session ended';
    await reply
      .code(401)
      .header('www-authenticate', isFromBrowser(request.headers) ? 'Bearer' : CHALLENGES)
      .send({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] });
  };
  server.addHook('onRequest', check);
  server.addHook('preHandler', async (request, reply) => {
    if (request.body !== undefined && request.body !== null) await check(request, reply);
  });
}

/** The request's caller; after `requireKey` there always is one. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('a request got past the key check without a caller');
  return request.caller;
}
