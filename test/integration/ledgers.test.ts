import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPolicies } from '../../api/access/policies.ts';
import { scopesUnder } from '../../api/access/scope-of.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { Memory } from '../../domain/memory/memory.ts';
import type { Basis } from '../../domain/scores/score.ts';
import type { Cell } from '../../domain/segments/cell.ts';
import { readScores } from '../../store/scores/scores.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/*
 * Which ledger a caller has (store/disclosure/disclosure-ledger.ts): two over the same responses, cut at
 * different times, would reveal single people by their difference.
 */
const K = 5;
const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 2, 10, 13, 30);
const WINDOW = { from: NOW - 48 * HOUR_MS, until: NOW + HOUR_MS };
const SHIPPED = fileURLToPath(new URL('../../policies', import.meta.url));

let database: TestDatabase;
let number = 0;
beforeEach(async () => {
  database = await openTestDatabase(() => NOW);
  number = 0;
});
afterEach(() => database?.close());

const submit = async (region: string, count: number, more: object = {}) => {
  await database.submit(
    Array.from({ length: count }, () => ({
      externalId: `a${++number}`,
      answeredAt: new Date(NOW - HOUR_MS).toISOString(),
      score: 9,
      region,
      ...more,
    })),
  );
  // On a server that others use too, the journal is read up to the oldest transaction that is open.
  await database.settled();
};
const rows = (scope: Scope, groupBy: string[] = [], basis: Basis = 'SURVEYED', deps: object = {}) =>
  readScores({ ...database, now: () => NOW, ...deps }, scope, {
    segment: {},
    basis,
    confidence: 0.95,
    groupBy,
    windows: [WINDOW],
  });
const received = async (...asked: Parameters<typeof rows>) => {
  const [row] = await rows(...asked);
  const { promoters, passives, detractors } = row?.counts ?? { promoters: 0, passives: 0, detractors: 0 };
  return promoters + passives + detractors;
};
const ledgers = async () =>
  (await database.sql<{ n: number }>('SELECT count(*)::integer AS n FROM disclosure_ledger'))[0]?.n;
const without = (region: string) => (cell: Cell) => cell.attributes.region !== region;
const blind = (name: string, sees: (cell: Cell) => boolean = () => true) =>
  narrowScope(name, sees, { smallestCount: K, withheld: ['readResponse'] });
/** The same record as a process that has just started has it. */
const afterRestart = () => ({
  record: Object.create(database.store, { memory: { value: new Memory() } }) as TestDatabase['store'],
});

