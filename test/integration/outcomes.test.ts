import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { outcomeId } from '../../domain/outcomes/outcome-id.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { placeHold, releaseHold } from '../../store/data-subjects/legal-hold.ts';
import { restrict } from '../../store/data-subjects/restriction.ts';
import { readSubjectAccessReport } from '../../store/data-subjects/subject-access.ts';
import { readOutcomes } from '../../store/outcomes/outcomes.ts';
import { storeOutcomes } from '../../store/outcomes/store-outcomes.ts';
import { readResponses } from '../../store/responses/responses.ts';
import { ageOut } from '../fixtures/age-out.ts';
import { narrowScope, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, eraseWhole, personOf } from '../fixtures/erasing.ts';
import { findInTables } from '../fixtures/needles.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const payment = (externalId: string, more: object = {}) => ({
  externalId,
  kind: 'PAYMENT',
  at: '2026-03-01T00:00:00Z',
  account: 'Acme',
  amount: 49.9,
  currency: 'EUR',
  segmentValues: { region: 'Peru' },
  ...more,
});
const stored = (externalId: string) =>
  database.sql<Record<string, unknown>>(`SELECT * FROM outcome WHERE id = '${outcomeId('api', externalId)}'`);
const shown = async (scope = EVERYTHING, more: object = {}) =>
  readOutcomes({ ...database, store: database.scopedReader.as(scope) }, scope, {
    ...{ segment: {}, from: null, to: null, kinds: null, first: 500, after: null },
    ...more,
  });
const one = async (externalId: string, scope = EVERYTHING) =>
  (await shown(scope)).find((outcome) => outcome.externalId === externalId);
const report = (given: string) => readSubjectAccessReport(database, personOf(given));

