import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { compareModels } from '../../domain/models/model-comparison.ts';
import { type Confusion, combinedEstimate } from '../../domain/models/quantification.ts';
import type { Counts } from '../../domain/nps/nps.ts';
import type { Basis } from '../../domain/scores/score.ts';
import { readModel } from '../../scoring/model.ts';
import { calledThemes } from '../../scoring/predict.ts';
import { register } from '../../scoring/registry.ts';
import { openScoring, type Scoring } from '../../scoring/service.ts';
import { unscoped } from '../../store/database/client.ts';
import { idsOf, isInUse, readChampion, readRegistry } from '../../store/models/models.ts';
import { readPredictions } from '../../store/models/predictions.ts';
import { readModelFacts, readPaired } from '../../store/monitoring/model-quality.ts';
import { latestReadings } from '../../store/monitoring/model-readings.ts';
import { readAccountFacts } from '../../store/outcomes/account-facts.ts';
import { readScores } from '../../store/scores/scores.ts';
import { readThemeTallies } from '../../store/scores/theme-tallies.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { expectInferredRollupsToEqualRecount } from '../fixtures/recount-inferred.ts';
import { until } from '../fixtures/server.ts';
import { buildTinyEncoder, tinyModel } from '../fixtures/tiny-encoder.ts';

/* Two encoders read for one champion: English by the one that ships, other languages by its companion, here a tiny one. */

const SHIPPED = readModel(
  JSON.parse(readFileSync(new URL('../../scoring/models/default.json', import.meta.url), 'utf8')),
);
const DAY_MS = 86_400_000;
const NOW = Math.floor(Date.now() / 3_600_000) * 3_600_000;
/** By language: read by the first, by its companion, and by neither. */
const TEXTS = {
  en: ['We love it, it saves us hours', 'It crashes, and we will cancel our contract'],
  de: ['Die Hotline ist gut und hilft', 'Das Programm stürzt jeden Tag ab'],
  none: ['Zzz qqq', 'Tack så mycket för den snabba hjälpen idag'],
};
const ALL = Object.values(TEXTS).flat();
const ANSWERS = 420;
const cause = { actor: 'test', reason: 'a test' };
const registration = { label: 'tiny', trainedAt: new Date(0), until: null, journalPosition: null };
const cacheFolder = mkdtempSync(join(tmpdir(), 'scoreline-companions-'));
const { privateKey: signingKey } = generateKeyPairSync('ed25519');
const errors: Error[] = [];
let database: TestDatabase;
let scoring: Scoring;
let [pair, companion] = [0, 0];

beforeAll(async () => {
  database = await openTestDatabase();
  await buildTinyEncoder(cacheFolder);
  await database.submit(
    Array.from({ length: ANSWERS }, (_, i) => ({
      externalId: `t${i}`,
      // Half of them in the last week, which is compared with the weeks before.
      answeredAt: new Date(NOW - (i % 2 ? i % 7 : 8 + (i % 20)) * DAY_MS - 3_600_000).toISOString(),
      comment: `${ALL[i % ALL.length]} (${i})`,
      account: `a${i % ALL.length}`,
      ...(i % 4 === 0 ? {} : { score: (i * 7) % 11 }),
    })),
  );
  scoring = await openScoring({
    ...database,
    encoder: null,
    cacheFolder,
    signingKey,
    now: () => NOW,
    onError: (error) => errors.push(error),
  });
});
afterAll(async () => {
  await scoring?.close();
  await database?.close();
  rmSync(cacheFolder, { recursive: true });
});

async function following(check: () => Promise<void>) {
  const followers = await scoring.follow(() => undefined);
  try {
    await check();
  } finally {
    await followers.stop();
  }
  expect(errors).toEqual([]);
}

const readBy = async (model: number) =>
  (
    await database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM prediction WHERE model_version_id = ${model}`,
    )
  )[0]?.n ?? 0;
const idOf = async (text: string) =>
  (
    await database.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id = 't${ALL.indexOf(text) + ALL.length}'`,
    )
  )[0]?.id ?? '';