describe('the ledger of callers with the same rights', () => {
  it('is one, under any version of the policies and in any role', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scoreline-policies-'));
    try {
      cpSync(SHIPPED, folder, { recursive: true });
      const before = scopesUnder(await loadPolicies(folder, DIMENSIONS), K)('feed', {});
      appendFileSync(join(folder, 'roles.cedar'), '\n// Nothing but a comment.\n');
      const policies = await loadPolicies(folder, DIMENSIONS);
      const after = scopesUnder(policies, K)('feed', {});
      const steward = scopesUnder(policies, K)('model-steward', {});
      expect(new Set([before, after, steward].map(({ fingerprint }) => fingerprint)).size).toBe(3);
      await submit('Germany', 6);
      expect(await received(before)).toBe(6);
      await submit('Germany', 1);
      for (const scope of [before, after, steward]) expect(await received(scope)).toBe(6);
      expect(await received(after, [], 'SURVEYED', afterRestart())).toBe(6);
      expect(await ledgers()).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('continues when cells are added, also in a process that has just started', async () => {
    await submit('Germany', 6);
    expect(await received(blind('one'))).toBe(6);
    await submit('Japan', 1);
    expect(await received(blind('one'))).toBe(6);
    expect(await received(blind('two'), [], 'SURVEYED', afterRestart())).toBe(6);
    await submit('Japan', 4);
    await submit('Germany', 1);
    for (const name of ['one', 'three']) expect(await received(blind(name))).toBe(11);
    expect(await ledgers()).toBe(1);
  });

  it.each([
    ['who guards it first', ['all', 'noPeru']],
    ['who does not first', ['noPeru', 'all']],
  ])(
    'parts where a cell comes that only one of them sees, and both keep what they received: %s',
    async (_, order) => {
      const scopes: Record<string, Scope> = { all: blind('all'), noPeru: blind('no Peru', without('Peru')) };
      await submit('Germany', 6);
      for (const name of order) expect(await received(scopes[name] as Scope)).toBe(6);
      expect(await ledgers()).toBe(1);
      await submit('Peru', 6);
      await submit('Germany', 1);
      const answers: Record<string, number> = {};
      for (const name of order) answers[name] = await received(scopes[name] as Scope);
      expect(answers).toEqual({ all: 12, noPeru: 6 });
      expect(await ledgers()).toBe(2);
      // Neither starts over: the one new response stays hidden, after a restart too.
      for (const name of order)
        expect(await received(scopes[name] as Scope, [], 'SURVEYED', afterRestart())).toBe(answers[name]);
      expect(await received(blind('again', without('Peru')))).toBe(6);
      await submit('Germany', 4);
      expect(await received(scopes.noPeru as Scope)).toBe(11);
      expect(await ledgers()).toBe(2);
    },
  );

  it('is another for another set, and for another smallest count', async () => {
    await submit('Germany', 6);
    await submit('Japan', 6);
    expect(await received(blind('all'))).toBe(12);
    expect(await received(blind('no Japan', without('Japan')))).toBe(6);
    expect(
      await received(narrowScope('three', () => true, { smallestCount: 3, withheld: ['readResponse'] })),
    ).toBe(12);
    expect(await ledgers()).toBe(3);
  });
});

describe('a group', () => {
  it('is listed once it has a release of its own, whatever was answered first', async () => {
    await submit('Germany', 8);
    const groups = async () => (await rows(blind('feed'), ['region'])).map(({ group }) => group.region);
    expect(await groups()).toEqual(['Germany']);
    await submit('Peru', 1);
    expect(await groups()).toEqual(['Germany']);
    await submit('Peru', 4);
    expect(await groups()).toEqual(['Germany', 'Peru']);
  });

  it('with readable responses is shown without those that have no release, before and after the first', async () => {
    const partly = narrowScope('partly', () => true, { smallestCount: K });
    const scope: Scope = {
      ...partly,
      allows: (group, cell) => group !== 'readResponse' || cell.attributes.region === 'Germany',
      grant: (group) => (group === 'readResponse' ? 'Germany' : 'all'),
    };
    await submit('Germany', 2);
    expect(await received(scope)).toBe(2);
    await submit('Peru', 1);
    expect(await received(scope)).toBe(2);
    await submit('Peru', 4);
    expect(await received(scope)).toBe(7);
  });
});

describe('inferred scores', () => {
  const dpo = narrowScope('dpo', () => true, { smallestCount: K, withheld: ['readPrediction'] });
  const infer = (klass: number, model = 7) =>
    database.sql(`INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed,
        class, detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, features_hash, predicted_at)
      SELECT id, answered_at, cell_id, ${model}, mapping_version_id, class IS NOT NULL, ${klass},
        100000, 200000, 700000, 2, 0, 0, 1000000, '{}', 0, 'f', now()
      FROM response r WHERE comment IS NOT NULL AND NOT EXISTS (SELECT FROM prediction p WHERE p.response_id = r.id)`);

  it('reveal few responses to no caller who may not read them, and the surveyed part as before', async () => {
    await database.sql(`INSERT INTO model_version (id, label, key, stage, artefact) VALUES (7, 'made up', 'abc', 'CHAMPION',
      '{"confusion": [[80, 15, 5], [15, 70, 15], [5, 15, 80]]}')`);
    await submit('Germany', 1, { comment: 'a comment' });
    await submit('Germany', 1, { comment: 'another', score: undefined });
    await infer(2);
    const reader = narrowScope('reader', () => true, { smallestCount: K });
    for (const [basis, n] of [
      ['SURVEYED', 1],
      ['INFERRED', 2],
      ['COMBINED', 2],
    ] as const)
      expect(await received(reader, [], basis), basis).toBe(n);
    expect(await received(dpo, [])).toBe(1);
    const [inferred] = await rows(dpo, [], 'INFERRED');
    expect(inferred?.suppressed).toBe(true);
    // The surveyed response may be read; beside it nothing inferred is shown.
    expect(await received(dpo, [], 'COMBINED')).toBe(1);
    await submit('Germany', 6, { comment: 'more', score: undefined });
    await infer(0);
    const [lot] = await rows(dpo, [], 'COMBINED');
    expect(lot?.counts).toEqual({ promoters: 2, passives: 0, detractors: 6 });
    expect((await rows(dpo, ['region'], 'INFERRED')).map(({ group }) => group.region)).toEqual(['Germany']);
  });

  it('reveal few responses of a companion no more than few of the model itself', async () => {
    await database.sql(`INSERT INTO model_version (id, label, key, stage, artefact, companion_id) VALUES
      (8, 'made up', 'def', 'CANDIDATE', '{"confusion": [[70, 20, 10], [15, 70, 15], [10, 20, 70]]}', NULL),
      (7, 'made up', 'abc', 'CHAMPION', '{"confusion": [[80, 15, 5], [15, 70, 15], [5, 15, 80]]}', 8)`);
    const reader = narrowScope('reader', () => true, { smallestCount: K });
    const both = async (scope: Scope) => (await rows(scope, [], 'INFERRED'))[0]?.counts ?? null;
    await submit('Germany', 8, { comment: 'a comment', score: undefined });
    await infer(0);
    const alone = { promoters: 0, passives: 0, detractors: 8 };
    expect([await both(reader), await both(dpo)]).toEqual([alone, alone]);
    await submit('Germany', 1, { comment: 'ein Kommentar', score: undefined });
    await infer(2, 8);
    expect(await both(reader)).toEqual({ ...alone, promoters: 1 });
    expect(await both(dpo)).toEqual(alone);
    await submit('Germany', K, { comment: 'noch einer', score: undefined });
    await infer(2, 8);
    const all = { ...alone, promoters: K + 1 };
    expect([await both(reader), await both(dpo)]).toEqual([all, all]);
    const [lot] = await rows(dpo, [], 'INFERRED');
    expect(lot?.parts?.inferred.map(({ counts }) => counts)).toEqual([
      alone,
      { promoters: K + 1, passives: 0, detractors: 0 },
    ]);
  });
});
