import { generateKeyPairSync, hash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { leafHash, treeHash } from '../../domain/seals/merkle.ts';
import { canonicalText, type Manifest } from '../../domain/seals/seal.ts';
import { publicKeyOf } from '../../domain/seals/signing-key.ts';
import { checkLogOnce } from '../../proof/seal-batch.ts';
import { verifyScore } from '../../proof/verify.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { followerPosition, readJournal } from '../../store/journal/journal.ts';
import { SEALER } from '../../store/seals/sealing.ts';
import { dictionaryOf } from '../fixtures/cells.ts';
import { narrowScope } from '../fixtures/database.ts';
import { personOf } from '../fixtures/erasing.ts';
import fc from '../fixtures/properties.ts';
import { HOUR_MS, nameOf, openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';
import { takeIn } from '../fixtures/take-in.ts';

/** A day that is over: its hours are closed, its minutes have no rollups any more. */
const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
const iso = (minutes: number) => new Date(BASE + minutes * 60_000).toISOString();
const DAYS = { from: BASE, until: BASE + 2 * DAY_MS };
const answers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    externalId: `a${i}`,
    answeredAt: iso((i * 37) % 300),
    score: (i * 7) % 11,
    region: i % 3 === 0 ? 'Japan' : 'Peru',
  }));

describe('a score over sealed hours', () => {
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
    await database.submit(answers(60));
  });
  afterAll(() => database?.close());

  it('cannot be proven before its hours are sealed, and adds up to the stated number', async () => {
    const found = await database.verify(DAYS);
    expect(found).toMatchObject({ verdict: 'UNVERIFIABLE', responses: 60, erased: 0, root: null });
    expect(found.reason).toMatch(/^10 of 10 rollups are not sealed yet/);
    expect(found.recomputed).toBe(found.stated);
  });

  it('is proven, and its root is the tree over the manifests', async () => {
    expect(await database.seal()).toEqual({ sealed: 10, refused: [] });
    const found = await database.verify(DAYS);
    expect(found).toMatchObject({ verdict: 'VERIFIED', reason: null, responses: 60, erased: 0, rollups: 10 });
    expect(found.stated).toBe(found.recomputed);
    const rows = await database.sql<{ manifest: string }>('SELECT manifest FROM seal');
    const manifests = rows.map(({ manifest }) => ({ manifest, ...(JSON.parse(manifest) as Manifest) }));
    manifests.sort((a, b) => (a.hour + a.cell < b.hour + b.cell ? -1 : 1));
    const root = treeHash(manifests.map(({ manifest }) => leafHash(manifest)));
    expect(found.root).toBe(root);
    expect(manifests.reduce((sum, { sums }) => sum + Number(sums.n), 0)).toBe(60);
  });

  it('is sealed once: nothing new, no new revision', async () => {
    await database.sql('UPDATE follower SET xact = 0, position = 0');
    expect(await database.seal()).toEqual({ sealed: 0, refused: [] });
  });

  it('is not proven if the window splits an hour', async () => {
    const found = await database.verify({ from: BASE + 60_000, until: BASE + 30 * HOUR_MS });
    expect(found).toMatchObject({ verdict: 'UNVERIFIABLE' });
    expect(found.reason).toContain('inside an hour');
    expect(found.recomputed).toBe(found.stated);
  });

  it('is empty without data, or without visible data', async () => {
    const nothing = {
      verdict: 'VERIFIED',
      stated: null,
      recomputed: null,
      responses: 0,
      rollups: 0,
      root: null,
    };
    expect(await database.verify({ from: BASE - DAY_MS, until: BASE })).toMatchObject(nothing);
    const none = await database.verify({ ...DAYS, segment: { region: ['Chile'] } });
    expect(none).toMatchObject({
      ...nothing,
      verdict: 'UNVERIFIABLE',
      reason: expect.stringContaining('no cell of'),
    });
    const peru = narrowScope('peru', ({ attributes }) => attributes.region === 'Peru');
    expect(await database.verify({ ...DAYS, segment: { region: ['Japan'] } }, peru)).toEqual(none);
    // Hidden data is absent; that there may be more follows from the caller's rules alone.
    const { reason, ...whole } = await database.verify({ ...DAYS, segment: { region: ['Peru'] } });
    expect(reason).toBeNull();
    expect(await database.verify(DAYS, peru)).toEqual({
      ...whole,
      reason:
        'counted over the cells that this key may read: the same id may give another number to another key',
    });
  });

  it('is reported under another key when the signing key was replaced, even with nothing to seal', async () => {
    const { privateKey: signingKey } = generateKeyPairSync('ed25519');
    const deps = { store: database.store, signingKey, now: Date.now, randomBytes, sinks: [] };
    await expect(checkLogOnce(deps)).rejects.toThrow(/names another key than this instance's/);
    const { verdict, reason } = await verifyScore(
      { ...database.verifyDeps, publicKey: publicKeyOf(signingKey) },
      EVERYTHING,
      nameOf(DAYS),
    );
    expect(verdict).toBe('MISMATCH');
    expect(reason).toMatch(
      /^log: the checkpoint of size \d+ names another key than this instance's: was the file "signing-key"/,
    );
  });

  it('reveals nothing to callers without permission', async () => {
    const nothing = { verdict: 'UNVERIFIABLE', stated: null, recomputed: null, responses: 0, rollups: 0 };
    const few = narrowScope('few', () => true, { smallestCount: 70, withheld: ['readResponse'] });
    expect(await database.verify(DAYS, few)).toMatchObject({
      ...nothing,
      reason: expect.stringMatching(/readResponse/),
    });
    const untraced = narrowScope('untraced', () => true, { withheld: ['traceLineage'] });
    expect(await database.verify(DAYS, untraced)).toMatchObject(nothing);
  });
});