describe('a model version with a companion', () => {
  it('is registered once, with a companion that reads what only that one knows', async () => {
    const tiny = await register(
      database.store,
      signingKey,
      { ...registration, artefact: tinyModel(SHIPPED.artefact) },
      cause,
    );
    pair = await scoring.pair(1, tiny, cause);
    const found = (await readRegistry(database.store)).find(({ id }) => id === pair);
    companion = found?.companion ?? 0;
    expect(found).toMatchObject({ stage: 'CANDIDATE', languages: ['en'], companion: expect.any(Number) });
    const { artefact, key } = (await scoring.model(companion)).model;
    expect(artefact.languages).toContain('de');
    expect(artefact.languages).not.toContain('en');
    expect((await scoring.model(pair)).model.artefact.companion).toEqual({
      key,
      languages: artefact.languages,
    });
    expect(await scoring.pair(1, tiny, cause)).toBe(pair);
    expect(await scoring.pair(pair, companion, cause)).toBe(pair);
    await expect(scoring.pair(companion, pair, cause)).rejects.toThrow('has a companion itself');
    await expect(scoring.pair(tiny, 1, cause)).rejects.toThrow('reads nothing that the other does not');
  });

  it('as a shadow reads each text once, by its language, and says which version did', async () => {
    await scoring.shadow(pair, cause);
    await following(() =>
      until(
        async () => (await readBy(pair)) + (await readBy(companion)) === ANSWERS,
        'both have read everything',
      ),
    );
    // The readings are taken when the monitor begins.
    await following(() =>
      until(
        async () =>
          new Set((await latestReadings(database.store)).map((one) => one.modelVersionId)).size === 3,
        'all three are watched',
      ),
    );
    const rows = await database.sql<{ model: number; language: string | null; abstained: number; n: number }>(
      `SELECT model_version_id AS model, language, count(*)::integer AS n, count(abstained)::integer AS abstained FROM prediction
        WHERE model_version_id > 1 GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST`,
    );
    expect(rows.map(({ model, language }) => [model, language])).toEqual([
      [companion, 'de'],
      [pair, 'en'],
      [pair, 'sv'],
      [pair, null],
    ]);
    expect(rows.slice(2).every(({ n, abstained }) => n === abstained)).toBe(true);
    await expectInferredRollupsToEqualRecount(database);
    const classified = await scoring.classify(
      pair,
      ALL.map((text) => ({ text, attributes: {} })),
    );
    expect(classified.map(({ id }) => id)).toEqual([pair, pair, companion, companion, pair, pair]);
    expect(classified.slice(4).map(({ prediction }) => prediction.abstained)).toEqual([
      expect.stringMatching(/^language: not determined; the model reads en, ar, /),
      expect.stringMatching(/^language: sv; the model reads en, ar, /),
    ]);
  });

  it('is compared with the champion over all answers, and over those of each of the two', async () => {
    const deps = {
      ...database,
      store: unscoped(database.store, 'a test reads of every cell'),
      now: () => NOW,
    };
    const range = { from: NOW - 30 * DAY_MS, until: NOW };
    const paired = await readPaired(deps, EVERYTHING, [[1], [pair, companion]], {}, range);
    const compared = compareModels(paired?.readings ?? [], 0.95, true);
    const surveyed = async (model: number) => {
      const [row] = await database.sql<{ n: number }>(
        `SELECT count(*)::integer AS n FROM prediction WHERE model_version_id = ${model} AND surveyed`,
      );
      return row?.n ?? 0;
    };
    expect(compared?.n).toBe((ANSWERS * 3) / 4);
    expect(compared?.parts).toMatchObject([
      { champion: 1, challenger: pair, n: await surveyed(pair), difference: 0 },
      { champion: 1, challenger: companion, n: await surveyed(companion) },
    ]);
    const few: Scope = {
      ...EVERYTHING,
      allows: (group) => group !== 'readResponse',
      allowsAll: (group) => group !== 'readResponse',
      smallestCount: (await surveyed(companion)) + 1,
    };
    expect(await readPaired(deps, few, [[1], [pair, companion]], {}, range)).toMatchObject({
      showsParts: false,
    });
  });

  it('says how many texts it leaves out because their language is not determined', async () => {
    const deps = {
      ...database,
      store: unscoped(database.store, 'a test reads of every cell'),
      now: () => NOW,
    };
    const range = { from: NOW - 30 * DAY_MS, until: NOW };
    const factsOf = (id: number) => readModelFacts(deps, EVERYTHING, id, {}, range, ['en']);
    const { abstentions, abstained } = await factsOf(pair);
    const texts = ANSWERS / ALL.length;
    expect(abstentions).toEqual([
      { reason: 'LANGUAGE_NOT_READ', n: texts },
      { reason: 'LANGUAGE_UNDETERMINED', n: texts },
    ]);
    expect(abstained).toBe(2 * texts);
    const others = (await factsOf(1)).abstentions ?? [];
    expect(others.find(({ reason }) => reason === 'LANGUAGE_UNDETERMINED')).toBeUndefined();
    const reading = (await latestReadings(database.store)).find(
      ({ metric, modelVersionId }) => metric === 'ABSTENTION' && modelVersionId === pair,
    );
    expect(reading?.detail).toMatchObject({ reasons: { LANGUAGE_NOT_READ: expect.any(Number) } });
  });

  it('as champion counts with its companion, each corrected for its own errors', async () => {
    await scoring.promote(pair, cause);
    expect(idsOf((await readChampion(database.store))?.parts ?? [])).toEqual([pair, companion]);
    for (const text of ALL) {
      const id = await idOf(text);
      const [stored, ...others] = await readPredictions(database, EVERYTHING, [id], [pair, companion]);
      expect(others).toEqual([]);
      expect(stored?.modelVersionId).toBe(TEXTS.de.includes(text) ? companion : pair);
      expect(await scoring.reproduce(EVERYTHING, id, null)).toEqual({ same: true, reason: null });
    }
    for (const basis of ['INFERRED', 'COMBINED'] as const) {
      const [row] = await readScores({ ...database, now: () => NOW }, EVERYTHING, {
        ...{ segment: {}, basis, confidence: 0.95, groupBy: [] },
        windows: [{ from: NOW - 30 * DAY_MS, until: NOW }],
      });
      const expected = await directly(basis);
      expect(row?.score).toBeCloseTo(100 * (expected?.theta ?? Number.NaN), 9);
      expect(row?.estimate?.variance).toBeCloseTo(expected?.variance ?? Number.NaN, 12);
    }
  });

  it('is in use with its companion, which keeps its own stage', async () => {
    const registry = await readRegistry(database.store);
    const found = registry.find(({ id }) => id === companion);
    expect(found).toMatchObject({ stage: 'CANDIDATE', companionOf: [{ id: pair, stage: 'CHAMPION' }] });
    expect(registry.filter(isInUse).map(({ id }) => id)).toEqual([pair, companion].sort((a, b) => a - b));
  });

  it('names the cancellation risk of an account by the version that read its texts', async () => {
    const facts = await readAccountFacts(database.store, new Date(NOW));
    const named = new Map<string, boolean>();
    for (const [i, text] of ALL.entries()) {
      const [{ account, id } = { account: '', id: '' }] = await database.sql<{ account: string; id: string }>(
        `SELECT account_id AS account, id FROM response WHERE external_id = 't${i}'`,
      );
      const [stored] = await readPredictions(database, EVERYTHING, [id], [pair, companion]);
      expect(stored?.modelVersionId).toBe(TEXTS.de.includes(text) ? companion : pair);
      const all = Array.from({ length: ANSWERS / ALL.length }, (_, j) => `${text} (${i + j * ALL.length})`);
      const called = await Promise.all(
        (
          await scoring.classify(
            pair,
            all.map((one) => ({ text: one, attributes: {} })),
          )
        ).map(({ model, prediction }) => {
          const place = model.themes.findIndex(({ name }) => name === 'cancellation_risk');
          return calledThemes(model, prediction, {})[place];
        }),
      );
      named.set(account, called.includes(true));
    }
    expect(new Map(facts.map(({ id, leaving }) => [id, leaving]))).toEqual(named);
    // Of each of the two, one text is named and one is not; of the others, none is.
    expect([...named.values()]).toEqual([false, true, true, false, false, false]);
  });

  it('divides its answers by theme so that both parts add up', async () => {
    const window = { from: NOW - 30 * DAY_MS, until: NOW };
    const reading = await readThemeTallies({ ...database, now: () => NOW }, [database.cells.all()], {
      basis: 'INFERRED',
      windows: [window],
    });
    expect(reading?.confusions).toHaveLength(2);
    const portions = [...(reading?.groups[0]?.byTheme.values() ?? [])].flatMap(([tally = []]) => tally);
    const answers = (part: number) =>
      portions
        .filter((portion) => (portion.part ?? 0) === part)
        .reduce(
          (sum, { among, inferred }) => sum + Object.values(inferred).reduce((a, b) => a + b, 0) / among,
          0,
        );
    for (const [part, model] of [pair, companion].entries()) {
      const [row] = await database.sql<{ n: number }>(
        `SELECT count(class)::integer AS n FROM prediction WHERE model_version_id = ${model}`,
      );
      expect(answers(part)).toBeCloseTo(row?.n ?? Number.NaN, 6);
    }
  });

  it('keeps its companion in what is trained to follow it, and is rolled back with it', async () => {
    const trained = await scoring.train(new Date(NOW), cause);
    expect((await readRegistry(database.store)).find(({ id }) => id === trained)).toMatchObject({
      companion,
    });
    const other = await scoring.train(new Date(NOW), cause, { encoder: 'scoreline-e5' });
    expect((await readRegistry(database.store)).find(({ id }) => id === other)).toMatchObject({
      companion: null,
    });
    expect(await scoring.rollback(cause)).toBe(1);
    const before = await readBy(companion);
    await database.submit([
      {
        externalId: 'late',
        answeredAt: new Date(NOW - DAY_MS).toISOString(),
        comment: 'Die Hotline ist gut und hilft',
      },
    ]);
    await following(() => until(async () => (await readBy(1)) === ANSWERS + 1, 'the champion has read it'));
    expect(await readBy(companion)).toBe(before);
  });
});

/** From the single predictions and responses. */
async function directly(basis: Basis) {
  const rows = await database.sql<{ model: number | null; class: number; n: number }>(
    `SELECT NULL AS model, class, count(*)::integer AS n FROM response WHERE class IS NOT NULL AND '${basis}' = 'COMBINED' GROUP BY 2
      UNION ALL SELECT model_version_id, class, count(*)::integer FROM prediction WHERE model_version_id IN (${pair}, ${companion})
        AND class IS NOT NULL AND ('${basis}' = 'INFERRED' OR NOT surveyed) GROUP BY 1, 2`,
  );
  const counts = (model: number | null): Counts => {
    const of = (wanted: number) => rows.find((row) => row.model === model && row.class === wanted)?.n ?? 0;
    return { promoters: of(2), passives: of(1), detractors: of(0) };
  };
  const confusionOf = async (id: number): Promise<Confusion> =>
    (await scoring.model(id)).model.artefact.confusion;
  const parts = [];
  for (const id of [pair, companion]) parts.push({ counts: counts(id), confusion: await confusionOf(id) });
  expect(parts.every((part) => Object.values(part.counts).some((n) => n > 0))).toBe(true);
  return combinedEstimate(counts(null), parts);
}
