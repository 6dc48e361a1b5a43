import type { FastifyInstance, FastifyRequest } from 'fastify';
import { digest } from '../access/keys.ts';
import { auditHook } from '../audit.ts';
import type { Caller } from '../caller.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { csrfOf, isOfAnotherOrigin, SESSION_PREFIX, sessionToken } from '../credentials.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import type { Noise } from '../log.ts';
import { callerOf } from './auth.ts';
import { addOidcRoutes } from './oidc.ts';
import { isByHttps, setSessionCookie } from './session-cookie.ts';
import { SignInLimit } from './sign-in-limit.ts';

/** What a page learns about its session. */
interface SessionBody {
  /** The same for each session of a key or a person of the identity provider, and of no one else. */
  readonly caller: string;
  readonly name: string;
  readonly role: string;
  /** The value of the header that requests of the session send. */
  readonly csrf: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A key, a name and some punctuation. */
const BODY_BYTES = 4_096;

/**
 * Adds the sessions of browsers: POST /session begins one with a key, GET /session describes the one of the
 * cookie, DELETE /session ends it, or with ?everywhere=true all sessions of the same key.
 */
export function addSessionRoutes(server: FastifyInstance, deps: ApiDeps, noise: Noise): void {
  const { sessions } = deps.access;
  const limit = new SignInLimit(deps.now);
  addOidcRoutes(server, deps, noise, limit);

  server.post('/session', { bodyLimit: BODY_BYTES, config: { isOpen: true } }, async (request, reply) => {
    if (isOfAnotherOrigin(request.headers))
      throw new ForbiddenError('a page of another origin cannot sign in here');
    const key = keyOf(request.body);
    const caller = await deps.access.authenticate(key);
    if (!caller || key.startsWith(SESSION_PREFIX)) {
      limit.check(request.ip);
      limit.failed(request.ip);
      noise.tell('failed sign-in', {}, 'a sign-in was refused');
      const message = 'this key is not known here, was revoked or has expired';
      return reply.code(401).send({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    if (caller.id.startsWith('token:'))
      throw new InvalidArgumentError(
        'key: is a token of an identity provider; send it as Authorization: Bearer',
      );
    // Each is a row of the audit log: a valid key does not write them for nothing.
    deps.gate.admitRoute(caller, 'POST /session');
    const context = createContext(deps, caller, null, request.id);
    const { id: actor, expiresAt: until } = caller;
    const begun = await sessions.begin(
      { actor, keyHash: digest(key), expiresAt: until },
      auditHook(context, 'signIn'),
    );
    setSessionCookie(
      request,
      reply,
      deps.publicUrl,
      begun.token,
      (begun.expiresAt.getTime() - deps.now()) / 1_000,
    );
    return bodyOf(caller, begun.token, begun.expiresAt);
  });

  server.get('/session', async (request) => {
    const { token, expiresAt } = ownSession(request, deps);
    return bodyOf(callerOf(request), token, expiresAt);
  });

  server.delete<{ Querystring: { everywhere?: string } }>('/session', async (request, reply) => {
    const { token } = ownSession(request, deps);
    const caller = callerOf(request);
    const note = auditHook(createContext(deps, caller, request.purpose, request.id), 'signOut');
    if (request.query.everywhere === 'true') await sessions.endAll(caller.id, note);
    else await sessions.end(token, note);
    setSessionCookie(request, reply, deps.publicUrl, '', 0);
    return reply.code(204).send();
  });
}

/** @throws InvalidArgumentError */
function keyOf(body: unknown): string {
  const { key } = (body ?? {}) as { readonly key?: unknown };
  if (typeof key === 'string' && key.trim() !== '') return key.trim();
  throw new InvalidArgumentError('the body is {"key": "..."}: the API key to sign in with');
}

/** The session that authenticated the request. @throws InvalidArgumentError if a key did. */
function ownSession(request: FastifyRequest, { access, publicUrl }: ApiDeps) {
  const token = sessionToken(request.headers, isByHttps(request, publicUrl));
  const session = token !== null && token === request.credential ? access.sessions.find(token) : null;
  if (token !== null && session) return { token, expiresAt: session.expiresAt };
  throw new InvalidArgumentError('this request has a key and no session; POST /session begins one');
}

const bodyOf = ({ id, name, role }: Caller, token: string, expiresAt: Date): SessionBody => ({
  caller: id,
  name,
  role,
  csrf: csrfOf(token),
  expiresAt: expiresAt.toISOString(),
});
