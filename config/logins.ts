import type { z } from 'zod';
import type { Dimension } from '../domain/segments/dimensions.ts';
import { ConfigError } from './config-error.ts';
import type { deployment } from './deployment.ts';
import type { environment } from './environment.ts';
import { isTrustworthy } from './loopback.ts';
import { type ClaimsConfig, type OidcConfig, oidcOf } from './oidc.ts';

/** Accepted tokens (JWT): who signs them, and which claims describe the caller. */
export interface JwtConfig extends ClaimsConfig {
  /** URL or file of the JSON Web Key Set. */
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
}

/**
 * The settings of tokens and of the login.
 * @throws ConfigError if they are only partly configured: they would admit unintended callers.
 */
export function loginsOf(
  variables: z.infer<typeof environment>,
  claims: z.infer<typeof deployment>['jwt'],
  dimensions: readonly Dimension[],
): { readonly jwt: JwtConfig | undefined; readonly oidc: OidcConfig | undefined } {
  const mistakes: string[] = [];
  const jwt = jwtOf(variables, claims, mistakes);
  const oidc = oidcOf(variables, claims, mistakes);
  const isUsed = variables.SCORELINE_JWT_JWKS !== undefined || variables.SCORELINE_OIDC_ISSUER !== undefined;
  for (const name of isUsed ? Object.keys(claims?.attributes ?? {}) : [])
    if (!dimensions.some(({ field }) => field === name))
      mistakes.push(
        `jwt.attributes.${name} is not a dimension; there are ${dimensions.map(({ field }) => field).join(', ')}`,
      );
  if (mistakes.length > 0) throw new ConfigError([...new Set(mistakes)].join('\n'));
  return { jwt, oidc };
}

function jwtOf(
  variables: z.infer<typeof environment>,
  claims: z.infer<typeof deployment>['jwt'],
  mistakes: string[],
): JwtConfig | undefined {
  const jwks = variables.SCORELINE_JWT_JWKS;
  if (jwks === undefined) return undefined;
  if (/^http:/i.test(jwks) && (!URL.canParse(jwks) || !isTrustworthy(jwks)))
    mistakes.push('SCORELINE_JWT_JWKS: must be https or a file, unless the key set is on this machine');
  const { SCORELINE_JWT_ISSUER: issuer, SCORELINE_JWT_AUDIENCE: audience } = variables;
  if (issuer === undefined) mistakes.push('SCORELINE_JWT_ISSUER is missing: who signs the tokens');
  if (audience === undefined) mistakes.push('SCORELINE_JWT_AUDIENCE is missing: the audience of the tokens');
  if (claims === undefined)
    mistakes.push(
      "jwt is missing in scoreline.config.ts: which claim holds the role, such as jwt: { role: 'role' }",
    );
  if (issuer === undefined || audience === undefined || claims === undefined) return undefined;
  return { jwks, issuer, audience, clockTolerance: variables.SCORELINE_JWT_CLOCK_TOLERANCE, ...claims };
}
