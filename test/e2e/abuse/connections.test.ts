import { once } from 'node:events';
import { afterAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { LIMITS } from '../../../api/limits.ts';
import { until } from '../../fixtures/server.ts';
import { messages, transportsTo } from '../../fixtures/transports.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Connections of one key: their number is bounded, and others connect meanwhile. */

const LIVE = 'subscription { npsUpdates { position } }';
const server = useServer({ keys: { greedy: 'feed', healthy: 'feed', streams: 'feed', large: 'feed' } });
const { keys } = server;
const open: WebSocket[] = [];

afterAll(async () => {
  for (const socket of open) socket.terminate();
});

/** "in", or the close code and reason. */
async function connect(name: string): Promise<string> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  open.push(socket);
  await once(socket, 'open');
  const received = new Promise<string>((resolve) => {
    socket.once('message', () => resolve('in'));
    socket.once('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  socket.send(
    JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${keys[name]}` } }),
  );
  return received;
}

it('lets one key keep so many WebSockets, and reports why it refuses more', async () => {
  const answers: string[] = [];
  for (let i = 0; i < LIMITS.sockets; i += 50)
    answers.push(...(await Promise.all(Array.from({ length: 50 }, () => connect('greedy')))));
  expect(new Set(answers)).toEqual(new Set(['in']));
  expect(await connect('greedy')).toBe(`4429 at most ${LIMITS.sockets} WebSockets of one key at once`);
  expect(await connect('healthy')).toBe('in');
  open[0]?.close();
  await until(async () => (await connect('greedy')) === 'in', 'the place of the one that closed is free');
});

it('lets so many WebSockets of one address wait for connection_init, and for ten seconds', async () => {
  const url = `${server.url.replace('http', 'ws')}/graphql`;
  const waiting: WebSocket[] = [];
  const closed: number[] = [];
  const wait = () =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url, 'graphql-transport-ws');
      socket.once('open', () => {
        waiting.push(socket);
        resolve('open');
      });
      socket.once('close', (code) => closed.push(code));
      socket.once('error', ({ message }) => resolve(message));
    });
  const first: string[] = [];
  for (let i = 0; i < LIMITS.socketsWaitingOfAddress; i += 50)
    first.push(...(await Promise.all(Array.from({ length: 50 }, wait))));
  expect(new Set(first)).toEqual(new Set(['open']));
  expect(await wait()).toContain('503');
  // One that shows its key makes room for another.
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${keys['healthy']}` } };
  const admitted = once(waiting[0] as WebSocket, 'message');
  waiting[0]?.send(JSON.stringify(init));
  await admitted;
  expect(await wait()).toBe('open');
  await until(
    async () => closed.length >= LIMITS.socketsWaitingOfAddress,
    'those that show no key are closed',
  );
  expect(new Set(closed.filter((code) => code !== 1006))).toEqual(new Set([4408]));
  waiting[0]?.close();
});

const streamOf = (key: string, query: string, signal: AbortSignal) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keys[key]}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query }),
    signal,
  });

it('lets one key keep so many event streams, and reports why it refuses more', async () => {
  const stop = new AbortController();
  const stream = (query: string) => streamOf('streams', query, stop.signal);
  // Kept: an unreferenced answer is closed.
  const begun: Response[] = [];
  for (let i = 0; i < LIMITS.streams; i += 50)
    begun.push(...(await Promise.all(Array.from({ length: 50 }, () => stream(LIVE)))));
  expect(new Set(begun.map(({ status }) => status))).toEqual(new Set([200]));
  const refused = await stream('{ __typename }');
  expect(refused.status).toBe(429);
  expect(await refused.text()).toContain(`at most ${LIMITS.streams} event streams of one key at once`);
  await begun[0]?.body?.cancel();
  await until(
    async () => (await stream('{ __typename }')).status === 200,
    'the place of the one that ended is free',
  );
  stop.abort();
});

it('counts a subscription with a long document as several, until it ends', async () => {
  const stop = new AbortController();
  let made = 0;
  /** Kept: an unreferenced answer is closed. */
  const readers: unknown[] = [];
  /** The first event of another stream. */
  const begin = async (signal: AbortSignal) => {
    const query = `subscription { npsUpdates { ${'...@include(if:true){position}'.repeat(300)} } } #${made++}`;
    const reader = (await streamOf('large', query, signal)).body?.getReader();
    readers.push(reader);
    const decoder = new TextDecoder();
    let text = '';
    while (!text.includes('data: {')) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  };
  const first = new AbortController();
  expect(await begin(first.signal)).toContain('"npsUpdates"');
  for (let count = 2; count <= Math.floor(LIMITS.subscriptions / 21); count++)
    expect(await begin(stop.signal)).toContain('"npsUpdates"');
  expect(await begin(stop.signal)).toContain('by its size this one counts as 21');
  first.abort();
  await until(
    async () => (await begin(stop.signal)).includes('"npsUpdates"'),
    'the place of the one that ended is free',
  );
  stop.abort();
});

it.each(['sse', 'ws'])('keeps no large variables of a subscription: %s', async (transport) => {
  const send = transportsTo(() => server.url).find(([name]) => name === transport)?.[1];
  const large = 'x'.repeat(LIMITS.subscriptionVariables);
  const declared = await send?.(String(keys['healthy']), {
    query: 'subscription ($after: String) { npsUpdates(after: $after) { position } }',
    variables: { after: large },
  });
  expect(messages(declared ?? {})).toContain(`at most ${LIMITS.subscriptionVariables} bytes`);
});
