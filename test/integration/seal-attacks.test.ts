import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { appendLeaf, type HashedNode } from '../../domain/seals/merkle.ts';
import { canonicalText, type Manifest, manifestHash, sumsOf } from '../../domain/seals/seal.ts';
import { factHash } from '../../domain/seals/seal-match.ts';
import { verifyScore } from '../../proof/verify.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { adoptLeaves, tombstoneLeaves } from '../../store/seals/leaf-tombstones.ts';
import { readFacts } from '../../store/seals/seal-facts.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { narrowScope } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';
import { HOUR_MS, nameOf, openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

/*
 * An attacker who can write every table but does not have the signing key, and the legitimate histories that
 * look most like the attacks.
 */
const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 6 * DAY_MS;
const DAY = { from: BASE, until: BASE + DAY_MS };
const iso = (minutes: number) => new Date(BASE + minutes * 60_000).toISOString();

let database: SealedDatabase;
beforeEach(async () => {
  database = await openSealedDatabase();
  // Ten answers by ten persons in hours 0 to 4; hours of two answers each.
  await database.submit(Array.from({ length: 10 }, (_, i) => answer(`a${i}`, i * 30, (i * 3) % 11)));
  expect(await database.seal()).toEqual({ sealed: 5, refused: [] });
  expect((await database.verify(DAY)).verdict).toBe('VERIFIED');
});
afterEach(() => database.close());

const answer = (externalId: string, minutes: number, score: number | null, more: object = {}) => ({
  externalId,
  answeredAt: iso(minutes),
  score,
  region: 'Peru',
  respondent: `${externalId}@example.org`,
  ...more,
});
const idOf = async (externalId: string) =>
  (await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = '${externalId}'`))[0]
    ?.id as string;
const late = () => database.submit([answer('late', 290, 9)]);

/** Finds the score false, and for this reason. */
async function expectMismatch(reason: RegExp) {
  const found = await database.verify(DAY);
  expect(found.reason).toMatch(reason);
  expect(found.verdict).toBe('MISMATCH');
}

/** Counts the responses of that rollup again and writes leaves, manifest and hash as the sealer would have. */
async function rewriteSeal(sealId: number) {
  const [seal] = await database.sql<{ cellId: number; cell: string; hour: number; manifest: string }>(
    `SELECT s.cell_id AS "cellId", c.key AS cell, floor(extract(epoch FROM s.bucket) / 3600)::integer AS hour, s.manifest
      FROM seal s JOIN cell c ON c.id = s.cell_id WHERE s.id = ${sealId}`,
  );
  if (!seal) throw new Error(`there is no seal ${sealId}`);
  const [facts = []] = await readFacts(database.store, [{ ...seal, model: 0 }]);
  const hashes: string[] = [];
  for (const [place, fact] of facts.entries()) {
    const hash = factHash(fact, '00'.repeat(16));
    hashes.push(hash);
    await database.behindTriggers(`UPDATE seal_leaf SET hash = decode('${hash}', 'hex'),
      salt = decode('${'00'.repeat(16)}', 'hex'), response_id = '${fact.id}' WHERE seal_id = ${sealId} AND place = ${place}`);
  }
  const edge: HashedNode[] = [];
  for (const [place, hash] of hashes.entries()) appendLeaf(edge, place, hash);
  const root = edge.length === 1 ? edge[0]?.hash : undefined;
  if (root === undefined) throw new Error('the hours of this test hold one or two answers');
  const old = JSON.parse(seal.manifest) as Manifest;
  const sums = Object.fromEntries(Object.entries(sumsOf(facts)).map(([name, sum]) => [name, String(sum)]));
  const histogram: Record<string, number> = {};
  for (const { points } of facts) histogram[`${points}`] = (histogram[`${points}`] ?? 0) + 1;
  const manifest = canonicalText({ ...old, root, sums, histogram });
  await database.sql('UPDATE seal SET manifest = $1, hash = $2 WHERE id = $3', [
    manifest,
    manifestHash(manifest),
    sealId,
  ]);
}

/** Writes the inner nodes of the log as they follow from its seals. */
async function rewriteNodes() {
  const seals = await database.sql<{ id: number; hash: string }>('SELECT id, hash FROM seal ORDER BY id');
  const edge: HashedNode[] = [];
  for (const { id, hash } of seals) {
    for (const node of appendLeaf(edge, id, hash))
      await database.sql(
        `UPDATE seal_node SET hash = '${node.hash}' WHERE level = ${node.level} AND place = ${node.place}`,
      );
  }
}

describe('rewritten history', () => {
  it('is not signed by the next seal, and is found', async () => {
    await database.sql(`UPDATE response SET class = 2, points = 1000, score = 10 WHERE external_id = 'a0'`);
    await database.sql('DELETE FROM seal_pending');
    await rewriteSeal(0);
    await rewriteNodes();
    await expectMismatch(/^log of Rollup:\d{10}:[0-9a-f]{24}:0: /);
    await late();
    await expect(database.seal()).rejects.toThrow(
      /not what this instance signed, and nothing more is sealed/,
    );
    await expectMismatch(/^log of Rollup/);
    expect(await database.sql('SELECT count(*)::integer AS n FROM seal_head')).toEqual([{ n: 1 }]);
  });

  it('is found although nodes of the log stayed, and its rollup is not sealed again', async () => {
    await database.sql(`UPDATE response SET class = 2, points = 1000, score = 10 WHERE external_id = 'a0'`);
    await rewriteSeal(0);
    await database.submit([answer('late', 20, 9)]);
    const { sealed, refused } = await database.seal();
    expect([sealed, refused]).toEqual([0, [expect.stringMatching(/revision 0 .* not under the root/)]]);
    await expectMismatch(/^log of Rollup/);
  });

  it('is not signed when the database was rolled back behind the checkpoint file', async () => {
    await late();
    await database.seal();
    await database.sql('DELETE FROM seal_leaf WHERE seal_id = 5');
    await database.sql('DELETE FROM seal WHERE id = 5');
    await database.sql('DELETE FROM seal_node WHERE (place + 1) * (1 << level) > 5');
    await database.sql('DELETE FROM seal_head WHERE size = 6');
    await database.submit([answer('later', 291, 9)]);
    await expect(database.seal()).rejects.toThrow(/the database was rolled back/);
  });

  it('is not signed by a key that does not fit the last checkpoint', async () => {
    await database.sql(
      `UPDATE seal_head SET signature = left(signature, 10) || CASE substr(signature, 11, 1) WHEN 'A' THEN 'B' ELSE 'A' END || substr(signature, 12)`,
    );
    await late();
    await expect(database.seal()).rejects.toThrow(
      /signature of the checkpoint of size 5|checkpoint file is not/,
    );
  });
});

describe('a removed rollup', () => {
  const take = async (sealId: number) => {
    const at = `(SELECT bucket FROM seal WHERE id = ${sealId})`;
    const inside = `answered_at >= ${at} AND answered_at < ${at} + interval '1 hour'`;
    await database.behindTriggers(
      `DELETE FROM source_event WHERE response_id IN (SELECT id FROM response WHERE ${inside})`,
    );
    await database.behindTriggers(`DELETE FROM response_key WHERE ${inside}`);
    await database.sql(`DELETE FROM response WHERE ${inside}`);
    await database.sql(`DELETE FROM seal_leaf WHERE seal_id = ${sealId}`);
    await database.sql(`DELETE FROM seal WHERE id = ${sealId}`);
    await database.sql('DELETE FROM seal_pending');
  };

  it('is detected', async () => {
    await take(2);
    await expectMismatch(/^log: the seal 2 is missing/);
  });

  it('is detected at the end of the log', async () => {
    await take(4);
    await expectMismatch(/^log: the seal 4 is missing/);
  });

  it('is detected although others took its place', async () => {
    await take(2);
    for (const id of [3, 4]) {
      await database.sql(`UPDATE seal SET id = ${id - 1} WHERE id = ${id}`);
      await database.sql(`UPDATE seal_leaf SET seal_id = ${id - 1} WHERE seal_id = ${id}`);
    }
    await rewriteNodes();
    await expectMismatch(/^log/);
  });

  it('is detected in the score, and in any other, without revealing cells that the caller may not see', async () => {
    await database.submit([answer('x', 310, 3, { region: 'Chile' })]);
    await database.seal();
    await take(5);
    const peru = narrowScope('peru', ({ attributes }) => attributes.region === 'Peru');
    await expectMismatch(/^log: the seal 5 is missing/);
    const found = await database.verify({ ...DAY, segment: { region: ['Peru'] } }, peru);
    expect(found).toMatchObject({
      verdict: 'MISMATCH',
      reason: expect.stringMatching(
        /^log: a seal of another rollup was changed or removed after it had been signed; counted over/,
      ),
    });
  });

  it('is found in the hour that it was moved to', async () => {
    const move = `+ interval '3 days'`;
    await database.sql(`UPDATE seal SET bucket = bucket ${move} WHERE id = 1`);
    await database.behindTriggers(
      `UPDATE response SET answered_at = answered_at ${move} WHERE external_id IN ('a2', 'a3')`,
    );
    await database.behindTriggers(
      `UPDATE rollup_hour SET n = 0, promoters = 0, passives = 0, detractors = 0 WHERE bucket = '${iso(60)}'`,
    );
    await database.sql('DELETE FROM rollup_day');
    const found = await database.verify({ from: BASE + 2 * HOUR_MS, until: BASE + 5 * HOUR_MS });
    expect(found.verdict).toBe('MISMATCH');
  });
});

describe('leaves without a response', () => {
  const forget = async (externalIds: readonly string[]) => {
    const ids = `(SELECT id FROM response WHERE external_id IN ('${externalIds.join("','")}'))`;
    await database.sql(
      `UPDATE seal_leaf SET response_id = NULL, salt = NULL, origin = NULL WHERE response_id IN ${ids}`,
    );
    await database.sql(`DELETE FROM response WHERE external_id IN ('${externalIds.join("','")}')`);
  };

  it('are not an erasure without a record of one, and are not sealed', async () => {
    await forget(['a0', 'a5']);
    await expectMismatch(/^leaf of Rollup:.* lost its response, and nothing records an erasure/);
    expect((await database.seal()).refused).toHaveLength(2);
    await expectMismatch(/^leaf of Rollup/);
  });

  it('are an erasure if one was requested', async () => {
    expect(await erase(database, personOf('a0@example.org'), BY)).toEqual({ known: true, holds: [] });
    expect(await database.verify(DAY)).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', erased: 1 });
    expect((await database.seal()).refused).toEqual([]);
    expect(await database.verify(DAY)).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', erased: 1 });
    const [row] = await database.sql<{ subject: string }>(
      `SELECT subject FROM audit_log WHERE action = 'leaves'`,
    );
    expect(JSON.parse(row?.subject ?? '')).toEqual({
      cause: 'erased',
      leaves: [expect.stringMatching(/^[0-9a-f]{24}$/)],
      signature: expect.any(String),
    });
    await forget(['a5']);
    await expectMismatch(/^leaf of Rollup/);
  });

  it('are not an erasure if an attacker wrote the record of one, correctly chained', async () => {
    const id = await idOf('a0');
    await database.sql(`DELETE FROM response WHERE id = '${id}'`);
    const { privateKey } = generateKeyPairSync('ed25519');
    const forge = (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64');
    await database.store.transaction((session) => tombstoneLeaves(session, forge, [id], 'erased'));
    await expectMismatch(/^leaf of Rollup:.* nothing records an erasure/);
    expect((await database.seal()).refused).toHaveLength(1);
  });

  it('are retention if a policy says so', async () => {
    const cutoffs = { responses: new Date(BASE + HOUR_MS) };
    expect(await ageOut(database, { responses: 'P1D' }, cutoffs, Date.now())).toMatchObject({ responses: 2 });
    expect(await database.verify(DAY)).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', erased: 2 });
    expect((await database.seal()).refused).toEqual([]);
  });

  it('are adopted once from before there were records of them, and never again', async () => {
    await forget(['a0']);
    const [head] = await database.sql<{ body: string }>('SELECT body FROM seal_head');
    await adoptLeaves(database.store, database.sign);
    await expectMismatch(/^leaf of Rollup/);
    // As an older version signed it.
    const old = head?.body.replace('"forgetting":"recorded",', '') ?? '';
    await database.signAgain(old);
    await adoptLeaves(database.store, database.sign);
    expect(await database.verify(DAY)).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', erased: 1 });
    await forget(['a5']);
    await adoptLeaves(database.store, database.sign);
    await expectMismatch(/^leaf of Rollup/);
    const rows = await database.sql<{ subject: string }>(
      `SELECT subject FROM audit_log WHERE action = 'leaves'`,
    );
    expect(rows.map(({ subject }) => JSON.parse(subject).cause)).toEqual(['adopted']);
  });
});

describe('a change', () => {
  const flip = `class = 2, points = 1000, score = 10`;

  it('needs an existing event', async () => {
    await database.sql(
      `UPDATE response SET source_event_id = gen_random_uuid(), ${flip} WHERE external_id = 'a0'`,
    );
    await expectMismatch(/^response .* is not what was sealed, and nothing that was received since/);
    expect((await database.seal()).refused).toHaveLength(1);
  });

  it('needs an event of its own', async () => {
    await database.sql(`UPDATE response SET ${flip},
      source_event_id = (SELECT source_event_id FROM response WHERE external_id = 'a9') WHERE external_id = 'a0'`);
    await expectMismatch(/^response .* is not what was sealed, and nothing that was received since/);
  });

  it('needs an event after the seal, whatever the leaf says', async () => {
    await database.sql(`UPDATE response SET ${flip} WHERE external_id = 'a0'`);
    await database.sql(
      `UPDATE seal_leaf SET origin = gen_random_uuid() WHERE response_id = '${await idOf('a0')}'`,
    );
    await expectMismatch(/^response .* is not what was sealed, and nothing that was received since/);
    expect((await database.seal()).refused).toHaveLength(1);
  });

  it('cannot be hidden by removing the arriving item', async () => {
    await database.sql('DELETE FROM source_event');
    await expectMismatch(/^response .* brought by no source event that is kept/);
  });

  it('received before the newest of the hour, and committed behind its seal, is a correction', async () => {
    // As a repeated transaction or a topic leaves it: the events keep the times at which they were received.
    const received = (externalId: string, ms: number) =>
      database.behindTriggers(`UPDATE source_event SET received_at = now() + interval '${ms} milliseconds'
        WHERE id = (SELECT source_event_id FROM response WHERE external_id = '${externalId}')`);
    await database.submit([answer('newer', 31, 9)]);
    await received('newer', 60_000);
    expect((await database.seal()).refused).toEqual([]);
    await database.submit([answer('a0', 0, 10), answer('a1', 95, 10)]);
    expect((await database.verify(DAY)).verdict).toBe('RESTATED');
    expect((await database.seal()).refused).toEqual([]);
    expect((await database.verify(DAY)).verdict).toBe('RESTATED');
    // What it replaced does not explain another content.
    await database.sql(`UPDATE response SET class = 0, points = 0, score = 0, source_event_id = (SELECT e.id FROM source_event e
      WHERE e.response_id = response.id AND e.id <> response.source_event_id) WHERE external_id = 'a0'`);
    await expectMismatch(/^response .* is not what was sealed, and nothing that was received since/);
  });

  it('is legitimate as a correction or a later response', async () => {
    const deps = {
      store: database.store,
      encryption: database.encryption,
      cells: database.cells,
      mappings: database.mappings,
      sign: database.sign,
    };
    expect(await rectify(deps, await idOf('a0'), { score: 10 }, BY)).toBe(true);
    await database.submit([answer('a5', 155, 10)]);
    const received = 'since it was first sealed: 2 corrected';
    expect((await database.verify(DAY)).reason).toBe(`${received}; the newest of it is not sealed yet`);
    expect((await database.seal()).refused).toEqual([]);
    expect(await database.verify(DAY)).toMatchObject({ verdict: 'RESTATED', reason: received });
  });
});

describe('facts that no hash covers', () => {
  const cases: [string, string, RegExp][] = [
    [
      'the score that is shown',
      `UPDATE response SET score = 3 WHERE external_id = 'a0'`,
      /^response .* has a score that is not what its class and points were made of/,
    ],
    [
      'the rule of the scale',
      `UPDATE scale_rule SET rule = jsonb_set(rule, '{promoterFrom}', '8')`,
      /^response .* has a score that is not what its class/,
    ],
    [
      'the event that a leaf names',
      `UPDATE seal_leaf SET origin = gen_random_uuid() WHERE seal_id = 1 AND place = 0`,
      /^leaf of Rollup:.*: a leaf names another event/,
    ],
    [
      'when a seal was made',
      `UPDATE seal SET recorded_at = recorded_at - interval '1 hour' WHERE id = 1`,
      /^log of Rollup:.*: the seal 1 is not what was hashed, or is kept as one of another/,
    ],
    [
      'which mapping brought how many',
      `UPDATE rollup_mapping SET n = n + 1 WHERE bucket = (SELECT min(bucket) FROM rollup_mapping)`,
      /^Rollup:.* is accounted to other mappings/,
    ],
  ];
  it.each(cases)('are checked all the same: %s', async (_what, statement, reason) => {
    await database.behindTriggers(statement);
    await expectMismatch(reason);
  });

  it('are checked in a row of the audit log', async () => {
    await erase(database, personOf('a0@example.org'), BY);
    await late();
    await database.seal();
    expect((await database.verify(DAY)).verdict).toBe('RESTATED');
    const row = `action = 'leaves'`;
    await database.sql(`UPDATE audit_log SET actor_name = 'somebody' WHERE ${row}`);
    await expectMismatch(/^audit log: row 1 is not what was hashed/);
    await database.sql(`UPDATE audit_log SET actor_name = 'system' WHERE ${row}`);
    expect((await database.verify(DAY)).verdict).toBe('RESTATED');
    await database.sql(`DELETE FROM audit_log WHERE ${row}`);
    const found = await database.verify(DAY);
    expect(found).toMatchObject({ verdict: 'MISMATCH', reason: expect.stringMatching(/^(leaf|audit log)/) });
  });
});

describe('a restriction', () => {
  it('is reported, sealed or not, and reported when it is lifted', async () => {
    expect(await restrict(database, personOf('a0@example.org'), true)).toBe(1);
    const received = 'since it was first sealed: 1 restricted';
    expect(await database.verify(DAY)).toMatchObject({
      verdict: 'RESTATED',
      reason: `${received}; the newest of it is not sealed yet`,
      responses: 9,
    });
    expect(await database.seal()).toEqual({ sealed: 1, refused: [] });
    expect(await database.verify(DAY)).toMatchObject({ verdict: 'RESTATED', reason: received });
    expect(await restrict(database, personOf('a0@example.org'), false)).toBe(1);
    expect(await database.seal()).toEqual({ sealed: 1, refused: [] });
    expect(await database.verify(DAY)).toMatchObject({
      verdict: 'RESTATED',
      reason: 'since it was first sealed: 2 restricted',
      responses: 10,
    });
  });

  it('that was lifted before the seal changed nothing', async () => {
    await restrict(database, personOf('a0@example.org'), true);
    await restrict(database, personOf('a0@example.org'), false);
    expect(await database.seal()).toEqual({ sealed: 0, refused: [] });
    expect((await database.verify(DAY)).verdict).toBe('VERIFIED');
  });

  it('is none without a record of it', async () => {
    const id = await idOf('a0');
    await database.sql(`INSERT INTO restricted_response (id, subject_id, row)
      SELECT id, subject_id, to_jsonb(r) FROM response r WHERE id = '${id}'`);
    await database.sql(`DELETE FROM response WHERE id = '${id}'`);
    await expectMismatch(/^response .* is gone, and was neither erased nor replaced/);
    expect((await database.seal()).refused).toHaveLength(1);
  });

  it('does not let a response come back changed', async () => {
    await restrict(database, personOf('a0@example.org'), true);
    await database.seal();
    await database.sql(
      `UPDATE restricted_response SET row = row || '{"class": 2, "points": 1000, "score": 10}'::jsonb`,
    );
    await restrict(database, personOf('a0@example.org'), false);
    expect((await database.seal()).refused).toEqual([expect.stringMatching(/is not what was sealed/)]);
    await expectMismatch(/^response .* is not what was sealed/);
  });
});

describe('the checkpoint file', () => {
  it('is missed whatever the database says about where checkpoints are', async () => {
    await database.sql('UPDATE seal_head SET published = false');
    const text = readFileSync(database.checkpointFile, 'utf8');
    writeFileSync(database.checkpointFile, '');
    const later = { ...database.verifyDeps, now: () => Date.now() + 61_000 };
    const found = await verifyScore(later, EVERYTHING, nameOf(DAY));
    expect(found).toMatchObject({
      verdict: 'UNVERIFIABLE',
      reason: expect.stringMatching(/checkpoint file is not where/),
    });
    writeFileSync(database.checkpointFile, text);
    expect((await verifyScore(later, EVERYTHING, nameOf(DAY))).verdict).toBe('VERIFIED');
  });
});
