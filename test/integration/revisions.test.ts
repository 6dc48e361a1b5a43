import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptFileRows } from '../../ingestion/files/accept-file-rows.ts';
import { parseFileMap } from '../../ingestion/files/map/file-map.ts';
import { readRows } from '../../ingestion/files/read/read-rows.ts';
import type { Outcome } from '../../ingestion/pipeline/outcome.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { rectify } from '../../store/data-subjects/rectify.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY } from '../fixtures/erasing.ts';
import { expectRollupsToEqualRecount } from '../fixtures/recount.ts';

/* Which delivery of an answer stands: by its revision, by its time of answering, by the order of arrival. */

const CASES = new URL('../fixtures/cases/', import.meta.url).pathname;
const MAP = JSON.parse(readFileSync(`${CASES}05-edited.map.json`, 'utf8')) as Record<string, unknown>;
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

/** Reads a file of the cases under a map, row by row as an import does. */
async function importFile(name: string, changes: object = {}): Promise<Outcome[]> {
  const map = parseFileMap({ ...MAP, ...changes }, DIMENSIONS);
  const rows = [];
  for await (const row of (await readRows(`${CASES}${name}`)).rows) if ('values' in row) rows.push(row);
  return acceptFileRows(database.ingestor, OWNER, { map, file: name, rows });
}
const received = (outcomes: readonly Outcome[]) =>
  outcomes.map((one) => (one.status === 'rejected' ? one.code : one.status));
const answers = (source: string) =>
  database.sql<{ id: string; at: string; score: number | null; said: boolean; survey: string }>(
    `SELECT r.external_id AS id, r.answered_at AS at, r.score, r.comment IS NOT NULL AS said, v.version AS survey
      FROM response r JOIN mapping_version m ON m.id = r.mapping_version_id JOIN source s ON s.id = m.source_id
        JOIN survey_version v ON v.id = m.survey_version_id WHERE s.name = $1 ORDER BY 1`,
    [source],
  );
let next = 0;
/** An id of its own for each test, with a delivery of it. */
function answer() {
  const externalId = `one ${next++}`;
  return (given: object = {}) => ({
    externalId,
    source: 'revised',
    answeredAt: '2026-11-01T10:00:00Z',
    score: 3,
    ...given,
  });
}
const submit = async (...items: readonly object[]) => {
  const account = await database.submit(items);
  const codes = new Map(account.rejected.map(({ index, code }) => [index, code as string]));
  const corrected = account.notes?.CORRECTED ?? 0;
  return { taken: account.accepted, duplicates: account.duplicates, corrected, codes: [...codes.values()] };
};
const scoreOf = async (externalId: string) => {
  const [row] = await database.sql<{ score: number | null; at: Date }>(
    'SELECT score, answered_at AS at FROM response WHERE external_id = $1',
    [externalId],
  );
  return row?.score;
};
const TAKEN = { taken: 1, duplicates: 0, codes: [] };
const DUPLICATE = { taken: 0, duplicates: 1, codes: [] };
const STALE = { taken: 0, duplicates: 0, codes: ['STALE'] };

