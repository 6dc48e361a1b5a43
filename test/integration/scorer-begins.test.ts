import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEncoders } from '../../scoring/encoders.ts';
import { readModel } from '../../scoring/model.ts';
import { ensureDefault, register } from '../../scoring/registry.ts';
import { startScorer } from '../../scoring/scorer.ts';
import { takeLease } from '../../store/database/lease.ts';
import { makeShadow } from '../../store/models/model-changes.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';
import { buildTinyEncoder, tinyModel } from '../fixtures/tiny-encoder.ts';

const SHIPPED = readModel(
  JSON.parse(readFileSync(new URL('../../scoring/models/default.json', import.meta.url), 'utf8')),
);
const MODEL = readModel(tinyModel(SHIPPED.artefact));
const cacheFolder = mkdtempSync(join(tmpdir(), 'scoreline-encoders-'));
const { privateKey } = generateKeyPairSync('ed25519');
const encoders = openEncoders({ main: null, cacheFolder });
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ensureDefault(database.store, privateKey, MODEL.artefact);
});
afterAll(async () => {
  await encoders.close();
  await database?.close();
  rmSync(cacheFolder, { recursive: true });
});

/** A scorer of which the first loads of a model fail, and all of one that is broken; there is nothing to score. */
const begin = async (failures: number, broken: number | null = null) => {
  const lease = await takeLease(database.store, 'scoring', 'here', 'force');
  if (!lease) throw new Error('the lease is held');
  let loads = 0;
  const errors: string[] = [];
  const scorer = startScorer({
    ...database,
    lease,
    encoders,
    onError: ({ message }) => errors.push(message),
    loadModel: async (id) => {
      loads += 1;
      if (id === broken || loads <= failures) throw new Error('the model cannot be read now');
      return MODEL;
    },
  });
  return { scorer, errors, loads: () => loads };
};

it('a model waits for its encoder; one whose loading failed once is loaded again, and the scorer ends', async () => {
  const { scorer, errors, loads } = await begin(1);
  const { stop } = await scorer;
  expect(loads()).toBe(0);
  await buildTinyEncoder(cacheFolder);
  await database.sql(
    `INSERT INTO journal (xact, kind, payload) VALUES (pg_current_xact_id()::text::bigint, 'model', '{"added":[],"removed":[],"deltas":[],"model":1}')`,
  );
  await until(() => loads() >= 2, 'it is loaded again');
  await until(
    async () => (await database.sql(`SELECT FROM follower WHERE name = 'scorer 1'`)).length === 1,
    'it follows the journal',
  );
  expect(errors).toEqual(['the model cannot be read now']);
  await stop();
});

it('a scorer that cannot begin says why', async () => {
  const { scorer } = await begin(1);
  await expect(scorer).rejects.toThrow('the model cannot be read now');
});

it('a model that cannot be loaded does not keep the others from scoring', async () => {
  const { store, loops } = database;
  const cause = { actor: 'test', reason: 'a test' };
  const artefact = { ...MODEL.artefact, minimumProbability: 0.5 };
  const registration = {
    artefact,
    label: 'other',
    trainedAt: new Date(0),
    until: null,
    journalPosition: null,
  };
  const other = await register(store, privateKey, registration, cause);
  await makeShadow(store, other, cause);
  const { scorer, errors } = await begin(0, other);
  const { stop } = await scorer;
  expect(errors).toEqual(['the model cannot be read now']);
  const names = loops.followers().map(({ name }) => name);
  expect(names).toContain('scorer 1');
  expect(names).not.toContain(`scorer ${other}`);
  await stop();
});
