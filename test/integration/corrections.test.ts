import { expect, it } from 'vitest';
import { labelWeight } from '../../scoring/training-job.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { readLabelled } from '../../store/models/predictions.ts';
import { decideReview, disputeResponse, type Reviewer } from '../../store/reviews/decide-review.ts';
import { openTestDatabase } from '../fixtures/database.ts';

it('the reviewed class is the label, and weighs more than a number', async () => {
  const database = await openTestDatabase();
  const answeredAt = new Date(Date.now() - 60_000).toISOString();
  await database.submit([
    { externalId: 'number', answeredAt, score: 10, comment: 'It crashes all the time.' },
    { externalId: 'plain', answeredAt, score: 9, comment: 'We love it.' },
    { externalId: 'text', answeredAt, comment: 'It is neither good nor bad.' },
  ]);
  const labels = async () =>
    (await readLabelled(database, new Date(), 10))
      .map(({ comment, class: label, corrected }) => ({ comment, label, weight: labelWeight({ corrected }) }))
      .sort((a, b) => (a.comment < b.comment ? -1 : 1));
  expect(await labels()).toEqual([
    { comment: 'It crashes all the time.', label: 2, weight: 1 },
    { comment: 'We love it.', label: 2, weight: 1 },
  ]);
  // Of texts that are long the newest, as many as fit.
  const bytes = await database.sql<{ n: number }>(
    'SELECT octet_length(comment) AS n FROM response WHERE score IS NOT NULL',
  );
  const all = bytes.reduce((sum, { n }) => sum + n, 0);
  expect(await readLabelled(database, new Date(), 10, null, all)).toHaveLength(2);
  expect(await readLabelled(database, new Date(), 10, null, all - 1)).toHaveLength(1);
  const [first, last] = await database.sql<{ id: string }>(
    "SELECT id FROM response WHERE external_id IN ('number', 'text') ORDER BY external_id",
  );
  const by: Reviewer = {
    id: 'a',
    name: 'Ada',
    now: new Date(),
    note: async () => undefined,
    may: () => true,
  };
  for (const [response, label] of [
    [first, 0],
    [last, 1],
  ] as const) {
    const review = await disputeResponse(database.store, response?.id ?? '', 1, 'look', by);
    const verdict = { verdict: 'CORRECTED', class: label, reason: 'as it reads' } as const;
    await decideReview(database.store, review?.id ?? '', verdict, 1, by);
  }
  expect(await labels()).toEqual([
    { comment: 'It crashes all the time.', label: 0, weight: 3 },
    { comment: 'It is neither good nor bad.', label: 1, weight: 3 },
    { comment: 'We love it.', label: 2, weight: 1 },
  ]);
  // A corrected response is another text: what was decided of the old one goes, and the number counts again.
  const order = { actor: 'officer', reason: 'asked for it' };
  await rectify(database, first?.id ?? '', { comment: 'It never crashes.' }, order);
  expect((await labels())[0]).toEqual({ comment: 'It is neither good nor bad.', label: 1, weight: 3 });
  expect((await labels())[1]).toEqual({ comment: 'It never crashes.', label: 2, weight: 1 });
  await database.close();
});

it('neither an outvoted correction is a label, nor one that a later review overturned', async () => {
  const database = await openTestDatabase();
  const answeredAt = new Date(Date.now() - 60_000).toISOString();
  await database.submit([{ externalId: 'a', answeredAt, score: 10, comment: 'It crashes all the time.' }]);
  const [row] = await database.sql<{ id: string }>('SELECT id FROM response');
  let minute = 0;
  const review = async (...verdicts: readonly (0 | 1 | 2 | null)[]) => {
    const now = new Date(Date.now() + minute++ * 60_000);
    const of = (id: string): Reviewer => ({
      id,
      name: id,
      now,
      note: async () => undefined,
      may: () => true,
    });
    const queued = await disputeResponse(database.store, row?.id ?? '', 1, 'look', of('asks'));
    for (const [i, label] of verdicts.entries()) {
      const verdict = label === null ? ('CONFIRMED' as const) : ('CORRECTED' as const);
      await decideReview(
        database.store,
        queued?.id ?? '',
        { verdict, class: label, reason: 'as it reads' },
        2,
        of(`${i}`),
      );
    }
    const [labelled] = await readLabelled(database, new Date(), 10);
    return [labelled?.class, labelled?.corrected];
  };
  expect(await review(0, null, null)).toEqual([2, false]);
  expect(await review(0, 1, 0)).toEqual([0, true]);
  expect(await review(null, 1, null)).toEqual([2, false]);
  // An open review decides nothing yet.
  expect(await review(1)).toEqual([2, false]);
  await database.close();
});
