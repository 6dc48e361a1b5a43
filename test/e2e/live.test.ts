import { connect } from 'node:net';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient, type ExecutionResult } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ADMIN_KEY, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

interface Update {
  position: string;
  lagMs?: number | null;
  row: { id: string; region: string | null; score: number | null; responses: number };
}
type Result = ExecutionResult<{ npsUpdates: Update }>;

const server = useServer();

let next = 0;
/** Answers of now in a region of the test's own. */
const submit = async (region: string, scores: readonly number[]) => {
  const items = scores.map((score) => {
    next += 1;
    return { externalId: `live-${next}`, answeredAt: new Date().toISOString(), score, region };
  });
  const answer = await server.post('/ingest/responses', items);
  expect(await answer.json()).toMatchObject({ accepted: scores.length });
};
const metric = async (name: string) => {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': ADMIN_KEY } })).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};
const operation = (region: string, more = '') =>
  `subscription { npsUpdates(segment: { region: ["${region}"] }${more}) { position lagMs row { id region score responses } } }`;

/** Collects what one subscription gets, over either transport. */
const transports = {
  WebSocket: () => {
    const url = `${server.url.replace('http', 'ws')}/graphql`;
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    return { subscribe: client.subscribe.bind(client), dispose: () => client.dispose() };
  },
  SSE: () => {
    const client = createSseClient({
      url: `${server.url}/graphql`,
      retryAttempts: 0,
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    return { subscribe: client.subscribe.bind(client), dispose: () => client.dispose() };
  },
};

type Transport = ReturnType<(typeof transports)['SSE']>;
function collect(client: Transport, query: string, variables?: Record<string, unknown>) {
  const updates: Update[] = [];
  const results: Result[] = [];
  const state = { ended: false, error: null as unknown };
  const stop = client.subscribe<{ npsUpdates: Update }>(
    { query, ...(variables ? { variables } : {}) },
    {
      next: (result) => {
        results.push(result as Result);
        if (result.data) updates.push(result.data.npsUpdates);
      },
      error: (error) => {
        state.error = error;
        state.ended = true;
      },
      complete: () => {
        state.ended = true;
      },
    },
  );
  return { updates, results, state, stop };
}

describe.each(Object.entries(transports))('npsUpdates over %s', (name, connectClient) => {
  const region = `R ${name}`;

  it('sends the current row first, then each change with its position, and resumes with nothing missed', async () => {
    await submit(region, [9, 10]);
    const client = connectClient() as Transport;
    const first = collect(client, operation(region));
    await until(() => first.updates.length === 1, 'the present row comes');
    expect(first.updates[0]?.row).toMatchObject({ score: 100, responses: 2 });
    await submit(region, [0]);
    await until(() => first.updates.length === 2, 'the change comes');
    expect(first.updates[1]?.row.responses).toBe(3);
    expect(first.updates[1]?.position).not.toBe(first.updates[0]?.position);
    // Of the change; the present row follows none.
    expect(first.updates.map(({ lagMs }) => typeof lagMs)).toEqual(['object', 'number']);
    first.stop();

    const after = first.updates[1]?.position;
    const query = `subscription ($after: String) { npsUpdates(segment: { region: ["${region}"] }, after: $after) { position row { responses } } }`;
    const idle = collect(client, query, { after });
    await submit(`${region} elsewhere`, [5]);
    await new Promise((done) => setTimeout(done, 300));
    expect(idle.updates, 'nothing of this segment changed').toEqual([]);
    await submit(region, [7, 8]);
    await until(() => idle.updates.length === 1, 'what changes after a resume comes');
    expect(idle.updates[0]?.row.responses).toBe(5);
    idle.stop();

    const missed = collect(client, query, { after });
    await until(() => missed.updates.length === 1, 'what was missed comes');
    expect(missed.updates[0]?.row.responses).toBe(5);
    missed.stop();
    await client.dispose();
  });

  it('sends the rows of groups one by one, and reports what is wrong with the arguments', async () => {
    await submit(`${region} A`, [9]);
    await submit(`${region} B`, [0]);
    const client = connectClient() as Transport;
    const groups = collect(
      client,
      `subscription { npsUpdates(segment: { region: ["${region} A", "${region} B"] }, groupBy: [REGION]) { position row { id region score responses } } }`,
    );
    await until(() => groups.updates.length === 2, 'both rows come');
    expect(groups.updates.map(({ row }) => [row.region, row.score])).toEqual([
      [`${region} A`, 100],
      [`${region} B`, -100],
    ]);
    await submit(`${region} B`, [10]);
    await until(() => groups.updates.length === 3, 'the changed row comes');
    expect(groups.updates[2]?.row).toMatchObject({ region: `${region} B`, score: 0, responses: 2 });
    for (const [query, message] of [
      [operation(region, ', window: "P0D"'), /whole number of one unit/],
      [operation(region, ', after: "soon"'), /not a position/],
      ['subscription { npsUpdates { nothing } }', /Cannot query field/],
    ] as const) {
      const wrong = collect(client, query);
      await until(() => wrong.state.ended, 'the wrong one ends');
      expect(JSON.stringify(wrong.results.concat(wrong.state.error as never))).toMatch(message);
    }
    await client.dispose();
  });

  it('executes queries too, by the same rules', async () => {
    const client = connectClient() as Transport;
    const query = collect(client, '{ nps { score } }');
    await until(() => query.state.ended, 'the query is answered');
    expect(query.results[0]?.data).toMatchObject({ nps: [{ score: expect.any(Number) }] });
    const aliases = collect(
      client,
      `{ ${Array.from({ length: 40 }, (_, i) => `a${i}: nps { id }`).join(' ')} }`,
    );
    await until(() => aliases.state.ended, 'too many aliases are refused');
    expect(JSON.stringify(aliases.results.concat(aliases.state.error as never))).toMatch(/[Aa]lias/);
    await client.dispose();
  });
});

/** Rows are sent at most once in it (api/subscriptions/live-feed.ts). */
const TICK_MS = 50;

describe('cohorts', () => {
  it('execute equal subscriptions once, whatever their number, and coalesce changes within a tick', async () => {
    const region = 'many';
    await submit(region, [9]);
    const clients = Array.from({ length: 10 }, () => transports.WebSocket() as Transport);
    const all = clients.flatMap((client) =>
      Array.from({ length: 20 }, () => collect(client, operation(region))),
    );
    await until(() => all.every(({ updates }) => updates.length === 1), 'all have the present row');
    expect(await metric('scoreline_subscription_cohorts')).toBe(1);
    expect(await metric('scoreline_websockets')).toBe(10);
    const before = all[0]?.updates.length ?? 0;
    const began = performance.now();
    await Promise.all(Array.from({ length: 30 }, (_, i) => submit(region, [i % 11])));
    await until(
      () => all.every(({ updates }) => updates.at(-1)?.row.responses === 31),
      'all have the last row',
    );
    for (const { updates } of all) expect(updates).toEqual(all[0]?.updates);
    const ticks = Math.ceil((performance.now() - began) / TICK_MS);
    expect((all[0]?.updates.length ?? 0) - before).toBeLessThanOrEqual(ticks + 1);
    const other = collect(clients[0] as Transport, operation(region, ', window: "P7D"'));
    await until(() => other.updates.length === 1, 'another window has its row');
    expect(await metric('scoreline_subscription_cohorts')).toBe(2);
    other.stop();
    for (const { stop } of all) stop();
    await until(async () => (await metric('scoreline_subscription_cohorts')) === 0, 'the cohorts are gone');
    await Promise.all(clients.map((client) => client.dispose()));
  });
});

describe('the socket', () => {
  const open = (key: string | null) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      socket.on('open', () =>
        socket.send(
          JSON.stringify({ type: 'connection_init', payload: key ? { authorization: `Bearer ${key}` } : {} }),
        ),
      );
      socket.on('close', resolve);
      socket.on('message', () => socket.close(1000));
    });

  it('refuses callers without a key', async () => {
    expect(await open(null)).toBe(4403);
    expect(await open('wrong')).toBe(4403);
    expect(await open(ADMIN_KEY)).not.toBe(4403);
    const stream = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream' },
      body: '{}',
    });
    expect(stream.status).toBe(401);
  });

  it('drops a client that does not read, and keeps the others', async () => {
    const region = 'slow';
    await submit(region, [1]);
    const good = collect(transports.WebSocket() as Transport, operation(region));
    await until(() => good.updates.length === 1, 'the reader is served');
    const sockets = await metric('scoreline_websockets');
    // Speaks just enough of the protocol to subscribe many times, then stops reading permanently.
    const { hostname, port } = new URL(server.url);
    const slow = connect(Number(port), hostname);
    const frame = (message: object) => {
      const body = Buffer.from(JSON.stringify(message));
      const length =
        body.length < 126
          ? Buffer.from([0x80 | body.length])
          : Buffer.from([0x80 | 126, body.length >> 8, body.length & 255]);
      return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), body]);
    };
    slow.on('error', () => undefined);
    slow.write(
      `GET /graphql HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${Buffer.alloc(16, 1).toString('base64')}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
    await new Promise((done) => slow.once('data', done));
    slow.write(frame({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_KEY}` } }));
    await new Promise((done) => slow.once('data', done));
    // Each row asks for its long id many times, so that unread bytes grow fast.
    const fat = `subscription { npsUpdates(segment: { region: ["${region}"] }) { position row { ${Array.from({ length: 28 }, (_, i) => `a${i}: id`).join(' ')} } } }`;
    for (let i = 0; i < 60; i++)
      slow.write(frame({ id: `s${i}`, type: 'subscribe', payload: { query: fat } }));
    await until(
      async () => (await metric('scoreline_subscription_cohorts')) >= 2,
      'the slow one has subscribed',
    );
    slow.pause();
    await until(async () => {
      await submit(region, [3]);
      return (await metric('scoreline_websockets')) <= sockets;
    }, 'the slow one is dropped');
    const before = good.updates.length;
    await submit(region, [9]);
    await until(() => good.updates.length > before, 'the reader is still served');
    slow.destroy();
    good.stop();
  });

  it('informs subscribers when the server stops', async () => {
    await submit('stop', [9]);
    const both = Object.values(transports).map((connectClient) =>
      collect(connectClient() as Transport, operation('stop')),
    );
    await until(() => both.every(({ updates }) => updates.length === 1), 'both are served');
    expect((await server.stop()).code).toBe(0);
    await until(() => both.every(({ state }) => state.ended), 'both are informed');
    expect(both[0]?.state.error).toMatchObject({ code: 1001 });
    expect(both[1]?.results.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'GOING_AWAY' } }] });
    await server.start();
  });
});
