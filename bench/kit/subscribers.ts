import { once } from 'node:events';
import WebSocket from 'ws';
import { KEY } from './process.ts';

/** Subscribers that only count what they get: the least work that a client can do. */
export interface Subscribers {
  /** Resolves when so many updates in all have arrived since they were opened. */
  received(count: number): Promise<void>;
  close(): void;
}

const PATIENCE_MS = 60_000;
const OPENED_AT_ONCE = 50;

/** Opens so many sockets (protocol graphql-transport-ws) with so many equal subscriptions on each. */
export async function openSubscribers(
  url: string,
  query: string,
  sockets: number,
  each: number,
): Promise<Subscribers> {
  let count = 0;
  let waiting: { count: number; done: () => void } | undefined;
  const onUpdate = () => {
    count += 1;
    if (waiting && count >= waiting.count) waiting.done();
  };
  const open: WebSocket[] = [];
  while (open.length < sockets) {
    const next = Math.min(OPENED_AT_ONCE, sockets - open.length);
    open.push(
      ...(await Promise.all(Array.from({ length: next }, () => openSocket(url, query, each, onUpdate)))),
    );
  }
  return {
    received: async (wanted) => {
      if (count >= wanted) return;
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${count} of ${wanted} updates arrived`)),
          PATIENCE_MS,
        );
        waiting = {
          count: wanted,
          done: () => {
            clearTimeout(late);
            waiting = undefined;
            resolve();
          },
        };
      });
    },
    close: () => {
      for (const socket of open) socket.terminate();
    },
  };
}

async function openSocket(
  url: string,
  query: string,
  each: number,
  onUpdate: () => void,
): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  const acknowledged = once(socket, 'message');
  send({ type: 'connection_init', payload: { authorization: `Bearer ${KEY}` } });
  const [ack] = await acknowledged;
  if (!String(ack).includes('connection_ack')) throw new Error(`instead of an ack: ${ack}`);
  socket.on('message', (data: Buffer) => {
    const type = data.toString('latin1');
    if (type.includes('"type":"next"')) onUpdate();
    else if (!type.includes('"type":"ping"')) throw new Error(`instead of an update: ${type}`);
    else send({ type: 'pong' });
  });
  for (let id = 0; id < each; id++) send({ id: String(id), type: 'subscribe', payload: { query } });
  return socket;
}
