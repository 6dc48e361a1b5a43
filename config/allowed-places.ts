import { isIP } from 'node:net';
import { z } from 'zod';

const NETWORK = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/;
const HOST = /^(?=.{1,253}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/** What is wrong with an address or a network; null: nothing. */
export function problemOfNetwork(entry: string): string | null {
  const [, network, bits] = NETWORK.exec(entry) ?? [];
  const family = isIP(network ?? '');
  if (family === 0) return 'is not an address or a network such as 10.1.0.0/16';
  const most = family === 4 ? 32 : 128;
  return bits === undefined || Number(bits) <= most ? null : `has more than ${most} bits`;
}

/** What is wrong with an entry of `targets.allow`, `connections.allow` or `llm.allow`; null: nothing. */
export function problemOfAllowed(entry: string): string | null {
  if (isIP(NETWORK.exec(entry)?.[1] ?? '') !== 0) return problemOfNetwork(entry);
  return HOST.test(entry.toLowerCase()) && !entry.includes('/')
    ? null
    : 'is not a host such as hooks.internal, an address or a network such as 10.1.0.0/16';
}

/** A host, an address or a network. */
export const place = z.string().refine((text) => problemOfAllowed(text) === null, {
  error: ({ input }) => problemOfAllowed(String(input)) ?? '',
});
