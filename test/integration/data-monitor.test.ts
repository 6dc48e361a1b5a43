import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataMonitor } from '../../agents/data-monitor/index.ts';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { replay } from '../../agents/loop/decide.ts';
import { runAgent } from '../../agents/loop/run.ts';
import type { Retention } from '../../domain/privacy/retention.ts';
import { readStates } from '../../store/agents/agent-states.ts';
import { readAlertEvents, readAlerts } from '../../store/agents/alerts.ts';
import { settleAlert } from '../../store/agents/close-alert.ts';
import { readAgentDecisions } from '../../store/agents/decisions.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const TODAY = Math.floor(Date.now() / DAY_MS);
const at = (day: number, ms = 0) => new Date(day * DAY_MS + ms).toISOString();

let database: TestDatabase;
let delays: Record<string, number> = { sealer: 2 };
let retention: Retention = {};
let now = TODAY * DAY_MS + 6 * 3_600_000;
const errors: Error[] = [];
/** Made again for each run, as after a restart. */
const agent = () => dataMonitor({ followerDelays: async () => delays, retention }) as AnyAgent;
const run = async (times = 1, options = {}) => {
  let made = [] as Awaited<ReturnType<typeof runAgent>>;
  for (let i = 0; i < times; i++) {
    now += 10 * MINUTE_MS;
    const deps = { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now };
    made = await runAgent(deps, agent(), { onError: (error) => errors.push(error), ...options });
  }
  return made;
};
const decisions = () =>
  readAgentDecisions(database.store, null, {
    agent: 'data-monitor',
    states: null,
    after: null,
    limit: 1_000,
  });
const alerts = async (about = '') =>
  (await readAlerts(database.store, null, { states: null, after: null, limit: 100 })).filter(({ title }) =>
    title.includes(about),
  );
/** What arrived of the source on that day, counted from today. */
const day = (source: string, daysAgo: number, accepted: number, rejected: Record<string, number> = {}) =>
  database.sql(
    `INSERT INTO source_day (source_id, day, accepted, rejected, last_accepted_at)
      SELECT id, $2::date, $3::bigint, $4::jsonb, CASE WHEN $3::bigint > 0 THEN $5::timestamptz END FROM source WHERE name = $1
      ON CONFLICT (source_id, day) DO UPDATE SET accepted = excluded.accepted, rejected = excluded.rejected,
        last_accepted_at = coalesce(excluded.last_accepted_at, source_day.last_accepted_at)`,
    [
      source,
      at(TODAY - daysAgo).slice(0, 10),
      accepted,
      JSON.stringify(rejected),
      at(TODAY - daysAgo, 20 * 3_600_000),
    ],
  );

beforeAll(async () => {
  database = await openTestDatabase();
  for (const source of ['steady', 'zendesk a', 'zendesk b', 'shop'])
    await database.sql('INSERT INTO source (name) VALUES ($1)', [source]);
  for (let ago = 57; ago >= 1; ago--)
    for (const source of ['steady', 'zendesk a', 'zendesk b', 'shop'])
      await day(source, ago, 100 + ((ago * 7) % 13));
  await database.sql(
    `INSERT INTO connection (id, connector, name, attributes, sources, mapping, created_at, created_by, made_by)
      VALUES (gen_random_uuid(), 'zendesk', 'support desk', '{}', '["zendesk a", "zendesk b"]', '{}', now(), 'test', 'test')`,
  );
});
afterAll(() => database?.close());

