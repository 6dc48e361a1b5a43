import { expect, it } from 'vitest';
import { impoliteSocket } from '../fixtures/raw-socket.ts';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Server-sent events of subscriptions that cannot begin: each is answered. */

const server = useServer();

const stream = (query: string, variables: object = {}) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query, variables }),
  });

it('answers a subscription of which nothing is left with an error and the end', async () => {
  const query = 'subscription ($skips: Boolean!) { npsUpdates @skip(if: $skips) { position } }';
  const text = await (await stream(query, { skips: true })).text();
  expect(text).toContain('"errors":[');
  expect(text).toMatch(/event: complete\ndata:\n\n$/);
  const { data } = await server.graphql<{ viewer: object }>('{ viewer { policyVersion } }');
  expect(data.viewer).toBeTruthy();
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
