import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LoginError, type LoginProblem, type PendingLogin } from '../access/oidc.ts';
import { auditHook } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { cookieOf } from '../credentials.ts';
import { RefusedError } from '../errors.ts';
import type { Noise } from '../log.ts';
import { cookieText, isByHttps, setSessionCookie } from './session-cookie.ts';
import type { SignInLimit } from './sign-in-limit.ts';

/** What the sign-in page offers. */
interface Methods {
  readonly key: true;
  readonly oidc: { readonly name: string; readonly path: string } | null;
}

const PATH = '/session/oidc';
/** How long a person may take at the provider. */
const PENDING_S = 600;
const LONGEST_RETURN = 2_000;

/** What the cookie of a login holds. */
type Kept = PendingLogin & { readonly to: string };

/**
 * Adds the login by OpenID Connect: GET /session/methods says whether there is one, GET /session/oidc sends the browser to the
 * provider, which sends it back to GET /session/oidc/callback. What goes wrong is said by the sign-in page.
 */
export function addOidcRoutes(
  server: FastifyInstance,
  deps: ApiDeps,
  noise: Noise,
  limit: SignInLimit,
): void {
  const { access, publicUrl } = deps;
  const open = { config: { isOpen: true } };

  server.get('/session/methods', open, async (): Promise<Methods> => {
    const { oidc } = access;
    return { key: true, oidc: oidc && { name: oidc.name, path: PATH } };
  });

  server.get<{ Querystring: { to?: unknown; other?: unknown } }>(PATH, open, async (request, reply) => {
    const { oidc } = access;
    if (!oidc) return reply.callNotFound();
    const to = ownPath(request.query.to);
    try {
      const { url, pending } = await oidc.begin(request.query.other === 'true');
      const kept: Kept = { ...pending, to };
      keep(request, reply, publicUrl, Buffer.from(JSON.stringify(kept)).toString('base64url'), PENDING_S);
      return await leave(reply, url);
    } catch (error) {
      return await leave(reply, pageOf(problemOf(error, noise), to));
    }
  });

  server.get(`${PATH}/callback`, open, async (request, reply) => {
    const { oidc } = access;
    if (!oidc) return reply.callNotFound();
    const kept = keptOf(request, publicUrl);
    const to = kept ? ownPath(kept.to) : '/';
    keep(request, reply, publicUrl, '', 0);
    let isAsked = false;
    try {
      if (!kept)
        throw new LoginError('refused', 'this browser did not begin a login, or the login took too long');
      const query = new URLSearchParams(request.url.split('?')[1] ?? '');
      if (query.get('state') !== kept.state)
        throw new LoginError('refused', 'it is not the answer to the login that this browser began');
      // Of all together, not of the address: behind a proxy anyone could keep everyone else out.
      limit.check(null);
      isAsked = true;
      const facts = await oidc.finish(query, kept);
      const caller = access.loginCaller(facts);
      if (!caller) throw new LoginError('no-role', 'the role or an attribute is unknown here');
      const { role, attributes, sources } = facts;
      const context = createContext(deps, caller, null, request.id);
      const signing = {
        actor: caller.id,
        keyHash: oidc.settingsHash,
        claims: { name: facts.name, role, attributes, sources },
        expiresAt: facts.expiresAt,
      };
      const begun = await access.sessions.begin(signing, auditHook(context, 'signIn'));
      setSessionCookie(
        request,
        reply,
        publicUrl,
        begun.token,
        (begun.expiresAt.getTime() - deps.now()) / 1_000,
      );
      return await leave(reply, to);
    } catch (error) {
      const problem = problemOf(error, noise);
      if (isAsked && (problem === 'refused' || problem === 'no-role')) limit.failed(null);
      return await leave(reply, pageOf(problem, to));
    }
  });
}

/** Sends the browser on. The address it leaves has a code in it, which is not passed on. */
function leave(reply: FastifyReply, url: string): FastifyReply {
  return reply
    .code(303)
    .header('location', url)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .send();
}

const pageOf = (problem: LoginProblem | 'limited', to: string): string => {
  const [path = '/', query = ''] = to.split('?');
  const params = new URLSearchParams(query);
  params.set('signIn', problem);
  return `${path}?${params}`;
};

function problemOf(error: unknown, noise: Noise): LoginProblem | 'limited' {
  if (error instanceof RefusedError) return 'limited';
  if (!(error instanceof LoginError)) throw error;
  noise.tell('failed sign-in', { problem: error.problem, reason: error.message }, 'a sign-in was refused');
  return error.problem;
}

/** A path of this server to go on with; anything else, which could lead elsewhere, is the first page. */
function ownPath(given: unknown): string {
  if (typeof given !== 'string' || given.length > LONGEST_RETURN || !/^\/(?![/\\])/.test(given)) return '/';
  const base = 'http://here.invalid';
  if (!URL.canParse(given, base)) return '/';
  const { origin, pathname, search } = new URL(given, base);
  return origin === base && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}

/** Under HTTPS the prefix keeps other hosts of the domain from setting it. */
const nameOf = (isSecure: boolean) => `${isSecure ? '__Host-' : ''}scoreline_login`;

/** The provider's page leads back here, so SameSite=Strict would leave it out. */
function keep(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string | undefined,
  value: string,
  seconds: number,
): void {
  const isSecure = isByHttps(request, publicUrl);
  const facts = { name: nameOf(isSecure), value, seconds, sameSite: 'Lax', isSecure } as const;
  reply.header('set-cookie', cookieText(facts));
}

function keptOf(request: FastifyRequest, publicUrl: string | undefined): Kept | null {
  const text = cookieOf(request.headers, nameOf(isByHttps(request, publicUrl)));
  if (text === null) return null;
  try {
    const kept = JSON.parse(Buffer.from(text, 'base64url').toString()) as Kept;
    const isWhole = [kept.state, kept.nonce, kept.verifier].every(
      (one) => typeof one === 'string' && one !== '',
    );
    return isWhole ? kept : null;
  } catch {
    return null;
  }
}
