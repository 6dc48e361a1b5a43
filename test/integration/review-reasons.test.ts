import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { decideReview, disputeResponse, type Reviewer } from '../../store/reviews/decide-review.ts';
import { encryptReason, encryptReasons, openReason } from '../../store/reviews/review-reasons.ts';
import { readDecisions } from '../../store/reviews/reviews.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { eraseWhole, personOf } from '../fixtures/erasing.ts';
import { findInTables } from '../fixtures/needles.ts';

const QUOTE = 'she writes that Mrs Plainfield was rude';
let database: TestDatabase;
let responseId: string;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.submit([
    {
      externalId: 'a',
      respondent: 'ann',
      answeredAt: '2026-03-01T00:00:00Z',
      score: 9,
      comment: 'Mrs P. was rude',
    },
  ]);
  responseId = (await database.sql<{ id: string }>('SELECT id FROM response'))[0]?.id ?? '';
});
afterAll(() => database.close());

const by = (id: string, sealed = true): Reviewer => ({
  id,
  name: id,
  now: new Date('2026-03-02'),
  note: async () => undefined,
  may: () => true,
  ...(sealed ? { encrypt: (session, reason) => encryptReason(session, database.encryption, reason) } : {}),
});
const decide = (review: string, who: Reviewer) =>
  decideReview(
    database.store,
    review,
    { verdict: 'CORRECTED', class: 0, reason: `decided: ${QUOTE}` },
    3,
    who,
  );

it('reasons of reviewers are encrypted with the comment, reported to the person, and deleted with them', async () => {
  const queued = await disputeResponse(database.store, responseId, 1, `first: ${QUOTE}`, by('ada'));
  await disputeResponse(database.store, responseId, 1, `second: ${QUOTE}`, by('bob'));
  const review = queued?.id ?? '';
  await decide(review, by('cleo'));
  expect(await findInTables(database.sql, [QUOTE])).toEqual([]);
  const [row] = await database.sql<{ reason: string }>('SELECT reason FROM review');
  expect(await openReason(database, responseId, row?.reason ?? '')).toBe(`first: ${QUOTE}\nsecond: ${QUOTE}`);
  expect(await readSubjectAccessReport(database, personOf('ann'))).toMatchObject({
    responses: [
      {
        reviews: [
          {
            cause: 'DISPUTED',
            reason: `first: ${QUOTE}\nsecond: ${QUOTE}`,
            decisions: [
              { by: 'cleo', verdict: 'CORRECTED', class: 'DETRACTOR', reason: `decided: ${QUOTE}` },
            ],
          },
        ],
      },
    ],
  });
});

it('older reasons are encrypted at the start, and still cannot be changed', async () => {
  const [review] = await database.sql<{ id: string }>('SELECT id FROM review');
  await database.sql('UPDATE review SET reason = $1', [`third: ${QUOTE}`]);
  await decide(review?.id ?? '', by('dora', false));
  expect(await findInTables(database.sql, [QUOTE])).toHaveLength(2);
  await encryptReasons(database.store, database.encryption);
  expect(await findInTables(database.sql, [QUOTE])).toEqual([]);
  const opened = (await readDecisions(database.store, [review?.id ?? ''])).map(({ reason }) =>
    openReason(database, responseId, reason),
  );
  expect(await Promise.all(opened)).toEqual([`decided: ${QUOTE}`, `decided: ${QUOTE}`]);
  await expect(database.sql(`UPDATE review_decision SET reason = 'other'`)).rejects.toThrow();
  await eraseWhole(database, personOf('ann'));
  expect(await database.sql('SELECT id FROM review')).toEqual([]);
});

it('reasons are deleted with a comment that ages, not before it, and what was decided stays', async () => {
  const answer = { score: 9, comment: 'Mrs P. was rude' };
  await database.submit([
    { ...answer, externalId: 'old', respondent: 'bea', answeredAt: '2024-03-01T00:00:00Z' },
    { ...answer, externalId: 'new', respondent: 'bea', answeredAt: '2026-03-01T00:00:00Z' },
  ]);
  const idOf = async (name: string) =>
    (await database.sql<{ id: string }>('SELECT id FROM response WHERE external_id = $1', [name]))[0]?.id ??
    '';
  const ids = [await idOf('old'), await idOf('new')];
  for (const id of ids) {
    const queued = await disputeResponse(database.store, id, 1, `first: ${QUOTE}`, by('ada'));
    await decide(queued?.id ?? '', by('cleo'));
  }
  const cutoffs = { comments: new Date('2025-01-01') };
  expect(await ageOut(database, { comments: 'P1Y' }, cutoffs, Date.now())).toMatchObject({ comments: 1 });
  const kept = async (id: string) => {
    const [row] = await database.sql<{ id: string; reason: string | null }>(
      'SELECT id, reason FROM review WHERE response_id = $1',
      [id],
    );
    const decisions = await readDecisions(database.store, [row?.id ?? '']);
    return {
      reason: row?.reason ? await openReason(database, id, row.reason) : null,
      decisions: await Promise.all(
        decisions.map(async ({ actorName, verdict, reason }) => [
          actorName,
          verdict,
          await openReason(database, id, reason),
        ]),
      ),
    };
  };
  expect(await kept(ids[0] ?? '')).toEqual({ reason: null, decisions: [['cleo', 'CORRECTED', '']] });
  const whole = { reason: `first: ${QUOTE}`, decisions: [['cleo', 'CORRECTED', `decided: ${QUOTE}`]] };
  expect(await kept(ids[1] ?? '')).toEqual(whole);
  // Another reason stands alone, and the start encrypts nothing.
  await disputeResponse(database.store, ids[0] ?? '', 1, 'the class alone', by('ada'));
  await encryptReasons(database.store, database.encryption);
  expect((await kept(ids[0] ?? '')).reason).toBe('the class alone');
  expect(await readSubjectAccessReport(database, personOf('bea'))).not.toBeNull();
});
