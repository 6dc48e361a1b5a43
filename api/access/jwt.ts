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

/** How claims describe a caller: see config/config.ts. */
export interface ClaimMapping {
  /** Seconds. */
  readonly clockTolerance: number;
  readonly role: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Path of the claim with the sources that the bearer is bound to; undefined: tokens are not bound. */
  readonly sources?: string | undefined;
}

/** The settings of `tokenVerifier`. */
export interface JwtOptions extends ClaimMapping {
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
}

/** A token's claims about its bearer. */
export interface TokenFacts {
  readonly subject: string;
  readonly role: string;
  readonly attributes: Segment;
  readonly sources: readonly string[] | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The token is refused, and why: for the log, not for the bearer. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
}

/** The key set cannot be read right now, so tokens cannot be verified. */
export class KeySetUnavailableError extends UserError {
  override readonly name = 'KeySetUnavailableError';

  constructor(cause: unknown) {
    super('tokens cannot be checked just now; try again shortly', 'UNAVAILABLE', { cause });
  }
}

export type VerifyToken = (token: string) => Promise<TokenFacts>;

/** Signatures that need a private key; shared secrets and "none" are excluded. */
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
/** An unknown key makes the set be read again, at most this often. */
const COOLDOWN_MS = 5_000;
const MAX_AGE_MS = 10 * 60_000;

/**
 * Verifies tokens against the configured key set. The promise rejects with TokenRefusedError for a token that
 * does not pass, with KeySetUnavailableError when the key set cannot be read.
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
      return factsOfClaims(payload, config, dimensions);
    } catch (error) {
      if (error instanceof TokenRefusedError) throw error;
      // jose's errors about the token have classes of their own; those about the key set's response have the
      // base class.
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

/** What checked claims say of the caller. @throws TokenRefusedError */
export function factsOfClaims(
  payload: JWTPayload,
  config: ClaimMapping,
  dimensions: readonly Dimension[],
): TokenFacts {
  const refused = (message: string) => new TokenRefusedError(message);
  const role = claim(payload, config.role);
  if (typeof role !== 'string') throw refused(`the claim ${config.role} does not hold a role`);
  // Without it all bearers would be one: one budget, and one actor in the audit log.
  const { sub: subject } = payload;
  if (typeof subject !== 'string' || subject.trim() === '') throw refused('the claim sub is empty');
  const given: Record<string, unknown> = {};
  for (const [field, mapped] of Object.entries(config.attributes)) {
    const path = mapped.replace(/\?$/, '');
    const value = claim(payload, path);
    if (value !== undefined && value !== null) given[field] = value;
    // Without the claim the caller would be unrestricted in that dimension: only if the mapping allows it.
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

/** Without the claim the bearer would not be bound: only if the mapping's path ends in "?". */
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

/** The claim at a path of dotted names; a claim whose own name has dots takes precedence. */
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
