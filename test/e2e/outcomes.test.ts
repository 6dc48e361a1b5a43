import { describe, expect, it } from 'vitest';
import { type RunningServer, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

const server = useServer();

const BASE = Date.now() - 20 * 86_400_000;
const paymentOf = (id: number) => ({
  externalId: `pay ${id}`,
  kind: 'PAYMENT',
  at: new Date(BASE + id * 60_000).toISOString(),
  account: `account ${id % 7}`,
  respondent: `person ${id % 11}`,
  amount: id,
  currency: 'EUR',
  segmentValues: { region: `region ${id % 5}` },
});
interface Account {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejectedTotal: number;
  readonly rejected: readonly { index: number; code: string; message: string }[];
}
interface Page {
  readonly outcomes: {
    readonly edges: readonly { node: { externalId: string; amount: number | null } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

/** Every payment that is stored, page by page. */
async function listed(): Promise<Map<string, number | null>> {
  const found = new Map<string, number | null>();
  for (let after: string | null = null; ; ) {
    const { data }: { data: Page } = await server.graphql<Page>(
      `query ($after: String) { outcomes(outcomeKinds: [PAYMENT], first: 500, after: $after) {
        edges { node { externalId amount } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    for (const { node } of data.outcomes.edges) found.set(node.externalId, node.amount);
    if (!data.outcomes.pageInfo.hasNextPage) return found;
    after = data.outcomes.pageInfo.endCursor;
  }
}

/** Sends batches until the server is gone; notes which were acknowledged. */
async function write({ post }: RunningServer, ids: () => number[], sent: Set<number>, known: Set<number>) {
  for (;;) {
    const batch = ids();
    for (const id of batch) sent.add(id);
    try {
      const answer = await post('/ingest/outcomes', batch.map(paymentOf));
      const account = (await answer.json()) as Account;
      if (answer.status !== 202 || account.accepted + account.duplicates !== batch.length)
        throw new Error(JSON.stringify(account));
      for (const id of batch) known.add(id);
    } catch (error) {
      // Only a server that is gone may fail a batch.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

describe('the door for outcomes', () => {
  it('takes a list and lines, and accounts for each item', async () => {
    const items = [
      {
        externalId: 'd1',
        kind: 'DEAL_WON',
        at: '2026-01-02T00:00:00Z',
        account: 'acme',
        amount: 1200.5,
        currency: 'eur',
      },
      {
        externalId: 'd2',
        kind: 'DEAL_WON',
        at: '2026-01-02T00:00:00Z',
        account: 'acme',
        amount: 1,
        currency: 'XXX?',
      },
    ];
    const answer = await server.post('/ingest/outcomes', items);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, code: 'INVALID', message: expect.stringContaining('currency') }],
    });
    const again = await server.post('/ingest/outcomes', [items[1]]);
    expect(again.status).toBe(422);
  });

  it('is the mutation too', async () => {
    const input = [
      {
        externalId: 'd1',
        kind: 'DEAL_WON',
        at: '2026-01-02T00:00:00Z',
        account: 'ACME',
        amount: 1200.5,
        currency: 'EUR',
      },
      {
        ...{
          externalId: 'd3',
          kind: 'USAGE',
          at: '2026-01-02T00:00:00Z',
          account: 'acme',
          quantity: 3,
          name: 'reports',
        },
        segmentValues: { region: 'Peru' },
      },
    ];
    const { data } = await server.graphql<{ submitOutcomes: Account }>(
      'mutation ($input: [OutcomeInput!]!) { submitOutcomes(input: $input) { accepted duplicates rejectedTotal } }',
      { input },
    );
    expect(data.submitOutcomes).toEqual({ accepted: 1, duplicates: 1, rejectedTotal: 0 });
    const query =
      '{ outcomes(first: 9) { edges { node { externalId kind amount currency quantity name account segmentValues { field value } } } } }';
    const { data: found } = await server.graphql<{ outcomes: { edges: { node: object }[] } }>(query);
    const nodes = found.outcomes.edges.map(({ node }) => node);
    expect(nodes).toMatchObject([
      { externalId: expect.anything(), kind: expect.anything() },
      { externalId: expect.anything(), kind: expect.anything() },
    ]);
    expect(nodes).toContainEqual(
      expect.objectContaining({
        ...{ externalId: 'd3', kind: 'USAGE', quantity: 3, name: 'reports', amount: null },
        account: expect.stringMatching(/^a1_/),
        segmentValues: expect.arrayContaining([{ field: 'region', value: 'Peru' }]),
      }),
    );
  });
});

describe('kill -9 between and during batches of outcomes', () => {
  it('loses nothing that was accepted and stores nothing twice', async () => {
    const sent = new Set<number>();
    const known = new Set<number>();
    let next = 0;
    const fresh = () => Array.from({ length: 40 }, () => next++);
    for (const pause of [100, 500]) {
      const goal = known.size + 200;
      const writers = Array.from({ length: 4 }, () => write(server, fresh, sent, known));
      await until(() => known.size >= goal, 'some batches are through');
      await new Promise((done) => setTimeout(done, pause));
      server.process.kill('SIGKILL');
      await Promise.all(writers);
      await server.start();
    }
    const before = await listed();
    for (const id of known) expect(before.get(`pay ${id}`), `outcome ${id} was accepted`).toBe(id);
    expect(before.size).toBeLessThanOrEqual(sent.size);
    const all = [...sent];
    let duplicates = 0;
    for (let i = 0; i < all.length; i += 1_000) {
      const batch = all.slice(i, i + 1_000).map(paymentOf);
      const account = (await (await server.post('/ingest/outcomes', batch)).json()) as Account;
      expect(account.accepted + account.duplicates).toBe(batch.length);
      duplicates += account.duplicates;
    }
    expect(duplicates).toBe(before.size);
    expect((await listed()).size).toBe(sent.size);
  });
});
