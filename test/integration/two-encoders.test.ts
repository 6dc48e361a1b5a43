import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { readModel } from '../../scoring/model.ts';
import { register } from '../../scoring/registry.ts';
import { openScoring, type Scoring } from '../../scoring/service.ts';
import { readPredictions } from '../../store/models/predictions.ts';
import { latestReadings } from '../../store/monitoring/model-readings.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { expectInferredRollupsToEqualRecount } from '../fixtures/recount-inferred.ts';
import { until } from '../fixtures/server.ts';
import { buildTinyEncoder, tinyModel } from '../fixtures/tiny-encoder.ts';

/* A model version of another encoder than the one in use, here a tiny one, is a shadow beside the champion. */

const SHIPPED = readModel(
  JSON.parse(readFileSync(new URL('../../scoring/models/default.json', import.meta.url), 'utf8')),
);
const TINY = tinyModel(SHIPPED.artefact);
const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const TEXTS = [
  'We love it, it saves us hours',
  'It crashes and nobody helps',
  'Die Hotline ist gut und hilft',
];
const cause = { actor: 'test', reason: 'a test' };
const cacheFolder = mkdtempSync(join(tmpdir(), 'scoreline-encoders-'));
const { privateKey: signingKey } = generateKeyPairSync('ed25519');
let database: TestDatabase;
let shadow: number;
const errors: Error[] = [];
const open = () =>
  openScoring({
    ...database,
    encoder: null,
    cacheFolder,
    signingKey,
    now: () => NOW,
    onError: (error) => errors.push(error),
  });
const scoredBy = async (model: number) =>
  (
    await database.sql<{ n: number }>(
      `SELECT count(*) AS n FROM prediction WHERE model_version_id = ${model}`,
    )
  )[0]?.n ?? 0;
const firstResponse = async () =>
  (await database.sql<{ id: string }>('SELECT id FROM response ORDER BY id LIMIT 1'))[0]?.id ?? '';

beforeAll(async () => {
  database = await openTestDatabase();
  const items = Array.from({ length: 150 }, (_, i) => ({
    externalId: `t${i}`,
    // Half of them in the last week, which is compared with the weeks before.
    answeredAt: new Date(NOW - (i % 2 ? i % 7 : 8 + (i % 20)) * 24 * HOUR_MS - HOUR_MS).toISOString(),
    comment: `${TEXTS[i % 3]} (${i})`,
    score: i % 11,
  }));
  await database.submit(items);
});
afterAll(async () => {
  await database?.close();
  rmSync(cacheFolder, { recursive: true });
});

/** Follows the journal while `check` runs. */
async function following(check: (scoring: Scoring) => Promise<void>) {
  const scoring = await open();
  const followers = await scoring.follow(() => undefined);
  try {
    await check(scoring);
  } finally {
    await followers.stop();
    await scoring.close();
  }
  expect(errors).toEqual([]);
}

describe('a shadow of another encoder', () => {
  it('waits while its encoder is not there, and the champion goes on', () =>
    following(async (scoring) => {
      const registration = { label: 'tiny', trainedAt: new Date(0), until: null, journalPosition: null };
      shadow = await register(database.store, signingKey, { ...registration, artefact: TINY }, cause);
      await scoring.shadow(shadow, cause);
      await until(async () => (await scoredBy(1)) === 150, 'the champion has scored everything');
      expect(await scoredBy(shadow)).toBe(0);
      const { model } = await scoring.model(shadow);
      await expect(scoring.predict(model, [{ text: 'good', attributes: {} }])).rejects.toThrow(
        /^the model needs the encoder scoreline-e5 \(9c00fc0c7002\), which is not on this machine/,
      );
    }));

  it('scores, is explained and reproduced beside the champion once it is', async () => {
    await buildTinyEncoder(cacheFolder);
    await following(async (scoring) => {
      await until(async () => (await scoredBy(shadow)) === 150, 'the shadow has scored everything');
      expect(await scoredBy(1)).toBe(150);
      await expectInferredRollupsToEqualRecount(database);
      const id = await firstResponse();
      for (const version of [null, 1, shadow])
        expect(await scoring.reproduce(EVERYTHING, id, version)).toEqual({ same: true, reason: null });
      const source = await scoring.sourceOf(id);
      if (!source) throw new Error('the response has a text');
      for (const version of [1, shadow]) {
        const { model } = await scoring.model(version);
        const [again] = await scoring.predict(model, [source]);
        const [stored] = await readPredictions(database, EVERYTHING, [id], [version]);
        expect(again?.nps).toEqual([stored?.detractor, stored?.passive, stored?.promoter]);
        const { shares, logit } = await scoring.explain(model, source, 'nps');
        expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(logit, 9);
        expect(shares[0]?.token).toBe(version === 1 ? '[CLS]' : '<s>');
      }
    });
  });

  it('is watched as the champion is, and another model is trained for its encoder', () =>
    following(async (scoring) => {
      await until(
        async () =>
          new Set((await latestReadings(database.store)).map((one) => one.modelVersionId)).size === 2,
        'both are watched',
      );
      const trained = await scoring.train(new Date(NOW), cause, { encoder: 'scoreline-e5' });
      expect((await scoring.model(trained)).model.artefact.encoder).toEqual(TINY.encoder);
      await expect(scoring.train(new Date(NOW), cause, { encoder: 'another' })).rejects.toThrow(
        'encoder: "another" is not on this machine; there is scoreline-minilm, scoreline-e5',
      );
    }));

  it('is not reproduced without its encoder, and says what brings it', async () => {
    rmSync(join(cacheFolder, 'scoreline-e5'), { recursive: true });
    const scoring = await open();
    const { same, reason } = await scoring.reproduce(EVERYTHING, await firstResponse(), shadow);
    expect([same, reason]).toEqual([
      false,
      expect.stringContaining('which is not on this machine: name its folder in SCORELINE_ENCODER'),
    ]);
    await expect(scoring.reproduce(EVERYTHING, await firstResponse(), 99)).rejects.toThrow(
      'there is no model version 99',
    );
    await scoring.close();
  });
});
