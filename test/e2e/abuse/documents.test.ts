import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { expectUndisturbed } from '../../fixtures/abuse.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* Documents that are valid and small, and much work to prepare. */

const COST =
  '{ default: { operation: 10_000, minute: 6_000_000 }, feed: { operation: 1_000, minute: 5_000 } }';
const DIMENSIONS = "['productLine', 'region', 'lifecycleStage', 'channel'].map((field) => ({ field }))";
const CONFIG = `export default { dimensions: ${DIMENSIONS}, limits: { cost: ${COST} } };`;
const server = useServer({
  config: CONFIG,
  keys: { analyst: 'analyst', collector: 'collector', poor: 'feed' },
});
const { keys } = server;

const post = async (role: string, body: string) => {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[role]}`, 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, text: await answer.text() };
};

const M = 'fragment M on ModelVersion { id }';
const ALL = `id answeredAt receivedAt channel class comment externalId lifecycleStage productLine region respondent scale score
  source survey surveyVersion prediction { abstained class detractor passive promoter sentiment negative neutral positive
  uncertainty themes { called probability theme } modelVersion { ...M } }`;
const aliases = Array.from(
  { length: 28 },
  (_, i) =>
    `a${i}: responses(first: 1) { pageInfo { hasNextPage endCursor } edges { cursor node { ...F } } }`,
);
const large = (more: string) => `{ ${aliases.join(' ')} } fragment F on Response { ${ALL} } ${M} #${more}`;

/* How many of them are kept compiled, and which at all: api/compiled.test.ts. */
it.each([
  ['each another one', 40, 1],
  ['each again', 8, 4],
])('large documents block no other caller: %s', async (_, documents, times) => {
  let made = 0;
  await expectUndisturbed(server, async () => {
    for (let i = 0; i < documents; i++) {
      const body = JSON.stringify({ query: large(`${times} ${made++}`) });
      for (let again = 0; again < times; again++) {
        const { status, text } = await post('analyst', body);
        expect(status, text.slice(0, 300)).toBe(200);
      }
    }
  });
});

const asking = (variables: string) => `{"query":"{ viewer { name } }","variables":${variables}}`;
const MANY = asking(`{"a":[${'{},'.repeat(1_000_000)}{}]}`);
/** Names that are all others take the parser the longest. */
const NAMES = asking(`{${Array.from({ length: 280_000 }, (_, i) => `"k${i}":1`).join()}}`);

it('bodies with very many values are refused before they are parsed, and charged', async () => {
  await expectUndisturbed(server, async () => {
    for (const body of [
      MANY,
      MANY.replace('{"a"', '{"constructor":1,"a"'),
      `${MANY.slice(0, -1)},"x":`,
      NAMES,
    ]) {
      const { status, text } = await post('collector', body);
      expect(status, text.slice(0, 300)).toBe(400);
      expect(text.length).toBeLessThan(1_500);
    }
  });
});

/** Sends one frame on a socket, after `connection_init` where there is a key; how the socket ended, or the answer. */
function frame(text: string, key?: string): Promise<string> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    const init = JSON.stringify({ type: 'connection_init', payload: { 'x-api-key': keys[key ?? ''] } });
    socket.on('open', () => socket.send(key ? init : text));
    socket.on('message', (data) => {
      if (String(data).includes('connection_ack')) return socket.send(text);
      resolve(String(data));
      socket.close();
    });
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
    socket.on('error', reject);
  });
}

it('frames with very many values are refused before they are parsed, and charged', async () => {
  const wrapped = (body: string) => `{"id":"1","type":"subscribe","payload":${body}}`;
  await expectUndisturbed(server, async () => {
    for (const body of [MANY, NAMES])
      expect(await frame(wrapped(body), 'collector')).toMatch(/^4400 the body: more than \d+ lists/);
    expect(await frame(`{"type":"connection_init","payload":${NAMES}}`)).toMatch(
      /^4400 connection_init: at most/,
    );
  });
  const small = asking(`{"a":"${'x'.repeat(100_000)}"}`);
  expect(await frame(wrapped(small), 'collector')).toContain('"viewer"');
  // A minute has 5,000 points, and each of these costs 900.
  const ended: string[] = [];
  const costly = wrapped(asking(`{"a":"${'x'.repeat(3_700_000)}"}`));
  for (let i = 0; i < 8; i++) ended.push(await frame(costly, 'poor'));
  expect(ended.at(-1)).toMatch(/^4429 /);
});

it('an item of very many fields is refused before it is parsed', async () => {
  const fields = Array.from({ length: 24_000 }, (_, i) => `"k${i}":1`).join();
  const good = '{"externalId":"good","answeredAt":"2026-01-01T00:00:00Z","score":9}';
  let number = 0;
  await expectUndisturbed(server, async () => {
    const items = Array.from({ length: 50 }, () => `{"externalId":"x${number++}",${fields}}`);
    const answer = await server.post('/ingest/responses', `[${items.join()},${good}]`);
    const body = await answer.json();
    expect(body).toMatchObject({ rejectedTotal: 50, rejectedByCode: [{ code: 'INVALID', count: 50 }] });
  });
});

it('members with names of JavaScript are members like others', async () => {
  for (const name of ['__proto__', 'constructor', 'prototype']) {
    const { status, text } = await post('collector', asking(`{"${name}":{"polluted":true}}`));
    expect(status, text).toBe(200);
    expect(text).not.toContain('polluted');
  }
  const hidden = await post('collector', '{"__proto__":{"query":"{ viewer { name } }"}}');
  expect(hidden.status).toBe(400);
});
