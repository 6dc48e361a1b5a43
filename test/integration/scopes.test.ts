import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLiveFeed } from '../../api/subscriptions/live-feed.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { total } from '../../domain/nps/nps.ts';
import type { WindowLength } from '../../domain/time/time-windows.ts';
import { readResponses, readResponsesById } from '../../store/responses/responses.ts';
import { readChange, readScores } from '../../store/scores/scores.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';

/*
 * Non-interference: two records that differ only in what a caller may not see answer alike. "Peru" is what they may not
 * see: the one record has no response there, the other has many, also in cells beside the visible ones.
 */
const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const at = (hours: number) => new Date(NOW - hours * HOUR_MS).toISOString();

const visible = (region: string, i: number) => ({
  externalId: `${region} ${i}`,
  answeredAt: at(i % 40),
  score: (i * 7) % 11,
  region,
  productLine: i % 2 === 0 ? 'Rail' : 'Air',
  respondent: `${region} ${i}`,
  comment: `comment ${i}`,
});
const GERMANY = Array.from({ length: 40 }, (_, i) => visible('Germany', i));
const JAPAN = Array.from({ length: 3 }, (_, i) => visible('Japan', i));
const PERU = Array.from({ length: 90 }, (_, i) => ({ ...visible('Peru', i), channel: `c${i % 5}` }));

let without: TestDatabase;
let withHidden: TestDatabase;
beforeAll(async () => {
  [without, withHidden] = await Promise.all([openTestDatabase(), openTestDatabase()]);
  await without.submit([...GERMANY, ...JAPAN]);
  await withHidden.submit([...PERU.slice(0, 45), ...GERMANY, ...PERU.slice(45), ...JAPAN]);
});
afterAll(async () => {
  await Promise.all([without?.close(), withHidden?.close()]);
});

const depsOf = (database: TestDatabase) => ({ ...database, now: () => NOW });
const notPeru = narrowScope('not Peru', ({ attributes }) => attributes.region !== 'Peru');

/** Everything that can be read under the scope, as it would be sent. */
async function everything(database: TestDatabase, scope: Scope): Promise<string> {
  const deps = depsOf(database);
  const windows = [1, 5, 24, 400].map((hours) => ({ from: NOW - hours * HOUR_MS, until: NOW + HOUR_MS }));
  const answers: unknown[] = [];
  for (const groupBy of [[], ['region'], ['product_line', 'region'], ['channel'], ['lifecycle_stage']]) {
    for (const segment of [
      {},
      { region: ['Peru'] },
      { region: ['Peru', 'Germany'] },
      { channel: ['c1', 'c2', 'unknown'] },
    ]) {
      const rows = await readScores(deps, scope, {
        segment,
        basis: 'SURVEYED',
        confidence: 0.95,
        groupBy,
        windows,
      });
      answers.push(rows.map((row) => [row.id, row.time, row.group, row.counts, row.score, row.interval]));
      const change = {
        segment,
        basis: 'SURVEYED',
        confidence: 0.95,
        before: windows[0],
        after: { from: NOW - 90 * HOUR_MS, until: NOW - HOUR_MS },
      } as const;
      const { before, after, ...difference } = await readChange(deps, scope, {
        ...change,
        before: { from: NOW - HOUR_MS, until: NOW + HOUR_MS },
      });
      answers.push([before.counts, after.counts, difference]);
    }
  }
  let after: { answeredAt: Date; id: string } | null = null;
  for (;;) {
    const page = await readResponses(deps, scope, { segment: {}, from: null, to: null, first: 9, after });
    answers.push(
      page.slice(0, 9).map(({ cellId: _, mappingVersionId: __, receivedAt: ___, ...row }) => row),
      page.length,
    );
    const last = page[8];
    if (page.length <= 9 || !last) break;
    after = { answeredAt: last.answeredAt, id: last.id };
  }
  return JSON.stringify(answers);
}

