import { describe, expect, it } from 'vitest';
import type { Scope } from '../../domain/access/scope.ts';
import { total, ZERO } from '../../domain/nps/nps.ts';
import type { Basis, ScoreRow } from '../../domain/scores/score.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import {
  calendarBuckets,
  DAY_MS,
  HOUR_MS,
  type TimeRange,
  WEEKDAYS,
} from '../../domain/time/time-windows.ts';
import type { ScoreStart } from '../../graph/kinds/score.ts';
import { createRecordLineage } from '../../graph/record/record-lineage.ts';
import { impactOf } from '../../graph/traversal/impact.ts';
import { lineagePath } from '../../graph/traversal/path.ts';
import { traceLineage } from '../../graph/traversal/trace.ts';
import { type DriverRow, readDrivers } from '../../store/scores/drivers.ts';
import { readChange, readScores } from '../../store/scores/scores.ts';
import { readThemes } from '../../store/scores/themes.ts';
import { AttackedWorld, toldBy } from '../fixtures/attacked-world.ts';
import { DIMENSIONS, narrowScope } from '../fixtures/database.ts';
import { histories } from '../fixtures/histories.ts';
import { LinearAttack, type Vector } from '../fixtures/linear-attack.ts';

/*
 * An attacker who reads scores but no answers asks everything, again and again while answers come, change and go, and
 * solves for what is about fewer than k people. The attack is shown to work on the rule that each score stands for itself.
 */
const K = 5;
/**
 * One caller under two versions of the policies, and another role of equal cells: they combine their answers.
 */
const ATTACKERS = ['feed', 'feed after a change of the policies', 'steward'].map((name) =>
  narrowScope(name, () => true, { smallestCount: K, withheld: ['readResponse'] }),
);
const START = Date.UTC(2026, 2, 10, 13);
const BASES: readonly Basis[] = ['SURVEYED', 'COMBINED', 'INFERRED'];
const VALUES = {
  product_line: ['Air', 'Rail'],
  region: ['Germany', 'Japan', 'Peru'],
  channel: ['web', 'app'],
} as const;

/** Every segment of the lattice: of each dimension all, or any selection of its values. */
function segments(): Segment[] {
  const selections = (values: readonly string[]) =>
    Array.from({ length: 2 ** values.length - 1 }, (_, mask) =>
      values.filter((_, i) => (mask + 1) & (1 << i)),
    );
  return Object.entries(VALUES).reduce<Segment[]>(
    (all, [name, values]) =>
      all.flatMap((segment) => [
        segment,
        ...selections(values).map((some) => ({ ...segment, [name]: some })),
      ]),
    [{}],
  );
}

