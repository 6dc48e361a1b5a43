import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/*
 * A reader of server-sent events that does not read is dropped, not buffered for (over WebSocket: live.test.ts); one who
 * reads is not, however much comes at once.
 */

const server = useServer();

const GROUPS = 200;
/** Rows of many groups that request their long ids repeatedly: one update is over a megabyte. */
const FAT = `subscription { npsUpdates(groupBy: [REGION]) { position row { region responses ${Array.from({ length: 28 }, (_, i) => `a${i}: id`).join(' ')} } } }`;
const REGION = 'x'.repeat(150);

let next = 0;
/** One response in each group, so that each has its row sent. */
async function submitToAll(more: object = {}): Promise<void> {
  next += 1;
  const items = Array.from({ length: GROUPS }, (_, i) => ({
    externalId: `slow ${next} ${i}`,
    answeredAt: new Date().toISOString(),
    score: 10,
    region: `${REGION} ${i}`,
    ...more,
  }));
  expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: GROUPS });
}
const metric = async (name: string) => {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

/** Connections that the server ended, of the kind and with the code. */
const ended = async (transport: string, code: string) => {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })).text();
  const line = `scoreline_sockets_ended_total{transport="${transport}",code="${code}"} `;
  return Number(text.split(line)[1]?.split('\n')[0] ?? 0);
};

/** The end of all that still comes. */
async function readToEnd(socket: Socket): Promise<string> {
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    rest = (rest + chunk.toString('latin1')).slice(-4_000);
  });
  socket.resume();
  await until(() => rest.includes('event: complete'), 'it has read to the end');
  socket.destroy();
  return rest;
}

/** Subscribes over a connection of its own. */
function openStream(query: string): Socket {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const body = JSON.stringify({ query });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nAccept: text/event-stream\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}

it('drops a stream that is not read with a reason, while others on the same subscription continue', async () => {
  await submitToAll();
  const client = createClient({
    url: `${server.url}/graphql`,
    retryAttempts: 0,
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const rows = new Map<string, number>();
  const errors: unknown[] = [];
  const stop = client.subscribe<{ npsUpdates: { row: { region: string; responses: number } } }>(
    { query: FAT },
    {
      next: ({ data, errors: received }) => {
        if (received) errors.push(received);
        if (data) rows.set(data.npsUpdates.row.region, data.npsUpdates.row.responses);
      },
      error: (error) => errors.push(error),
      complete: () => errors.push('complete'),
    },
  );
  const readerHas = (responses: number) =>
    until(
      () => rows.size === GROUPS && [...rows.values()].every((one) => one === responses),
      `the reader has every row with ${responses} responses`,
    );
  await readerHas(next);

  const slow = openStream(FAT);
  await once(slow, 'data');
  slow.pause();
  expect(await metric('scoreline_event_streams')).toBe(2);
  expect(await metric('scoreline_subscription_cohorts'), 'both are one cohort').toBe(1);
  // What the kernel holds for it fills first; from then on each round would stay in the server's memory.
  let rounds = 0;
  await until(async () => {
    if (rounds < 60) await submitToAll();
    rounds += 1;
    return (await metric('scoreline_event_streams')) === 1;
  }, 'the slow one is dropped');
  // The reader missed nothing, and still gets the reason.
  await readerHas(next);
  await submitToAll();
  await readerHas(next);
  expect(errors).toEqual([]);

  // It gets the reason however late it reads, right after what the kernel holds for it.
  await new Promise((done) => setTimeout(done, 2_500));
  const rest = await readToEnd(slow);
  expect(rest).toContain('SLOW_CONSUMER');
  expect(rest).toMatch(/slow consumer: over \d+ bytes unread; resume with after/);
  expect(await ended('stream', 'SLOW_CONSUMER')).toBe(1);
  stop();
  client.dispose();
});

it('gives a late reader over WebSocket the reason, counts it and logs it', async () => {
  const late = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = once(late, 'close');
  await once(late, 'open');
  late.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_KEY}` } }));
  await once(late, 'message');
  late.send(JSON.stringify({ id: 'late', type: 'subscribe', payload: { query: FAT } }));
  await once(late, 'message');
  late.pause();
  await until(async () => {
    await submitToAll();
    return (await ended('websocket', '4413')) === 1;
  }, 'it is dropped');
  // Longer than the server waits for an answer to its close frame.
  await new Promise((done) => setTimeout(done, 3_000));
  late.resume();
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, String(reason)]).toEqual([
    4413,
    `slow consumer: over ${1024 * 1024} bytes unread; resume with after`,
  ]);
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.includes('the server ended a connection'));
  const line = lines.map((text) => JSON.parse(text)).find((facts) => facts.code === 4413);
  expect(line).toMatchObject({ transport: 'websocket', caller: 'admin', reason: String(reason) });
  expect(line.unread).toBeGreaterThan(1024 * 1024);
  expect(line.requestId).toMatch(/^[\w-]{36}$/);
});

it('gives a reader over WebSocket all rows, although they exceed the bound of unread bytes', async () => {
  const client = createSocketClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  // Ids of many kilobytes: a socket writes small frames at once, so that the kernel takes the first megabytes.
  const long = '€'.repeat(190);
  await submitToAll({ channel: long, productLine: long, lifecycleStage: long });
  const query = FAT.replace(
    '[REGION]',
    `[REGION, CHANNEL, PRODUCT_LINE, LIFECYCLE_STAGE], segment: { channel: ["${long}"] }`,
  );
  let bytes = 0;
  let rows = 0;
  const errors: unknown[] = [];
  client.subscribe(
    { query },
    {
      next: (answer) => {
        rows += 1;
        bytes += JSON.stringify(answer).length;
      },
      error: (error) => errors.push(error),
      complete: () => errors.push('complete'),
    },
  );
  await until(() => rows >= GROUPS || errors.length > 0, 'all rows are there');
  expect(errors).toEqual([]);
  expect(bytes).toBeGreaterThan(10 * 1024 * 1024);
  await client.dispose();
});