describe('the data monitor', () => {
  it('writes nothing in a dry run, and is quiet while sources keep to their rhythm', async () => {
    expect((await run(1, { dryRun: true })).map(({ action }) => action)).toEqual([null, null, null, null]);
    expect(await decisions()).toEqual([]);
    await run(3);
    expect(await alerts()).toEqual([]);
    expect((await decisions()).map(({ reason }) => reason)).toContain(
      'The source steady keeps to the rhythm: 107 answers yesterday.',
    );
  });

  it('raises one alert for a connection whose sources are silent, once it was found twice, and resolves it with evidence', async () => {
    for (const source of ['zendesk a', 'zendesk b'])
      await database.sql(
        `UPDATE source_day SET accepted = 0, last_accepted_at = NULL WHERE day >= '${at(TODAY - 2).slice(0, 10)}'
          AND source_id = (SELECT id FROM source WHERE name = '${source}')`,
      );
    const [first] = (await run()).filter(({ nearMiss }) => nearMiss);
    expect(first?.reason).toMatch(/is silent\. .* Found once of 2\.$/);
    expect(await alerts()).toEqual([]);
    await run(3);
    const found = await alerts();
    expect(found).toMatchObject([
      {
        title: 'The connection support desk is silent',
        severity: 'WARNING',
        state: 'OPEN',
        evidence: ['Source:zendesk a', 'Source:zendesk b'],
      },
    ]);
    expect(found[0]?.summary).toMatch(
      /^zendesk a: Nothing arrived since .*\. zendesk b: Nothing arrived since/,
    );
    await database.sql(`UPDATE connection SET last_refused_at = $1`, [new Date(now)]);
    await run();
    expect(await alerts()).toMatchObject([
      { title: 'The deliveries of the connection support desk are refused', severity: 'CRITICAL' },
    ]);
    for (const ago of [0, 1, 2]) for (const source of ['zendesk a', 'zendesk b']) await day(source, ago, 105);
    await run(2);
    expect((await alerts())[0]?.state, 'what returns within half an hour is the same').toBe('OPEN');
    await run();
    const [resolved] = await alerts();
    expect(resolved?.state).toBe('RESOLVED');
    const events = await readAlertEvents(database.store, [resolved?.id ?? '']);
    expect(events.map(({ kind }) => kind)).toEqual(['RAISED', 'CHANGED', 'RESOLVED']);
    expect(events.at(-1)?.reason).toBe('All 2 sources keep to the rhythm: 210 answers yesterday.');
  });

  it('tells a fall from a surge and from rejected items', async () => {
    await day('shop', 1, 20);
    await run(2);
    expect(await alerts('shop')).toMatchObject([
      { title: 'The source shop brings fewer answers than usual', severity: 'WARNING' },
    ]);
    await day('shop', 1, 20, { INVALID_TIME: 90 });
    await run();
    const [changed] = await alerts('shop');
    expect(changed).toMatchObject({
      title: 'The source shop sends items that are rejected',
      severity: 'CRITICAL',
    });
    expect(changed?.summary).toBe(
      '90 of 110 items since yesterday were rejected, most as INVALID_TIME; usual are 0 %.',
    );
    await day('shop', 1, 500);
    await run();
    expect(await alerts('shop')).toMatchObject([
      { title: 'The source shop brings more answers than usual', severity: 'INFO' },
    ]);
  });

  it('says nothing again that a person dismissed, until its cause was over', async () => {
    const [open] = await alerts('shop');
    const by = { actor: 'a', actorName: 'Ada', reason: 'a campaign', decisionId: null, at: new Date(now) };
    await settleAlert(database.store, open?.id ?? '', 'DISMISSED', { ...by, note: async () => undefined });
    await run(3);
    expect(await alerts('shop')).toHaveLength(1);
    await day('shop', 1, 104);
    await run(3);
    await day('shop', 1, 500);
    await run(2);
    expect(await alerts('shop')).toHaveLength(2);
  });

  it('names followers that are behind, and new survey versions', async () => {
    delays = { sealer: 4_000, scorer: 10 };
    await run(2);
    expect(await alerts('journal')).toMatchObject([
      { title: 'Behind the journal: sealer', severity: 'CRITICAL' },
    ]);
    delays = { sealer: 1, scorer: 10 };
    await run(3);
    expect((await alerts('journal'))[0]?.state).toBe('RESOLVED');
    const item = (i: number, surveyVersion: string) => ({
      externalId: `s${i}`,
      answeredAt: at(TODAY - 1),
      score: 9,
      source: 'steady',
      survey: 'relational',
      surveyVersion,
    });
    await database.submit([item(1, '1')]);
    await database.submit([item(2, '2')]);
    await run(2);
    expect(await alerts('answered under')).toMatchObject([
      { title: 'The source steady is answered under version 2 of relational', severity: 'INFO' },
    ]);
  });

  it('finds a clock that is ahead, and a field that most answers had before', async () => {
    const set = (columns: string, when: string) =>
      database.sql(
        `UPDATE source_day SET ${columns} WHERE day ${when} '${at(TODAY - 1).slice(0, 10)}'
          AND source_id = (SELECT id FROM source WHERE name = 'steady')`,
      );
    await set(`examined = accepted, missing = '{"account": 50, "region": 2}', delays = '{"3": 99}'`, '<');
    await set(
      `examined = accepted, missing = '{"account": 50, "region": 2}', delays = '{"3": 90, "-12": 3}'`,
      '>=',
    );
    await run(3);
    expect(await alerts('steady sends')).toEqual([]);
    await set(`delays = '{"3": 60, "-12": 40}'`, '=');
    await run(2);
    expect(await alerts('steady sends')).toMatchObject([
      {
        title: 'The source steady sends answers from the future',
        severity: 'WARNING',
        summary: expect.stringMatching(
          / were given after they arrived, by about 48 minutes; usual are 0 %\.$/,
        ),
      },
    ]);
    await set(`missing = jsonb_build_object('region', accepted), delays = '{"3": 99}'`, '>=');
    await run(1);
    expect(await alerts('steady leaves out')).toMatchObject([
      { summary: 'region is missing in 100 % of the answers since yesterday; usual are 1.9 %.' },
    ]);
  });

  it('resolves what it watches under another key, or not any more, and leaves the rest open', async () => {
    await day('shop', 1, 104);
    await run(3);
    const silence = async () =>
      (await alerts('is silent')).filter(({ evidence }) => evidence.includes('Source:shop'));
    await database.sql(
      `UPDATE source_day SET accepted = 0, last_accepted_at = NULL WHERE day >= '${at(TODAY - 2).slice(0, 10)}'
        AND source_id = (SELECT id FROM source WHERE name = 'shop')`,
    );
    retention = { responses: 'P5Y' };
    await database.submit([{ externalId: 'late', answeredAt: '2020-01-01T00:00:00Z', score: 3 }]);
    delays = { sealer: 4_000 };
    await run(2);
    expect(await silence()).toMatchObject([{ title: 'The source shop is silent', state: 'OPEN' }]);
    expect(await alerts('Retention')).toMatchObject([{ state: 'OPEN' }]);
    await database.sql(
      `INSERT INTO connection (id, connector, name, attributes, sources, mapping, created_at, created_by, made_by)
        VALUES (gen_random_uuid(), 'zendesk', 'shop desk', '{}', '["shop"]', '{}', now(), 'test', 'test')`,
    );
    retention = {};
    await run(3);
    expect((await silence()).map(({ title, state }) => [title, state])).toEqual([
      ['The connection shop desk is silent', 'OPEN'],
      ['The source shop is silent', 'RESOLVED'],
    ]);
    expect(await alerts('Retention')).toMatchObject([{ state: 'RESOLVED' }]);
    // Those that go on are watched as before.
    expect((await alerts('journal'))[0]?.state).toBe('OPEN');
    await database.sql(`DELETE FROM connection WHERE name = 'shop desk'`);
    delays = { sealer: 1 };
    await run(3);
    expect((await silence()).map(({ title, state }) => [title, state])).toEqual([
      ['The source shop is silent', 'OPEN'],
      ['The connection shop desk is silent', 'RESOLVED'],
      ['The source shop is silent', 'RESOLVED'],
    ]);
  });

  it('decides again what it decided, and remembers over restarts', async () => {
    for (const row of await decisions()) expect(replay([agent()], row)).toEqual({ same: true, reason: null });
    expect((await readStates(database.store, 'data-monitor')).get('followers')?.state).toMatchObject({
      found: 0,
    });
    expect(errors).toEqual([]);
  });
});
