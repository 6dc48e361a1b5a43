import type { z } from 'zod';
import type { deployment } from './deployment.ts';
import type { environment } from './environment.ts';
import { isTrustworthy } from './loopback.ts';

/** How claims of a token or of a login describe the caller. */
export interface ClaimsConfig {
  /** Seconds that clocks may differ. */
  readonly clockTolerance: number;
  /** Path of the claim with the role. */
  readonly role: string;
  /** Path of the claim for each restricting dimension; one that ends in "?" may be absent. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Path of the claim with the sources that a bearer is bound to; one that ends in "?" may be absent. */
  readonly sources?: string | undefined;
}

/** The login by OpenID Connect. */
export interface OidcConfig extends ClaimsConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** undefined: a public client. */
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  /** What the sign-in page calls the provider. */
  readonly name: string;
  /** undefined: a session lasts as long as its ID token. */
  readonly sessionMinutes: number | undefined;
  readonly redirectUri: string;
}

/**
 * The settings of the login; undefined without an issuer.
 * @param mistakes gets one line for each mistake
 */
export function oidcOf(
  variables: z.infer<typeof environment>,
  claims: z.infer<typeof deployment>['jwt'],
  mistakes: string[],
): OidcConfig | undefined {
  const issuer = variables.SCORELINE_OIDC_ISSUER;
  if (issuer === undefined) return undefined;
  const { SCORELINE_OIDC_CLIENT_ID: clientId, SCORELINE_PUBLIC_URL: publicUrl } = variables;
  const { host } = new URL(issuer);
  if (!isTrustworthy(issuer))
    mistakes.push('SCORELINE_OIDC_ISSUER: must be https, unless the provider runs on this machine');
  if (clientId === undefined)
    mistakes.push('SCORELINE_OIDC_CLIENT_ID is missing: as the provider has registered this server');
  if (publicUrl === undefined)
    mistakes.push(
      'SCORELINE_PUBLIC_URL is missing: where browsers reach this server, such as https://nps.example.org; register its /session/oidc/callback at the provider',
    );
  if (claims === undefined)
    mistakes.push(
      "jwt is missing in scoreline.config.ts: which claim holds the role, such as jwt: { role: 'role' }",
    );
  if (clientId === undefined || publicUrl === undefined || claims === undefined) return undefined;
  return {
    issuer,
    clientId,
    clientSecret: variables.SCORELINE_OIDC_CLIENT_SECRET,
    scopes: variables.SCORELINE_OIDC_SCOPES,
    name: variables.SCORELINE_OIDC_NAME ?? host,
    sessionMinutes: variables.SCORELINE_OIDC_SESSION_MINUTES,
    redirectUri: `${new URL(publicUrl).origin}/session/oidc/callback`,
    clockTolerance: variables.SCORELINE_JWT_CLOCK_TOLERANCE,
    ...claims,
  };
}
