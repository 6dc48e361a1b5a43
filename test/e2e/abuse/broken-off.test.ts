import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LIMITS } from '../../../api/limits.ts';
import { ADMIN_KEY } from '../../fixtures/server.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Bodies of unknown length that are too large, and connections that break while the server reads on. */

const server = useServer();
const CHUNK = Buffer.alloc(256 * 1024, 0x20);
/** For the server to have refused what was sent. */
const REFUSED_MS = 500;

const DOORS: readonly (readonly [method: string, path: string, most: number])[] = [
  ['POST', '/ingest/typeform/anything', LIMITS.webhookBody],
  ['POST', '/ingest/responses', LIMITS.ingestBody],
  ['PUT', '/ingest/uploads/anything?offset=0', LIMITS.uploadPart],
  ['POST', '/ingest/uploads/anything/import', LIMITS.importBody],
];

/** A connection on which the head of a chunked request was sent. */
async function openChunked(method: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `${method} ${path} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${ADMIN_KEY}\r\n` +
      'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  return socket;
}

/** Sends more than so many bytes, in chunks; stops where the server closes. */
async function sendOver(socket: Socket, bytes: number): Promise<void> {
  for (let sent = 0; sent <= bytes && socket.writable; sent += CHUNK.length) {
    socket.write(`${CHUNK.length.toString(16)}\r\n`);
    socket.write(CHUNK);
    const isTaken = socket.write('\r\n');
    if (!isTaken) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
}

async function expectAlive(): Promise<void> {
  await pause(REFUSED_MS);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(server.process.exitCode).toBeNull();
}

it.each(DOORS)(
  'the server outlives a connection that breaks in a body that is too large: %s %s',
  async (method, path, most) => {
    const socket = await openChunked(method, path);
    await sendOver(socket, most);
    await pause(REFUSED_MS);
    socket.destroy();
    await expectAlive();
  },
);

it('a body that is too large and then more than the budget of unknown senders has is refused as too large', async () => {
  const socket = await openChunked('POST', '/ingest/typeform/anything');
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  await sendOver(socket, 13 * LIMITS.webhookBody);
  if (socket.writable) socket.write('0\r\n\r\n');
  socket.setTimeout(20_000, () => socket.destroy());
  if (text === '') await once(socket, 'data');
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  socket.destroy();
  await expectAlive();
});