describe('one changed bit', () => {
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
    await database.submit(answers(60));
    await database.seal();
    await database.submit([{ externalId: 'late', answeredAt: iso(10), score: 10, region: 'Peru' }]);
    await database.seal();
  });
  afterAll(() => database?.close());

  const flipText = (column: string, at: number) =>
    `${column} = overlay(${column} PLACING chr(ascii(substr(${column}, ${at}, 1)) # 1) FROM ${at} FOR 1)`;
  const flipByte = (column: string) => `${column} = set_byte(${column}, 0, get_byte(${column}, 0) # 1)`;
  const first = (unit: string) =>
    `(bucket, cell_id) = (SELECT bucket, cell_id FROM rollup_${unit} ORDER BY bucket, cell_id LIMIT 1)`;
  const cases: [string, string, RegExp][] = [
    [
      'the points of a response',
      `UPDATE response SET points = points # 1 WHERE external_id = 'a7'`,
      /^response [0-9a-f-]{36} of Rollup:\d{10}:[0-9a-f]{24}:0 is not what was sealed/,
    ],
    [
      'the class of a response',
      `UPDATE response SET class = class # 1 WHERE external_id = 'a1'`,
      /^response .* is not what was sealed/,
    ],
    [
      'an hour rollup',
      `UPDATE rollup_hour SET promoters = promoters # 1 WHERE ${first('hour')}`,
      /^Rollup:\d{10}:[0-9a-f]{24}:0 holds promoters = /,
    ],
    [
      'a day rollup',
      `UPDATE rollup_day SET n = n # 1, detractors = detractors # 1 WHERE ${first('day')}`,
      /^the rollup of the day \d{4}-\d\d-\d\d of cell /,
    ],
    [
      'a manifest',
      `UPDATE seal SET ${flipText('manifest', 20)} WHERE id = 3`,
      /^manifest of Rollup:.* is not what was hashed/,
    ],
    [
      'an older manifest',
      `UPDATE seal SET ${flipText('manifest', 120)} WHERE id = 0`,
      /^manifest of Rollup:.*revision 0 .* is not what was hashed/,
    ],
    ['the hash of a manifest', `UPDATE seal SET ${flipText('hash', 1)} WHERE id = 4`, /^manifest of Rollup:/],
    [
      'a leaf',
      `UPDATE seal_leaf SET ${flipByte('hash')} WHERE seal_id = 5 AND place = 0`,
      /^leaf of Rollup:.* another root/,
    ],
    [
      'the salt of a leaf',
      `UPDATE seal_leaf SET ${flipByte('salt')} WHERE seal_id = 5 AND place = 1`,
      /^response .* is not what was sealed/,
    ],
    [
      'an older head',
      `UPDATE seal_head SET ${flipText('body', 4)} WHERE size = (SELECT min(size) FROM seal_head)`,
      /^head: /,
    ],
    [
      'the last head',
      `UPDATE seal_head SET ${flipText('body', 30)} WHERE size = (SELECT max(size) FROM seal_head)`,
      /^head: /,
    ],
    [
      'an older signature',
      `UPDATE seal_head SET ${flipText('signature', 10)} WHERE size = (SELECT min(size) FROM seal_head)`,
      /^head: .* was changed/,
    ],
    [
      'the last signature',
      `UPDATE seal_head SET ${flipText('signature', 11)} WHERE size = (SELECT max(size) FROM seal_head)`,
      /^head: the signature .* does not fit/,
    ],
  ];

  it.each(cases)('in %s is found and named', async (_what, statement, reason) => {
    expect(await database.verify(DAYS)).toMatchObject({ verdict: 'RESTATED' });
    await database.behindTriggers(statement);
    const found = await database.verify(DAYS);
    expect(found.reason).toMatch(reason);
    expect(found.verdict).toBe('MISMATCH');
    await database.behindTriggers(statement);
  });

  it('in a node of the log is found by every check that needs it', async () => {
    const hour = { from: BASE, until: BASE + HOUR_MS };
    const flip = `UPDATE seal_node SET ${flipText('hash', 7)} WHERE level = 1 AND place = 1`;
    await database.behindTriggers(flip);
    const found = await database.verify(hour);
    expect(found.reason).toMatch(/^log of Rollup:.* not under the root/);
    expect(found.verdict).toBe('MISMATCH');
    await database.behindTriggers(flip);
    expect(await database.verify(hour)).toMatchObject({ verdict: 'RESTATED' });
  });

  it('in the checkpoint file is found and named; without the file nothing is provable', async () => {
    const text = readFileSync(database.checkpointFile, 'utf8');
    for (const at of [5, 200, text.length - 5]) {
      const bytes = Buffer.from(text);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(database.checkpointFile, bytes);
      expect(await database.verify(DAYS)).toMatchObject({
        verdict: 'MISMATCH',
        reason: expect.stringMatching(/^checkpoint file/),
      });
    }
    writeFileSync(database.checkpointFile, text.slice(0, text.indexOf('\n') + 1));
    expect((await database.verify(DAYS)).reason).toMatch(/^checkpoint file: it lacks the checkpoint/);
    writeFileSync(database.checkpointFile, text);
    expect(await database.verify(DAYS)).toMatchObject({ verdict: 'RESTATED' });
  });

  it('is not helped by the triggers, nor by the next seal', async () => {
    await database.sql(`UPDATE response SET class = 2, points = 1000 WHERE external_id = 'a0'`);
    expect(await database.verify(DAYS)).toMatchObject({
      verdict: 'MISMATCH',
      reason: expect.stringMatching(/^response /),
    });
    expect((await database.seal()).refused).toHaveLength(1);
    expect(await database.verify(DAYS)).toMatchObject({
      verdict: 'MISMATCH',
      reason: expect.stringMatching(/^response /),
    });
    const unread = narrowScope('unread', () => true, { withheld: ['readResponse'] });
    expect((await database.verify(DAYS, unread)).reason).toMatch(/^a response of Rollup:/);
    await database.sql(`UPDATE response SET class = 0, points = 0 WHERE external_id = 'a0'`);
    expect(await database.verify(DAYS)).toMatchObject({ verdict: 'RESTATED' });
    await database.sql(`DELETE FROM response WHERE external_id = 'a5'`);
    expect((await database.verify(DAYS)).reason).toMatch(/^response .* is gone, and was neither erased nor/);
  });
});

