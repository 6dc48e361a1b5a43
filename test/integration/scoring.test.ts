import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { type EncoderPool, openEncoderPool } from '../../scoring/encoder-pool.ts';
import { explain } from '../../scoring/explain.ts';
import { type Model, readModel } from '../../scoring/model.ts';
import { calledThemes, headInputs, type Prediction, predict } from '../../scoring/predict.ts';
import { openScoring, type Scoring } from '../../scoring/service.ts';
import { logitsOf } from '../../scoring/softmax-regression.ts';
import { FOLLOWER_PATIENCE_MS, trimJournal } from '../../store/journal/journal-trim.ts';
import { readRegistry } from '../../store/models/models.ts';
import { readPredictions } from '../../store/models/predictions.ts';
import { readModelFacts } from '../../store/monitoring/model-quality.ts';
import { readScores } from '../../store/scores/scores.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { expectInferredRollupsToEqualRecount } from '../fixtures/recount-inferred.ts';
import { until } from '../fixtures/server.ts';

const MODELS = new URL('../../scoring/models/', import.meta.url);
const ENCODER = fileURLToPath(new URL('scoreline-minilm', MODELS));
const TEXTS = [
  'The app crashes every time I open a report.',
  'I love it, best tool we have ever used.',
  'It is fine, but exports are slow.',
  'Nobody answered my ticket for a week.',
  'ok',
  'Die App stürzt seit dem letzten Update ständig ab.',
  '??? !!! ...',
  'Please add a dark mode and an app for tablets.',
];
const sources = TEXTS.map((text) => ({ text, attributes: { channel: 'web', product_line: 'Analytics' } }));

let model: Model;
let pool: EncoderPool;
beforeAll(async () => {
  model = readModel(JSON.parse(readFileSync(new URL('default.json', MODELS), 'utf8')));
  pool = await openEncoderPool({ source: ENCODER, cacheFolder: '', workers: 2 });
});
afterAll(() => pool?.close());

