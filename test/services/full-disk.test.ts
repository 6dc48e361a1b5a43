import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  type Instance,
  type RunningServer,
  runProgram,
  startServer,
  until,
} from '../fixtures/server.ts';
import { mountSmallDisk, type SmallDisk } from '../fixtures/small-disk.ts';

/* The embedded database on a disk that others fill. */

const RESERVE = 96;
const embedded = (disk: SmallDisk, env: Record<string, string>): Instance => ({
  dataDir: join(disk.folder, 'data'),
  env: {
    SCORELINE_DATA_DIR: join(disk.folder, 'data'),
    SCORELINE_ADMIN_KEY: ADMIN_KEY,
    SCORELINE_LOG_LEVEL: 'warn',
    PORT: '0',
    ...env,
  },
  remove: () => disk.remove(),
});
const answers = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    externalId: `${name}${i}`,
    answeredAt: new Date(Date.now() - 3 * 86_400_000 + i * 1_000).toISOString(),
    score: i % 11,
    comment: `the words of ${name}${i}`,
  }));
const counted = async (server: RunningServer) => {
  const answer = await server.graphql<{ nps: { responses: number }[] }>(
    '{ nps(window: "P30D") { responses } }',
  );
  return answer.data?.nps[0]?.responses;
};

describe('a full disk', () => {
  let disk: SmallDisk;
  let server: RunningServer;
  beforeAll(async () => {
    disk = mountSmallDisk(512);
    server = await startServer(embedded(disk, { SCORELINE_DISK_RESERVE: String(RESERVE) }));
    expect((await server.post('/ingest/responses', answers('before', 50))).status).toBe(202);
  });
  afterAll(async () => {
    await server?.stop();
    disk?.remove();
  });
  const texts = () =>
    server.post('/graphql', { query: '{ responses(first: 5) { edges { node { comment } } } }' });

  it('refuses writes, with the reason, while reads continue', async () => {
    disk.fillTo(RESERVE * 0.6);
    for (let i = 0; i < 20; i++) {
      const refused = await server.post('/ingest/responses', answers('refused', 500));
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('30');
      expect(await refused.json()).toMatchObject({
        errors: [
          {
            message: expect.stringMatching(/^the disk .* full \(\d+ MiB free, 120 MiB needed\)/),
            extensions: { code: 'DISK_FULL' },
          },
        ],
      });
    }
    const query = 'mutation ($r: [ResponseInput!]!) { submitResponses(input: $r) { accepted } }';
    const mutation = await server.post('/graphql', { query, variables: { r: answers('refused', 1) } });
    expect(mutation.status).toBe(503);
    expect(mutation.headers.get('retry-after')).toBe('30');
    expect(await mutation.json()).toMatchObject({ errors: [{ extensions: { code: 'DISK_FULL' } }] });
    expect(await counted(server)).toBe(50);
    // Its row of the audit log is small.
    expect(await (await texts()).text()).toContain('the words of before');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ parts: { record: 'ready', disk: 'not ready' } });
    const metrics = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(await metrics.text()).toMatch(/^scoreline_record_disk_full 1$/m);
    expect(disk.free()).toBeGreaterThan(RESERVE * 0.5);
  });

  it('releases nothing that could not be recorded, and still states scores', async () => {
    disk.fillTo(RESERVE * 0.1);
    const withheld = await texts();
    expect(withheld.status).toBe(503);
    const text = await withheld.text();
    expect(text).toContain('DISK_FULL');
    expect(text).not.toContain('the words of');
    expect(await counted(server)).toBe(50);
  });

  it('ends by itself once there is room, and nothing is lost or half stored', async () => {
    disk.clear();
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, 'it is ready again');
    expect((await server.post('/ingest/responses', answers('after', 30))).status).toBe(202);
    expect(await counted(server)).toBe(80);
    expect(await (await texts()).text()).toContain('the words of');
    const lines = server
      .output()
      .split('\n')
      .filter((line) => /MiB (are )?free/.test(line));
    expect(lines).toEqual([
      expect.stringContaining('nothing is stored until'),
      expect.stringContaining('writes are accepted again'),
    ]);
    const { code } = await server.stop();
    expect(code).toBe(0);
  });

  it('is waited for by a start', async () => {
    disk.fillTo(RESERVE * 0.5);
    const starting = runProgram(['start'], embedded(disk, { SCORELINE_DISK_RESERVE: String(RESERVE) }).env);
    await until(
      () => /are needed to open the database: waiting for room/.test(starting.output()),
      'it says what it waits for',
    );
    disk.clear();
    await until(() => starting.output().includes('Next:'), 'it has started');
    starting.process.kill('SIGTERM');
    expect((await starting.finished).code).toBe(0);
  });
});

describe('a disk that fills up faster than it is watched', () => {
  let disk: SmallDisk;
  let server: RunningServer;
  beforeAll(async () => {
    disk = mountSmallDisk(384);
    // Nothing is kept free: the engine meets the end of the disk, and does not return.
    server = await startServer(
      embedded(disk, {
        SCORELINE_DISK_RESERVE: '0',
        SCORELINE_STUCK_AFTER: '0',
        SCORELINE_LOG_LEVEL: 'warn',
      }),
    );
  });
  afterAll(async () => {
    await server?.stop();
    disk?.remove();
  });

  it('stops the engine, not the server; accepted data is there once there is room, and the rest can be sent again', async () => {
    disk.fillTo(14);
    const stuck = () => server.output().includes('the disk is full, and its engine has not returned');
    const batch = (name: string) =>
      answers(name, 200).map((one) => ({ ...one, comment: 'word '.repeat(800) }));
    const accepted: string[] = [];
    const refused: string[] = [];
    const posts: Promise<void>[] = [];
    for (let i = 0; i < 60 && !stuck(); i++) {
      const name = `b${i}-`;
      const post = server.post('/ingest/responses', batch(name)).then(({ status }) => {
        (status === 202 ? accepted : refused).push(name);
      });
      posts.push(post);
      await Promise.race([post, sleep(3_000)]);
    }
    await until(stuck, 'the watchdog ends the engine');
    // The process is the same, and hears.
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect(server.process.exitCode).toBeNull();
    disk.clear();
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, 'it is ready again');
    await Promise.all(posts);
    const stored = (await counted(server)) ?? 0;
    expect(stored).toBeGreaterThanOrEqual(accepted.length * 200);
    for (const name of refused)
      expect((await server.post('/ingest/responses', batch(name))).status).toBe(202);
    expect(await counted(server)).toBe((accepted.length + refused.length) * 200);
  });
});