describe('outcomes that arrive', () => {
  it('are stored with pseudonyms, money in the smallest unit, and what names a person encrypted', async () => {
    const account = await database.submitOutcomes([
      payment('p1', { respondent: 'Ann@example.org' }),
      {
        externalId: 'o1',
        kind: 'OWNER_CHANGED',
        at: '2026-03-01T00:00:00Z',
        account: 'acme',
        owner: 'Zoe Owner',
      },
      {
        externalId: 'u1',
        kind: 'USAGE',
        at: '2026-03-01T00:00:00Z',
        account: 'ACME ',
        quantity: 12,
        name: 'reports',
      },
    ]);
    expect(account).toMatchObject({ accepted: 3, duplicates: 0, rejectedTotal: 0 });
    expect(await stored('p1')).toMatchObject([{ amount: 4990, currency: 'EUR', kind: 'PAYMENT' }]);
    expect(await one('p1')).toMatchObject({
      respondent: expect.stringMatching(/^p1_[0-9a-f]{32}$/),
      account: expect.stringMatching(/^a1_[0-9a-f]{32}$/),
    });
    const accounts = new Set((await shown()).map((outcome) => outcome.account));
    expect(accounts.size).toBe(1);
    expect(await one('o1')).toMatchObject({ owner: 'Zoe Owner' });
    for (const text of ['Zoe Owner', 'Ann@example.org', 'Acme', 'ann@example.org', 'acme'])
      expect(await findInTables(database.sql, [text]), text).toEqual([]);
  });

  it('are counted once, whichever the order; a newer revision stands', async () => {
    const by = (revision: number) => payment('r1', { amount: revision, revision });
    expect(await database.submitOutcomes([by(2), by(2)])).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(await database.submitOutcomes([by(1)])).toMatchObject({ rejected: [{ code: 'STALE' }] });
    expect(await database.submitOutcomes([by(3), by(1)])).toMatchObject({
      accepted: 1,
      notes: { CORRECTED: 1 },
      rejected: [{ index: 1, code: 'STALE' }],
    });
    expect(await one('r1')).toMatchObject({ amount: 300 });
    expect(await database.submitOutcomes([payment('r1', { amount: 9 })])).toMatchObject({
      rejected: [{ code: 'STALE', message: expect.stringContaining('revision') }],
    });
    const dated = payment('r1', { amount: 9, updatedAt: '2026-03-02T00:00:00Z' });
    expect(await database.submitOutcomes([dated])).toMatchObject({ rejected: [{ code: 'INCOMPARABLE' }] });
  });

  it('of every order of arrival leave the highest revision', async () => {
    const orders = [
      [1, 2, 3],
      [1, 3, 2],
      [2, 1, 3],
      [2, 3, 1],
      [3, 1, 2],
      [3, 2, 1],
    ];
    for (const [n, order] of orders.entries()) {
      for (const revision of order)
        await database.submitOutcomes([payment(`order ${n}`, { amount: revision, revision })]);
      expect(await one(`order ${n}`), String(order)).toMatchObject({ amount: 300 });
    }
  });

  it('without revisions: the later arrival stands, and what it replaced does not come back', async () => {
    await database.submitOutcomes([payment('s1', { amount: 1 })]);
    expect(await database.submitOutcomes([payment('s1', { amount: 2 })])).toMatchObject({ accepted: 1 });
    expect(await database.submitOutcomes([payment('s1', { amount: 1 })])).toMatchObject({
      rejected: [{ code: 'STALE' }],
    });
    expect(await one('s1')).toMatchObject({ amount: 200 });
  });

  it('of a batch that is tried again after a lost answer count as accepted, once', async () => {
    const row = {
      id: outcomeId('api', 'again'),
      ...{
        sourceId: 1,
        externalId: 'again',
        kind: 'PAYMENT' as const,
        at: new Date('2026-03-01'),
        revision: null,
      },
      ...{ cellId: 1, respondent: null, amount: 1, currency: 'EUR', quantity: null, name: null, owner: null },
      ...{ staff: null, ownerStaff: null, importId: null },
      account: { pseudonym: 'a1_x', lookups: ['1:x'] },
      ...{ contentHash: 'h', formerHashes: [], position: 'item 0', content: '{}', mayReplace: () => true },
    };
    const at = new Date('2026-04-01');
    for (const _try of ['first', 'second'])
      expect(await storeOutcomes(database, [row], at)).toMatchObject([{ acceptance: 'accepted' }]);
    expect(await storeOutcomes(database, [row], new Date('2026-04-02'))).toMatchObject([
      { acceptance: 'duplicate' },
    ]);
    expect(await stored('again')).toHaveLength(1);
    await database.sql(`DELETE FROM outcome WHERE external_id = 'again'`);
  });

  it('leave no key of a person that only refused items name', async () => {
    await database.submitOutcomes([payment('k1', { revision: 5 })]);
    const keys = () => database.sql('SELECT id FROM subject_key');
    const before = (await keys()).length;
    await database.submitOutcomes([payment('k1', { revision: 4, respondent: 'someone new' })]);
    expect((await keys()).length).toBe(before);
  });

  it('are refused one by one, with what would be right', async () => {
    const items: [unknown, string, RegExp][] = [
      ['no object', 'INVALID', /an outcome is an object/],
      [payment('x', { account: undefined }), 'MISSING', /^account: /],
      [payment('x', { account: ' \t' }), 'MISSING', /^account: /],
      [payment('x', { kind: 'WON' }), 'INVALID', /^kind: .*none of SUBSCRIPTION_STARTED/],
      [payment('x', { at: 'yesterday' }), 'INVALID_TIME', /^at: /],
      [payment('x', { at: '1800-01-01T00:00:00Z' }), 'INVALID_TIME', /before 1900/],
      [payment('x', { at: '2200-01-01T00:00:00Z' }), 'IN_THE_FUTURE', /^at: /],
      [payment('x', { amount: -5 }), 'INVALID', /negative.*REFUND/],
      [payment('x', { amount: 1e300 }), 'INVALID', /^amount: /],
      [payment('x', { amount: '12,50' }), 'INVALID', /^amount: /],
      [payment('x', { amount: 1.005 }), 'INVALID', /2 decimal places of EUR/],
      [payment('x', { amount: 1.5, currency: 'JPY' }), 'INVALID', /0 decimal places of JPY/],
      [payment('x', { amount: '999999999999999' }), 'INVALID', /larger than can be kept/],
      [payment('x', { amount: [1] }), 'INVALID', /^amount: /],
      [payment('x', { amount: null }), 'MISSING', /^amount: /],
      [payment('x', { currency: null }), 'MISSING', /^currency: /],
      [payment('x', { currency: 'EURO' }), 'INVALID', /^currency: /],
      [payment('x', { currency: '\ud800' }), 'INVALID', /^currency: /],
      [payment('x', { name: 'half \ud83d' }), 'INVALID', /^name: .*surrogate/],
      [payment('x', { account: 'half \ud83d' }), 'INVALID', /^account: .*surrogate/],
      [payment('x', { segmentValues: { region: '\udc00' } }), 'INVALID', /^region: .*surrogate/],
      [
        payment('x', { segmentValues: { planet: 'Mars' } }),
        'INVALID',
        /^segmentValues: "planet".*no such dimension/,
      ],
      [payment('x', { segmentValues: { region: 7 } }), 'INVALID', /^segmentValues.region: /],
      [payment('x', { region: 'Peru' }), 'INVALID', /"region": no such field/],
      [payment('x', { quantity: 3 }), 'INVALID', /^quantity: PAYMENT has none/],
      [payment('x', { owner: 'Zoe' }), 'INVALID', /^owner: PAYMENT has none/],
      [payment('x', { revision: -1 }), 'INVALID', /^revision: /],
      [payment('x', { revision: 1, updatedAt: '2026-01-01T00:00:00Z' }), 'INVALID', /^updatedAt, revision/],
      [payment(' ', {}), 'MISSING', /^externalId: /],
      [payment('x'.repeat(300)), 'TOO_LONG', /^externalId: /],
      [
        { externalId: 'x', kind: 'USAGE', at: '2026-03-01T00:00:00Z', account: 'a' },
        'MISSING',
        /^quantity: /,
      ],
      [
        { externalId: 'x', kind: 'USAGE', at: '2026-03-01T00:00:00Z', account: 'a', quantity: 1.5 },
        'INVALID',
        /^quantity: .*whole number/,
      ],
      [
        { externalId: 'x', kind: 'OWNER_CHANGED', at: '2026-03-01T00:00:00Z', respondent: 'a', owner: 'Zoe' },
        'MISSING',
        /^account: /,
      ],
    ];
    const before = (await database.sql('SELECT id FROM outcome')).length;
    const account = await database.submitOutcomes(items.map(([item]) => item));
    expect(account).toMatchObject({ accepted: 0, rejectedTotal: items.length });
    items.forEach(([, code, message], index) => {
      expect(account.rejected[index], String(index)).toMatchObject({ index, code });
      expect(account.rejected[index]?.message, String(index)).toMatch(message);
    });
    expect((await database.sql('SELECT id FROM outcome')).length).toBe(before);
  });

  it('are all accounted for, also ten thousand at once', async () => {
    const items = Array.from({ length: 10_000 }, (_, i) =>
      payment(`m${i % 9_000}`, { account: `many ${i % 7}` }),
    );
    items[17] = { ...(items[17] as ReturnType<typeof payment>), amount: -1 };
    const { accepted, duplicates, rejectedTotal } = await database.submitOutcomes(items);
    // Under an id that comes again the later one stands, and with the same content is a duplicate.
    expect(accepted + duplicates + rejectedTotal).toBe(10_000);
    expect(rejectedTotal).toBe(1);
    const [row] = await database.sql<{ n: number }>(
      `SELECT count(*)::integer AS n FROM outcome WHERE external_id LIKE 'm%'`,
    );
    expect(row?.n).toBe(9_000);
    await database.sql(`DELETE FROM outcome WHERE external_id LIKE 'm%'`);
  });

  it('of a source belong to the key that named it first', async () => {
    const other = {
      ...OWNER,
      id: 'other',
      scope: { ...EVERYTHING, allowsAll: (group: string) => group !== 'administer' },
    };
    await database.submitOutcomes([payment('f1', { source: 'crm' })]);
    expect(
      await database.submitOutcomes([payment('f1', { source: 'crm', amount: 1 })], other as never),
    ).toMatchObject({ rejected: [{ code: 'FORBIDDEN' }] });
    expect(await database.submitOutcomes([payment('f1', { source: 'crm' })], other as never)).toMatchObject({
      duplicates: 1,
    });
  });
});

