import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalText } from '../../domain/seals/seal.ts';
import { eraseWhole, personOf } from '../fixtures/erasing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';
import { HOUR_MS, openSealedDatabase, type SealedDatabase } from '../fixtures/sealed-database.ts';

const DAY_MS = 24 * HOUR_MS;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 5 * DAY_MS;
const DAY = { from: BASE, until: BASE + DAY_MS };

let database: SealedDatabase;
beforeAll(async () => {
  database = await openSealedDatabase();
});
afterAll(() => database?.close());

it('the erasure of an account leaves what its persons answered, what models read in it, and its proofs', async () => {
  await database.submit(
    Array.from({ length: 12 }, (_, i) => ({
      externalId: `a${i}`,
      respondent: `p${i}@example.org`,
      answeredAt: new Date(BASE + i * 600_000).toISOString(),
      score: i % 11,
      comment: 'words',
      account: i % 2 === 0 ? 'leaving' : 'staying',
    })),
  );
  const confusion = [
    [8, 1, 1],
    [1, 8, 1],
    [1, 1, 8],
  ];
  const artefact = { confusion };
  await database.sql(
    `INSERT INTO model_version (id, label, key, stage, artefact) VALUES (7, 'made up', $2, 'RETIRED', $1)`,
    [JSON.stringify(artefact), hash('sha256', canonicalText(artefact))],
  );
  await database.sql(`INSERT INTO prediction (response_id, answered_at, cell_id, model_version_id, mapping_version_id, surveyed,
      class, detractor, passive, promoter, sentiment, negative, neutral, positive, themes, uncertainty, features_hash, predicted_at)
    SELECT id, answered_at, cell_id, 7, mapping_version_id, true, 2, 100000, 200000, 700000, 2, 0, 0, 1000000, '{}', 0, 'f', now()
    FROM response`);
  await database.seal();
  const scores = [DAY, { ...DAY, basis: 'INFERRED' as const, model: 7 }];
  for (const score of scores) expect((await database.verify(score)).verdict).toBe('VERIFIED');
  await eraseWhole(database, personOf('leaving'));
  const [left] = await database.sql<{ accounts: number; read: number }>(
    `SELECT count(account_id)::integer AS accounts, (SELECT count(*)::integer FROM prediction) AS read FROM response`,
  );
  expect(left).toEqual({ accounts: 6, read: 12 });
  for (const score of scores)
    expect(await database.verify(score)).toMatchObject({ verdict: 'VERIFIED', responses: 12 });
  await expectRollupsToEqualRecount(database);
});