describe('an edited export', () => {
  it('brings changed responses as corrections, which keep their place in time', async () => {
    expect(received(await importFile('05-edited-1.csv'))).toEqual(['accepted', 'accepted']);
    const before = await answers('case-05');
    const outcomes = await importFile('05-edited-2.csv');
    expect(outcomes).toEqual([
      { status: 'accepted', notes: ['CORRECTED'] },
      { status: 'accepted', notes: ['CORRECTED'] },
    ]);
    const after = await answers('case-05');
    expect(after.map(({ at }) => at)).toEqual(before.map(({ at }) => at));
    expect(after.map(({ score, said }) => [score, said])).toEqual([
      [3, true],
      [6, true],
    ]);
    // A retry, and the old export again: something newer stands.
    expect(received(await importFile('05-edited-2.csv'))).toEqual(['duplicate', 'duplicate']);
    expect(received(await importFile('05-edited-1.csv'))).toEqual(['STALE', 'STALE']);
    expect(await answers('case-05')).toEqual(after);
    await expectRollupsToEqualRecount(database);
  });

  it('replaces what its first reading stored when it is read again under another map', async () => {
    const survey = { name: 'Relationship survey', version: '2' };
    expect(received(await importFile('05-edited-2.csv', { survey }))).toEqual(['accepted', 'accepted']);
    expect((await answers('case-05')).map((row) => row.survey)).toEqual(['2', '2']);
    // Another scale, another time: an earlier one, too.
    const score = { column: 'Score', scale: '1-5' };
    const earlier = { column: 'Date', format: 'iso', zone: 'UTC', missing: ['never'] };
    const onlyFirst = await importFile('05-edited-2.csv', { score, answeredAt: earlier });
    expect(received(onlyFirst)).toEqual(['accepted', 'OUT_OF_SCALE']);
    expect((await answers('case-05')).map((row) => row.survey)).toEqual(['1', '2']);
    // The lineage names the mapping of the newest reading; events of the earlier ones stay.
    const events = await database.sql<{ n: number; mappings: number }>(
      `SELECT count(*)::int AS n, count(DISTINCT e.mapping_version_id)::int AS mappings FROM source_event e
        JOIN response r ON r.id = e.response_id JOIN mapping_version m ON m.id = r.mapping_version_id
        JOIN source s ON s.id = m.source_id WHERE r.external_id = '1' AND s.name = 'case-05'`,
    );
    expect(events).toEqual([{ n: 4, mappings: 3 }]);
    // Under the first map again: reading it again means that reading.
    expect(received(await importFile('05-edited-2.csv'))).toEqual(['accepted', 'accepted']);
    expect((await answers('case-05')).map((row) => row.survey)).toEqual(['1', '1']);
    expect(received(await importFile('05-edited-2.csv'))).toEqual(['duplicate', 'duplicate']);
    await expectRollupsToEqualRecount(database);
  });

  it('is read again if only the format of its dates was wrong, although that gives an earlier time', async () => {
    const rows = [{ line: 2, values: { ID: 'd', Date: '05/11/2026', Score: '9', Comment: '' } }];
    const read = (format: string) => {
      const answeredAt = { column: 'Date', format, zone: 'UTC' };
      const map = parseFileMap({ ...MAP, source: 'dates', answeredAt }, DIMENSIONS);
      return acceptFileRows(database.ingestor, OWNER, { map, file: 'dates.csv', rows });
    };
    await read('dd/MM/yyyy');
    expect(received(await read('MM/dd/yyyy'))).toEqual(['accepted']);
    const [row] = await answers('dates');
    expect(new Date(row?.at ?? 0).toISOString()).toBe('2026-05-11T00:00:00.000Z');
    await expectRollupsToEqualRecount(database);
  });
});

describe('an unfinished response', () => {
  const lines = readFileSync(`${CASES}05-partial.ndjson`, 'utf8').trim().split('\n');
  const items = lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is finished by the next delivery of the same time, line by line', async () => {
    for (const item of items) expect((await database.submit([item])).accepted).toBe(1);
    expect(await scoreOf('r1')).toBe(9);
    // Sent again as a whole, as senders do that had no answer.
    expect(await submit(...items)).toMatchObject({ taken: 0, duplicates: 1, codes: ['STALE'] });
    expect(await scoreOf('r1')).toBe(9);
  });

  it('and within one request', async () => {
    const own = items.map((item) => ({ ...item, externalId: 'r1 in one request' }));
    expect(await submit(...own)).toMatchObject({ taken: 2, corrected: 1 });
    expect(await scoreOf('r1 in one request')).toBe(9);
    await expectRollupsToEqualRecount(database);
  });
});