describe('what a caller may not see', () => {
  it('changes nothing in scores, changes and pages of responses', async () => {
    const [a, b] = [await everything(without, notPeru), await everything(withHidden, notPeru)];
    expect(a).toBe(b);
    expect(a).toContain('Germany');
    const all = narrowScope('all', () => true);
    expect(await everything(without, all)).not.toBe(await everything(withHidden, all));
  });

  it('is not found by its id', async () => {
    const [row] = await withHidden.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id = 'Peru 1'`,
    );
    expect(await readResponsesById(depsOf(withHidden), notPeru, [row?.id ?? ''])).toEqual([]);
    expect(
      await readResponsesById(
        depsOf(withHidden),
        narrowScope('all', () => true),
        [row?.id ?? ''],
      ),
    ).toHaveLength(1);
  });

  it('sends nothing to live scores', async () => {
    const feed = await startLiveFeed({ ...withHidden, now: Date.now, onError: fail });
    const window: WindowLength = { count: 6, unit: 'hours' };
    const liveQuery = feed.liveQuery(notPeru, { segment: {}, window, basis: 'SURVEYED', groupBy: [] });
    const received: (number | null)[] = [];
    const stop = liveQuery.follow((updates) =>
      received.push(...updates.map(({ row }) => row.counts && total(row.counts))),
    );
    await liveQuery.present();
    await withHidden.submit([{ ...visible('Peru', 200), answeredAt: new Date().toISOString() }]);
    // Longer than a tick: an update would have arrived.
    await new Promise((done) => setTimeout(done, 300));
    expect(received).toHaveLength(1);
    await withHidden.submit([{ ...visible('Germany', 300), answeredAt: new Date().toISOString() }]);
    await until(() => received.length > 1, 'the visible answer is received');
    expect(received).toEqual([received[0], (received[0] ?? 0) + 1]);
    stop();
    await feed.stop();
  });
});

const aggregates = narrowScope('aggregates', () => true, { smallestCount: 5, withheld: ['readResponse'] });

describe('small counts', () => {
  it('are suppressed for callers who may not read the responses, and only for them', async () => {
    const query = {
      segment: {},
      basis: 'SURVEYED',
      confidence: 0.95,
      groupBy: ['region'],
      windows: [{ from: NOW - 400 * HOUR_MS, until: NOW }],
    } as const;
    // Before the first response: the cut of releases must not depend on the hour of the test.
    const deps = { ...depsOf(without), now: () => NOW - 48 * HOUR_MS };
    const scores = async (scope: Scope) =>
      (await readScores(deps, scope, query)).map((row) => [
        row.group.region,
        row.suppressed,
        row.score === null,
        row.interval === null,
      ]);
    // That Japan has responses is not shown either.
    expect(await scores(aggregates)).toEqual([['Germany', false, false, false]]);
    expect(await scores(narrowScope('reads', () => true, { smallestCount: 5 }))).toEqual([
      ['Germany', false, false, false],
      ['Japan', false, false, false],
    ]);
  });

  it('do not move a live score', async () => {
    const feed = await startLiveFeed({ ...without, now: Date.now, onError: fail });
    const query = {
      segment: { region: ['Chile'] },
      window: { count: 6, unit: 'hours' },
      basis: 'SURVEYED',
      groupBy: [],
    } as const;
    const received: (number | null)[] = [];
    const liveQuery = feed.liveQuery(aggregates, query);
    const stop = liveQuery.follow((updates) =>
      received.push(...updates.map(({ row }) => row.counts?.promoters ?? null)),
    );
    await liveQuery.present();
    let next = 0;
    const answer = async (count: number) => {
      for (let i = 0; i < count; i++) {
        next += 1;
        await without.submit([
          { ...visible('Chile', next), score: 10, answeredAt: new Date().toISOString() },
        ]);
        await new Promise((done) => setTimeout(done, 80));
      }
    };
    await answer(4);
    expect(received).toEqual([null]);
    await answer(1);
    await until(() => received.includes(5), 'five are enough');
    await answer(4);
    await answer(1);
    await until(() => received.includes(10), 'five more are enough');
    expect(received).toEqual([null, 5, 10]);
    stop();
    await feed.stop();
  });
});

function fail(error: Error): never {
  throw error;
}
