import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hangUp } from './hang-up.ts';

/* With real sockets: what a peer sees depends on the kernel. */

let server: Server;
const accepted: Socket[] = [];
beforeAll(async () => {
  server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  for (const socket of accepted) socket.destroy();
  server.close();
});

async function pair(): Promise<{ ours: Socket; peer: Socket }> {
  const { port } = server.address() as { port: number };
  const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(peer, 'connect');
  while (accepted.length === 0) await wait(5);
  const ours = accepted.shift() as Socket;
  for (const socket of [ours, peer]) socket.on('error', () => undefined);
  return { ours, peer };
}
/** More than the kernel takes for a peer that does not read. */
const MUCH = Buffer.alloc(32 * 1024 * 1024, 'x');

it('lets a peer that reads late read to the end, even while it sends', async () => {
  const { ours, peer } = await pair();
  peer.pause();
  ours.resume();
  ours.write('a'.repeat(100_000));
  ours.write('the end');
  hangUp(ours, () => ours.destroy(), { stallMs: 5_000, graceMs: 50, lingerMs: 10_000, wholeMs: 60_000 });
  await wait(400);
  peer.write('still here');
  await wait(100);
  let text = '';
  peer.on('data', (chunk) => {
    text = (text + String(chunk)).slice(-7);
  });
  peer.resume();
  await once(peer, 'end');
  expect(text).toBe('the end');
  peer.destroy();
});

it('gives up a peer that does not read, and one that does not close', async () => {
  const stuck = await pair();
  stuck.peer.pause();
  stuck.ours.write(MUCH);
  hangUp(stuck.ours, () => stuck.ours.destroy(), {
    stallMs: 300,
    graceMs: 50,
    lingerMs: 60_000,
    wholeMs: 60_000,
  });
  const open = await pair();
  open.peer.resume();
  open.ours.resume();
  hangUp(open.ours, () => open.ours.destroy(), {
    stallMs: 60_000,
    graceMs: 50,
    lingerMs: 300,
    wholeMs: 60_000,
  });
  const ended = Promise.all([once(stuck.ours, 'close'), once(open.ours, 'close')]);
  const chatty = await pair();
  chatty.peer.pause();
  chatty.ours.resume();
  chatty.ours.write(MUCH);
  const chat = setInterval(() => chatty.peer.write('x'), 50);
  hangUp(chatty.ours, () => chatty.ours.destroy(), {
    stallMs: 300,
    graceMs: 50,
    lingerMs: 60_000,
    wholeMs: 1_000,
  });
  await once(chatty.ours, 'close');
  clearInterval(chat);
  chatty.peer.destroy();
  await ended;
  stuck.peer.destroy();
  open.peer.destroy();
});

it('does not give up a peer that reads slowly', async () => {
  const { ours, peer } = await pair();
  let read = 0;
  let cut = false;
  peer.on('data', (chunk: Buffer) => {
    read += chunk.length;
    peer.pause();
    setTimeout(() => peer.resume(), 2);
  });
  ours.write(MUCH);
  hangUp(
    ours,
    () => {
      cut = true;
      ours.destroy();
    },
    { stallMs: 500, graceMs: 50, lingerMs: 60_000, wholeMs: 60_000 },
  );
  await once(peer, 'end');
  expect([read, cut]).toEqual([MUCH.length, false]);
  peer.destroy();
});
