import { UserError } from '../../domain/errors/user-error.ts';
import type { VendorAccess } from '../../store/connections/vendor-keys.ts';
import type { Connector } from './connector.ts';

/** The connection cannot be created or changed as requested; the message says what would be right. */
export class ConnectionError extends UserError {
  override readonly name = 'ConnectionError';
}

/** What a person states of how a vendor is asked; null: nothing. */
export interface StatedAccess {
  readonly key: string | null;
  /** A host of the vendor, or one that the configuration names, also as an origin such as http://gateway.internal:8080. */
  readonly host: string | null;
}

const KEY = /^[\x21-\x7e]{8,500}$/;

/**
 * How a connection asks its vendor; null for a vendor that announces nothing.
 * @param allowed hosts that the configuration names
 * @param present the origin that it has, which stays where no host is stated
 * @throws ConnectionError that does not repeat the key
 */
export function vendorAccess(
  { name, fetch: rules }: Pick<Connector, 'name' | 'fetch'>,
  { key, host }: StatedAccess,
  allowed: readonly string[],
  present: string | null = null,
): VendorAccess | null {
  if (!rules) {
    if (key === null && host === null) return null;
    const given = key === null ? 'vendorHost' : 'vendorKey';
    throw new ConnectionError(`${given}: nothing is fetched for connections of ${name}; leave it out`);
  }
  if (key !== null && !KEY.test(key))
    throw new ConnectionError(
      `vendorKey: must be ${rules.key}, 8 to 500 visible ASCII characters without blanks`,
    );
  const wanted = `${rules.hosts}, or a host that connections.allow of the configuration names`;
  const usual = rules.usualHost === null ? null : `https://${rules.usualHost}`;
  const origin = host === null ? (present ?? usual) : originOf(host, rules.isHost, allowed);
  if (host !== null && origin === null) throw new ConnectionError(`vendorHost: must be ${wanted}`);
  if (origin === null && key !== null)
    throw new ConnectionError(`vendorHost: is needed with the key: ${wanted}`);
  return { origin, key, rate: rules.rate };
}

/** null for what is none of these hosts. */
function originOf(
  host: string,
  isHost: (host: string) => boolean,
  allowed: readonly string[],
): string | null {
  const text = host.trim().toLowerCase();
  if (isHost(text)) return `https://${text}`;
  const address = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || !allowed.includes(url.hostname)) return null;
  // No path, user or query.
  return url.href === `${url.origin}/` ? url.origin : null;
}
