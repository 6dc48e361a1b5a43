import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fixtures } from '../../../ingestion/webhooks/vendors/canonical.fixtures.ts';
import { useServer } from '../../fixtures/use-server.ts';

/* One connection sends more than can be stored: it is refused with a time to come back, and the others keep their share. */

const server = useServer({
  config: `export default {
    dimensions: [{ field: 'region' }],
    limits: { cost: { default: { operation: 10_000, minute: null } } },
  };`,
});

interface Sender {
  readonly path: string;
  readonly secret: string;
  next: number;
}

async function connect(name: string): Promise<Sender> {
  const { data } = await server.graphql<{
    createConnection: { connection: { path: string }; secret: string };
  }>(
    'mutation ($input: ConnectionInput!) { createConnection(input: $input) { connection { path } secret } }',
    {
      input: { connector: 'canonical', name, sources: [name], mapping: { source: name } },
    },
  );
  const { connection, secret } = data.createConnection;
  return { path: connection.path, secret, next: 0 };
}

/** Posts so many new answers as the sender of the connection. */
async function post(sender: Sender, items: number, more: object = {}) {
  const body = JSON.stringify(
    Array.from({ length: items }, () => {
      sender.next += 1;
      return { externalId: `${sender.next}`, answeredAt: '2026-03-01T09:30:00Z', score: 9, ...more };
    }),
  );
  const [raw, url] = [Buffer.from(body), `${server.url}${sender.path}`];
  const headers = fixtures.sign(raw, sender.secret, Date.now(), `msg_${sender.path}_${sender.next}`, url);
  const answer = await fetch(url, { method: 'POST', body: raw, headers });
  const { accepted = 0 } = (await answer.json()) as { accepted?: number };
  return { status: answer.status, accepted, retryAfter: Number(answer.headers.get('retry-after')) };
}

const memory = () => {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
};

/** Sends without waiting for room, by so many at once, until it is stopped; how it was answered. */
function flood(sender: Sender, atOnce: number, items: number, more: object = {}) {
  const answers: Awaited<ReturnType<typeof post>>[] = [];
  let isOver = false;
  let most = 0;
  const one = async () => {
    while (!isOver) {
      answers.push(await post(sender, items, more));
      most = Math.max(most, memory());
      if (answers.at(-1)?.status === 429) await new Promise((done) => setTimeout(done, 20));
    }
  };
  const running = Promise.all(Array.from({ length: atOnce }, one));
  return {
    answers,
    most: () => most,
    stop: async () => {
      isOver = true;
      await running;
    },
  };
}

it('others get their turn beside thousands of answers that wait', async () => {
  const loud = await connect('loud');
  const quiet = await Promise.all(['one', 'two', 'three'].map(connect));
  const POSTS = 6;
  const flooding = flood(loud, 100, 20);
  while (flooding.answers.length < 5) await post(quiet[0] as Sender, 1);
  const stored = () => flooding.answers.reduce((sum, { accepted }) => sum + accepted, 0);
  const before = stored();
  const statuses = await Promise.all(
    quiet.map(async (sender) => {
      const own: number[] = [];
      while (own.length < POSTS) own.push((await post(sender, 1)).status);
      return own;
    }),
  );
  const meanwhile = stored() - before;
  await flooding.stop();
  expect(statuses.flat().filter((status) => status !== 202)).toEqual([]);
  expect(flooding.answers.filter(({ status }) => status !== 202)).toEqual([]);
  // A transaction takes 100 rows here. In the order of arrival each answer would wait for 2,000 of the flood.
  expect(meanwhile / POSTS).toBeLessThan(700);
  // Of what was answered with 202 nothing is missing.
  const { data } = await server.graphql<{ nps: { responses: number }[] }>(
    '{ nps(window: "P3650D", asOf: "2026-11-01T00:00:00Z") { responses } }',
  );
  const all = stored() + quiet.reduce((sum, { next }) => sum + next, 0);
  expect(data.nps.map(({ responses }) => responses)).toEqual([all]);
});

it('memory stays flat while bodies of more bytes than it may hold are sent', async () => {
  const heavy = await connect('heavy');
  const quiet = await connect('light');
  const more = { comment: 'x'.repeat(900_000), score: 99 };
  await post(heavy, 1, more);
  const before = memory();
  const flooding = flood(heavy, 100, 1, more);
  const statuses: number[] = [];
  while (flooding.answers.length < 300) statuses.push((await post(quiet, 1)).status);
  await flooding.stop();
  expect(statuses.filter((status) => status !== 202)).toEqual([]);
  const refused = flooding.answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every(({ retryAfter }) => retryAfter >= 1 && retryAfter <= 60)).toBe(true);
  // 270 MB came, of which 8 MB may be in memory at once, as bytes, as a text and as an item.
  expect(flooding.most() - before).toBeLessThan(200_000_000);
});
