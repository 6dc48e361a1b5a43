import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseFileMap } from '../connectors/file-map.ts';
import { runImport } from './run-import.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes no new copy of a row of somebody who was erased', async () => {
  const path = join(folder, 'answers.csv');
  writeFileSync(path, 'id,at,nps,words\n1,2026-01-01T00:00:00Z,9,planted\n2,2026-01-01T00:00:00Z,99,kept\n');
  const rejectsPath = join(folder, 'rejects.ndjson');
  await runImport({
    path,
    map: parseFileMap(
      {
        source: 's',
        survey: { name: 'n', version: '1' },
        externalId: 'id',
        answeredAt: { column: 'at', format: 'iso' },
        score: { column: 'nps', scale: '0-10' },
        comment: 'words',
        dimensions: {},
      },
      [],
    ),
    sink: {
      send: async ({ rows }) =>
        rows.map((_row, i) => ({
          status: 'rejected',
          code: i === 0 ? 'ERASED' : 'OUT_OF_SCALE',
          message: 'said by the sink',
        })),
    },
    dataDir: folder,
    rejectsPath,
    restart: false,
    isStopping: () => false,
    onProgress: () => undefined,
  });
  const rejects = readFileSync(rejectsPath, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rejects).toEqual([
    { line: 2, code: 'ERASED', message: 'said by the sink', values: {} },
    {
      line: 3,
      code: 'OUT_OF_SCALE',
      message: 'said by the sink',
      values: expect.objectContaining({ words: 'kept' }),
    },
  ]);
});
