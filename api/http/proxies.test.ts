import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { proxiesAt, senderOf } from './proxies.ts';

/** Who sent it, as a route and as the upgrade of a WebSocket see it. */
async function sender(trusted: readonly string[], from: string, forwarded?: string): Promise<string> {
  const isProxy = proxiesAt(trusted);
  const server = Fastify({ trustProxy: isProxy });
  server.get('/', async (request) => ({ ip: request.ip, sender: senderOf(request.raw, isProxy) }));
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const { ip, sender: upgrade } = (await server.inject({ url: '/', remoteAddress: from, headers })).json();
  await server.close();
  expect(upgrade).toBe(ip);
  return ip;
}

it.each([
  ['no one is a proxy by default', [], '10.0.0.1', '198.51.100.7', '10.0.0.1'],
  ['another sender writes the header', ['10.0.0.0/8'], '192.0.2.9', '198.51.100.7', '192.0.2.9'],
  ['a proxy names who asked it', ['10.0.0.0/8'], '10.0.0.1', '198.51.100.7', '198.51.100.7'],
  [
    'what was written in front of it does not count',
    ['10.0.0.0/8'],
    '10.0.0.1',
    '203.0.113.1, 198.51.100.7',
    '198.51.100.7',
  ],
  [
    'one proxy behind another',
    ['10.0.0.0/8', '2001:db8::5'],
    '2001:db8::5',
    '203.0.113.1, 198.51.100.7, 10.0.0.2',
    '198.51.100.7',
  ],
  ['a socket of both kinds', ['10.0.0.1'], '::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['a proxy that names no one', ['10.0.0.1'], '10.0.0.1', undefined, '10.0.0.1'],
  ['a name is no address', ['10.0.0.1'], '10.0.0.1', 'unknown', 'unknown'],
])('%s', async (_what, trusted, from, forwarded, expected) => {
  expect(await sender(trusted, from, forwarded)).toBe(expected);
});
