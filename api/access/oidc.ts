import type { Configuration, IDToken } from 'openid-client';
import { safeMessage } from '../../domain/errors/error-facts.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { cut } from '../../domain/text/text.ts';
import { type ClaimMapping, factsOfClaims, type TokenFacts, TokenRefusedError } from './jwt.ts';
import { digest } from './keys.ts';

/** The settings of the identity provider: see config/oidc.ts. */
export interface OidcOptions extends ClaimMapping {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  /** What people call the provider. */
  readonly name: string;
  /** Minutes that a session lasts at most; undefined: as long as its ID token. */
  readonly sessionMinutes: number | undefined;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
}

/** What a browser keeps between leaving for the provider and coming back. */
export interface PendingLogin {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** A person as the provider described them. */
export interface LoginFacts extends TokenFacts {
  readonly name: string;
}

/** Why a login did not come about, as the sign-in page says it (web/src/frame/sign-in-words.ts). */
export type LoginProblem = 'cancelled' | 'refused' | 'no-role' | 'unavailable';

/** A login did not come about; the message is for the log. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  readonly problem: LoginProblem;

  constructor(problem: LoginProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** The login by OpenID Connect: authorization code with PKCE, state and nonce. */
export interface OidcLogin {
  readonly name: string;
  /** SHA-256 of the settings that sessions depend on: these end when one of them changes. */
  readonly settingsHash: string;
  /**
   * Where to send the browser, and what it keeps meanwhile. `isOther`: the provider asks who it is, even if someone is signed in there.
   * @throws LoginError
   */
  begin(isOther: boolean): Promise<{ readonly url: string; readonly pending: PendingLogin }>;
  /** The person of an answer of the provider. @throws LoginError */
  finish(query: URLSearchParams, pending: PendingLogin): Promise<LoginFacts>;
}

/** How long the provider's description is used before it is read again. */
const KNOWN_MS = 10 * 60_000;
/** Seconds that the provider has to answer. */
const PATIENCE_S = 10;
const LONGEST_NAME = 200;

/** Opens the login; the provider is asked for its description at the first one. */
export function openOidc(
  options: OidcOptions,
  dimensions: readonly Dimension[],
  now: () => number,
): OidcLogin {
  const { issuer, clientId, role, attributes, sources, scopes, redirectUri, sessionMinutes } = options;
  let known: { readonly configuration: Promise<Configuration>; readonly at: number } | undefined;
  const configuration = async () => {
    if (!known || now() - known.at > KNOWN_MS) {
      const found = discover(options);
      known = { configuration: found, at: now() };
      // What failed is asked for again next time.
      found.catch(() => {
        if (known?.configuration === found) known = undefined;
      });
    }
    return known.configuration.catch((error: Error) => {
      throw new LoginError('unavailable', `the provider cannot be asked: ${safeMessage(error)}`);
    });
  };
  return {
    name: options.name,
    settingsHash: digest(JSON.stringify([issuer, clientId, role, attributes, sources ?? null])),
    begin: async (isOther) => {
      const client = await import('openid-client');
      const pending = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: scopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...(isOther ? { prompt: 'login' } : {}),
      });
      return { url: url.href, pending };
    },
    finish: async (query, pending) => {
      const claims = await redeem(await configuration(), `${redirectUri}?${query}`, pending);
      try {
        const facts = factsOfClaims(claims, options, dimensions);
        const ends = sessionMinutes === undefined ? facts.expiresAt : now() + sessionMinutes * 60_000;
        return { ...facts, name: nameOf(claims), expiresAt: ends };
      } catch (error) {
        if (!(error instanceof TokenRefusedError)) throw error;
        throw new LoginError('no-role', error.message);
      }
    },
  };
}

/** Reads the provider's description, which must name the issuer itself. */
export async function discover(
  options: Pick<OidcOptions, 'issuer' | 'clientId' | 'clientSecret' | 'clockTolerance'>,
): Promise<Configuration> {
  const { issuer, clientId, clientSecret, clockTolerance: seconds } = options;
  const client = await import('openid-client');
  const isPlain = new URL(issuer).protocol === 'http:';
  const execute = isPlain ? [client.allowInsecureRequests] : [];
  const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
    execute,
    timeout: PATIENCE_S,
  });
  const server = found.serverMetadata();
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const secretBy = methods.includes('client_secret_basic')
    ? client.ClientSecretBasic
    : client.ClientSecretPost;
  const configuration = new client.Configuration(
    server,
    clientId,
    { [client.clockTolerance]: seconds },
    clientSecret === undefined ? client.None() : secretBy(clientSecret),
  );
  configuration.timeout = PATIENCE_S;
  for (const extend of execute) extend(configuration);
  // The signature of the ID token too, not only the connection that it came by.
  client.enableNonRepudiationChecks(configuration);
  return configuration;
}

/** Exchanges the code for the ID token, whose claims are checked: issuer, audience, nonce, times, signature. */
async function redeem(
  configuration: Configuration,
  url: string,
  { state, nonce, verifier }: PendingLogin,
): Promise<IDToken> {
  const client = await import('openid-client');
  try {
    const tokens = await client.authorizationCodeGrant(configuration, new URL(url), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims) return claims;
    throw new LoginError('refused', 'the provider sent no ID token');
  } catch (error) {
    if (error instanceof LoginError) throw error;
    if (error instanceof client.AuthorizationResponseError) {
      const isOwn = error.error === 'access_denied' || error.error === 'login_required';
      throw new LoginError(isOwn ? 'cancelled' : 'refused', `the provider answered ${cut(error.error, 40)}`);
    }
    if (error instanceof client.ResponseBodyError)
      throw new LoginError('refused', `the provider refused the code: ${cut(error.error, 40)}`);
    const code = error instanceof client.ClientError ? error.code : undefined;
    const isAway = error instanceof TypeError || code === 'OAUTH_TIMEOUT';
    throw new LoginError(
      isAway ? 'unavailable' : 'refused',
      isAway ? 'the provider does not answer' : `its answer is not valid: ${code ?? safeMessage(error)}`,
    );
  }
}

/** What the person is called in the audit log and on the page. */
function nameOf({ name, preferred_username: user, email, sub }: IDToken): string {
  const given = [name, user, email].find((one) => typeof one === 'string' && one.trim() !== '');
  return cut((given as string | undefined)?.trim() ?? sub, LONGEST_NAME);
}
