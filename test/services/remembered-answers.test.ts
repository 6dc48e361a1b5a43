import { appendFileSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../domain/time/zone-clock.ts';
import { openPostgres } from '../../store/database/postgres.ts';
import { trimJournal } from '../../store/journal/journal-trim.ts';
import { KEYS } from '../faults/world.ts';
import { until } from '../fixtures/patience.ts';
import fc from '../fixtures/properties.ts';
import {
  asking,
  CALLERS,
  iso,
  OWN_QUERIES,
  PROCESSES,
  QUERIES,
  type Step,
  step,
} from '../fixtures/score-histories.ts';
import {
  ADMIN_KEY,
  freshInstance,
  type Instance,
  type RunningServer,
  startServer,
} from '../fixtures/server.ts';
import { FOR_APOLLO } from '../fixtures/transports.ts';

/*
 * Answers that a process remembers (decision 0229) have the bytes of an execution at that moment, whatever happens to the database, by
 * whichever process, and to the policies. Apollo always executes: it is what they are compared with.
 */

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const servers: RunningServer[] = [];
const instances: Instance[] = [];
const keys: Record<string, string> = { admin: ADMIN_KEY };
let policies = '';
let client: pg.Client;
let older: pg.Client;
let isOpen = false;
let databaseUrl = '';

beforeAll(async () => {
  for (let i = 0; i < PROCESSES; i++) {
    const instance = await freshInstance({
      ...KEYS,
      SCORELINE_ROLES: 'api,ingest',
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    });
    policies ||= join(instance.dataDir, 'policies');
    if (i === 0) cpSync(POLICIES, policies, { recursive: true });
    instance.env.SCORELINE_POLICIES = policies;
    instance.env.SCORELINE_CONFIG = join(instance.dataDir, 'scoreline.config.mjs');
    writeFileSync(
      instance.env.SCORELINE_CONFIG,
      `export default { dimensions: [{ field: 'region' }], audit: { aggregates: true },
        limits: { cost: { default: { operation: 100_000, minute: 100_000_000 }, 'segment-owner': { operation: 100, minute: 200 } } } };`,
    );
    databaseUrl = instance.env.DATABASE_URL as string;
    instances.push(instance);
    servers.push(await startServer(instance));
  }
  [client, older] = [new pg.Client(databaseUrl), new pg.Client(databaseUrl)];
  await Promise.all([client.connect(), older.connect()]);
  for (const [name, more] of Object.entries(CALLERS)) keys[name] = await keyOf(name, more);
  await submit(
    0,
    ['Germany', 'Japan', 'Peru', 'Held'].map((region) => answerOf(region, 40)),
  );
  await known();
});
afterAll(async () => {
  await Promise.all(servers.map((one) => one.stop()));
  await Promise.all([client?.end(), older?.end()]);
  for (const instance of instances) instance.remove();
});

async function keyOf(name: string, more: object): Promise<string> {
  const make = 'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }';
  const input = { name, ...more };
  const { data } = await server(0).graphql<{ createApiKey: { key: string } }>(make, { input });
  return data.createApiKey.key;
}

const server = (place: number): RunningServer => servers[place % PROCESSES] as RunningServer;
let sent = 0;
const answerOf = (region: string, hoursAgo: number, more: object = {}) => ({
  externalId: `answer ${sent++}`,
  answeredAt: iso(Date.now() - hoursAgo * HOUR_MS),
  score: 9,
  region,
  ...more,
});
async function submit(place: number, items: readonly object[]) {
  // Some were answered later already; that is not what is looked at here.
  expect((await server(place).post('/ingest/responses', items)).status).toBeLessThan(500);
}

/** All keys are known to all processes, and counts are in memory. */
async function known() {
  for (const place of servers.keys())
    for (const name of Object.keys(keys))
      await until(async () => (await ask(place, name, 'days', '*/*')).status === 200, 'the key is known');
  for (const place of servers.keys())
    await until(async () => {
      const before = await remembered(place);
      for (const query of ['days', 'hours'])
        for (let i = 0; i < 2; i++) await ask(place, 'admin', query, '*/*');
      return (await remembered(place)) >= before + 2;
    }, 'the counts are loaded');
}

async function ask(place: number, caller: string, query: string, accept: string) {
  const answer = await fetch(`${server(place).url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keys[caller]}`,
      'content-type': 'application/json',
      accept,
    },
    body: JSON.stringify({ query: QUERIES[query] ?? OWN_QUERIES[query] }),
  });
  // Ids of requests, and of what is logged, are of each request alone.
  const text = (await answer.text()).replaceAll(UUID, 'ID');
  return { status: answer.status, type: answer.headers.get('content-type'), text };
}