/** Windows that a caller can ask for: rolling ones, days of three zones (one half an hour off), weeks, hours, quarters. */
function windowsAt(now: number): TimeRange[] {
  const tomorrow = (Math.floor(now / DAY_MS) + 1) * DAY_MS;
  const days = (first: number, count: number, offset = 0) => ({
    from: tomorrow - (first + count - 1) * DAY_MS + offset,
    until: tomorrow - (first - 1) * DAY_MS + offset,
  });
  const nextHour = (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
  const today = days(1, 1);
  return [
    ...[1, 2, 3, 4, 5, 7, 30].map((count) => days(1, count)),
    ...[1, 2, 3, 4, 5, 6].map((first) => days(first, 1)),
    ...[1, 2, 3].flatMap((first) => [days(first, 1, -HOUR_MS), days(first, 1, 5.5 * HOUR_MS)]),
    ...[1, 2, 6, 24].map((hours) => ({ from: nextHour - hours * HOUR_MS, until: nextHour })),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((ago) => ({
      from: nextHour - ago * HOUR_MS,
      until: nextHour - (ago - 1) * HOUR_MS,
    })),
    // Weeks that begin on any day, a quarter and a year.
    ...WEEKDAYS.slice(2, 5).flatMap((weekStart) => calendarBuckets(today, 'WEEK', 'UTC', 2, weekStart)),
    ...(['QUARTER', 'YEAR'] as const).flatMap((every) => calendarBuckets(today, every, 'UTC', 1)),
  ];
}

const GROUPS = [['region'], ['product_line', 'region'], ['channel'], ['product_line', 'region', 'channel']];

/** One answer of everything that can be asked at a moment, with what it was asked for. */
async function poll(world: AttackedWorld, scope: Scope, lattice: readonly Segment[]): Promise<ScoreRow[]> {
  const windows = windowsAt(world.now);
  const rows: ScoreRow[] = [];
  for (const basis of BASES) {
    const query = { basis, confidence: 0.95, windows };
    for (const segment of lattice)
      rows.push(...(await readScores(world.deps, scope, { ...query, segment, groupBy: [] })));
    for (const groupBy of GROUPS)
      rows.push(...(await readScores(world.deps, scope, { ...query, segment: {}, groupBy })));
    const [before, after] = [windows[8] as TimeRange, windows[7] as TimeRange];
    const change = await readChange(world.deps, scope, {
      basis,
      confidence: 0.95,
      segment: {},
      before,
      after,
    });
    expect(change.difference === null).toBe(change.before.score === null || change.after.score === null);
    rows.push(change.before, change.after);
  }
  return rows;
}

/** What themes and drivers answer them; drivers with what they were asked for. */
async function pollDrivers(world: AttackedWorld, scope: Scope) {
  const tomorrow = (Math.floor(world.now / DAY_MS) + 1) * DAY_MS;
  const pairs = [1, 2, 3].map((days) => ({
    before: { from: tomorrow - 9 * DAY_MS, until: tomorrow - days * DAY_MS },
    after: { from: tomorrow - days * DAY_MS, until: tomorrow },
  }));
  const found: { basis: Basis; before: TimeRange; after: TimeRange; rows: DriverRow[] }[] = [];
  const numbers = new Set<unknown>();
  for (const [basis, { before, after }] of BASES.flatMap((one) =>
    pairs.map((pair) => [one, pair] as const),
  )) {
    const query = { segment: {}, basis, confidence: 0.95, before, after, mostRows: 20_000 };
    for (const by of [[], ...GROUPS])
      found.push({
        basis,
        before,
        after,
        rows: await readDrivers(world.deps, scope, { ...query, by, themes: false }),
      });
    const themed = [
      ...(await readThemes(world.deps, scope, { ...query, window: after, withoutTheme: true })),
      ...(await readDrivers(world.deps, scope, { ...query, by: [], themes: true })),
      ...(await readDrivers(world.deps, scope, { ...query, by: ['region'], themes: true })),
    ];
    // Theirs are the names of the model's themes; no number.
    expect(themed).toHaveLength(8);
    for (const { theme: _theme, suppressed, ...rest } of themed) {
      expect(suppressed).toBe(true);
      for (const value of Object.values(rest)) if (typeof value === 'number') numbers.add(value);
    }
  }
  expect([...numbers]).toEqual([]);
  return found;
}

/** Parts of a difference follow from the scores that the ledger shows, and from nothing else. */
function expectDriversOfReleases(
  world: AttackedWorld,
  found: Awaited<ReturnType<typeof pollDrivers>>,
): number {
  let shown = 0;
  for (const { basis, before, after, rows } of found) {
    const all = [before, after].map((window) => world.tells(window, {}, basis, K));
    for (const row of rows) {
      const segment = Object.fromEntries(Object.entries(row.group).map(([name, value]) => [name, [value]]));
      const released = [before, after].map((window) => world.tells(window, segment, basis, K));
      expect(row.suppressed).toBe([...released, ...all].some((one) => one === null));
      expect([row.responsesBefore, row.responsesAfter]).toEqual(
        row.suppressed ? [null, null] : released.map((one) => total(one?.counts ?? ZERO)),
      );
      if (row.suppressed)
        expect([row.mix, row.rate, row.shareAfter, row.scoreAfter]).toEqual([null, null, null, null]);
      else shown += 1;
    }
  }
  return shown;
}

/** Everything that lineage answers them: impact, trace and path of every kind of node, and of scores. */
async function pollLineage(world: AttackedWorld): Promise<string> {
  const scope = ATTACKERS[0] as Scope;
  const deps = { ...world.deps, dimensions: DIMENSIONS, lineage: createRecordLineage(world.record.store) };
  const sources = await world.record.sql<{ id: string }>(`
    SELECT 'Source:' || name AS id FROM source UNION ALL SELECT 'MappingVersion:' || key FROM mapping_version
    UNION ALL SELECT 'Cell:' || key FROM cell UNION ALL SELECT 'ModelVersion:' || id FROM model_version
    UNION ALL SELECT 'Response:' || id FROM response UNION ALL SELECT 'Rollup:' || to_char(r.bucket AT TIME ZONE 'UTC', 'YYYYMMDDHH24')
      || ':' || c.key || ':' || r.model_version_id FROM rollup_hour r JOIN cell c ON c.id = r.cell_id`);
  const score = (segment: Segment): ScoreStart => ({
    id: JSON.stringify(segment),
    segment,
    label: '',
    basis: 'SURVEYED',
    model: null,
    from: START - 30 * DAY_MS,
    until: START + 30 * DAY_MS,
  });
  const scores = [score({}), score({ region: ['Peru'] }), score({ region: ['Germany'], channel: ['app'] })];
  const answers: unknown[] = [];
  for (const start of scores)
    for (const direction of ['UPSTREAM', 'DOWNSTREAM'] as const)
      answers.push(await traceLineage(deps, scope, { start, direction, first: 500, after: null }));
  const found: unknown[] = [];
  for (const { id } of sources) {
    const query = { start: id, direction: 'DOWNSTREAM', first: 500, after: null } as const;
    found.push(await traceLineage(deps, scope, query), await lineagePath(deps, scope, score({}), id));
    if (!/^(Response|Rollup)/.test(id))
      found.push(await impactOf(deps, scope, { id, first: 500, after: null }));
  }
  // The sources of the responses do not exist for them.
  expect(found.filter((one) => one !== null)).toEqual([]);
  return JSON.stringify(answers);
}

/** Random answers, corrections and deletions; now and then what would leave few of many. */
function historyOf(world: AttackedWorld, seed: number) {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let last = 0;
  const answer = (ago: number, id = `a${++last}`) => ({
    externalId: id,
    answeredAt: new Date(world.now - ago).toISOString(),
    score: random() < 0.25 ? undefined : pick([0, 5, 7, 8, 9, 10]),
    comment: 'a comment',
    productLine: pick(VALUES.product_line),
    region: random() < 0.6 ? 'Germany' : pick(VALUES.region),
    channel: random() < 0.7 ? 'web' : 'app',
  });
  const items = (count: number, ago: () => number) => Array.from({ length: count }, () => answer(ago()));
  return {
    begin: async () => void (await world.record.submit(items(90, () => Math.floor(random() * 6 * DAY_MS)))),
    step: async () => {
      world.now += Math.floor((0.5 + random() * 6) * HOUR_MS);
      await world.record.submit(
        items(1 + Math.floor(random() * 9), () => Math.floor(random() * 2 * HOUR_MS)),
      );
      if (random() < 0.5) await world.record.submit(items(1, () => Math.floor(random() * 5 * DAY_MS)));
      if (random() < 0.6) await world.record.submit([answer(0, `a${1 + Math.floor(random() * last)}`)]);
      if (random() < 0.6)
        await world.record.sql(`DELETE FROM response WHERE external_id = $1`, [
          `a${1 + Math.floor(random() * last)}`,
        ]);
      // All but one of a cell's day go at once.
      if (random() < 0.3)
        await world.record.sql(
          `DELETE FROM response WHERE id IN (SELECT id FROM response WHERE cell_id = $1
          AND answered_at > $2 ORDER BY id OFFSET 1)`,
          [pick([1, 2, 3, 4]), new Date(world.now - DAY_MS)],
        );
      if (random() < 0.7) await world.infer();
    },
  };
}

const personOf = (world: AttackedWorld) => (fact: string) => world.facts.get(fact)?.person ?? fact;

/** The sums that the attacker gets, and those under the rule that each score stands for itself. */
async function attack(seed: number, steps: number) {
  const world = await AttackedWorld.open(START);
  try {
    const history = historyOf(world, seed);
    const lattice = segments();
    const sums = new Map<string, Vector>();
    const alone = new Map<string, Vector>();
    const lineage = new Set<string>();
    const count = { rows: 0, received: 0, large: 0, drivers: 0 };
    const keep = (kept: Map<string, Vector>, vector: Vector) =>
      kept.set(
        [...vector]
          .map(([fact, weight]) => `${fact} ${weight}`)
          .sort()
          .join(),
        vector,
      );
    await history.begin();
    for (let step = 0; step <= steps; step++) {
      if (step > 0) await history.step();
      await world.readFacts();
      const rows = await poll(world, ATTACKERS[step % ATTACKERS.length] as Scope, lattice);
      const drivers = await pollDrivers(world, ATTACKERS[step % ATTACKERS.length] as Scope);
      await world.readReleases();
      count.drivers += expectDriversOfReleases(world, drivers);
      // A sum of releases does not follow single responses: those that come and go change nothing in it.
      lineage.add(await pollLineage(world));
      for (const row of rows) {
        const { segment, basis } = row;
        const expected = world.tells(row, segment, basis, K);
        expect(toldBy(row), `${basis} ${JSON.stringify(segment)} ${row.from} ${row.until}`).toEqual(
          expected?.counts ?? null,
        );
        count.rows += 1;
        if (expected) count.received += 1;
        if (expected) keep(sums, expected.vector);
        const facts = world.factsOf(row, segment, basis);
        if (facts.length >= K) count.large += 1;
        if (facts.length >= K) keep(alone, new Map(facts.map(({ key }) => [key, 1])));
      }
    }
    expect([...lineage], 'one answer, whenever it is asked').toHaveLength(1);
    expect(await world.record.sql('SELECT FROM disclosure_ledger')).toHaveLength(1);
    return { world, count, sums: [...sums.values()], alone: [...alone.values()] };
  } finally {
    await world.record.close();
  }
}

/** Every sum that a curious person would like: a cell, a region, a product at an hour or a day, where there are few. */
function smallSums(world: AttackedWorld): string[][] {
  const places = new Map<string, string[]>();
  for (const { key, part, cellId, hour } of world.facts.values()) {
    const attributes = world.record.cells.get(cellId)?.attributes ?? {};
    const names = [
      `cell ${cellId}`,
      `region ${attributes.region}`,
      `product ${attributes.product_line}`,
      'all',
    ];
    for (const name of names)
      for (const time of [`hour ${hour}`, `day ${Math.floor(hour / 24)}`, 'ever']) {
        const place = `${part} ${name} ${time}`;
        places.set(place, [...(places.get(place) ?? []), key]);
      }
  }
  return [...places.values()].filter((facts) => new Set(facts.map(personOf(world))).size < K);
}

describe('an attacker who solves linear systems over all answers at all times', () => {
  it.each([1, 2].slice(0, histories(2, 1)))(
    'learns nothing about fewer than k people (history %i)',
    async (seed) => {
      const { world, count, sums, alone } = await attack(seed, 8);
      expect(count.received).toBeGreaterThan(count.large / 10);
      expect(count.drivers).toBeGreaterThan(5);
      for (const lot of world.lots)
        expect(new Set([...lot.vector.keys()].map(personOf(world))).size).toBeGreaterThanOrEqual(K);
      const system = new LinearAttack(sums, personOf(world));
      const small = smallSums(world);
      expect(small.length).toBeGreaterThan(100);
      expect(small.filter((facts) => system.learns(facts))).toEqual([]);
      expect(system.fewest(20, randomFrom(seed))).toBeGreaterThanOrEqual(K);

      // The same attack on scores that each stand for themselves finds single people.
      const naive = new LinearAttack(alone, personOf(world));
      expect(small.filter((facts) => naive.learns(facts)).length).toBeGreaterThan(10);
      expect(naive.fewest(1, randomFrom(seed))).toBe(1);
      console.log(
        `history ${seed}: ${count.received} of ${count.large} large and ${count.rows} rows received, ${sums.length} different sums of rank ${system.rank}, ${world.lots.length} lots; naive: rank ${naive.rank}`,
      );
    },
  );
});