describe('the model that ships', () => {
  it('was trained for the encoder that ships', () => {
    expect(pool.id).toEqual({ name: model.artefact.encoder.name, hash: model.artefact.encoder.hash });
  });

  it('gives the same integers in any order, among any neighbours, with any number of workers', async () => {
    const first = await predict(pool, model, sources);
    const single = await openEncoderPool({ source: ENCODER, cacheFolder: '', workers: 1 });
    const others: Prediction[] = [];
    for (const source of [...sources].reverse()) others.unshift(...(await predict(single, model, [source])));
    await single.close();
    expect(others).toEqual(first);
    for (const { nps, sentiment } of first) {
      for (const head of [nps, sentiment]) expect(head.reduce((a, b) => a + b, 0)).toBe(1_000_000);
    }
  });

  it('has threads only while there are texts', async () => {
    const lazy = await openEncoderPool({ source: ENCODER, cacheFolder: '', workers: 2, restAfterMs: 1 });
    expect(lazy.threads()).toBe(0);
    const first = await predict(lazy, model, sources);
    await until(() => lazy.threads() === 0, 'its threads end');
    // A text that is not in the cache starts one again.
    const attributes = { channel: 'web', product_line: 'Analytics' };
    const again = await predict(lazy, model, [
      ...sources,
      { text: 'Never encoded before, it works.', attributes },
    ]);
    expect(again.slice(0, -1)).toEqual(first);
    await lazy.close();
    expect(lazy.threads()).toBe(0);
  });

  it('reads plain texts, and says why it abstains for others', async () => {
    const [crash, love, , ticket, short, german, signs, wish] = await predict(pool, model, sources);
    const classes = [crash, love, ticket].map((one) => [one?.class, one?.sentimentClass]);
    expect(classes).toEqual([
      [0, 0],
      [2, 2],
      [0, 0],
    ]);
    const best = (one: Prediction | undefined) =>
      model.themes[(one?.themes ?? []).indexOf(Math.max(...(one?.themes ?? [])))]?.name;
    expect([crash, love, ticket, wish].map(best)).toEqual(['bugs', 'praise', 'support', 'missing_feature']);
    expect(short).toMatchObject({
      class: null,
      sentimentClass: null,
      abstained: expect.stringContaining('too short'),
    });
    expect(german?.abstained).toBe('language: de; the model reads en');
    expect(signs?.abstained).toContain('too short');
  });

  it('reads a mood in emoji alone, or says why it does not', async () => {
    const texts = JSON.parse(
      readFileSync(new URL('../fixtures/cases/06-texts.json', import.meta.url), 'utf8'),
    );
    const of = (list: readonly string[], by = model) =>
      predict(
        pool,
        by,
        list.map((text) => ({ text, attributes: {} })),
      );
    const [support, checkout, desk, delivery] = await of(texts);
    for (const bad of [support, checkout, desk])
      expect(bad?.abstained !== null || (bad?.class === 0 && bad.sentimentClass === 0)).toBe(true);
    expect([checkout, desk, delivery].map((one) => one?.class)).toEqual([0, 0, 2]);
    // Signs that are not known decide nothing; without them the model would speak.
    const [unread, read] = await of(['Support \u{13000}\u{13000} for us', 'Support for us']);
    expect(unread).toMatchObject({
      class: null,
      abstained: expect.stringContaining('unknown words: 1 of 4'),
    });
    expect(read?.abstained).toBeNull();
    // A model that was made before reads as it did, so that what it said comes out again.
    const { preparation: _, ...before } = model.artefact;
    const [former] = await of([texts[0]], readModel(before));
    expect(former).toMatchObject({ class: 2, abstained: null });
  });

  it('calls a theme from the probability at which it was right often enough', async () => {
    const [crash] = await predict(pool, model, sources);
    const called = (precision: Record<string, number>, one = crash) =>
      model.themes.filter((_, i) => one && calledThemes(model, one, precision)[i]).map(({ name }) => name);
    expect(called({})).toEqual(['bugs']);
    const bugs = model.artefact.heads.themes.find(({ name }) => name === 'bugs');
    const thresholds: Readonly<Record<string, number>> = bugs?.thresholds ?? {};
    expect(thresholds['90'] ?? 1).toBeGreaterThan(thresholds['60'] ?? 0);
    const doubtful = crash && {
      ...crash,
      themes: crash.themes.map(() => ((thresholds['60'] ?? 0) + 1e-6) * 1_000_000),
    };
    expect(called({ bugs: 0.6 }, doubtful)).toContain('bugs');
    expect(called({ bugs: 0.9 }, doubtful)).not.toContain('bugs');
    expect(called({}, crash && { ...crash, abstained: 'too short' })).toEqual([]);
  });

  it('explains a logit by shares that add up to it', async () => {
    const [encoding] = await pool.encode([TEXTS[0] as string]);
    for (const head of ['nps', 'sentiment'] as const) {
      const { shares, logit } = await explain(pool, model, sources[0] as never, head);
      const logits = encoding ? logitsOf(model[head], headInputs(sources[0] as never, encoding)) : [];
      expect(logit).toBeCloseTo(logits[0] ?? Number.NaN, 5);
      expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(logit, 9);
      expect(shares.map(({ token }) => token)).toEqual(
        expect.arrayContaining(['[CLS]', 'crashes', '[bias]']),
      );
    }
  });
});

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const answer = (i: number, more: object = {}) => ({
  externalId: `s${i}`,
  answeredAt: new Date(NOW - (i % 50) * HOUR_MS).toISOString(),
  region: ['Germany', 'Japan'][i % 2],
  comment: `${TEXTS[i % 4]} (${i})`,
  ...(i % 3 === 0 ? {} : { score: i % 11 }),
  ...more,
});

