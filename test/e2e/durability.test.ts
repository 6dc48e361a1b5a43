import { describe, expect, it } from 'vitest';
import { type RunningServer, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

const server = useServer();

interface Totals {
  nps: { responses: number }[];
  npsSeries: { responses: number }[];
}
const BASE = Date.now() - 20 * 86_400_000;
const answerOf = (id: number) => ({
  externalId: `k${id}`,
  answeredAt: new Date(BASE + id * 60_000).toISOString(),
  score: id % 11,
  region: `region ${id % 5}`,
});
const BATCH = 40;
const WRITERS = 4;

/** Sends batches until the server is gone; notes which were acknowledged, and which were only sent. */
async function write(
  server: RunningServer,
  ids: () => number[],
  sent: Set<number>,
  acknowledged: Set<number>,
) {
  for (;;) {
    const batch = ids();
    for (const id of batch) sent.add(id);
    try {
      const answer = await server.post('/ingest/responses', batch.map(answerOf));
      const account = (await answer.json()) as { accepted: number; duplicates: number };
      if (answer.status !== 202 || account.accepted + account.duplicates !== batch.length)
        throw new Error(JSON.stringify(account));
      for (const id of batch) acknowledged.add(id);
    } catch (error) {
      // Only a server that is gone may fail a batch.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

async function counted(server: RunningServer): Promise<{ window: number; days: number; listed: number }> {
  const from = new Date(BASE - 86_400_000).toISOString();
  const { data } = await server.graphql<Totals>(
    `{ nps(window: "P60D") { responses } npsSeries(from: "${from}", to: "${new Date().toISOString()}", every: HOUR) { responses } }`,
  );
  let listed = 0;
  let after: string | null = null;
  do {
    const page: {
      data: { responses: { edges: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
    } = await server.graphql(
      'query ($after: String) { responses(first: 500, after: $after) { edges { cursor } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    listed += page.data.responses.edges.length;
    after = page.data.responses.pageInfo.hasNextPage ? page.data.responses.pageInfo.endCursor : null;
  } while (after);
  const days = data.npsSeries.reduce((sum, row) => sum + row.responses, 0);
  return { window: data.nps[0]?.responses ?? -1, days, listed };
}

describe('kill -9 between and during batches', () => {
  it('loses nothing that was accepted and counts nothing twice', async () => {
    const sent = new Set<number>();
    const acknowledged = new Set<number>();
    let next = 0;
    const fresh = () => Array.from({ length: BATCH }, () => next++);
    for (const pause of [150, 400, 900]) {
      const goal = acknowledged.size + 200;
      const writers = Array.from({ length: WRITERS }, () => write(server, fresh, sent, acknowledged));
      await until(() => acknowledged.size >= goal, 'some batches are through');
      await new Promise((done) => setTimeout(done, pause));
      server.process.kill('SIGKILL');
      await Promise.all(writers);
      await server.start();
    }
    const before = await counted(server);
    expect(before.window, 'every accepted answer is there').toBeGreaterThanOrEqual(acknowledged.size);
    expect(before.window, 'none that was never sent').toBeLessThanOrEqual(sent.size);
    expect([before.days, before.listed], 'stored = counted').toEqual([before.window, before.window]);
    // The senders try again what was not acknowledged, and to be sure what was.
    const all = [...sent];
    let duplicates = 0;
    for (let i = 0; i < all.length; i += 1_000) {
      const batch = all.slice(i, i + 1_000).map(answerOf);
      const account = (await (await server.post('/ingest/responses', batch)).json()) as {
        accepted: number;
        duplicates: number;
      };
      expect(account.accepted + account.duplicates).toBe(batch.length);
      duplicates += account.duplicates;
    }
    expect(duplicates).toBe(before.window);
    expect(await counted(server)).toEqual({ window: sent.size, days: sent.size, listed: sent.size });
  });
});
