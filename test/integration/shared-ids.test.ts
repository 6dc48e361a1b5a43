import { afterAll, beforeAll, expect, it } from 'vitest';
import { erase } from '../../store/data-subjects/erase.ts';
import { listErasures, pendingErasures } from '../../store/data-subjects/erasures.ts';
import { placeHold } from '../../store/data-subjects/legal-hold.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { noteMembers } from '../../store/models/model-provenance.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, checkOnce, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/** One externalId, answered by one person first and later by another. */

let database: TestDatabase;
const answer = (externalId: string, respondent: string, answeredAt: string) => ({
  externalId,
  respondent,
  answeredAt,
  score: 9,
  comment: `words of ${respondent}`,
});
const FIRST = '2026-03-01T00:00:00Z';
const LATER = '2026-03-02T00:00:00Z';
const count = async (from: string) =>
  (await database.sql<{ n: number }>(`SELECT count(*)::integer AS n FROM ${from}`))[0]?.n;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

it('each gets a report of, and loses, what they sent themselves', async () => {
  await database.submit([answer('a', 'ann', FIRST)]);
  const [row] = await database.sql<{ id: string }>('SELECT id FROM response');
  await database.sql(
    `INSERT INTO training_set (hash, head, examples, description, until) VALUES ('set', 'nps', 1, 'd', now())`,
  );
  await noteMembers(database.store, 'set', [row?.id ?? '']);
  await database.submit([answer('a', 'ben', LATER)]);
  const ben = await readSubjectAccessReport(database, personOf('ben'));
  expect(JSON.stringify(ben)).not.toContain('words of ann');
  expect(ben).toMatchObject({ responses: [{ events: [{ content: expect.stringContaining('ben') }] }] });
  expect(await readSubjectAccessReport(database, personOf('ann'))).toMatchObject({
    responses: [],
    otherEvents: [{ content: expect.stringContaining('words of ann') }],
  });
  // Hers goes with her, and a model that learnt from it is named; his stays.
  await eraseWhole(database, personOf('ann'));
  expect(await listErasures(database.store, null, 1)).toMatchObject([
    { responses: 0, trainingSets: ['set'] },
  ]);
  expect(await count('source_event')).toBe(1);
  expect(await readSubjectAccessReport(database, personOf('ben'))).toEqual(ben);
});

it('an erasure leaves what another person has sent under the same id, and the check looks for what is of the person', async () => {
  await database.submit([answer('b', 'cat', FIRST)]);
  await database.submit([answer('b', 'dan', LATER)]);
  await placeHold(database, personOf('cat'), BY);
  const [cat] = await database.sql<{ id: string; subject: string }>(
    `SELECT e.id, e.subject_id AS subject FROM source_event e JOIN legal_hold h ON h.subject_id = e.subject_id`,
  );
  await erase(database, personOf('dan'), BY);
  const [pending] = await pendingErasures(database.store, personOf('dan'));
  if (!pending) throw new Error('no erasure is pending');
  await database.sql(
    `UPDATE source_event SET subject_id = '${pending.subjectIds[0]}' WHERE id = '${cat?.id}'`,
  );
  expect(await checkOnce(database, personOf('dan'))).toEqual(['record: 1 source events']);
  await database.sql(`UPDATE source_event SET subject_id = '${cat?.subject}' WHERE id = '${cat?.id}'`);
  expect(await checkOnce(database, personOf('dan'))).not.toContain('record: 1 source events');
  expect(await readSubjectAccessReport(database, personOf('cat'))).toMatchObject({
    otherEvents: [{ content: expect.stringContaining('words of cat') }],
  });
});

it('restricted content is replaced, and lifting restores nothing that belongs to another person by now', async () => {
  await database.submit([answer('c', 'eve', FIRST), answer('d', 'eve', FIRST)]);
  expect(await restrict(database, personOf('eve'), true)).toBe(2);
  await database.submit([answer('c', 'fay', LATER)]);
  expect(await count('restricted_response')).toBe(1);
  // As such rows stand in records from before.
  await database.sql(`INSERT INTO restricted_response SELECT r.id, s.subject_id, to_jsonb(r) FROM response r, restricted_response s
    WHERE r.external_id = 'c'`);
  expect(await restrict(database, personOf('eve'), false)).toBe(1);
  expect(await count(`response WHERE external_id = 'c'`)).toBe(1);
  expect(await count('restricted_response')).toBe(0);
  await expectRollupsToEqualRecount(database);
});
