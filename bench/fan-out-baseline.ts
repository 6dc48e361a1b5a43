import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { KEY } from './kit/process.ts';

/*
 * What an update costs to deliver. POST /update: graphql-ws as it comes, where every subscription has an async iterator of its own,
 * and every update is executed and made into text for each of them. POST /raw: the least that Node.js can do, one write of ready
 * frames for each socket.
 */

type Send = (update: object) => void;
const subscribers = new Set<Send>();

const schema = buildSchema(`
  type Row { id: ID! time: String! until: String! score: Float low: Float high: Float
    responses: Int promoters: Int passives: Int detractors: Int }
  type Update { position: String! row: Row! }
  type Query { ready: Boolean }
  type Subscription { npsUpdates: Update! }
`);

async function* updates(): AsyncGenerator<{ npsUpdates: object }> {
  const waiting: object[] = [];
  let wake: () => void = () => undefined;
  const send: Send = (update) => {
    waiting.push(update);
    wake();
  };
  subscribers.add(send);
  try {
    for (;;) {
      for (const npsUpdates of waiting.splice(0)) yield { npsUpdates };
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    subscribers.delete(send);
  }
}

/** The ids of the subscriptions of each connection. */
const open = new Map<Socket, Set<string>>();

/** Writes the frames of one message, each made once, to every subscription; those of a socket are one buffer. */
function sendRaw(update: object): void {
  const payload = JSON.stringify({ data: { npsUpdates: update } });
  const made = new Map<string, Buffer>();
  for (const [socket, ids] of open) {
    const key = [...ids].join();
    const frames = made.get(key) ?? Buffer.concat([...ids].map((id) => rawFrame(id, payload)));
    made.set(key, frames);
    socket.write(frames);
  }
}

function rawFrame(id: string, payload: string): Buffer {
  const text = Buffer.from(`{"id":"${id}","type":"next","payload":${payload}}`);
  const head = Buffer.from([0x81, 126, text.length >> 8, text.length & 0xff]);
  return Buffer.concat([head, text]);
}

let sent = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    sent += 1;
    const row = {
      id: `nps_${'x'.repeat(110)}`,
      time: '2026-01-01T00:00:00.000Z',
      until: '2026-01-31T00:00:00.000Z',
      score: 12.34567890123456,
      low: 10.12345678901234,
      high: 14.56789012345678,
      responses: sent,
      promoters: sent,
      passives: 0,
      detractors: 0,
    };
    const update = { position: `${sent}.${sent}`, row };
    if (request.url === '/raw') sendRaw(update);
    else for (const send of subscribers) send(update);
    response.setHeader('content-type', 'application/json').end('{}');
  });
});
useServer(
  {
    schema,
    roots: { subscription: { npsUpdates: updates } },
    onConnect: ({ connectionParams, extra }) => {
      const { socket } = extra.request;
      open.set(socket, new Set());
      socket.once('close', () => open.delete(socket));
      return connectionParams?.authorization === `Bearer ${KEY}`;
    },
    onSubscribe: ({ extra }, id) => void open.get(extra.request.socket)?.add(id),
  },
  new WebSocketServer({ server, path: '/graphql' }),
);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening  http://127.0.0.1:${(server.address() as { port: number }).port}\n`);
});
