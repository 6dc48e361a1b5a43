import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { retentionAgent } from '../../agents/retention/index.ts';
import type { Retained, Retention } from '../../domain/privacy/retention.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { readAgedFields } from '../../store/data-subjects/aged-fields.ts';
import { readDeletions } from '../../store/data-subjects/deletion-records.ts';
import { placeHold } from '../../store/data-subjects/legal-hold.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { BATCH } from '../../store/data-subjects/retention.ts';
import { countDue } from '../../store/data-subjects/retention-due.ts';
import { changeRule } from '../../store/data-subjects/retention-rules.ts';
import { DIMENSIONS } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { addMadeUpModel, makeUpPredictions } from '../fixtures/made-up-models.ts';
import fc from '../fixtures/properties.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { expectInferredRollupsToEqualRecount } from '../fixtures/recount-inferred.ts';
import { openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

/* Retention by source and by field: two sources with other rules, and every number exact after each batch. */

const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS;
let database: SealedDatabase;
let retention: Retention = {};
let now = Date.now();
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
const agent = () =>
  retentionAgent({
    ...{ retention, cells: database.cells, sign: database.sign },
    filesDue: () => undefined,
  }) as AnyAgent;
const run = (options = {}) => {
  now += 10 * 60_000;
  const deps = { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now };
  return runAgent(deps, agent(), { onError, ...options });
};
const set = (about: Partial<Retained> & Pick<Retained, 'what'>, keep: string | null) =>
  changeRule(
    database.store,
    { source: null, dimension: null, ...about, keep, actor: 'k', actorName: 'Ada', reason: 'policy 7' },
    async () => undefined,
  );

interface Stored {
  readonly name: string;
  readonly region: string;
  readonly channel: string;
  readonly commented: boolean;
  readonly items: number;
  readonly predicted: number;
}
const stored = async (source: string) => {
  const rows = await database.sql<Stored>(
    `SELECT a.external_id AS name, c.attributes->>'region' AS region, c.attributes->>'channel' AS channel, a.comment IS NOT NULL AS commented,
      (SELECT count(*)::integer FROM source_event e WHERE e.response_id = a.id AND e.sealed IS NOT NULL) AS items,
      (SELECT count(*)::integer FROM prediction p WHERE p.response_id = a.id) AS predicted
    FROM (SELECT id, external_id, cell_id, mapping_version_id, comment FROM response UNION ALL
        SELECT id, row->>'external_id', (row->>'cell_id')::integer, (row->>'mapping_version_id')::integer, row->>'comment' FROM restricted_response) a
      JOIN cell c ON c.id = a.cell_id JOIN mapping_version m ON m.id = a.mapping_version_id JOIN source s ON s.id = m.source_id
      JOIN response_key k ON k.id = a.id AND k.cell_id = a.cell_id WHERE s.name = $1`,
    [source],
  );
  return new Map(rows.map((row) => [row.name, row]));
};

beforeAll(async () => {
  database = await openSealedDatabase();
  await addMadeUpModel(database, 1);
});
afterAll(() => database?.close());
afterEach(() => expect(errors.splice(0)).toEqual([]));

const answer = fc.record({
  days: fc.integer({ min: 1, max: 1_400 }),
  score: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null, freq: 6 }),
  region: fc.constantFrom('Peru', 'Japan', 'Kept', null),
  channel: fc.constantFrom('mail', 'web', null),
  person: fc.integer({ min: 1, max: 6 }),
});
type Answer = typeof answer extends fc.Arbitrary<infer Of> ? Of : never;

