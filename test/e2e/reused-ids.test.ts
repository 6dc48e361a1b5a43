import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type ImpoliteSocket, impoliteSocket } from '../fixtures/raw-socket.ts';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* The ids of operations on a WebSocket are the client's: it may use one again once it has completed it, and choose long ones. */

const server = useServer();

const LIVE =
  'subscription ($region: String!) { npsUpdates(segment: { region: [$region] }) { position row { responses } } }';
/** Takes longer than to begin a subscription: rows of many buckets, under many aliases. */
const SLOW = `{ ${Array.from(
  { length: 20 },
  (_, i) =>
    `a${i}: npsSeries(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", every: HOUR) { id score responses }`,
).join(' ')} }`;

const subscribe = (id: string, query: string, variables: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
});
const complete = (id: string) => ({ id, type: 'complete' });

async function connected(): Promise<ImpoliteSocket> {
  const socket = await impoliteSocket(server.url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_KEY}` } });
  await until(() => socket.messages.some(({ type }) => type === 'connection_ack'), 'it is let in');
  socket.messages.length = 0;
  return socket;
}
const metric = async (name: string) => {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};
const cohorts = () => metric('scoreline_subscription_cohorts');
const submit = async (region: string) => {
  const item = { externalId: region, answeredAt: new Date().toISOString(), score: 9, region };
  const answer = await server.post('/ingest/responses', [item]);
  expect(await answer.json()).toMatchObject({ accepted: 1 });
};
const rowsOf = ({ messages }: ImpoliteSocket) =>
  messages.map(({ type, payload }) => {
    const { data } = (payload ?? {}) as { data?: { npsUpdates?: { row: { responses: number } } } };
    return type === 'next' ? (data?.npsUpdates?.row ?? payload) : type;
  });

describe('an id that is used again after complete', () => {
  it.each([
    ['a slow query', SLOW, {}],
    ['a short query', '{ __typename }', {}],
    ['a query that is refused', '{ none }', {}],
    ['a subscription that is refused', 'subscription { npsUpdates(window: "none") { position } }', {}],
    ['a subscription', LIVE, { region: 'completed' }],
  ])('gets nothing of %s before, and ends with the socket', async (before, query, variables) => {
    const socket = await connected();
    socket.send(subscribe('1', query, variables), complete('1'), subscribe('1', LIVE, { region: before }));
    await until(() => socket.messages.length > 0, 'the present row comes');
    // Queued behind the slow query, so that it is answered by then.
    socket.send(subscribe('2', query, variables));
    await until(() => socket.messages.some(({ id }) => id === '2'), 'the same is answered under another id');
    const isOther = ({ id }: { id?: string }) => id === '2';
    const first = socket.messages.filter((message) => !isOther(message));
    socket.send(complete('2'));
    await submit(before);
    const own = () => ({ ...socket, messages: socket.messages.filter((message) => !isOther(message)) });
    await until(() => own().messages.length > first.length, 'the change comes');
    expect(rowsOf(own())).toEqual([{ responses: 0 }, { responses: 1 }]);
    socket.destroy();
    await until(async () => (await cohorts()) === 0, 'nothing is left of it');
  });

  it('begins a subscription although the one that it replaces is completed at the same moment', async () => {
    const socket = await connected();
    socket.send(subscribe('1', LIVE, { region: 'first' }));
    await until(() => socket.messages.length === 1, 'the present row comes');
    socket.send(complete('1'), subscribe('1', LIVE, { region: 'second' }));
    await until(() => socket.messages.length === 2, 'that of the other comes');
    await submit('first');
    await submit('second');
    await until(() => socket.messages.length === 3, 'its change comes');
    expect(rowsOf(socket)).toEqual([{ responses: 0 }, { responses: 0 }, { responses: 1 }]);
    expect(await cohorts()).toBe(1);
    socket.send(complete('1'));
    await until(async () => (await cohorts()) === 0, 'it is completed like any other');
    socket.destroy();
  });
});

it.each([
  ['ASCII', 'x'.repeat(120), 'x'.repeat(123 - 'Subscriber for '.length)],
  ['of several bytes', '€'.repeat(120), '€'.repeat(36)],
])('closes a socket that uses a long id twice: %s', async (_, id, begun) => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_KEY}` } });
  await once(socket, 'message');
  send(subscribe(id, LIVE, { region: 'long' }));
  await once(socket, 'message');
  const closed = once(socket, 'close');
  send(subscribe(id, LIVE, { region: 'long' }));
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, String(reason)]).toEqual([4409, `Subscriber for ${begun}`]);
  await until(async () => (await cohorts()) === 0, 'its subscription has ended');
});
