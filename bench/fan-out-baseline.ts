import { createServer } from 'node:http';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { KEY } from './kit/process.ts';

/*
 * graphql-ws as it comes: every subscription has an async iterator of its own, and every update is executed and made
 * into text for each of them. POST anywhere sends the next update to all.
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
    for (const send of subscribers) send({ position: `${sent}.${sent}`, row });
    response.setHeader('content-type', 'application/json').end('{}');
  });
});
useServer(
  {
    schema,
    roots: { subscription: { npsUpdates: updates } },
    onConnect: ({ connectionParams }) => connectionParams?.authorization === `Bearer ${KEY}`,
  },
  new WebSocketServer({ server, path: '/graphql' }),
);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening  http://127.0.0.1:${(server.address() as { port: number }).port}\n`);
});
