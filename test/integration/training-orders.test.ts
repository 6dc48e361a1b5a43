import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyAgent } from '../../agents/loop/agent.ts';
import { settleProposal } from '../../agents/loop/approve.ts';
import { runAgent } from '../../agents/loop/run.ts';
import { retrainingAgent } from '../../agents/retraining/index.ts';
import { RETRAINING_POLICIES } from '../../domain/models/retraining-policy.ts';
import { PairError } from '../../scoring/companion.ts';
import { openScoring, type Scoring } from '../../scoring/service.ts';
import { carryOutOrder, type Tried } from '../../scoring/training-orders.ts';
import { writeSetting } from '../../store/agents/agent-settings.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { idsOf, readChampion, readRegistry } from '../../store/models/models.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { personOf } from '../fixtures/erasing.ts';
import { writeAlarm } from '../fixtures/model-alarm.ts';
import { promotePair } from '../fixtures/model-pair.ts';
import { buildTinyEncoder } from '../fixtures/tiny-encoder.ts';
import { trainByChance } from '../fixtures/training-by-chance.ts';

/* Orders that make nothing, or too late, and models that a champion which was paired meanwhile has no place for. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-orders-'));
  folders.push(folder);
  return folder;
};
const retraining = retrainingAgent({ ...RETRAINING_POLICIES.combined, restDays: 7, fewestNew: 0 });
const agents = [retraining as AnyAgent];
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
const reported = () => errors.splice(0).map(({ name, message }) => `${name}: ${message}`);
const open: { close(): Promise<unknown> }[] = [];
let now = Math.ceil(Date.now() / DAY_MS) * DAY_MS + 90 * MINUTE_MS;
let database: TestDatabase;

const opened = async (cacheFolder: string, encoder: string | null = null): Promise<Scoring> => {
  const { signingKey } = database;
  const scoring = await openScoring({
    ...database,
    encoder,
    cacheFolder,
    signingKey,
    now: () => now,
    onError,
  });
  open.push(scoring);
  return scoring;
};
const openDatabase = async () => {
  database = await openTestDatabase(() => now);
  open.push(database);
};
const run = () => {
  // Decisions are listed by time.
  now += 1_000;
  const deps = { store: database.store, cells: database.cells, dimensions: DIMENSIONS, now: () => now };
  return runAgent(deps, retraining as AnyAgent, { onError });
};
const order = (train: Scoring['train'], tried?: Tried) =>
  carryOutOrder({ store: database.store, now: () => now, loops: null, onError, train }, tried);
const reading = async () => idsOf((await readChampion(database.store))?.parts ?? []);
const acts = () =>
  writeSetting(database.store, {
    ...{ agent: 'retraining', autonomy: 'ACT' as const, enabled: true },
    ...{ changedBy: 'test', changedAt: new Date(now), reason: 'test' },
  });
/** Both parts drift, so a training of each is due. */
const drift = async () => {
  for (const part of await reading()) await writeAlarm(database, now, part);
};

