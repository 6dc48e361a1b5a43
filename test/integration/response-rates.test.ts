import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type Scope } from '../../domain/access/scope.ts';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { acceptInvitations } from '../../ingestion/changes/accept-invitations.ts';
import { createInvitationReader } from '../../ingestion/changes/read-invitation.ts';
import { OWNER, type Submitter } from '../../ingestion/pipeline/submitter.ts';
import { readResponseRates } from '../../store/scores/response-rates.ts';
import { DIMENSIONS, narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* Invitations: stored once by source and id, corrected by what is newer; rates of the cells whose responses a caller reads. */

const DAY_MS = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const at = (days: number) => new Date(TODAY - days * DAY_MS).toISOString();
const day = (days: number) => at(days).slice(0, 10);
const range = { from: TODAY - 10 * DAY_MS, until: TODAY };
const inGermany = (cell: { attributes: Readonly<Record<string, string>> }) =>
  cell.attributes.region === 'Germany';
const germany = narrowScope('rates germany', inGermany);
const scoresOnly = narrowScope('rates scores', inGermany, { withheld: ['readResponse'], smallestCount: 5 });

let database: TestDatabase;
const read = createInvitationReader(DIMENSIONS);
const accept = (items: readonly object[], submitter: Submitter = OWNER) =>
  acceptInvitations(
    {
      store: database.store,
      cells: database.cells,
      dimensions: DIMENSIONS,
      cellLimits: DEFAULT_CELL_LIMITS,
      now: () => TODAY,
      warn: () => undefined,
    },
    submitter,
    read,
    items,
  );
const rates = (scope: Scope, more: object = {}, store = database.scopedReader.as(scope)) =>
  readResponseRates({ store, cells: database.cells, now: () => TODAY }, scope, {
    ...{ segment: {}, range, by: ['region'], confidence: 0.95 },
    ...more,
  });

beforeAll(async () => {
  database = await openTestDatabase(() => TODAY);
  const answers = (region: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      externalId: `${region} ${i}`,
      answeredAt: at(2),
      score: i % 11,
      region,
    }));
  await database.submit([...answers('Germany', 15), ...answers('Japan', 30), ...answers('Chile', 3)]);
  expect(
    await accept([
      { externalId: 'g', day: day(3), invited: 20, region: 'Germany' },
      { externalId: 'j1', day: day(3), invited: 99, region: 'Japan' },
      { externalId: 'j2', sentAt: at(3), region: 'Japan' },
      { externalId: 'p', day: day(3), invited: 40, region: 'Peru' },
      { externalId: 'old', day: day(40), invited: 1000, region: 'Japan' },
    ]),
  ).toMatchObject({ accepted: 5, rejectedTotal: 0 });
});
afterAll(() => database?.close());

describe('response rates', () => {
  it('count invitations and answers of the window by group, with Wilson intervals and weights', async () => {
    const rows = await rates(EVERYTHING);
    expect(rows.map(({ group, invited, answered }) => [group.region, invited, answered])).toEqual([
      ['Chile', 0, 3],
      ['Germany', 20, 15],
      ['Japan', 100, 30],
      ['Peru', 40, 0],
    ]);
    const [chile, german, japan, peru] = rows;
    // 15 of 20 at 95 %: Wilson's interval is .531 to .888.
    expect([german?.rate, german?.low, german?.high]).toEqual([
      0.75,
      expect.closeTo(0.531, 3),
      expect.closeTo(0.888, 3),
    ]);
    expect(chile).toMatchObject({ rate: null, low: null, high: null, weight: null });
    expect(peru).toMatchObject({ rate: 0, weight: null });
    // Shares of 160 invitations over shares of 48 answers.
    expect(german?.weight).toBeCloseTo(20 / 160 / (15 / 48), 12);
    expect(japan?.weight).toBeCloseTo(100 / 160 / (30 / 48), 12);
    const [whole] = await rates(EVERYTHING, { by: [], segment: { region: ['Germany', 'Japan'] } });
    expect(whole).toMatchObject({ group: {}, invited: 120, answered: 45, rate: 0.375, weight: 1 });
    expect(await rates(EVERYTHING, { range: { from: 0, until: DAY_MS } })).toEqual([]);
  });

  it('are of cells whose responses the scope reads, by the program and by the views alone', async () => {
    const seen = [{ group: { region: 'Germany' }, invited: 20, answered: 15, weight: 1 }];
    expect(await rates(germany)).toMatchObject(seen);
    expect(await rates(germany, {}, database.store)).toMatchObject(seen);
    expect(await rates(scoresOnly)).toEqual([]);
    expect(await rates(scoresOnly, {}, database.store)).toEqual([]);
    const count = async (scope: Scope) =>
      (
        await database.scopedReader
          .as(scope)
          .rows<{ n: number }>({ name: '', text: 'SELECT sum(invited)::integer AS n FROM invitation' }, [])
      )[0]?.n;
    expect([await count(EVERYTHING), await count(germany), await count(scoresOnly)]).toEqual([
      1160,
      20,
      null,
    ]);
  });
});