async function remembered(place: number): Promise<number> {
  const metrics = await fetch(`${server(place).url}/metrics`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  return Number(/^scoreline_remembered_answers_total (\d+)$/m.exec(await metrics.text())?.[1]);
}

/** What the id of the first row says. */
const idOf = (text: string): string =>
  Buffer.from(/"nps_([\w-]+)"/.exec(text)?.[1] ?? '', 'base64url').toString();

/** Each process answers that caller as an execution does, whether it answered before or not. */
async function compare(caller: string, queries = Object.keys(QUERIES)) {
  for (const place of servers.keys())
    for (const query of queries) {
      const first = await ask(place, caller, query, '*/*');
      const again = await ask(place, caller, query, '*/*');
      const executed = await ask(place, caller, query, FOR_APOLLO);
      expect(first, `${query} as ${caller}`).toEqual(executed);
      expect(again, `${query} as ${caller}, again`).toEqual(executed);
    }
}

/** A transaction that is older than others ends after them, or begins. What it writes is of a cell of its own: no other waits. */
async function endOrBeginOlder() {
  if (isOpen) await older.query('COMMIT');
  else {
    await older.query('BEGIN');
    await older.query(`INSERT INTO response (id, answered_at, received_at, cell_id, mapping_version_id, source_event_id, external_id,
        score, points, class)
      SELECT gen_random_uuid(), now() - h * interval '25 hours', now(), min(id), 1, gen_random_uuid(), 'raw', 9, 900, 2
      FROM cell, generate_series(0, 3) h WHERE attributes ->> 'region' = 'Held' GROUP BY h`);
  }
  isOpen = !isOpen;
}

async function take(one: Step) {
  const some = (order: string) =>
    `id IN (SELECT id FROM response WHERE external_id <> 'raw' ORDER BY id ${order} LIMIT 2)`;
  if ('items' in one) await submit(one.place, one.items);
  else if (one.kind === 'older') await endOrBeginOlder();
  else if (one.kind === 'delete') await client.query(`DELETE FROM response WHERE ${some('')}`);
  else if (one.kind === 'update')
    await client.query(`UPDATE response SET class = 2 - class, points = 1000 - points WHERE ${some('DESC')}`);
  else if (one.kind === 'cell') await submit(one.place, [answerOf(`Region ${sent}`, 3)]);
  else if (one.kind === 'erase') {
    const erase = 'mutation { eraseSubject(respondent: "ann@example.org", reason: "asked for it") { id } }';
    await server(one.place).graphql(erase);
  } else if (one.kind === 'trim') {
    const store = openPostgres(databaseUrl, () => undefined);
    await trimJournal(store, { before: new Date(Date.now() + DAY_MS), now: Date.now() });
    await store.close();
  }
}

describe('remembered answers', () => {
  it('have the bytes of an execution after any history, for every caller', async () => {
    const before = await Promise.all([...servers.keys()].map(remembered));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, asking), { minLength: 1, maxLength: 8 }), async (history) => {
        for (const [one, asked] of history) {
          await take(one);
          // Few each time: what the others were answered stays older.
          for (const [caller, queries] of asked) await compare(caller, queries);
        }
        if (isOpen) await endOrBeginOlder();
        for (const caller of Object.keys(keys)) await compare(caller);
      }),
      { numRuns: 4 },
    );
    const after = await Promise.all([...servers.keys()].map(remembered));
    after.forEach((count, i) => void expect(count - (before[i] as number)).toBeGreaterThan(60));
  }, 300_000);

  it('are given again while other cells change, and not after their own did', async () => {
    const hits = async (caller: string, query: string, change: () => Promise<unknown>) => {
      await ask(0, caller, query, '*/*');
      await change();
      const before = await remembered(0);
      await compare(caller, [query]);
      // Of the two that may be, at one of two processes.
      return (await remembered(0)) - before;
    };
    const add = (region: string, hours: number) => () => submit(1, [answerOf(region, hours)]);
    expect(await hits('germany', 'days', add('Japan', 30))).toBe(2);
    expect(await hits('admin', 'one', add('Japan', 30))).toBe(2);
    expect(await hits('germany', 'days', add('Germany', 30))).toBe(1);
    expect(await hits('germany', 'hours', add('Germany', 3))).toBe(1);
    expect(await hits('germany', 'hours', add('Peru', 3))).toBe(2);
    expect(await hits('germany', 'days', add(`New ${sent}`, 30)), 'a cell is new').toBe(1);
    for (const query of ['now', 'unknown', 'combined', 'person', 'minutes'])
      expect(await hits('admin', query, async () => undefined), query).toBe(0);
    expect(await hits('feed', 'days', async () => undefined), 'of a ledger').toBe(0);
  });

  it('are not kept of what a model counts in, also before there is one', async () => {
    const basis = ['combined', 'inferred'];
    const { rows } = await client.query(
      `UPDATE model_version SET stage = 'RETIRED' WHERE stage = 'CHAMPION' RETURNING id`,
    );
    const before = await remembered(0);
    await compare('admin', basis);
    expect(await remembered(0)).toBe(before);
    await client.query(`UPDATE model_version SET stage = 'CHAMPION' WHERE id = $1`, [rows[0]?.id]);
    await compare('admin', basis);
    const { text } = await ask(0, 'admin', 'inferred', FOR_APOLLO);
    expect(idOf(text), 'it names the model').toMatch(/,\d+\]$/);
  });

  it('are charged and refunded as executed ones are', async () => {
    keys['owner'] = await keyOf('owner', { role: 'segment-owner', attributes: { region: ['Germany'] } });
    await until(async () => (await ask(0, 'owner', 'viewer', '*/*')).status === 200, 'the key is known');
    const before = await remembered(0);
    const answers: Awaited<ReturnType<typeof ask>>[] = [];
    // Each is charged a quarter of the budget, half of which is refunded: without the refunds it lasts for four.
    for (let i = 0; i < 6; i++) answers.push(await ask(0, 'owner', 'refunded', '*/*'));
    expect(answers.map(({ status, text }) => [status, text.includes('RATE_LIMITED')])).toEqual(
      answers.map(() => [200, false]),
    );
    expect((await remembered(0)) - before).toBe(5);
    delete keys['owner'];
  });

  it('are audited as executed ones are', async () => {
    const entries = async () =>
      (
        await client.query(
          `SELECT actor_name, purpose, subject FROM audit_log WHERE action = 'aggregate' ORDER BY seq DESC LIMIT 3`,
        )
      ).rows;
    const before = await remembered(0);
    await compare('analyst', ['groups']);
    expect(await remembered(0)).toBeGreaterThan(before);
    const [first, second, third] = await entries();
    expect(first).toMatchObject({ actor_name: 'analyst' });
    expect([second, third]).toEqual([first, first]);
  });

  it('are not given where their release cannot be recorded', async () => {
    await compare('analyst', ['days']);
    await client.query(
      "ALTER TABLE audit_log ADD CONSTRAINT no_releases CHECK (action <> 'aggregate') NOT VALID",
    );
    const refused = await ask(0, 'analyst', 'days', '*/*');
    expect(refused.status).toBe(500);
    expect(refused.text).not.toContain('score');
    expect(refused).toEqual(await ask(0, 'analyst', 'days', FOR_APOLLO));
    await client.query('ALTER TABLE audit_log DROP CONSTRAINT no_releases');
    await compare('analyst', ['days']);
  });

  it('are not given to a caller who sees less, or sees less now', async () => {
    for (const caller of Object.keys(keys)) await compare(caller, ['days', 'groups']);
    const texts = await Promise.all(
      ['analyst', 'germany', 'japan'].map(async (caller) => (await ask(0, caller, 'groups', '*/*')).text),
    );
    expect(new Set(texts).size).toBe(3);
    expect(texts[2]).not.toContain('Germany');
    appendFileSync(
      join(policies, 'roles.cedar'),
      '\nforbid (principal in Role::"analyst", action, resource) when { resource has region && resource.region == "Germany" };\n',
    );
    await until(
      async () => !(await ask(0, 'analyst', 'groups', '*/*')).text.includes('Germany'),
      'the policy is in force',
    );
    await until(
      async () => !(await ask(1, 'analyst', 'groups', '*/*')).text.includes('Germany'),
      'the policy is in force',
    );
    for (const caller of Object.keys(keys)) await compare(caller);
  });
});