describe('a response', () => {
  it('names its account, as a pseudonym', async () => {
    const response = {
      answeredAt: '2026-03-01T00:00:00Z',
      score: 9,
      respondent: 'ann@example.org',
      region: 'Peru',
    };
    await database.submit([{ externalId: 'ra', ...response, account: 'Acme' }]);
    const query = { segment: {}, from: null, to: null, first: 9, after: null };
    const [row] = await readResponses(database, EVERYTHING, query);
    expect(row?.account).toBe((await one('p1'))?.account);
    expect(row?.account).not.toBe(row?.respondent);
    expect(await database.submit([{ externalId: 'ra', ...response, account: 'acme' }])).toMatchObject({
      duplicates: 1,
    });
    expect(await database.submit([{ externalId: 'ra', ...response, account: 'other' }])).toMatchObject({
      accepted: 1,
    });
  });
});

describe('rights', () => {
  it('show outcomes to callers who may read the answers of the cell, and names to callers who may read respondents', async () => {
    const blind = narrowScope('blind', () => true, { withheld: ['readResponse'] });
    const far = narrowScope('far', ({ attributes }) => attributes['region'] !== 'Peru');
    const nameless = narrowScope('nameless', () => true, { withheld: ['readRespondent'] });
    expect(await shown(blind)).toEqual([]);
    expect((await shown(far)).map(({ externalId }) => externalId).sort()).toEqual(['o1', 'u1']);
    expect(await one('p1', nameless)).toMatchObject({ respondent: null, account: null, amount: 4990 });
    expect(await one('o1', nameless)).toMatchObject({ owner: null });
    expect((await shown(EVERYTHING, { kinds: ['USAGE'] })).map(({ externalId }) => externalId)).toEqual([
      'u1',
    ]);
  });

  it('of access list what became of the person, and of the account', async () => {
    expect((await report('ann@example.org'))?.outcomes).toMatchObject([
      { externalId: 'p1', amount: 49.9, item: expect.stringContaining('Ann@example.org') },
    ]);
    expect((await report('acme'))?.outcomes).toContainEqual(
      expect.objectContaining({ externalId: 'o1', owner: 'Zoe Owner' }),
    );
  });

  it('of restriction take outcomes out of everything that is read, also later ones, and back', async () => {
    await restrict(database, personOf('ann@example.org'), true);
    expect(await one('p1')).toBeUndefined();
    await database.submitOutcomes([payment('p2', { respondent: 'ann@example.org' })]);
    expect(await one('p2')).toBeUndefined();
    expect((await report('ann@example.org'))?.outcomes).toHaveLength(2);
    await restrict(database, personOf('acme'), true);
    await restrict(database, personOf('ann@example.org'), false);
    expect(await one('p1'), 'its account is still restricted').toBeUndefined();
    await restrict(database, personOf('acme'), false);
    expect(await one('p1')).toBeDefined();
    expect(await one('p2')).toBeDefined();
  });

  it('of erasure remove the outcomes of a person, and the account when nothing else names it', async () => {
    await database.submitOutcomes([payment('e1', { respondent: 'eve@example.org', account: 'only eve' })]);
    const [hold] = await placeHold(database, personOf('only eve'), BY);
    await database.submit([
      {
        externalId: 're',
        answeredAt: '2026-03-01T00:00:00Z',
        score: 1,
        respondent: 'eve@example.org',
        account: 'only eve',
      },
    ]);
    await releaseHold(database.store, hold ?? '', BY);
    const lookups = [...personOf('eve@example.org').lookups, ...personOf('only eve').lookups];
    await eraseWhole(database, personOf('eve@example.org'));
    expect(await stored('e1')).toEqual([]);
    expect(await findInTables(database.sql, lookups)).toEqual([]);
    expect(await findInTables(database.sql, [outcomeId('api', 'e1')])).toEqual([
      `${outcomeId('api', 'e1')} in public.gone_outcome`,
    ]);
    expect(await database.submitOutcomes([payment('e1')])).toMatchObject({ rejected: [{ code: 'ERASED' }] });
    expect(await stored('e1')).toEqual([]);
  });

  it('of erasure remove an account from what its persons keep', async () => {
    await database.submitOutcomes([
      payment('a1', { respondent: 'bo@example.org', account: 'leaving' }),
      payment('a2', { account: 'leaving' }),
    ]);
    await database.submit([
      {
        externalId: 'rb',
        answeredAt: '2026-03-01T00:00:00Z',
        score: 7,
        respondent: 'bo@example.org',
        account: 'leaving',
      },
    ]);
    expect(await erase(database, personOf('leaving'), BY)).toEqual({ known: true, holds: [] });
    expect(await stored('a2')).toEqual([]);
    expect(await stored('a1')).toMatchObject([{ account_id: null, sealed: null, amount: 4990 }]);
    expect(await database.sql(`SELECT account_id, score FROM response WHERE external_id = 'rb'`)).toEqual([
      { account_id: null, score: 7 },
    ]);
    await eraseWhole(database, personOf('leaving'));
    expect(await findInTables(database.sql, personOf('leaving').lookups)).toEqual([]);
    expect((await report('bo@example.org'))?.responses).toHaveLength(1);
  });

  it('of retention delete old outcomes, and keep what a hold keeps', async () => {
    await database.submitOutcomes([
      payment('old', { at: '2020-01-01T00:00:00Z', account: 'old account' }),
      payment('held', { at: '2020-01-01T00:00:00Z', account: 'held account' }),
    ]);
    const [hold] = await placeHold(database, personOf('held account'), BY);
    const cutoffs = { outcomes: new Date('2021-01-01') };
    expect(await ageOut(database, { outcomes: 'P1Y' }, cutoffs, Date.now())).toMatchObject({ outcomes: 1 });
    expect(await stored('old')).toEqual([]);
    expect(await stored('held')).toHaveLength(1);
    expect(await findInTables(database.sql, personOf('old account').lookups)).toEqual([]);
    expect(await database.submitOutcomes([payment('old')])).toMatchObject({ rejected: [{ code: 'ERASED' }] });
    await releaseHold(database.store, hold ?? '', BY);
    const items = { sourceEvents: new Date(Date.now() + 1_000) };
    await ageOut(database, { sourceEvents: 'P1D' }, items, Date.now());
    expect(await stored('held')).toMatchObject([{ sealed: null, amount: 4990 }]);
    expect(await one('held')).toMatchObject({ account: expect.stringMatching(/^a1_/) });
  });
});