describe('invitations', () => {
  it('are corrected by what is newer, also into another cell', async () => {
    const item = (more: object) => ({ externalId: 'c', day: day(5), region: 'Kenya', ...more });
    const kenya = async () =>
      (await rates(EVERYTHING, { segment: { region: ['Kenya', 'Ghana'] } })).map(({ group, invited }) => [
        group.region,
        invited,
      ]);
    expect(await accept([item({ invited: 5 }), item({ invited: 5 })])).toMatchObject({
      accepted: 1,
      duplicates: 1,
    });
    expect(await accept([item({ invited: 7 })])).toMatchObject({ accepted: 1 });
    expect((await accept([item({ invited: 5 })])).rejected[0]?.code).toBe('STALE');
    expect(await kenya()).toEqual([['Kenya', 7]]);
    expect(await accept([item({ invited: 5, revision: 1, region: 'Ghana' })])).toMatchObject({ accepted: 1 });
    expect(await kenya()).toEqual([['Ghana', 5]]);
    expect(await accept([item({ invited: 0, revision: 2, region: 'Ghana' })])).toMatchObject({ accepted: 1 });
    expect(await kenya()).toEqual([]);
  });

  it('are sent for cells that a key may submit to, and corrected by the sender of their source', async () => {
    const german: Submitter = { id: 'german', scope: germany, sources: null };
    const sent = { externalId: 's', source: 'mailer', day: day(5), invited: 3, region: 'Germany' };
    const { accepted, rejected } = await accept(
      [sent, { ...sent, externalId: 't', region: 'Japan' }],
      german,
    );
    expect([accepted, rejected.map(({ index, code }) => [index, code])]).toEqual([1, [[1, 'FORBIDDEN']]]);
    const other = { ...german, id: 'other' };
    const changed = { ...sent, invited: 4 };
    expect((await accept([changed], other)).rejected[0]?.code).toBe('FORBIDDEN');
    expect((await accept([changed], { ...other, sources: ['web'] })).rejected[0]?.code).toBe('FORBIDDEN');
    expect((await accept([changed], { ...other, sources: ['mailer'] })).accepted).toBe(1);
  });

  it.each([
    [{ sentAt: undefined }, 'INVALID', 'sentAt, day: an invitation has a time'],
    [{ day: '2026-03-31' }, 'INVALID', 'sentAt, day: an invitation has a time'],
    [{ sentAt: null, day: '31.03.2026' }, 'INVALID_TIME', 'day: "31.03.2026" is not a day such as'],
    [{ sentAt: null, day: '2026-02-30' }, 'INVALID_TIME', 'day: '],
    [{ sentAt: 'today' }, 'INVALID_TIME', 'sentAt: "today" is not RFC 3339'],
    [{ sentAt: at(-3) }, 'IN_THE_FUTURE', 'sentAt: is more than a day ahead'],
    [{ invited: -1 }, 'INVALID', 'invited: -1 is not a whole number from 0 to 1,000,000,000'],
    [{ invited: 2e9 }, 'INVALID', 'invited: 2000000000 is not a whole number'],
    [{ invited: 1.5 }, 'INVALID', 'invited: 1.5 is not a whole number'],
    [{ region: 5 }, 'INVALID', 'region: 5 is not a text'],
    [{ respondent: 'jane' }, 'INVALID', '"respondent": no such field'],
    [{ externalId: undefined }, 'MISSING', 'externalId: is missing'],
    [{ revision: 0.5 }, 'INVALID', 'revision: 0.5 is not a whole number from 0 to 2^53 - 1'],
  ])('are refused with the field and what would be right: %#', async (more, code, says) => {
    const { rejected } = await accept([{ externalId: 'x', sentAt: at(3), ...more }]);
    expect(rejected).toMatchObject([{ code, message: expect.stringContaining(says) }]);
  });
});

describe('how many began to answer', () => {
  it('is stored, corrected and divided by, and is never more than were invited', async () => {
    const item = { externalId: 'began', day: day(3), invited: 50, region: 'Kenya' };
    await accept([item]);
    const { accepted, duplicates } = await accept([item, { ...item, started: 20, revision: 1 }]);
    expect([accepted, duplicates]).toEqual([1, 1]);
    await database.submit([{ externalId: 'Kenya', answeredAt: at(2), score: 9, region: 'Kenya' }]);
    const kenya = async () => (await rates(EVERYTHING)).find(({ group }) => group.region === 'Kenya');
    expect(await kenya()).toMatchObject({ invited: 50, started: 20, answered: 1, abandonment: 0.95 });
    expect(await accept([{ ...item, started: 51, revision: 2 }])).toMatchObject({
      accepted: 0,
      rejected: [{ message: expect.stringContaining('started: 51 is more than the 50') }],
    });
    // Of one invitation it is not known.
    await accept([{ externalId: 'unknown', day: day(3), invited: 5, region: 'Kenya' }]);
    expect(await kenya()).toMatchObject({ invited: 55, started: null, abandonment: null });
  });
});
