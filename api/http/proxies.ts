import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const MAPPED = '::ffff:';

/** Whether an address is that of a proxy whose X-Forwarded-For counts. */
export type IsProxy = (address: string) => boolean;

/** @param networks addresses and networks, such as 10.0.0.0/8 */
export function proxiesAt(networks: readonly string[]): IsProxy {
  const list = new BlockList();
  for (const entry of networks) {
    const [network = '', bits] = entry.split('/');
    const isFour = isIP(network) === 4;
    list.addSubnet(network, Number(bits ?? (isFour ? 32 : 128)), isFour ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    // A socket that takes both kinds shows the one inside the other.
    const inner = address.toLowerCase().startsWith(MAPPED) ? address.slice(MAPPED.length) : '';
    const bare = isIP(inner) === 4 ? inner : address;
    const family = isIP(bare);
    return family !== 0 && list.check(bare, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/**
 * The address of who sent the request: of the connection, or, while that is a proxy's, the one before it in X-Forwarded-For, from its
 * end on. What stands further in front was written by the sender. Fastify's `request.ip` is the same.
 */
export function senderOf({ socket, headers }: IncomingMessage, isProxy: IsProxy): string | undefined {
  const forwarded = headers['x-forwarded-for'];
  const before = (typeof forwarded === 'string' ? forwarded : '').split(',').map((one) => one.trim());
  let address = socket.remoteAddress;
  while (address !== undefined && isProxy(address)) {
    const next = before.pop();
    if (!next) break;
    address = next;
  }
  return address;
}
