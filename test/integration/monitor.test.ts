import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../../domain/statistics/random.ts';
import { type EncoderPool, openEncoderPool } from '../../scoring/encoder-pool.ts';
import { type Model, readModel } from '../../scoring/model.ts';
import { takeReadings } from '../../scoring/readings.ts';
import { openScoring } from '../../scoring/service.ts';
import { latestReadings, readReadings, writeReadings } from '../../store/monitoring/model-readings.ts';
import { MODEL_METRICS } from '../../store/tables/monitoring.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/server.ts';

const MODELS = new URL('../../scoring/models/', import.meta.url);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;

const PRAISE = [
  'We love the reports.',
  'Great tool, works well every day.',
  'Support was quick and friendly.',
];
const PLAIN = ['It does what it should, mostly.', 'Fine, but the export could be faster.', 'Okay so far.'];
const BLAME = [
  'It crashes again and again.',
  'Nobody answered my ticket for weeks.',
  'Far too expensive for this.',
];
const GERMAN = [
  'Die App stürzt seit dem letzten Update ständig ab, und niemand hilft uns.',
  'Der Support antwortet seit Wochen nicht auf unsere Anfragen zur Rechnung.',
];

const random = randomFrom(3);
const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';

/** One answer of the day, in one of three moods by chance; `sad`: how often it is a complaint. */
function answer(i: number, daysAgo: number, region: string, sad: number, texts: readonly string[] = BLAME) {
  const draw = random();
  const [comment, score] =
    draw < sad ? [pick(texts), 2] : draw < sad + 0.2 ? [pick(PLAIN), 7] : [pick(PRAISE), 10];
  return {
    externalId: `m${i}`,
    answeredAt: new Date(NOW - daysAgo * DAY_MS - HOUR_MS).toISOString(),
    region,
    comment: `${comment} (${i % 97})`,
    ...(i % 2 ? { score } : {}),
  };
}

let model: Model;
let pool: EncoderPool;
beforeAll(async () => {
  model = readModel(JSON.parse(readFileSync(new URL('default.json', MODELS), 'utf8')));
  pool = await openEncoderPool({
    source: fileURLToPath(new URL('scoreline-minilm', MODELS)),
    cacheFolder: '',
  });
});
afterAll(() => pool?.close());

/** A record whose answers are scored, and that is watched. */
async function watched(items: readonly object[]) {
  const database = await openTestDatabase();
  await database.submit(items);
  const errors: Error[] = [];
  const scoring = await openScoring({
    ...database,
    encoder: null,
    cacheFolder: '',
    signingKey: generateKeyPairSync('ed25519').privateKey,
    now: () => NOW,
    onError: (error) => errors.push(error),
  });
  let followers = await scoring.follow(() => undefined);
  const count = async (table: string) =>
    (await database.sql<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n ?? 0;
  await until(async () => (await count('prediction')) === items.length, 'every text is scored');
  return {
    record: database,
    count,
    restart: async () => {
      await followers.stop();
      followers = await scoring.follow(() => undefined);
    },
    close: async () => {
      await followers.stop();
      await scoring.close();
      await database.close();
      expect(errors).toEqual([]);
    },
  };
}

const readingsOf = (database: TestDatabase) =>
  takeReadings({ ...database, pool, now: () => NOW }, 1, model, NOW);

describe('the monitor of models', () => {
  it('is quiet while nothing changes', async () => {
    const items = Array.from({ length: 700 }, (_, i) =>
      answer(i, i % 35, ['Germany', 'Japan'][i % 2] ?? '', 0.3),
    );
    const { record: database, close } = await watched(items);
    const readings = await readingsOf(database);
    expect(readings.filter(({ alarm }) => alarm)).toEqual([]);
    expect(new Set(readings.map(({ metric }) => metric))).toEqual(
      // All texts are English and in the vocabulary: there is nothing to compare, but there are figures.
      new Set(MODEL_METRICS),
    );
    const mixes = readings.filter(({ metric }) => metric === 'CLASS_MIX').map(({ segment }) => segment);
    expect(mixes).toEqual(expect.arrayContaining([{}, { region: ['Germany'] }, { region: ['Japan'] }]));
    await close();
  });

  it('finds what changed, where, and appends to the journal once', async () => {
    const calm = Array.from({ length: 500 }, (_, i) =>
      answer(i, 7 + (i % 28), ['Germany', 'Japan'][i % 2] ?? '', 0.3),
    );
    const changed = Array.from({ length: 300 }, (_, i) =>
      i % 2 ? answer(1_000 + i, i % 7, 'Germany', 0.75, GERMAN) : answer(1_000 + i, i % 7, 'Japan', 0.3),
    );
    const { record: database, close } = await watched([...calm, ...changed]);
    const readings = await readingsOf(database);
    const alarms = readings.filter(({ alarm }) => alarm);
    expect(alarms.map(({ metric }) => metric)).toEqual(
      expect.arrayContaining(['EMBEDDINGS', 'LANGUAGE', 'LENGTH', 'ABSTENTION']),
    );
    expect(alarms.some(({ segment }) => JSON.stringify(segment) === '{"region":["Japan"]}')).toBe(false);
    const language = readings.find(({ metric }) => metric === 'LANGUAGE');
    expect(language?.reference).toBe(0);
    expect(language?.value).toBeGreaterThan(0.2);
    // The same facts, the same figures, permutations included.
    expect(await readingsOf(database)).toEqual(readings);

    await writeReadings(database.store, readings);
    await writeReadings(database.store, readings);
    const stored = await readReadings(database.store, 1, { from: NOW, until: NOW + 1 }, MODEL_METRICS, 500);
    expect(stored).toHaveLength(readings.length);
    expect(await latestReadings(database.store)).toHaveLength(readings.length);
    const entries = await database.sql<{ payload: { alarms: string[] } }>(
      `SELECT payload FROM journal WHERE kind = 'monitor'`,
    );
    expect(entries).toHaveLength(1);
    expect(entries[0]?.payload.alarms).toEqual(expect.arrayContaining(['EMBEDDINGS', 'LANGUAGE']));
    await close();
  });

  it('takes the readings of an hour by itself, once', async () => {
    const items = Array.from({ length: 300 }, (_, i) => answer(i, i % 35, 'Germany', 0.3));
    const { count, restart, close } = await watched(items);
    await restart();
    await until(async () => (await count('monitor_reading')) > 0, 'the monitor has read');
    const taken = await count('monitor_reading');
    await restart();
    await restart();
    expect(await count('monitor_reading')).toBe(taken);
    expect(await count(`journal WHERE kind = 'monitor'`)).toBe(1);
    await close();
  });
});
