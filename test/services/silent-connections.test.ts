import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { answerOf, countOf, keepSending } from '../fixtures/sending.ts';
import { freshInstance, type Instance, type RunningServer, startServer, until } from '../fixtures/server.ts';
import { type Silence, startProxy, type TcpProxy, through } from '../fixtures/tcp-proxy.ts';

/* Connections to PostgreSQL that go silent without a reset, like behind a firewall that drops them. */

let proxy: TcpProxy;
let instance: Instance;
let server: RunningServer;
/** The control: a connection without time limits, over the same way. */
let plain: pg.Client;

beforeAll(async () => {
  const services = inject('services');
  if (!services) throw new Error('this file runs in the vitest project "services" only');
  proxy = await startProxy(services.postgres.port);
  instance = await freshInstance();
  const url = through(proxy, instance.env.DATABASE_URL ?? '');
  server = await startServer(instance, { DATABASE_URL: url });
  plain = new pg.Client({ connectionString: url });
  plain.on('error', () => undefined);
  await plain.connect();
});
afterAll(async () => {
  await server?.stop();
  await proxy?.close();
  instance?.remove();
});

const readiness = async () => {
  const answer = await fetch(`${server.url}/readyz`);
  return { status: answer.status, ...((await answer.json()) as { parts: Record<string, string> }) };
};
/** The server processes of the connections that listen. */
const listeners = async () => {
  const admin = new pg.Client({ connectionString: instance.env.DATABASE_URL });
  await admin.connect();
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'scoreline notices'`,
  );
  await admin.end();
  return rows.map(({ pid }) => pid);
};
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Of pino; each request has a line below it. */
const WARN = 40;

describe('open connections that go silent', () => {
  let total = 0;
  let control: Promise<string>;

  it.each<Silence>(['both ways', 'answers'])(
    'stop ingest for some seconds only, reported by /readyz, and nothing is lost or doubled (%s)',
    async (silence) => {
      const sending = keepSending(server, 10, total);
      await until(() => sending.acknowledged.size >= 200, 'responses flow');
      // After an outage each silent connection of a pool is found by its next query.
      await until(async () => (await readiness()).status === 200, 'every part is ready');
      const before = proxy.swallowed();
      proxy.silenceOpen(silence);
      control ??= plain.query('SELECT 1').then(
        () => 'answered',
        () => 'failed',
      );
      const silentAt = sending.acknowledged.size;
      // Ingest itself is not ready for a moment only, when the connection has been given up.
      await until(async () => (await readiness()).status === 503, 'the silence is reported');
      // What was under way may still have been answered; then there was nothing.
      expect(sending.acknowledged.size).toBeLessThanOrEqual(silentAt + 80);
      expect(proxy.swallowed()).toBeGreaterThan(before);
      const goal = sending.acknowledged.size + 200;
      await until(() => sending.acknowledged.size >= goal, 'responses flow again');
      const { acknowledged, unexpected } = await sending.stop();
      expect(unexpected).toEqual([]);
      total += acknowledged.size;
      expect(await countOf(server)).toBe(total);
      await until(async () => (await readiness()).status === 200, 'everything is ready again');
      expect(await Promise.race([control, pause(100)])).toBeUndefined();
    },
  );

  it('are reported in a few lines without stacks', async () => {
    await until(() => server.output().includes('PostgreSQL answers again'), 'the end is reported');
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && (JSON.parse(line) as { level: number }).level >= WARN);
    // The second silence may begin before the first outage has ended: both are then one outage.
    expect(lines.some((line) => line.includes('PostgreSQL'))).toBe(true);
    expect(lines.length).toBeLessThan(12);
    expect(lines.filter((line) => line.includes('"stack"'))).toEqual([]);
  });

  it('are found by the listening one, and by queries, without ingest', async () => {
    const before = await listeners();
    proxy.silenceOpen();
    const isNew = (pid: number) => !before.includes(pid);
    await until(async () => (await listeners()).some(isNew), 'it listens on a new connection');
    await until(async () => (await readiness()).status === 200, 'everything is ready again');
    const answer = await server.post('/ingest/responses', [answerOf(total)]);
    expect(answer.status).toBe(202);
    total += 1;
    expect(await countOf(server)).toBe(total);
  });

  it('that cannot be replaced either are a 503 until they can', async () => {
    proxy.silenceNew();
    proxy.silenceOpen();
    await until(async () => (await readiness()).status === 503, 'the database is away');
    const late = server.post('/ingest/responses', [answerOf(total)]);
    await pause(3_000);
    proxy.hear();
    expect([202, 503]).toContain((await late).status);
    await until(async () => (await readiness()).status === 200, 'everything is ready again');
    expect((await server.post('/ingest/responses', [answerOf(total)])).status).toBe(202);
    total += 1;
    expect(await countOf(server)).toBe(total);
  });
});
