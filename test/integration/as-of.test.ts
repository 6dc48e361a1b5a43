import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { add, type Counts, subtract, ZERO } from '../../domain/nps/nps.ts';
import type { KnownChange } from '../../domain/scores/as-of.ts';
import { UnknownFactError } from '../../domain/scores/as-of.ts';
import type { ScoreName } from '../../domain/scores/score.ts';
import { randomFrom } from '../../domain/statistics/random.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time/time-windows.ts';
import { type AsKnown, scoreAsKnownAt } from '../../proof/as-of.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import type { Session } from '../../store/database/client.ts';
import { type JournalPosition, journalHead } from '../../store/journal/journal.ts';
import { readScore, readScores } from '../../store/scores/scores.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { AsOfDatabase, BASE, BASES, CHAMPIONS } from '../fixtures/as-of-database.ts';
import { narrowScope, openTestDatabase } from '../fixtures/database.ts';
import { BY, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { wholeHead } from '../fixtures/whole-head.ts';

/** Every fact of every difference, page by page. */
async function factsOf(found: AsKnown | null, first = 3): Promise<KnownChange[]> {
  const facts: KnownChange[] = [];
  for (const difference of found?.differences ?? []) {
    const own: KnownChange[] = [];
    for (;;) {
      const page = await difference.facts(first, own.at(-1)?.responseId ?? null);
      own.push(...page);
      if (page.length < first) break;
    }
    expect(own).toHaveLength(difference.responses);
    expect(own.every(({ reason }) => reason === difference.reason)).toBe(true);
    facts.push(...own);
  }
  return facts;
}

const sumOf = ({ differences }: AsKnown) => differences.reduce((sum, { change }) => add(sum, change), ZERO);

describe('a score as of a moment', () => {
  let known: AsOfDatabase;
  beforeAll(async () => {
    known = new AsOfDatabase(await openTestDatabase());
  });
  afterAll(() => known?.record.close());

  it('is nothing before the first response, and all of it came since', async () => {
    const before = await known.moment();
    await known.record.submit([known.answer(1), known.answer(2)]);
    const found = await known.asKnown(known.name('SURVEYED'), before);
    expect(found?.known).toMatchObject({ counts: ZERO, score: null });
    expect(found?.differences).toMatchObject([{ reason: 'LATE', responses: 2 }]);
    expect(await factsOf(found, 1)).toHaveLength(2);
  });

  it('names the reason of each difference', async () => {
    const { record: database } = known;
    const scores = [9, 9, 9, 9, 9, 2];
    const items = scores.map((score, i) => ({
      ...known.answer(100 + i, { respondent: `reason ${i}`, region: 'Oslo', comment: 'words', score }),
      answeredAt: new Date(BASE + (i + 1) * 60_000).toISOString(),
    }));
    await database.submit(items);
    const segment = { region: ['Oslo'] };
    const before = await known.moment();
    const idOf = async (i: number) =>
      (await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = 'a${100 + i}'`))[0]
        ?.id ?? '';
    const ids = await Promise.all(scores.map((_, i) => idOf(i)));
    await rectify(database, ids[0] ?? '', { score: 0 }, BY);
    await eraseWhole(database, personOf('reason 1'));
    await restrict(database, personOf('reason 2'), true);
    // To another region: here it counts no more. And one whose words alone change counts as it did.
    await database.submit([
      { ...items[3], region: 'Bergen', answeredAt: new Date(BASE + HOUR_MS).toISOString() },
    ]);
    await rectify(database, ids[4] ?? '', { comment: 'other words' }, BY);
    await database.submit([known.answer(110, { region: 'Oslo', score: 7 })]);
    const found = await known.asKnown(known.name('SURVEYED', segment), before);
    expect(found?.known.counts).toEqual({ promoters: 5, passives: 0, detractors: 1 });
    expect(found?.now.counts).toEqual({ promoters: 1, passives: 1, detractors: 2 });
    const facts = (await factsOf(found)).map(({ reason, responseId, was, is }) => [
      reason,
      ids.indexOf(responseId),
      was?.class ?? null,
      is?.class ?? null,
    ]);
    expect(new Set(facts.map((fact) => JSON.stringify(fact)))).toEqual(
      new Set(
        [
          ['CORRECTED', 0, 2, 0],
          // Of the erased one the journal says what it counted as, and no more which it was.
          ['ERASED', -1, 2, null],
          ['RESTRICTED', 2, 2, null],
          ['CORRECTED', 3, 2, null],
          ['LATE', -1, null, 1],
        ].map((fact) => JSON.stringify(fact)),
      ),
    );
    await restrict(database, personOf('reason 2'), false);
  });

  it('counts under the champion of that moment, and reports what the current one reads differently', async () => {
    await known.promote(7);
    const segment = { region: ['Peru', 'Japan'] };
    await known.record.submit(Array.from({ length: 40 }, (_, i) => known.answer(200 + i)));
    const unread = await known.moment();
    await known.infer();
    const read = await known.moment();
    const scored = await known.asKnown(known.name('INFERRED', segment), unread);
    expect(scored?.differences).toMatchObject([{ reason: 'RE_SCORED' }]);
    await known.promote(8);
    const found = await known.asKnown(known.name('INFERRED', segment), read);
    expect([found?.known.model, found?.now.model]).toEqual([7, 8]);
    expect(found?.known.score).toBe(scored?.now.score);
    expect(found?.differences).toMatchObject([{ reason: 'RE_SCORED' }]);
    const facts = await factsOf(found, 4);
    expect(facts.length).toBeGreaterThan(4);
    expect(new Set(facts.map(({ responseId }) => responseId)).size).toBe(facts.length);
    const classes = facts.map(({ was, is }) => [was?.class ?? null, is?.class ?? null]);
    expect(classes.every(([was, is]) => was !== is)).toBe(true);
    const change = (of: number) =>
      classes.filter(([, is]) => is === of).length - classes.filter(([was]) => was === of).length;
    expect(found?.differences[0]?.change).toEqual({
      detractors: change(0),
      passives: change(1),
      promoters: change(2),
    });
    await expect(
      scored?.differences[0]?.facts(2, facts[0]?.responseId.replace(/./g, '0') ?? ''),
    ).rejects.toThrow(UnknownFactError);
  });

  it('counts under the old champion until the promotion of the new one is stored, however early it began', async () => {
    await known.promote(7);
    await known.record.settled();
    const { store } = known.record;
    const replace = async (session: Session, old: number, by: number) => {
      for (const [model, from, to] of [
        [old, 'CHAMPION', 'RETIRED'],
        [by, 'RETIRED', 'CHAMPION'],
      ] as const) {
        const text = `INSERT INTO model_event (model_version_id, from_stage, to_stage, cause, actor, reason)
          VALUES (${model}, '${from}', '${to}', 'promotion', 'a', 'b')`;
        await session.rows({ name: '', text }, []);
        await session.rows(
          { name: '', text: `UPDATE model_version SET stage = '${to}' WHERE id = ${model}` },
          [],
        );
      }
    };
    let during = 0;
    let place: JournalPosition | undefined;
    await store.transaction(async (session) => {
      const run = (text: string) => session.rows<{ at: Date }>({ name: '', text }, []);
      await run('SELECT now() AS at');
      await new Promise((done) => setTimeout(done, 3));
      during = (await run('SELECT clock_timestamp() AS at'))[0]?.at.getTime() ?? 0;
      place = await journalHead(session);
      await new Promise((done) => setTimeout(done, 3));
      await replace(session, 7, 8);
    });
    const after = await known.moment();
    const modelAt = async (at: number | JournalPosition) =>
      (await known.asKnown(known.name('INFERRED'), at))?.known.model;
    expect([await modelAt(during), await modelAt(place as JournalPosition)]).toEqual([7, 7]);
    expect(await modelAt(after)).toBe(8);
    await store.transaction((session) => replace(session, 8, 7));
  });

  it('is what was reported then, through any history', async () => {
    const random = randomFrom(11);
    const upTo = (n: number) => Math.floor(random() * n);
    const { record: database } = known;
    const received: {
      at: number;
      place: JournalPosition;
      name: ScoreName;
      counts: Counts | null;
      score: number | null;
    }[] = [];
    let next = 1_000;
    const steps: (() => Promise<unknown>)[] = [
      () => database.submit(Array.from({ length: 1 + upTo(12) }, () => known.answer(next++))),
      () => database.submit(Array.from({ length: 1 + upTo(6) }, () => later(1_000 + upTo(next - 1_000)))),
      () => eraseWhole(database, personOf(`person ${upTo(20)}`)),
      () => restrict(database, personOf(`person ${upTo(20)}`), random() < 0.5),
      () => known.infer(),
      () => known.promote(CHAMPIONS[upTo(CHAMPIONS.length)] as number),
    ];
    let minutes = 200;
    /** The same person's later answer: with another number, in another region, at another hour or on the day after. */
    const later = (i: number) =>
      known.answer(i, {
        answeredAt: new Date(BASE + (minutes++ % (30 * 60)) * 60_000).toISOString(),
        ...(random() < 0.7 ? { score: upTo(11) } : {}),
        region: ['Japan', 'Peru', 'Chile'][upTo(3)],
      });
    for (let step = 0; step < 40; step++) {
      await (steps[upTo(steps.length)] as () => Promise<unknown>)();
      const at = await known.moment();
      const place = await wholeHead(database.store);
      for (const basis of BASES)
        for (const segment of [{}, { region: ['Peru'] }])
          for (const hours of [
            [0, 24],
            [1, 3],
          ] as const) {
            const name = known.name(basis, segment, hours);
            const query = { segment, basis, confidence: 0.95, groupBy: [], windows: [name] };
            const [row] = await readScores(known.deps, EVERYTHING, query);
            received.push({ at, place, name, counts: row?.counts ?? null, score: row?.score ?? null });
          }
    }
    let changed = 0;
    for (const { at, place, name, counts, score } of received) {
      const found = (await known.asKnown({ ...name, model: null }, at)) as AsKnown;
      expect({ counts: found.known.counts, score: found.known.score }).toEqual({ counts, score });
      expect(sumOf(found)).toEqual(subtract(found.now.counts ?? ZERO, found.known.counts ?? ZERO));
      // The same by the position of the journal, which a subscriber holds.
      const placed = (await known.asKnown({ ...name, model: null }, place)) as AsKnown;
      expect({ counts: placed.known.counts, score: placed.known.score }).toEqual({ counts, score });
      expect(placed.differences.map(({ reason, responses }) => [reason, responses])).toEqual(
        found.differences.map(({ reason, responses }) => [reason, responses]),
      );
      if (found.differences.length > 1) changed += 1;
    }
    expect(changed).toBeGreaterThan(received.length / 2);
    const name = known.name('SURVEYED');
    const last = await known.asKnown(name, received.at(-1)?.at ?? 0);
    expect(last?.now.counts).toEqual((await readScore(known.deps, EVERYTHING, name))?.counts);
  });

  it('does not take an aged-out comment for a change', async () => {
    const before = await known.moment();
    await ageOut(known.record, { comments: 'P1D' }, { comments: new Date() }, Date.now());
    const found = await known.asKnown(known.name('SURVEYED'), before);
    expect(found?.differences).toEqual([]);
  });

  it('reports what is not available', async () => {
    const name = known.name('SURVEYED');
    await expect(known.asKnown(name, Date.now() + HOUR_MS)).rejects.toThrow(
      /knownAt: must not be in the future/,
    );
    const odd = { ...name, from: name.from + 30 * 60_000 };
    await expect(known.asKnown(odd, Date.now())).rejects.toThrow(/whole hours/);
    const scope = narrowScope('feed', () => true, { withheld: ['readResponse'] });
    expect(await scoreAsKnownAt(known.deps, scope, name, { knownAt: Date.now() - 1 })).toBeNull();
    const head = await wholeHead(known.record.store);
    await expect(known.asKnown(name, { ...head, position: head.position + 9 })).rejects.toThrow(
      /not come so far/,
    );
    const before = await known.moment();
    // Our code never changes rows in place: if an attacker does, the class is unknown.
    await known.record.sql(
      `UPDATE response SET class = 0 WHERE class = 2 AND answered_at < to_timestamp(${(BASE + DAY_MS) / 1000})`,
    );
    await expect(known.asKnown(name, before)).rejects.toThrow(/changed responses in place/);
  });
});
