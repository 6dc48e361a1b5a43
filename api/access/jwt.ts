import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { UserError } from '../../domain/errors/user-error.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { parseAttributes, parseSources } from './attributes.ts';

/** What `tokenVerifier` goes by: see config/config.ts. */
export interface JwtOptions {
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  /** Seconds. */
  readonly clockTolerance: number;
  readonly role: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Path of the claim with the sources that the bearer is bound to; undefined: tokens are not bound. */
  readonly sources?: string | undefined;
}

/** What a token says of its bearer. */
export interface TokenFacts {
  readonly subject: string;
  readonly role: string;
  readonly attributes: Segment;
  readonly sources: readonly string[] | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The token is not one that is accepted here, and why: for the log, not for the bearer. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
}

/** The key set cannot be read just now: nobody can say whether the token is good. */
export class KeySetUnavailableError extends UserError {
  override readonly name = 'KeySetUnavailableError';

  constructor(cause: unknown) {
    super('tokens cannot be checked just now; try again shortly', 'UNAVAILABLE', { cause });
  }
}

export type VerifyToken = (token: string) => Promise<TokenFacts>;

/** Signatures that only the holder of a private key can make; a shared secret or none at all is not among them. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** A key that is not known yet makes the set be read again, at most this often. */
const COOLDOWN_MS = 5_000;
const MAX_AGE_MS = 10 * 60_000;

/**
 * Verifies tokens against the configured key set. The promise rejects with TokenRefusedError for a token that does not
 * pass, with KeySetUnavailableError when the key set cannot be read.
 * @throws when a file of keys cannot be read.
 */
export async function tokenVerifier(
  config: JwtOptions,
  dimensions: readonly Dimension[],
  now: () => number,
): Promise<VerifyToken> {
  const keys = await keySet(config.jwks);
  return async (token) => {
    const { issuer, audience, clockTolerance } = config;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        clockTolerance,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(now()),
      });
      return factsOf(payload, config, dimensions);
    } catch (error) {
      if (error instanceof TokenRefusedError) throw error;
      // What jose says of the token has a class of its own; of the answer of the key set's server, the bare one.
      const ofToken = error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
      if (ofToken && !(error instanceof errors.JWKSTimeout)) throw new TokenRefusedError(error.message);
      throw new KeySetUnavailableError(error);
    }
  };
}

async function keySet(place: string): Promise<JWTVerifyGetKey> {
  if (/^https?:\/\//.test(place))
    return createRemoteJWKSet(new URL(place), { cooldownDuration: COOLDOWN_MS, cacheMaxAge: MAX_AGE_MS });
  return createLocalJWKSet(JSON.parse(await readFile(place, 'utf8')));
}

function factsOf(payload: JWTPayload, config: JwtOptions, dimensions: readonly Dimension[]): TokenFacts {
  const refused = (message: string) => new TokenRefusedError(message);
  const role = claim(payload, config.role);
  if (typeof role !== 'string') throw refused(`the claim ${config.role} does not hold a role`);
  // Without it all bearers would be one: one budget, and one actor in the audit log.
  const { sub: subject } = payload;
  if (typeof subject !== 'string' || subject.trim() === '')
    throw refused('the claim sub does not name anybody');
  const given: Record<string, unknown> = {};
  for (const [field, mapped] of Object.entries(config.attributes)) {
    const path = mapped.replace(/\?$/, '');
    const value = claim(payload, path);
    if (value !== undefined && value !== null) given[field] = value;
    // Without the claim the caller would be free in that dimension: only where the mapping says so.
    else if (path === mapped) throw refused(`the claim ${path} is missing, which narrows ${field}`);
  }
  return {
    subject,
    role,
    attributes: parseAttributes(given, dimensions, refused),
    sources: sourcesOf(payload, config.sources, refused),
    expiresAt: (payload.exp as number) * 1_000 + config.clockTolerance * 1_000,
  };
}

/** Without the claim the bearer would be bound to nothing: only where the mapping's path ends in "?". */
function sourcesOf(
  payload: JWTPayload,
  mapped: string | undefined,
  refused: (message: string) => Error,
): readonly string[] | null {
  if (mapped === undefined) return null;
  const path = mapped.replace(/\?$/, '');
  const value = claim(payload, path);
  if (value !== undefined && value !== null) return parseSources(value, refused);
  if (path !== mapped) return null;
  throw refused(`the claim ${path} is missing, which binds to sources`);
}

/** The claim at a path of names with dots between; a claim whose own name has dots goes before. */
function claim(payload: unknown, path: string): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined;
  if (Object.hasOwn(payload, path)) return (payload as Record<string, unknown>)[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(payload, head)) continue;
    const found = claim((payload as Record<string, unknown>)[head], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
