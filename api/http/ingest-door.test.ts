import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { gateSettings } from '../../config/gate-settings.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { Inbox } from '../../ingestion/pipeline/inbox.ts';
import type { Caller } from '../caller.ts';
import { RefusedError } from '../errors.ts';
import { openGate } from '../gate/gate.ts';
import { admitBodies } from './ingest-door.ts';

/* Who pays for a body, and when, with a clock that stands still: nothing flows back into a budget. */

const NOW = Date.UTC(2026, 2, 1);
const caller = (id: string): Caller => ({
  id,
  name: id,
  role: 'collector',
  policyVersion: 'test',
  attributes: {},
  sources: null,
  readOnly: false,
  expiresAt: null,
  scope: EVERYTHING,
});

/** A door whose payer is named by the header `payer`; without it the sender is unknown. */
function openDoor(most = 100_000, inbox = 1_000_000) {
  const cost = { default: { operation: 10, minute: 2_000 } };
  const gate = openGate(gateSettings.parse({ cost }), new Map(), () => NOW);
  const server = Fastify({ bodyLimit: most });
  let read = 0;
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof RefusedError ? error.status : (error.statusCode ?? 500);
    return reply.code(status).send({ message: error.message });
  });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    read += body.length;
    done(null, body);
  });
  admitBodies(
    server,
    { gate, inbox: new Inbox(inbox, () => NOW) },
    {
      most,
      mostOpen: 10 * most,
      payer: ({ headers }) => (typeof headers['payer'] === 'string' ? caller(headers['payer']) : null),
      check: () => undefined,
    },
  );
  server.post('/', async () => 'taken');
  const post = async (payer: string | null, bytes: number, chunked = false) => {
    const body = Buffer.alloc(bytes, 0x20);
    const headers = { 'content-type': 'text/x', ...(payer === null ? {} : { payer }) };
    const whole = { ...headers, 'content-length': String(bytes) };
    const stream = Readable.from([body.subarray(0, bytes / 2), body.subarray(bytes / 2)]);
    const parts = { ...headers, 'transfer-encoding': 'chunked' };
    const answer = await server.inject({
      method: 'POST',
      url: '/',
      ...(chunked ? { headers: parts, payload: stream } : { headers: whole, payload: body }),
    });
    return answer.statusCode;
  };
  return { post, read: () => read };
}

it('each payer pays for its own bodies, 10 points and 1 for every 100 bytes', async () => {
  const { post, read } = openDoor();
  // 510 points each, of 2,000.
  expect([await post('a', 50_000), await post('a', 50_000), await post('a', 50_000)]).toEqual([
    200, 200, 200,
  ]);
  const before = read();
  expect(await post('a', 50_000)).toBe(429);
  expect(read()).toBe(before);
  expect(await post('b', 50_000)).toBe(200);
  expect(await post(null, 50_000)).toBe(200);
});

it('a body of unknown length is paid as it arrives', async () => {
  const { post } = openDoor();
  for (let i = 0; i < 3; i++) expect(await post('a', 50_000, true)).toBe(200);
  expect(await post('a', 50_000, true)).toBe(429);
});

it('unknown senders share one budget, which costs the known ones nothing', async () => {
  const { post, read } = openDoor(1_000_000);
  // 10,010 points each, of 120,000.
  for (let i = 0; i < 11; i++) expect(await post(null, 1_000_000)).toBe(200);
  const before = read();
  expect(await post(null, 1_000_000)).toBe(429);
  expect(await post(null, 1_000_000, true)).toBe(429);
  expect(read()).toBe(before);
  expect(await post('a', 1_000)).toBe(200);
});
