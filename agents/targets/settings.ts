import { z } from 'zod';
import type { TargetKind, TargetSecret } from './target.ts';

/** An address that is posted to. Userinfo would be a secret in the settings. */
export const address = z
  .string()
  .max(2_000)
  .refine((text) => problemOfAddress(text) === null, {
    error: ({ input }) => problemOfAddress(String(input)) ?? '',
  });

/** What is wrong with an address that is posted to; null: nothing. */
export function problemOfAddress(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'must be an address such as https://example.com/hooks';
  if (url.username !== '' || url.password !== '')
    return 'must have no user or password; they belong into secret';
  if (url.hash !== '') return 'must have no fragment (#)';
  return null;
}

/** A name of a host, without a port. */
export const host = z
  .string()
  .max(253)
  .regex(
    /^(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:]+)$/,
    'must be the name or address of a host',
  )
  .refine((text) => URL.canParse(`smtp://${hostInUrl(text)}`), {
    error: 'must be the name or address of a host',
  });

/** The host as it stands in an address: that of IPv6 in brackets. */
export const hostInUrl = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/** A secret of printable characters without spaces. */
export const secretText = (
  is: string,
  pattern = /^[\x21-\x7e]{4,4096}$/,
  shape = 'without spaces',
): TargetSecret => ({
  is,
  isNeeded: true,
  problemOf: (secret) => (pattern.test(secret) ? null : `must be ${is}, ${shape}`),
});

/** A secret address. */
export const secretAddress = (is: string): TargetSecret => ({
  is,
  isNeeded: true,
  problemOf: (secret) => {
    const problem = secret.length > 2_000 ? 'must have at most 2,000 characters' : problemOfAddress(secret);
    return problem === null ? null : `${problem} (${is})`;
  },
});

/** Settings that every kind has, beside its own. */
const common = z.object({ includeComment: z.boolean().default(false) });

/** The settings of a kind, and those that every kind has. @throws z.ZodError */
export function readSettings(
  kind: Pick<TargetKind, 'settings'>,
  given: unknown,
): { readonly settings: unknown; readonly includeComment: boolean } {
  const { includeComment } = common.parse(given);
  const { includeComment: _, ...own } = given as Record<string, unknown>;
  return { settings: kind.settings.parse(own), includeComment };
}