describe('later events of a score', () => {
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
    await database.submit(answers(40));
    await database.seal();
  });
  afterAll(() => database?.close());
  const revisions = () =>
    database.sql<{ why: string; revision: number }>(
      'SELECT why, revision FROM seal WHERE revision > 0 ORDER BY id',
    );

  it('a late response restates it, at once and once sealed', async () => {
    const late = { externalId: 'late', answeredAt: iso(3), score: 0, region: 'Peru' };
    await database.submit([late]);
    const before = await database.verify(DAYS);
    expect(before).toMatchObject({ verdict: 'RESTATED', responses: 41 });
    expect(before.reason).toBe('since it was first sealed: 1 late; the newest of it is not sealed yet');
    expect(await database.seal()).toEqual({ sealed: 1, refused: [] });
    const after = await database.verify(DAYS);
    expect(after).toMatchObject({ verdict: 'RESTATED', reason: 'since it was first sealed: 1 late' });
    expect(await revisions()).toEqual([{ why: 'late', revision: 1 }]);
  });

  it('a correction restates it in the hours that it left and came to', async () => {
    await database.submit([{ externalId: 'a2', answeredAt: iso(25 * 60), score: 10, region: 'Chile' }]);
    expect((await database.verify(DAYS)).verdict).toBe('UNVERIFIABLE');
    await database.seal();
    const found = await database.verify(DAYS);
    expect(found.reason).toBe('since it was first sealed: 1 late, 1 corrected');
    expect(found).toMatchObject({ verdict: 'RESTATED', responses: 41 });
    expect(await revisions()).toContainEqual({ why: 'corrected', revision: 1 });
  });

  it('an erasure leaves a proof with a hole', async () => {
    const japan = { ...DAYS, segment: { region: ['Japan'] } };
    expect(await database.verify(japan)).toMatchObject({ verdict: 'VERIFIED', responses: 14 });
    await database.erase(['a3', 'a6']);
    const before = await database.verify(japan);
    expect(before).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', responses: 12, erased: 2 });
    await database.seal();
    expect(await database.verify(japan)).toMatchObject({
      verdict: 'VERIFIED_WITH_ERASURES',
      responses: 12,
      erased: 2,
    });
    // Late answers to the same hours: the hashes of those erased stay in the tree.
    await database.submit([
      { externalId: 'later', answeredAt: iso((3 * 37) % 300), score: 9, region: 'Japan' },
    ]);
    await database.seal();
    expect(await database.verify(japan)).toMatchObject({ verdict: 'RESTATED', responses: 13, erased: 2 });
    const [row] = await database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM seal_leaf WHERE salt IS NULL AND response_id IS NULL AND origin IS NULL`,
    );
    expect(row?.n).toBeGreaterThanOrEqual(2);
  });
});

describe('a manifest', () => {
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
    await database.submit(answers(4));
    await database.seal();
  });
  afterAll(() => database?.close());

  it('names the journal entries up to everything that it counts', async () => {
    const one = { answeredAt: iso(3), score: 9, region: 'Peru' };
    await database.submit([{ ...one, externalId: 'noted' }]);
    await database.settled();
    const at = await followerPosition(database.store, SEALER);
    await takeIn(database.store, await readJournal(database.store, at, 50));
    // Committed, and not taken in yet.
    await database.submit([{ ...one, externalId: 'not noted' }]);
    expect(await database.sealClosed()).toEqual({ sealed: 1, refused: [] });
    const [seal] = await database.sql<{ manifest: string }>(
      'SELECT manifest FROM seal ORDER BY id DESC LIMIT 1',
    );
    const { changes, journal } = JSON.parse(seal?.manifest ?? '') as Manifest;
    const [last] = await database.sql<{ entry: string }>(
      `SELECT xact || '.' || position AS entry FROM journal WHERE kind = 'responses' ORDER BY xact DESC, position DESC LIMIT 1`,
    );
    expect([changes.late, journal.last]).toEqual([2, last?.entry]);
    expect(journal.first).not.toBe(journal.last);
  });
});

describe('inferred scores', () => {
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
    await database.submit(answers(30));
    await database.submit(
      Array.from({ length: 12 }, (_, i) => ({
        externalId: `c${i}`,
        answeredAt: iso(i * 9),
        comment: 'words only',
        region: 'Peru',
      })),
    );
    const artefact = {
      confusion: [
        [80, 15, 5],
        [15, 70, 15],
        [5, 15, 80],
      ],
    };
    await database.sql(
      `INSERT INTO model_version (id, label, key, stage, artefact) VALUES (7, 'made up', $2, 'RETIRED', $1)`,
      [JSON.stringify(artefact), hash('sha256', canonicalText(artefact))],
    );
    await database.sql(`INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed,
        class, detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, features_hash, predicted_at)
      SELECT id, answered_at, cell_id, 7, mapping_version_id, class IS NOT NULL, 2, 100000, 200000, 700000, 2, 0, 0, 1000000,
        '{}', 0, 'f', now() FROM response WHERE class IS NULL OR external_id IN ('a1', 'a4')`);
  });
  afterAll(() => database?.close());

  it('are proven under their model version, alone and beside the surveyed ones', async () => {
    await database.seal();
    const inferred = await database.verify({ ...DAYS, basis: 'INFERRED', model: 7 });
    expect(inferred).toMatchObject({ verdict: 'VERIFIED', responses: 14 });
    expect(inferred.stated).not.toBeNull();
    const combined = await database.verify({ ...DAYS, basis: 'COMBINED', model: 7 });
    expect(combined).toMatchObject({ verdict: 'VERIFIED', responses: 42 });
    expect(combined.rollups).toBeGreaterThan(inferred.rollups);
    await database.behindTriggers(`UPDATE prediction SET promoter = promoter # 1 WHERE response_id =
      (SELECT min(response_id::text)::uuid FROM prediction)`);
    expect(await database.verify({ ...DAYS, basis: 'COMBINED', model: 7 })).toMatchObject({
      verdict: 'MISMATCH',
      reason: expect.stringMatching(/^response .* of Rollup:\d{10}:[0-9a-f]{24}:7 is not what was sealed/),
    });
    expect(await database.verify(DAYS)).toMatchObject({ verdict: 'VERIFIED' });
    await database.behindTriggers(`UPDATE prediction SET promoter = promoter # 1 WHERE response_id =
      (SELECT min(response_id::text)::uuid FROM prediction)`);
  });

  it('are not proven after a change of the known errors of the model', async () => {
    const asked = { ...DAYS, basis: 'INFERRED' as const, model: 7 };
    expect((await database.verify(asked)).verdict).toBe('VERIFIED');
    const confusion = (to: string) =>
      database.sql(
        `UPDATE model_version SET artefact = jsonb_set(artefact, '{confusion,0,0}', '${to}') WHERE id = 7`,
      );
    await confusion('90');
    expect(await database.verify(asked)).toMatchObject({
      verdict: 'MISMATCH',
      reason: 'model: the artefact of model version 7 is not what its key was made of',
    });
    await confusion('80');
    expect((await database.verify(asked)).verdict).toBe('VERIFIED');
  });

  it('are proven with those of the companion, and not if the registry names another one than the artefact', async () => {
    const [seven] = await database.sql<{ key: string; artefact: object }>(
      'SELECT key, artefact FROM model_version WHERE id = 7',
    );
    const artefact = { ...seven?.artefact, companion: { key: seven?.key, languages: ['de'] } };
    const asked = { ...DAYS, basis: 'INFERRED' as const, model: 9 };
    const name = (companion: number | null) =>
      database.sql(`UPDATE model_version SET companion_id = ${companion} WHERE id = 9`);
    await database.sql(
      `INSERT INTO model_version (id, label, key, stage, artefact, companion_id) VALUES (9, 'made up', $2, 'RETIRED', $1, 7)`,
      [JSON.stringify(artefact), hash('sha256', canonicalText(artefact))],
    );
    expect(await database.verify(asked)).toMatchObject({ verdict: 'VERIFIED', responses: 14 });
    await name(null);
    expect(await database.verify(asked)).toMatchObject({
      verdict: 'MISMATCH',
      reason: 'model: model version 9 names another companion in its artefact than in the registry',
    });
    await name(7);
    expect((await database.verify(asked)).verdict).toBe('VERIFIED');
  });

  it('are not proven if a prediction is gone without a cause', async () => {
    const asked = { ...DAYS, basis: 'INFERRED' as const, model: 7 };
    const [gone] = await database.sql<{ row: object }>(
      `DELETE FROM prediction p WHERE response_id = (SELECT min(response_id::text)::uuid FROM prediction) RETURNING to_jsonb(p) AS row`,
    );
    expect(await database.verify(asked)).toMatchObject({
      verdict: 'MISMATCH',
      reason: expect.stringMatching(/^response .* has lost its prediction, and nothing/),
    });
    expect((await database.seal()).refused).toHaveLength(1);
    // The very same again is right again; predicted again, it is rescored.
    const again = (more: object) =>
      database.sql(
        'INSERT INTO prediction SELECT * FROM jsonb_populate_record(NULL::prediction, $1::jsonb)',
        [JSON.stringify({ ...gone?.row, ...more })],
      );
    await again({ class: 0 });
    expect((await database.verify(asked)).reason).toMatch(/^response .* is not what was sealed/);
    await database.sql(
      `DELETE FROM prediction WHERE predicted_at = (SELECT max(predicted_at) FROM prediction) AND class = 0`,
    );
    await again({});
    expect((await database.verify(asked)).verdict).toBe('VERIFIED');
    await database.sql(
      'DELETE FROM prediction WHERE response_id = (SELECT min(response_id::text)::uuid FROM prediction)',
    );
    await again({ class: 0, predicted_at: new Date().toISOString() });
    expect((await database.seal()).refused).toEqual([]);
    expect(await database.verify(asked)).toMatchObject({
      verdict: 'RESTATED',
      reason: 'since it was first sealed: 1 rescored',
    });
  });

  it('are not proven, like all others, if a cell has other attributes than its key', async () => {
    const [cell] = database.cells.all();
    if (!cell) throw new Error('there is a cell');
    const forged = { ...cell, attributes: { ...cell.attributes, region: 'Chile' } };
    const cells = dictionaryOf([forged]);
    const found = await verifyScore({ ...database.verifyDeps, cells }, EVERYTHING, nameOf(DAYS));
    expect(found).toMatchObject({
      verdict: 'MISMATCH',
      reason: expect.stringMatching(/^cell: [0-9a-f]{24} does not/),
    });
  });
});

describe('any history', () => {
  // Three persons of forty answers: a restriction moves many, and what comes from them meanwhile.
  const respondentOf = (externalId: number) => `person${externalId % 3}@example.org`;
  let database: SealedDatabase;
  beforeAll(async () => {
    database = await openSealedDatabase();
  });
  afterAll(() => database?.close());

  const external = fc.integer({ min: 1, max: 40 });
  const answer = fc
    .record({
      externalId: external.map(String),
      answeredAt: fc.integer({ min: 0, max: 40 * 60 }).map(iso),
      score: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null, freq: 6 }),
      comment: fc.constant('words'),
      region: fc.constantFrom('Japan', 'Peru'),
    })
    .map((one) => ({ ...one, respondent: respondentOf(Number(one.externalId)) }));
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.array(answer, { minLength: 1, maxLength: 12 }) },
    { weight: 2, arbitrary: fc.constant('seal' as const) },
    {
      weight: 1,
      arbitrary: external.map((id) => ({ erase: [String(id), String(41 - id)] })),
    },
    { weight: 2, arbitrary: fc.record({ restrict: external, on: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ correct: external, score: fc.integer({ min: 0, max: 10 }) }) },
  );
  const by = { actor: 'officer', reason: 'asked for it' };
  const correctOne = async (externalId: number, score: number) => {
    const [row] = await database.sql<{ id: string }>(
      `SELECT id FROM response WHERE external_id = '${externalId}'`,
    );
    if (row) await rectify(database, row.id, { score }, by);
  };

  it('is never a mismatch, and proven once sealed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (history) => {
        for (const one of history) {
          if (one === 'seal') expect((await database.seal()).refused).toEqual([]);
          else if ('erase' in one) await database.erase(one.erase);
          else if ('restrict' in one) await restrict(database, personOf(respondentOf(one.restrict)), one.on);
          else if ('correct' in one) await correctOne(one.correct, one.score);
          else await database.submit(one);
          const found = await database.verify(DAYS);
          expect(found.verdict, found.reason ?? '').not.toBe('MISMATCH');
          expect(found.recomputed).toBe(found.stated);
        }
        await database.seal();
        const { verdict, reason } = await database.verify(DAYS);
        const proven = ['VERIFIED', 'VERIFIED_WITH_ERASURES', 'RESTATED'];
        expect(database.cells.all().length === 0 ? ['UNVERIFIABLE'] : proven, reason ?? '').toContain(
          verdict,
        );
      }),
      { numRuns: 25 },
    );
  });
});
