import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Connection } from './connection.ts';
import { textFrame } from './text-frame.ts';

let server: WebSocketServer;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterAll(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

it.each([500, 70_000, 200_000])('a reader gets every message of %i bytes of one turn', async (size) => {
  const COUNT = 100;
  server.once('connection', (socket, request) => {
    const connection = new Connection('test', socket, request, () => undefined);
    for (let i = 0; i < COUNT; i++) connection.writeFrame(textFrame(`${i} `.padEnd(size, 'x')));
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const received: number[] = [];
  await new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('message', (data) => {
      if (received.push(Number.parseInt(String(data), 10)) === COUNT) resolve();
    });
  });
  client.terminate();
  expect(received).toEqual(Array.from({ length: COUNT }, (_, i) => i));
});