describe('a revision', () => {
  it('decides, whatever the time of answering', async () => {
    const one = answer();
    const { externalId } = one();
    expect(await submit(one({ revision: 5 }))).toMatchObject(TAKEN);
    expect(await submit(one({ revision: 4, score: 9, answeredAt: '2026-11-02T10:00:00Z' }))).toMatchObject(
      STALE,
    );
    expect(await submit(one({ revision: 6, score: 8, answeredAt: '2026-10-30T10:00:00Z' }))).toMatchObject(
      TAKEN,
    );
    expect(await scoreOf(externalId)).toBe(8);
    // Back to what it was: a change at the source, as its revision says.
    expect(await submit(one({ revision: 7 }))).toMatchObject(TAKEN);
    expect(await scoreOf(externalId)).toBe(3);
    await expectRollupsToEqualRecount(database);
  });

  it('of a duplicate counts too', async () => {
    const one = answer();
    await submit(one({ updatedAt: '2026-11-01T10:00:00Z' }));
    expect(await submit(one({ updatedAt: '2026-11-03T10:00:00Z' }))).toMatchObject(DUPLICATE);
    expect(await submit(one({ updatedAt: '2026-11-02T10:00:00Z', score: 9 }))).toMatchObject(STALE);
    const in1 = answer();
    expect(
      await submit(in1({ revision: 1 }), in1({ revision: 3 }), in1({ revision: 2, score: 9 })),
    ).toMatchObject({ taken: 1, duplicates: 1, codes: ['STALE'] });
    expect(await submit(in1({ revision: 2, score: 9 }))).toMatchObject(STALE);
  });

  it('stays with what a later response without one replaces; one without must be later', async () => {
    const one = answer();
    await submit(one({ revision: 5 }));
    expect(await submit(one({ score: 4 }))).toMatchObject(STALE);
    expect(await submit(one({ score: 5, answeredAt: '2026-11-02T10:00:00Z' }))).toMatchObject(TAKEN);
    expect(await submit(one({ score: 6, revision: 5 }))).toMatchObject(STALE);
    expect(await submit(one({ score: 7, revision: 6 }))).toMatchObject(TAKEN);
  });

  it('is a time or a number: the two cannot be compared, and an invalid one is refused', async () => {
    const one = answer();
    await submit(one({ revision: 5 }));
    const updatedAt = '2026-11-02T10:00:00Z';
    expect(await submit(one({ updatedAt, score: 9 }))).toMatchObject({ codes: ['INCOMPARABLE'] });
    expect(await submit(one({ updatedAt }))).toMatchObject(DUPLICATE);
    const other = answer();
    const far = new Date(Date.now() + 90 * 86_400_000).toISOString();
    expect(await submit(other({ updatedAt, revision: 1 }))).toMatchObject({ codes: ['INVALID'] });
    expect(await submit(other({ revision: -1 }))).toMatchObject({ codes: ['INVALID'] });
    expect(await submit(other({ revision: 1.5 }))).toMatchObject({ codes: ['INVALID'] });
    expect(await submit(other({ updatedAt: '2026-11-02' }))).toMatchObject({ codes: ['INVALID_TIME'] });
    expect(await submit(other({ updatedAt: far }))).toMatchObject({ codes: ['IN_THE_FUTURE'] });
    expect(await submit(other({ revision: Number.MAX_SAFE_INTEGER }))).toMatchObject(TAKEN);
  });

  it('is read from a column of a file', async () => {
    const read = async (format: object, ...rows: readonly (readonly [string, string])[]) => {
      const revision = { column: 'Changed', ...format };
      const map = parseFileMap({ ...MAP, source: 'columns', revision }, DIMENSIONS);
      const values = ([Changed, Score]: readonly [string, string]) => {
        const ID = JSON.stringify(format);
        return { ID, Date: '2026-11-01T10:00:00Z', Score, Comment: '', Changed };
      };
      const items = rows.map((row, i) => ({ line: i + 2, values: values(row) }));
      return received(
        await acceptFileRows(database.ingestor, OWNER, { map, file: 'changes.csv', rows: items }),
      );
    };
    const number = { format: 'number' };
    expect(await read(number, ['2', '3'], ['10.0', '4'], ['9', '5'], ['', '6'], ['x', '7'])).toEqual([
      'accepted',
      'accepted',
      'STALE',
      'STALE',
      'INVALID',
    ]);
    const time = { format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' };
    expect(
      await read(time, ['02.11.2026 10:00', '3'], ['01.11.2026 10:00', '4'], ['03.11.2026 10:00', '5']),
    ).toEqual(['accepted', 'STALE', 'accepted']);
    expect(await read(time, ['never', '3'])).toEqual(['INVALID_TIME']);
  });
});

describe('a rectified response', () => {
  it('is not overwritten by a repeated export, nor by a change that does not say that it is newer', async () => {
    const one = answer();
    const { externalId } = one();
    await submit(one());
    const [row] = await database.sql<{ id: string }>('SELECT id FROM response WHERE external_id = $1', [
      externalId,
    ]);
    await rectify(database, row?.id ?? '', { score: 10 }, BY);
    expect(await submit(one())).toMatchObject(STALE);
    expect(await submit(one({ score: 4 }))).toMatchObject(STALE);
    expect(await submit(one({ score: 4, revision: 1 }))).toMatchObject(STALE);
    expect(await submit(one({ score: 4, updatedAt: '2026-11-01T12:00:00Z' }))).toMatchObject(STALE);
    expect(await scoreOf(externalId)).toBe(10);
    const after = new Date(Date.now() + 60_000).toISOString();
    expect(await submit(one({ score: 5, updatedAt: after }))).toMatchObject(TAKEN);
    expect(await scoreOf(externalId)).toBe(5);
  });
});