it('two sources with different rules lose exactly what is past them, whenever the agent is stopped', async () => {
  retention = { comments: 'P1000D', sources: { declared: { dimensions: { region: 'P10D' } } } };
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 4, maxLength: 20 }),
      fc.array(answer, { minLength: 4, maxLength: 20 }),
      fc.integer({ min: 0, max: 4 }),
      async (inShop, inDesk, stopAfter) => {
        round += 1;
        const [shop, desk] = [`shop ${round}`, `desk ${round}`];
        const person = ({ person: n }: Answer) => `${round} ${n}@example.org`;
        const send = (source: string, answers: readonly Answer[]) =>
          database.submit(
            answers.map(({ days, person: _person, ...rest }, i) => ({
              ...{ source, externalId: `${i}`, comment: 'some words', ...rest },
              respondent: person(answers[i] as Answer),
              answeredAt: new Date(TODAY - days * DAY_MS).toISOString(),
            })),
          );
        await send(shop, inShop);
        await send(desk, inDesk);
        await makeUpPredictions(database, 1);
        expect((await database.seal()).refused).toEqual([]);
        await database.cells.refresh(database.store);
        await placeHold(database, personOf(`${round} 1@example.org`), BY);
        await restrict(database, personOf(`${round} 2@example.org`), true);
        if (round === 1) await placeHold(database, { segment: { region: ['Kept'] } }, BY);
        await set({ what: 'comments', source: shop }, 'P500D');
        await set({ what: 'dimensions', dimension: 'region', source: shop }, 'P300D');
        await set({ what: 'responses', source: desk }, 'P900D');
        await set({ what: 'dimensions', dimension: 'channel', source: desk }, 'P200D');
        let steps = 0;
        await run({ stopped: () => steps++ >= stopAfter });
        await expectRollupsToEqualRecount(database);
        await run();
        const isHeld = (one: Answer) => one.person === 1 || one.region === 'Kept';
        const expectedOf = (
          one: Answer,
          i: number,
          rules: { region: number; channel: number; text: number },
        ) => {
          const is = (days: number) => one.days >= days && !isHeld(one);
          const moved = (is(rules.region) && one.region) || (is(rules.channel) && one.channel);
          return {
            name: `${i}`,
            region: (is(rules.region) ? null : one.region) ?? 'unknown',
            channel: (is(rules.channel) ? null : one.channel) ?? 'unknown',
            commented: !is(rules.text),
            items: moved || is(rules.text) ? 0 : 1,
            predicted: one.person === 2 ? 0 : 1,
          };
        };
        const never = Number.POSITIVE_INFINITY;
        const inOrder = (rows: ReadonlyMap<string, Stored>) =>
          [...rows.values()].sort((a, b) => Number(a.name) - Number(b.name));
        const left = (one: Answer) => one.days < 900 || isHeld(one);
        expect(inOrder(await stored(shop))).toEqual(
          inShop.map((one, i) => expectedOf(one, i, { region: 300, channel: never, text: 500 })),
        );
        expect(inOrder(await stored(desk))).toEqual(
          inDesk.flatMap((one, i) =>
            left(one) ? [expectedOf(one, i, { region: never, channel: 200, text: 1_000 })] : [],
          ),
        );
        await expectRollupsToEqualRecount(database);
        await expectInferredRollupsToEqualRecount(database);
        const found = await database.verify({ from: TODAY - 1_500 * DAY_MS, until: TODAY });
        expect(found).not.toMatchObject({ verdict: 'MISMATCH' });
        expect((await database.seal()).refused).toEqual([]);
        // What is sent again is known, and brings nothing back.
        expect(await send(shop, inShop)).toMatchObject({ accepted: 0 });
      },
    ),
    { numRuns: 4 },
  );
});

it('takes a value in batches that can fail, and says what a rule would take', async () => {
  retention = { sources: { many: { dimensions: { region: 'P30D' } } } };
  const at = new Date(TODAY - 90 * DAY_MS).toISOString();
  const items = Array.from({ length: BATCH + 20 }, (_, i) => ({
    ...{ source: 'many', externalId: `m${i}`, answeredAt: at, score: i % 11, region: 'Chile' },
  }));
  for (let i = 0; i < items.length; i += 260) await database.submit(items.slice(i, i + 260));
  await database.submit([{ source: 'few', externalId: 'f', answeredAt: at, score: 9, region: 'Chile' }]);
  await database.cells.refresh(database.store);
  const due = (source: string | null) => {
    const about = { what: 'dimensions' as const, dimension: 'region', source, before: new Date(TODAY) };
    return countDue(database.store, database.cells, about, 100_000);
  };
  expect(await due('many')).toBe(BATCH + 20);
  expect(await due('few')).toBe(1);
  expect(await due('none')).toBe(0);
  // A process that dies in a batch leaves nothing of it.
  await database.sql(
    `CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$`,
  );
  await database.sql(
    'CREATE TRIGGER fails BEFORE INSERT ON aged_field FOR EACH ROW EXECUTE FUNCTION fails()',
  );
  await run();
  expect(errors.splice(0)).toHaveLength(1);
  expect(await due('many')).toBe(BATCH + 20);
  await expectRollupsToEqualRecount(database);
  await database.sql('DROP TRIGGER fails ON aged_field');
  now += 3_600_000;
  await run();
  expect(await due('many')).toBe(0);
  expect(await due('few')).toBe(1);
  await expectRollupsToEqualRecount(database);
  const of = { what: 'dimensions', source: 'many', dimension: 'region', keep: 'P30D' };
  expect(await readDeletions(database.store, null, 2)).toMatchObject([
    { ...of, rows: 20 },
    { ...of, rows: BATCH },
  ]);
  const [one] = await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = 'm7'`);
  const aged = await readAgedFields(database.store, database.store, [one?.id ?? '']);
  expect(aged.get(one?.id ?? '')).toEqual([
    { what: 'dimensions', dimension: 'region', keep: 'P30D', isOfSource: true, at: expect.any(Date) },
  ]);
});

it('moves outcomes and what an import replaced, and forgets a rule that is withdrawn', async () => {
  retention = {};
  const bought = { source: 'till', externalId: 'o1', kind: 'PAYMENT', amount: 3, currency: 'EUR' };
  const at = new Date(TODAY - 90 * DAY_MS).toISOString();
  await database.submitOutcomes([
    { ...bought, at, respondent: 'o@example.org', segmentValues: { region: 'Peru' } },
  ]);
  await database.cells.refresh(database.store);
  await set({ what: 'dimensions', dimension: 'region', source: 'till' }, 'P30D');
  await set({ what: 'dimensions', dimension: 'region', source: 'till' }, null);
  const region = async () =>
    (
      await database.sql(
        `SELECT c.attributes->>'region' AS region FROM outcome o JOIN cell c ON c.id = o.cell_id`,
      )
    )[0];
  await run();
  expect(await region()).toEqual({ region: 'Peru' });
  await set({ what: 'dimensions', dimension: 'region', source: 'till' }, 'P30D');
  await run();
  expect(await region()).toEqual({ region: 'unknown' });
});
