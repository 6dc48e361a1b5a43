import { afterAll, beforeAll, expect, it } from 'vitest';
import { decrypt } from '../../domain/privacy/aes-gcm.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { MOST_ANSWERS } from '../../store/encryption/shared-key.ts';
import { readScorable } from '../../store/models/predictions.ts';
import { encryptReason, openReason } from '../../store/reviews/review-reasons.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { openTestDatabase, type TestDatabase, testEncryption } from '../fixtures/database.ts';
import { BY, checkOnce, eraseWhole, subjectBehind } from '../fixtures/erasing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const answer = (externalId: string, more: object = {}) => ({
  externalId,
  answeredAt: '2026-03-01T00:00:00Z',
  score: 9,
  comment: `words of ${externalId}`,
  region: 'Peru',
  ...more,
});
const many = (name: string, n: number) => Array.from({ length: n }, (_, i) => answer(`${name}${i}`));
const idOf = async (externalId: string) =>
  (await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id = '${externalId}'`))[0]
    ?.id ?? '';
const count = async (from: string) =>
  (await database.sql<{ n: number }>(`SELECT count(*)::integer AS n FROM ${from}`))[0]?.n ?? 0;
const keyOf = async (externalId: string) =>
  (
    await database.sql<{ id: string; shared: boolean }>(
      `SELECT s.id, s.shared FROM response r JOIN response_key k ON k.id = r.id JOIN subject_key s ON s.id = k.subject_id
       WHERE r.external_id = '${externalId}'`,
    )
  )[0];
/** What is read of the responses of that name, by a process that has no key in memory. */
async function wordsOf(like: string): Promise<string[]> {
  const encryption = await testEncryption(database.store);
  const rows = await database.sql<{ id: string }>(`SELECT id FROM response WHERE external_id LIKE '${like}'`);
  const read = await readScorable(
    { store: database.store, encryption },
    rows.map(({ id }) => id),
  );
  return read.map(({ comment }) => comment).sort();
}

it('responses without an identifier share a key, and each is read as before', async () => {
  const before = await count('subject_key');
  for (let i = 0; i < 5; i++) await database.submit(many(`one${i}-`, 50));
  expect((await count('subject_key')) - before).toBeLessThanOrEqual(250 / MOST_ANSWERS + 1);
  expect(await wordsOf('one%')).toHaveLength(250);
  // A person with an identifier has a key of their own, as before.
  await database.submit([answer('named', { respondent: 'ann@example.org' })]);
  expect(await keyOf('named')).toMatchObject({ shared: false });
});

it('a key takes a bounded number of responses', async () => {
  await database.submit(many('full', 2 * MOST_ANSWERS + 10));
  const [fullest] = await database.sql<{ n: number }>(
    'SELECT count(*)::integer AS n FROM response_key k JOIN subject_key s ON s.id = k.subject_id AND s.shared GROUP BY s.id ORDER BY 1 DESC LIMIT 1',
  );
  expect(fullest?.n).toBe(MOST_ANSWERS);
});

it('an erasure of one response leaves no key that decrypts it, and the others stay readable', async () => {
  await database.submit(many('gone', 20));
  const id = await idOf('gone3');
  const shared = await keyOf('gone3');
  expect(shared).toMatchObject({ shared: true });
  // An earlier copy: the encrypted item and the comment, as dead rows and exports hold them.
  const [copy] = await database.sql<{ event: string; sealed: Uint8Array }>(
    `SELECT id AS event, sealed FROM source_event WHERE response_id = '${id}'`,
  );
  const others = (await wordsOf('gone%')).filter((words) => words !== 'words of gone3');
  await eraseWhole(database, subjectBehind(id));
  expect(await wordsOf('gone%')).toEqual(others);
  expect(await count(`subject_key WHERE id IN ('${shared?.id}', '${id}')`)).toBe(0);
  // No key that is stored now opens the copy.
  const encryption = await testEncryption(database.store);
  const rows = await database.sql<{ id: string }>('SELECT id FROM subject_key');
  const keys = await encryption.subjects(rows.map((row) => row.id));
  const opens = [...keys.values()].filter(({ key }) => {
    try {
      const context = {
        tenant: encryption.tenant,
        subject: shared?.id ?? '',
        field: 'event',
        row: copy?.event ?? '',
      };
      return decrypt(key, context, copy?.sealed ?? '');
    } catch {
      return false;
    }
  });
  expect(opens).toEqual([]);
  // The process that encrypted them continues with another key, and does not restore the destroyed one.
  await database.submit([answer('after-gone')]);
  expect((await keyOf('after-gone'))?.id).not.toBe(shared?.id);
  expect(await count(`subject_key WHERE id = '${shared?.id}'`)).toBe(0);
  expect(await database.submit([answer('gone3')])).toMatchObject({ accepted: 0 });
  await expectRollupsToEqualRecount(database);
});

it('a right over one response gives it a key of its own and touches no other', async () => {
  await database.submit(many('right', 10));
  const [first, second, third] = [await idOf('right1'), await idOf('right2'), await idOf('right3')];
  const shared = await keyOf('right5');
  expect((await readSubjectAccessReport(database, subjectBehind(first)))?.responses).toMatchObject([
    {
      externalId: 'right1',
      comment: 'words of right1',
      events: [{ content: expect.stringContaining('right1') }],
    },
  ]);
  expect(await restrict(database, subjectBehind(second), true)).toBe(1);
  const [hold = ''] = await placeHold(database, subjectBehind(third), BY);
  expect([await keyOf('right1'), await keyOf('right3')]).toEqual([
    { id: first, shared: false },
    { id: third, shared: false },
  ]);
  expect(await keyOf('right5')).toEqual(shared);
  expect((await erase(database, subjectBehind(third), BY)).holds).toHaveLength(1);
  await releaseHold(database.store, hold, BY);
  expect(await restrict(database, subjectBehind(second), false)).toBe(1);
  expect(await wordsOf('right%')).toHaveLength(10);
  // What comes again under the same id is still theirs.
  await database.submit([answer('right2', { score: 3, answeredAt: '2026-03-02T00:00:00Z' })]);
  expect(await keyOf('right2')).toEqual({ id: second, shared: false });
  await expectRollupsToEqualRecount(database);
});

it('repeated and corrected content is reported in full, and deleted with the response', async () => {
  await database.submit([answer('twice')]);
  await database.submit([
    ...many('between', MOST_ANSWERS),
    answer('twice', { score: 2, answeredAt: '2026-03-02T00:00:00Z' }),
  ]);
  const id = await idOf('twice');
  expect(await rectify(database, id, { comment: 'corrected words' }, BY)).toBe(true);
  expect(await wordsOf('twice')).toEqual(['corrected words']);
  const held = await readSubjectAccessReport(database, subjectBehind(id));
  expect(held?.responses).toMatchObject([{ comment: 'corrected words' }]);
  expect(held?.responses).toMatchObject([{ events: [{}, {}, {}] }]);
  await eraseWhole(database, subjectBehind(id));
  expect(await count(`source_event WHERE response_id = '${id}'`)).toBe(0);
  expect(await wordsOf('between%')).toHaveLength(MOST_ANSWERS);
});

it('reasons in reviews of the responses move to the new key', async () => {
  await database.submit(many('review', 3));
  const [one, other] = [await idOf('review0'), await idOf('review1')];
  for (const id of [one, other])
    await database.store.transaction(async (session) => {
      const reason = await encryptReason(session, database.encryption, {
        responseId: id,
        reason: `said of ${id}`,
        isNew: true,
      });
      await session.rows(
        {
          name: '',
          text: `INSERT INTO review (id, response_id, answered_at, cell_id, cause, reason, model_version_id, queued_at)
            SELECT gen_random_uuid(), r.id, r.answered_at, r.cell_id, 'DISPUTED', $2, 0, now() FROM response r WHERE r.id = $1`,
        },
        [id, reason],
      );
    });
  await eraseWhole(database, subjectBehind(one));
  const encryption = await testEncryption(database.store);
  const [row] = await database.sql<{ reason: string }>(
    `SELECT reason FROM review WHERE response_id = '${other}'`,
  );
  expect(await openReason({ store: database.store, encryption }, other, row?.reason ?? '')).toBe(
    `said of ${other}`,
  );
});

it('concurrent erasures, responses and readers lose nothing', async () => {
  await database.submit(many('race', 60));
  const victims = await Promise.all(Array.from({ length: 12 }, (_, i) => idOf(`race${i * 5}`)));
  await Promise.all([
    ...victims.map((id) => erase(database, subjectBehind(id), BY)),
    ...Array.from({ length: 6 }, (_, i) => database.submit(many(`racing${i}-`, 20))),
    ...Array.from({ length: 6 }, (_, i) =>
      database.submit([answer(`race${i * 7 + 1}`, { score: 1, answeredAt: '2026-03-02T00:00:00Z' })]),
    ),
  ]);
  for (const id of victims) await checkOnce(database, subjectBehind(id));
  expect(await wordsOf('race_')).toHaveLength(8);
  expect(await wordsOf('race%')).toHaveLength(60 - victims.length);
  expect(await wordsOf('racing%')).toHaveLength(120);
  expect(
    await count(
      'response_key k WHERE k.subject_id IS NOT NULL AND NOT EXISTS (SELECT FROM subject_key s WHERE s.id = k.subject_id)',
    ),
  ).toBe(0);
  expect(
    await count(
      'source_event e WHERE e.sealed IS NOT NULL AND NOT EXISTS (SELECT FROM subject_key s WHERE s.id = e.subject_id)',
    ),
  ).toBe(0);
  await expectRollupsToEqualRecount(database);
});

it('a key is deleted with the last of its responses', async () => {
  const before = await count('subject_key WHERE shared');
  const cutoffs = { responses: new Date('2100-01-01'), sourceEvents: new Date('2100-01-01') };
  await ageOut(database, { responses: 'P1D', sourceEvents: 'P1D' }, cutoffs, Date.now());
  expect(before).toBeGreaterThan(0);
  expect(await count('subject_key WHERE shared')).toBe(0);
  // And one that is gone from the database is not used again.
  await database.submit([answer('afterwards')]);
  expect(await wordsOf('afterwards')).toEqual(['words of afterwards']);
});
