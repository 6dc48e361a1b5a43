import { expect, it } from 'vitest';
import { impoliteSocket } from '../fixtures/raw-socket.ts';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Server-sent events while the server stops: clients go elsewhere at once. */

const server = useServer();

const stream = (query: string) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query }),
  });

it('begins no stream while the server stops', async () => {
  const socket = await impoliteSocket(server.url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_KEY}` } });
  await until(() => socket.messages.some(({ type }) => type === 'connection_ack'), 'it is let in');
  const stopped = server.stop();
  // It does not answer the close frame, for which the server waits before it stops to listen.
  await until(() => socket.closeCodes.includes(1001), 'the sockets are ended');
  const refused = await stream('subscription { npsUpdates { position } }');
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({
    errors: [
      {
        message: 'the server is stopping; connect again shortly',
        extensions: { code: 'UNAVAILABLE' },
      },
    ],
  });
  socket.destroy();
  expect((await stopped).code).toBe(0);
});
