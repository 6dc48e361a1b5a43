import { isIP } from 'node:net';

/** Whether the host of an address or a URL is this machine. A name that only begins like an address is not. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

/** Whether a URL may be asked for what decides who signs in: no one in between can change the answer. */
export function isTrustworthy(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== 'http:' || isLoopback(hostname);
}
