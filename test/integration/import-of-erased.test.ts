import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runImport } from '../../ingestion/files/import/run-import.ts';
import { databaseSink } from '../../ingestion/files/import/sink.ts';
import { parseFileMap } from '../../ingestion/files/map/file-map.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { erase } from '../../store/data-subjects/erase.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';
import { BY, personOf } from '../fixtures/erasing.ts';

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'scoreline-import-'));
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

const MAP = {
  source: 's',
  survey: { name: 'n', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at', format: 'iso' },
  score: { column: 'nps', scale: '0-10' },
  comment: 'words',
  respondent: 'who',
  dimensions: {},
};
const rejectsPath = join(folder, 'rejects.ndjson');
const importFile = (name: string, rows: readonly string[]) => {
  const path = join(folder, name);
  writeFileSync(path, `id,at,nps,words,who\n${rows.join('\n')}\n`);
  return runImport({
    path,
    map: parseFileMap(MAP, DIMENSIONS),
    sink: databaseSink({ ...database, now: Date.now }, OWNER),
    dataDir: folder,
    rejectsPath,
    restart: true,
    isStopping: () => false,
    onProgress: () => undefined,
  });
};

it('writes no new copy of the row of an erased person', async () => {
  const planted = '1,2026-01-01T00:00:00Z,9,planted words,jane@example.org';
  expect((await importFile('first.csv', [planted])).account.accepted).toBe(1);
  await erase(database, personOf('jane@example.org'), BY);
  const { account } = await importFile('again.csv', [planted, '2,2026-01-01T00:00:00Z,99,kept words,']);
  expect(account).toMatchObject({ accepted: 0, rejected: 2 });
  const text = readFileSync(rejectsPath, 'utf8');
  const rejects = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rejects).toMatchObject([
    { line: 2, code: 'ERASED', values: {} },
    { line: 3, code: 'OUT_OF_SCALE', values: { words: 'kept words' } },
  ]);
  expect(text).not.toMatch(/planted|jane/);
});
