import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { launch, PAGE_PATIENCE_MS } from './chromium.ts';

/* A page of another origin in a real browser: it may ask where it is listed, and else not even with the key. */

const board = createServer((_request, response) =>
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>board</title>'),
);
let port: number;
const server = useServer({
  env: async () => {
    await once(board.listen(0, '127.0.0.1'), 'listening');
    port = (board.address() as AddressInfo).port;
    // The same page by its other name is another origin, and is not listed.
    return { SCORELINE_CORS_ORIGINS: `http://127.0.0.1:${port}` };
  },
});
let browser: Awaited<ReturnType<typeof launch>>;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  board.close();
});

/** Run in the page: how each way of asking ends there. */
const ASK = `async ({ url, key, authorization }) => {
  const headers = { authorization: authorization ?? 'Bearer ' + key };
  const outcome = (promise) => promise.catch((error) => error.constructor.name);
  const query = '{ nps(window: "P30D") { responses } }';
  const json = { ...headers, 'content-type': 'application/json' };
  const asked = async (path, init) => {
    const answer = await fetch(url + path, init);
    const text = await answer.text();
    return { status: answer.status, text: text.slice(0, 200), requestId: answer.headers.get('x-request-id') !== null };
  };
  const socket = () => new Promise((resolve) => {
    const ws = new WebSocket(url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
    ws.onopen = () => ws.send(JSON.stringify({ type: 'connection_init', payload: headers }));
    ws.onmessage = ({ data }) => { resolve(JSON.parse(data).type); ws.close(); };
    ws.onerror = () => resolve('error');
  });
  return {
    get: await outcome(asked('/graphql?query=' + encodeURIComponent(query), { headers })),
    post: await outcome(asked('/graphql', { method: 'POST', headers: json, body: JSON.stringify({ query }) })),
    events: await outcome(asked('/graphql', { method: 'POST', headers: { ...json, accept: 'text/event-stream' }, body: JSON.stringify({ query }) })),
    ingest: await outcome(asked('/ingest/responses', { method: 'POST', headers: json, body: '[]' })),
    unknownKey: await outcome(asked('/graphql', { method: 'POST', headers: { ...json, authorization: 'Bearer none' }, body: '{}' })),
    socket: await socket(),
  };
}`;

async function askFrom(page: string, authorization?: string): Promise<unknown> {
  const context = await browser.newContext();
  try {
    const opened = await context.newPage();
    opened.setDefaultTimeout(PAGE_PATIENCE_MS);
    await opened.goto(page);
    const given = JSON.stringify({ url: server.url, key: ADMIN_KEY, authorization });
    return await opened.evaluate(`(${ASK})(${given})`);
  } finally {
    await context.close();
  }
}

it('sends requests over every transport if its origin is listed, and can read refusals', async () => {
  expect(await askFrom(`http://127.0.0.1:${port}`)).toEqual({
    get: { status: 200, text: expect.stringContaining('"responses":0'), requestId: true },
    post: { status: 200, text: expect.stringContaining('"responses":0'), requestId: true },
    events: { status: 200, text: expect.stringContaining('event: next'), requestId: true },
    ingest: { status: 202, text: expect.stringContaining('"accepted":0'), requestId: true },
    unknownKey: { status: 401, text: expect.stringContaining('not known here'), requestId: true },
    socket: 'connection_ack',
  });
});

it('is excluded if it is not, although it has the key', async () => {
  expect(await askFrom(`http://localhost:${port}`)).toEqual({
    get: 'TypeError',
    post: 'TypeError',
    events: 'TypeError',
    ingest: 'TypeError',
    unknownKey: 'TypeError',
    socket: 'error',
  });
});

it('is not admitted by Basic credentials', async () => {
  const basic = `Basic ${Buffer.from(`x:${ADMIN_KEY}`).toString('base64')}`;
  expect(await askFrom(`http://127.0.0.1:${port}`, basic)).toMatchObject({
    get: { status: 401, text: expect.stringContaining('send Authorization: Bearer KEY') },
    ingest: { status: 401 },
  });
});
