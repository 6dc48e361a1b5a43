import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { aborted } from './aborted.ts';

/** An address of a host that may be connected to. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
  /** The deployment names its host or network. */
  readonly isNamed: boolean;
}

/** Decides which addresses requests may go to. */
export interface AddressGuard {
  /** The entry of the configuration that names what is allowed besides, for messages. */
  readonly setting: string;
  /**
   * An address of the host that may be connected to. Connect to that one: the same name may have another a moment later.
   * @throws AddressRefusedError, or the reason of `signal`, which ends the wait for a name server
   */
  check(host: string, signal: AbortSignal): Promise<CheckedAddress>;
}

/** A request would go to an address that it may not go to; the message names the host, not the address. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

/** All addresses of a name. */
export type Resolve = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const resolveName: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/** Not on the public internet, or another machine than it says (RFC 6890 and its registries). */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of global unicast addresses, 2000::/3: protocol assignments, documentation, and IPv4 addresses in disguise. */
const NOT_PUBLIC_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const listOf = (networks: readonly string[], family: 'ipv4' | 'ipv6') => {
  const list = new BlockList();
  for (const one of networks) {
    const [network, bits] = one.split('/') as [string, string];
    list.addSubnet(network, Number(bits), family);
  }
  return list;
};
const notPublic4 = listOf(NOT_PUBLIC_4, 'ipv4');
const notPublic6 = listOf(NOT_PUBLIC_6, 'ipv6');
const global6 = listOf(['2000::/3'], 'ipv6');

/** Whether an address, written without brackets, is one of the public internet. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublic4.check(address, 'ipv4');
  // An IPv4 address within an IPv6 one (::ffff:10.0.0.1, 64:ff9b::a00:1) is outside 2000::/3.
  return family === 6 && global6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
}

/** An address, or one with the bits of a network. */
const NETWORK = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/;

/** Admits public addresses, and besides them the hosts, addresses and networks of `allow`. */
export function addressGuard(
  allow: readonly string[],
  resolve: Resolve = resolveName,
  setting = 'targets.allow',
): AddressGuard {
  const hosts = new Set<string>();
  const networks = new BlockList();
  for (const entry of allow) {
    const [, network = '', bits] = NETWORK.exec(entry) ?? [];
    const family = isIP(network);
    if (family === 0) hosts.add(entry.toLowerCase());
    else
      networks.addSubnet(network, Number(bits ?? (family === 4 ? 32 : 128)), family === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    setting,
    check: async (given, signal) => {
      const host = given
        .toLowerCase()
        .replace(/^\[|\]$/g, '')
        .replace(/\.$/, '');
      const literal = isIP(host);
      const found =
        literal === 0
          ? await Promise.race([resolve(host), aborted(signal)])
          : [{ address: host, family: literal }];
      const isNamedHost = hosts.has(host);
      for (const { address } of found) {
        const family = isIP(address);
        if (family !== 4 && family !== 6) continue;
        const isNamed = isNamedHost || networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
        if (isNamed || isPublic(address)) return { address, family, isNamed };
      }
      throw new AddressRefusedError(
        `${host.slice(0, 100)} has no public address; ${setting} of the configuration names hosts and networks that are allowed besides`,
      );
    },
  };
}
