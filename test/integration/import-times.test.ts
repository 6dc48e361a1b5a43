import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runImport } from '../../ingestion/files/import/run-import.ts';
import { databaseSink } from '../../ingestion/files/import/sink.ts';
import { parseFileMap } from '../../ingestion/files/map/file-map.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* Files whose dates are written in many ways, as people sent them: what is stored, what is noted and what is rejected. */

const CASES = new URL('../fixtures/cases/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'scoreline-times-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase(() => Date.parse('2026-12-01T00:00:00Z'));
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Map {
  readonly source: string;
  readonly answeredAt: object;
}

/** Imports the file of a case under its map, with the given way to read times. */
async function importCase(name: string, answeredAt: object = {}) {
  const map = JSON.parse(readFileSync(join(CASES, `${name}.map.json`), 'utf8')) as Map;
  // A run of its own each time: the rows of one are no duplicates of another.
  const source = `${map.source} ${JSON.stringify(answeredAt)}`;
  const declared = { ...map, source, answeredAt: { ...map.answeredAt, ...answeredAt } };
  const result = await runImport({
    path: join(CASES, `${name}.csv`),
    map: parseFileMap(declared, DIMENSIONS),
    sink: databaseSink({ ...database, now: Date.now }, OWNER),
    dataDir: folder,
    rejectsPath: join(folder, 'rejects.ndjson'),
    restart: true,
    isStopping: () => false,
    onProgress: () => undefined,
  });
  const rows = await database.sql<{ external_id: string; answered_at: string | Date }>(
    `SELECT r.external_id, r.answered_at FROM response r JOIN mapping_version m ON m.id = r.mapping_version_id
       JOIN source s ON s.id = m.source_id WHERE s.name = $1 ORDER BY r.external_id`,
    [source],
  );
  const times = Object.fromEntries(
    rows.map(({ external_id, answered_at }) => [external_id, new Date(answered_at).toISOString()]),
  );
  return { ...result, times };
}

describe('case 4: a time is a date in the file', () => {
  it('a: a time without a day is rejected, whatever the current day', async () => {
    const { account, firstRejects, times } = await importCase('04a-no-date');
    expect(account).toMatchObject({ accepted: 0, rejected: 3, reasons: { INVALID_TIME: 3 } });
    expect(firstRejects.map(({ line, message }) => [line, message.split(': ').at(-1)])).toEqual([
      [2, 'it is a time of day without a date'],
      [3, 'it is a year without a month and a day'],
      [4, 'it is a month without a day'],
    ]);
    expect(times).toEqual({});
  });

  it('b: two orders of day and month are refused before the first row', async () => {
    await expect(importCase('04b-two-orders')).rejects.toThrow(/read "03\/04\/2026" as two dates/);
    const { account, times } = await importCase('04b-two-orders', { format: 'dd/MM/yyyy' });
    expect(account).toMatchObject({ accepted: 4, rejected: 0 });
    expect(times['1']).toBe('2026-11-03T00:00:00.000Z');
  });

  it('c: a time in the skipped hour counts at the clock change, with a note', async () => {
    const { account, firstNotes, times } = await importCase('04c-skipped-hour');
    expect(account).toMatchObject({ accepted: 3, notes: { TIME_SKIPPED: 1 } });
    expect(firstNotes).toEqual([{ line: 3, code: 'TIME_SKIPPED' }]);
    expect(times).toEqual({
      1: '2026-03-29T00:59:00.000Z',
      2: '2026-03-29T01:00:00.000Z',
      3: '2026-03-29T01:00:00.000Z',
    });
  });

  it('c: or by the rule of the map', async () => {
    expect((await importCase('04c-skipped-hour', { skipped: 'earlier' })).times['2']).toBe(
      '2026-03-29T00:59:59.999Z',
    );
    const { account, firstRejects } = await importCase('04c-skipped-hour', { skipped: 'reject' });
    expect(account).toMatchObject({ accepted: 2, rejected: 1 });
    expect(account).not.toHaveProperty('notes');
    expect(firstRejects).toMatchObject([{ line: 3, code: 'INVALID_TIME' }]);
  });
});

describe('case 9: forms of dates', () => {
  it('d: seconds and milliseconds since 1970', async () => {
    const expected = { 1: '2026-11-01T10:00:00.000Z', 2: '2026-11-01T10:00:00.123Z' };
    expect((await importCase('09d-epoch')).times).toEqual(expected);
    const format = ['epoch-seconds', 'epoch-milliseconds'];
    expect((await importCase('09d-epoch', { format })).times).toEqual(expected);
    await expect(importCase('09d-epoch', { format: 'epoch' })).rejects.toThrow(
      /answeredAt\.format: "epoch" has/,
    );
  });

  it('e: day numbers of Excel, in the zone of the map', async () => {
    expect((await importCase('09e-serial', { format: 'excel-day' })).times).toEqual({
      1: '2026-11-01T10:30:00.000Z',
      2: '2026-11-02T00:00:00.000Z',
    });
    const { times } = await importCase('09e-serial', { format: 'excel-day', zone: 'Europe/Berlin' });
    expect(times['2']).toBe('2026-11-01T23:00:00.000Z');
    expect((await importCase('09e-serial')).account.rejected).toBe(2);
  });

  it('f: names of months, in the languages of the map', async () => {
    const { account, times } = await importCase('09f-month-names', { language: ['de', 'fr'] });
    expect(account).toMatchObject({ accepted: 3, rejected: 0 });
    expect(times).toEqual({
      1: '2026-03-12T09:15:00.000Z',
      2: '2026-02-03T09:15:00.000Z',
      3: '2026-11-03T09:15:00.000Z',
    });
  });

  it('i: hours from 1 to 12, and no others', async () => {
    const { account, firstRejects, times } = await importCase('09i-afternoon');
    expect(times).toEqual({
      1: '2026-11-01T00:48:22.000Z',
      2: '2026-11-01T12:48:22.000Z',
      3: '2026-11-01T14:00:00.000Z',
      4: '2026-11-01T14:00:00.000Z',
    });
    expect(account).toMatchObject({ accepted: 4, rejected: 1 });
    expect(firstRejects[0]?.message).toMatch(/13 is not an hour from 1 to 12$/);
  });
});