describe('scoring the journal', () => {
  let database: TestDatabase;
  let scoring: Scoring;
  let scorer: { stop: () => Promise<void> };
  const errors: Error[] = [];
  const { privateKey: signingKey } = generateKeyPairSync('ed25519');
  const open = () =>
    openScoring({
      ...database,
      encoder: null,
      cacheFolder: '',
      signingKey,
      now: Date.now,
      onError: (error) => errors.push(error),
    });
  const scored = async () =>
    (await database.sql<{ n: number }>('SELECT count(*) AS n FROM prediction WHERE model_version_id = 1'))[0]
      ?.n ?? 0;
  const texts = async () =>
    (await database.sql<{ n: number }>('SELECT count(*) AS n FROM response WHERE comment IS NOT NULL'))[0]
      ?.n ?? 0;
  const caughtUp = () => until(async () => (await scored()) === (await texts()), 'every text is scored');
  const cause = { actor: 'test', reason: 'a test' };

  beforeAll(async () => {
    database = await openTestDatabase();
    await database.submit(Array.from({ length: 60 }, (_, i) => answer(i)));
    scoring = await open();
    scorer = await scoring.follow(() => undefined);
  });
  afterAll(async () => {
    await scorer?.stop();
    await scoring?.close();
    await database?.close();
    expect(errors).toEqual([]);
  });

  it('scores existing and new responses, including corrections and deletions, and keeps the rollups exact', async () => {
    await caughtUp();
    await database.submit([
      ...Array.from({ length: 20 }, (_, i) => answer(100 + i)),
      { externalId: 'number', answeredAt: new Date(NOW).toISOString(), score: 9 },
      answer(3, {
        comment: 'It was broken and nobody helped me.',
        answeredAt: new Date(NOW + 60_000).toISOString(),
      }),
    ]);
    await database.sql(`DELETE FROM response WHERE external_id IN ('s4', 's9', 's105')`);
    await caughtUp();
    await expectRollupsToEqualRecount(database);
    await expectInferredRollupsToEqualRecount(database);
    const changed =
      await database.sql(`SELECT p.class, p.sentiment FROM prediction p JOIN response r ON r.id = p.response_id
      AND r.answered_at = p.answered_at WHERE r.external_id = 's3'`);
    expect(changed).toEqual([{ class: 0, sentiment: 0 }]);
  });

  it('a model version that begins when entries are gone scores the whole database', async () => {
    await caughtUp();
    await scorer.stop();
    const before = await database.sql(`SELECT response_id, class, detractor FROM prediction ORDER BY 1`);
    await database.sql('DELETE FROM prediction');
    await database.sql(`DELETE FROM follower WHERE name LIKE 'scorer %'`);
    await database.settled();
    const trimming = { before: new Date(Date.now() + 1e6), now: Date.now() + 2 * FOLLOWER_PATIENCE_MS };
    expect(await trimJournal(database.store, trimming)).toBeGreaterThan(2);
    scorer = await scoring.follow(() => undefined);
    await caughtUp();
    expect(await database.sql(`SELECT response_id, class, detractor FROM prediction ORDER BY 1`)).toEqual(
      before,
    );
    await expectInferredRollupsToEqualRecount(database);
    // And it follows what comes after that.
    await database.submit([answer(500), answer(501)]);
    await caughtUp();
  });

  it('separates surveyed, inferred and combined scores', async () => {
    const read = async (basis: 'SURVEYED' | 'INFERRED' | 'COMBINED') => {
      const windows = [{ from: NOW - 100 * HOUR_MS, until: NOW + 2 * HOUR_MS }];
      const query = { segment: {}, basis, confidence: 0.95, groupBy: [], windows };
      const [row] = await readScores({ ...database, now: Date.now }, EVERYTHING, query);
      if (!row?.counts) throw new Error('a score without groups has a row');
      return {
        n: row.counts.promoters + row.counts.passives + row.counts.detractors,
        method: row.interval?.method,
        score: row.score,
        model: row.model,
      };
    };
    const [surveyed, inferred, combined] = [
      await read('SURVEYED'),
      await read('INFERRED'),
      await read('COMBINED'),
    ];
    const [facts] = await database.sql<{ surveyed: number; inferred: number; alone: number }>(
      `SELECT (SELECT count(*) FROM response WHERE class IS NOT NULL) AS surveyed, count(*) AS inferred,
        count(*) FILTER (WHERE NOT surveyed) AS alone FROM prediction WHERE class IS NOT NULL`,
    );
    expect([surveyed.n, inferred.n, combined.n]).toEqual([
      facts?.surveyed,
      facts?.inferred,
      (facts?.surveyed ?? 0) + (facts?.alone ?? 0),
    ]);
    expect([surveyed.method, inferred.method, combined.method]).toEqual([
      'ADJUSTED_WALD',
      'CORRECTED',
      'CORRECTED',
    ]);
    expect([surveyed.model, inferred.model]).toEqual([null, 1]);
  });

  it('reports its quality on responses that have a score too, and hides small counts', async () => {
    const range = { from: NOW - 100 * HOUR_MS, until: NOW + 2 * HOUR_MS };
    const deps = { ...database, now: Date.now };
    const facts = await readModelFacts(deps, EVERYTHING, 1, {}, range, ['en']);
    const [counted] = await database.sql<{ judged: number; scored: number; abstained: number }>(
      `SELECT count(*) AS scored, count(abstained) AS abstained, count(*) FILTER (WHERE surveyed AND class IS NOT NULL) AS judged
        FROM prediction WHERE model_version_id = 1`,
    );
    expect([facts.judged?.length, facts.scored, facts.abstained]).toEqual([
      counted?.judged,
      counted?.scored,
      counted?.abstained,
    ]);
    const nobody = narrowScope('nobody', () => true, { smallestCount: 1_000, withheld: ['readResponse'] });
    const hidden = await readModelFacts(deps, nobody, 1, {}, range, ['en']);
    expect([hidden.judged, hidden.scored, hidden.mix]).toEqual([null, 0, null]);
  });

  it('reproduces a stored prediction, integer for integer', async () => {
    const [row] = await database.sql<{ id: string }>(
      `SELECT response_id AS id FROM prediction ORDER BY 1 LIMIT 1`,
    );
    expect(await scoring.reproduce(EVERYTHING, row?.id ?? '', null)).toEqual({ same: true, reason: null });
    const [stored] = await readPredictions(database, EVERYTHING, [row?.id ?? ''], [1]);
    const source = await scoring.sourceOf(row?.id ?? '');
    const [again] = source ? await scoring.predict((await scoring.model(1)).model, [source]) : [];
    expect(again?.nps).toEqual([stored?.detractor, stored?.passive, stored?.promoter]);
  });

  it('loses and repeats nothing when it is interrupted', async () => {
    const submitted = database.submit(Array.from({ length: 100 }, (_, i) => answer(1_000 + i)));
    await scorer.stop();
    await submitted;
    scorer = await scoring.follow(() => undefined);
    await caughtUp();
    await expectInferredRollupsToEqualRecount(database);
  });

  it('trains the same weights twice, promotes, and rolls back at once', async () => {
    const labelled = Array.from({ length: 240 }, (_, i) => {
      const kind = i % 3;
      const text = [
        `It crashes and nobody helps, case ${i}.`,
        `It does what it should, mostly, week ${i}.`,
        `We love it, number ${i}!`,
      ][kind];
      return answer(5_000 + i, { comment: text, score: [2, 7, 10][kind] });
    });
    await database.submit(labelled);
    const end = new Date(NOW + 10 * HOUR_MS);
    const second = await scoring.train(end, cause);
    expect(
      await scoring.train(end, cause),
      'the same responses give the same artefact, so the same version',
    ).toBe(second);
    const poisonedUntilBack = async () => (await scoring.model(null)).id;
    expect(await poisonedUntilBack()).toBe(1);
    await scoring.shadow(second, cause);
    await scoring.promote(second, cause);
    expect(await poisonedUntilBack()).toBe(second);
    await until(async () => {
      const [row] = await database.sql<{ n: number }>(
        `SELECT count(*) AS n FROM prediction WHERE model_version_id = ${second}`,
      );
      return row?.n === (await texts());
    }, 'the new champion has scored everything');
    await expectInferredRollupsToEqualRecount(database);
    expect(await scoring.rollback(cause)).toBe(1);
    expect((await readRegistry(database.store)).map(({ id, stage }) => [id, stage])).toEqual([
      [1, 'CHAMPION'],
      [second, 'RETIRED'],
    ]);
    await expect(scoring.rollback(cause)).rejects.toThrow('no champion before this one');
    await expect(database.sql(`UPDATE model_event SET reason = 'x'`)).rejects.toThrow();
  });

  it('refuses to train on too little', async () => {
    await expect(scoring.train(new Date('2001-01-01'), cause)).rejects.toThrow(
      /0 responses with text and a score/,
    );
  });
});