afterAll(async () => {
  for (const one of open.reverse()) await one.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe('orders of both parts', () => {
  let scoring: Scoring;
  beforeAll(async () => {
    await openDatabase();
    const cacheFolder = newFolder();
    scoring = await opened(cacheFolder);
    const { store, signingKey } = database;
    await promotePair(scoring, { store, signingKey, encoders: cacheFolder });
    now += 9 * DAY_MS;
  });

  it('one whose encoder is not here leaves the other its turn, and is tried again later', async () => {
    await drift();
    const proposed = await run();
    for (const { id } of [...proposed].reverse()) {
      now += 1_000;
      await settleProposal(
        { store: database.store, agents },
        id ?? '',
        { verb: 'APPROVE', reason: 'go' },
        { id: 'a', name: 'Ada', now: new Date(now), note: async () => undefined, onError },
      );
    }
    const encoders = newFolder();
    const bare = await opened(encoders);
    const tried: Tried = new Map();
    expect(await order(bare.train, tried)).toBeNull();
    const outcomes = async () =>
      (
        await database.sql<{ outcome: string }>(
          `SELECT outcome FROM agent_decision WHERE state = 'DONE' AND agent = 'retraining' ORDER BY settled_at, id`,
        )
      ).map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual([
      expect.stringMatching(/^[^;]+; it made nothing yet: .*not on this machine/),
      expect.stringMatching(/^[^;]+; it made nothing yet: [^:]+: .* at least 100$/),
    ]);
    const few = expect.stringMatching(/^TrainingError: .* at least 100$/);
    expect(reported()).toEqual([expect.stringMatching(/^MissingEncoderError: .*not on this machine/), few]);
    expect(await order(bare.train, tried)).toBeNull();
    expect(reported(), 'not at once').toEqual([]);
    await buildTinyEncoder(encoders);
    now += 10 * MINUTE_MS;
    expect(await order(bare.train, tried)).toBeNull();
    expect(reported(), 'its encoder is there; it lacks labels as well').toEqual([few]);
    expect((await outcomes())[0]).toMatch(/^[^;]+; it made nothing yet: until: .* at least 100$/);
  });

  it('one that makes no pair is not trained again and again', async () => {
    const tried: Tried = new Map();
    const noPair: Scoring['train'] = () => Promise.reject(new PairError('reads nothing else'));
    const both = Array.from({ length: 2 }, () => 'PairError: reads nothing else');
    expect(await order(noPair, tried)).toBeNull();
    expect(reported()).toEqual(both);
    now += 10 * MINUTE_MS;
    expect(await order(noPair, tried)).toBeNull();
    expect(reported()).toEqual([]);
  });

  it('what fails without an answer about the order is reported after the other had its turn', async () => {
    const asked: unknown[] = [];
    const lost: Scoring['train'] = (_until, _cause, of) => {
      asked.push(of?.companion);
      return Promise.reject(new Error('the connection is lost'));
    };
    const tried: Tried = new Map();
    await expect(order(lost, tried)).rejects.toThrow(
      /^the training of Decision:\S+ failed once, and is tried again in 1 min: the connection is lost$/,
    );
    const [, companion] = await reading();
    expect(asked.splice(0)).toEqual([companion, null]);
    for (const [minutes, said] of [
      [0, null],
      [1, /failed 2 times, and is tried again in 2 min: /],
      [1, null],
      [1, /failed 3 times, and is tried again in 4 min: /],
    ] as const) {
      now += minutes * MINUTE_MS;
      if (said) await expect(order(lost, tried)).rejects.toThrow(said);
      else expect(await order(lost, tried), 'a pause').toBeNull();
      expect(asked.splice(0)).toHaveLength(said ? 2 : 0);
    }
  });

  it('a champion whose training makes nothing leaves the next order to its companion', async () => {
    now += 9 * DAY_MS;
    await acts();
    await drift();
    const [, companion] = await reading();
    expect(await run()).toMatchObject([
      { state: 'DONE', action: { do: 'train' } },
      { action: null, reason: expect.stringContaining('It waits for what becomes of the training') },
    ]);
    expect(await order(scoring.train)).toBeNull();
    expect(reported()).toEqual([expect.stringContaining('at least 100')]);
    now += DAY_MS;
    expect(await run()).toMatchObject([
      { key: 'champion', action: null, reason: expect.stringContaining('made nothing') },
      { key: 'companion', state: 'DONE', action: { do: 'train', companion } },
    ]);
  });
});

describe('orders of a champion that reads alone', () => {
  let cacheFolder: string;
  let scoring: Scoring;
  let made: number | null;
  beforeAll(async () => {
    await openDatabase();
    cacheFolder = newFolder();
    scoring = await opened(cacheFolder);
    await acts();
    const texts = ['It crashes, case', 'It does what it should, week', 'We love it, number'];
    await database.submit(
      Array.from({ length: 120 }, (_, i) => ({
        externalId: `r${i}`,
        answeredAt: new Date(now - i * MINUTE_MS).toISOString(),
        comment: `${texts[i % 3]} ${i}.`,
        score: [2, 7, 10][i % 3],
      })),
    );
    await database.cells.refresh(database.store);
    now += 9 * DAY_MS;
    await drift();
  });

  it('a training that ends after its order has ended makes no model', async () => {
    expect(await run()).toMatchObject([{ state: 'DONE', action: { do: 'train' } }]);
    const late: Scoring['train'] = (...given) => {
      now += DAY_MS;
      return scoring.train(...given);
    };
    expect(await order(late)).toBeNull();
    expect(reported()).toEqual([expect.stringContaining('ended after 24 hours')]);
    expect(await readRegistry(database.store)).toHaveLength(1);
  });

  it('a model that was trained alone does not take the companion of one that was paired meanwhile', async () => {
    now += 7 * DAY_MS;
    expect(await run()).toMatchObject([{ state: 'DONE', action: { do: 'train' } }]);
    made = await order(scoring.train);
    expect(await run()).toMatchObject([{ action: { do: 'shadow', model: made } }]);
    const { store, signingKey } = database;
    await promotePair(scoring, { store, signingKey, encoders: cacheFolder });
    expect((await run())[0]).toMatchObject({
      action: null,
      reason: expect.stringContaining(`version ${made} was trained beside another version`),
    });
  });

  it('one that reads the languages of both may follow both', async () => {
    now += 9 * DAY_MS;
    const [champion = 0] = await reading();
    await writeAlarm(database, now, champion);
    expect((await run())[0]).toMatchObject({ state: 'DONE', action: { do: 'train' } });
    // Models are trained for that encoder from now on.
    const chosen = await opened(cacheFolder, join(cacheFolder, 'scoreline-e5'));
    const both = await order(chosen.train);
    const found = (await readRegistry(database.store)).find(({ id }) => id === both);
    expect(found).toMatchObject({ companion: null, languages: expect.arrayContaining(['en', 'de']) });
    expect((await run())[0]).toMatchObject({ action: { do: 'shadow', model: both } });
    expect(reported()).toEqual([]);
  });
});

describe('an order whose answers are erased or restricted while it is carried out', () => {
  it('is carried out again without them', async () => {
    await openDatabase();
    await opened(newFolder());
    await acts();
    await database.submit(
      Array.from({ length: 120 }, (_, i) => ({
        externalId: `o${i}`,
        respondent: `person ${i}`,
        answeredAt: new Date(now - i * MINUTE_MS).toISOString(),
        comment: `text number ${i}`,
        score: [2, 7, 10][i % 3],
      })),
    );
    await database.cells.refresh(database.store);
    now += 9 * DAY_MS;
    await drift();
    expect(await run()).toMatchObject([{ state: 'DONE', action: { do: 'train' } }]);
    const leaving = ['person 1'];
    const train: Scoring['train'] = (until, cause) => {
      const [person] = leaving.splice(0);
      const meanwhile = async () => person && (await restrict(database, personOf(person), true));
      return trainByChance(database, meanwhile, until, cause);
    };
    const tried: Tried = new Map();
    expect(await order(train, tried)).toBeNull();
    expect(reported()).toEqual([
      expect.stringMatching(/^TrainingError: 1 of the responses were erased or restricted/),
    ]);
    expect(await order(train, tried), 'not at once').toBeNull();
    now += 10 * MINUTE_MS;
    const made = await order(train, tried);
    expect(reported()).toEqual([]);
    expect((await readRegistry(database.store)).map(({ id }) => id)).toEqual([1, made]);
  });
});
