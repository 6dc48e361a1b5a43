import { isIPv6 } from 'node:net';
import type { View } from './cues.ts';
import { apart, type Span } from './span.ts';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
/** Not "version 1.2.3.4", which looks the same. */
const IPV4 = new RegExp(
  `(?<![\\w.])(?<!\\b(?:version|release|build|firmware|update|v) )(?:${OCTET}\\.){3}${OCTET}(?![\\w]|\\.\\d)`,
  'gi',
);
const IPV6 = /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{1,4})?(?![\w:])/g;
const MAC =
  /(?<![\w:-])[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])|(?<![\w.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![\w.])/g;

/** MAC addresses, which identify a device, and IP addresses, which identify a household. */
export function findNetworkAddresses({ text }: View): Span[] {
  const spans: Span[] = [];
  const add = (pattern: RegExp, kind: Span['kind'], isOne: (found: string) => boolean) => {
    for (const { 0: found, index } of text.matchAll(pattern))
      if (isOne(found)) spans.push({ start: index, end: index + found.length, kind });
  };
  // Three groups of digits alone are ambiguous.
  add(MAC, 'mac', (found) => found.length === 17 || /[A-Fa-f]/.test(found));
  if (text.includes(':')) add(IPV6, 'ip', isAddress);
  add(IPV4, 'ip', () => true);
  return apart(spans);
}

/** Like `isIPv6`, but not for "::" or "a::b", which occur in other contexts. */
function isAddress(found: string): boolean {
  return isIPv6(found) && (/[0-9A-Fa-f]{3}/.test(found) || found.split(':').filter(Boolean).length > 2);
}
