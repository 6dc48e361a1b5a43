import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_CELL_LIMITS } from '../../../domain/segments/cell-filing.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../domain/segments/dimensions.ts';
import { parseFileMap } from '../map/file-map.ts';
import { dryRun } from './dry-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-dry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MAP = {
  source: 's',
  survey: { name: 'a', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at' },
  score: { column: 'score', scale: '0-10' },
  comment: 'why',
  dimensions: { region: { column: 'region' } },
};

async function run(name: string, content: string | Buffer, more: object = {}) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const dimensions = defineDimensions(DEFAULT_DIMENSIONS);
  const found = await dryRun({
    path,
    map: parseFileMap({ ...MAP, ...more }, dimensions),
    dimensions,
    cellLimits: DEFAULT_CELL_LIMITS,
    now: () => Date.UTC(2026, 5, 1),
    isStopping: () => false,
  });
  const { rows, accepted, duplicates, rejected, filtered } = found;
  expect(accepted + duplicates + rejected + filtered).toBe(rows);
  return found;
}

describe('rows of one id', () => {
  const HEADINGS = 'id,at,score,why,region,rev';
  const csv = (...rows: string[]) => [HEADINGS, ...rows].join('\n');

  it('have the counts of the database', async () => {
    const found = await run(
      'repeats.csv',
      csv(
        '1,2026-01-02,9,good,Bonn,',
        '1,2026-01-02,9,good,Bonn,',
        '1,2026-01-02,3,bad,Kiel,',
        '1,2026-01-02,9,good,Bonn,',
        '1,2026-01-01,8,older,Bonn,',
        '2,2026-01-01,8,other,Bonn,',
      ),
    );
    expect(found).toMatchObject({ accepted: 3, duplicates: 1, rejected: 2, reasons: { STALE: 2 } });
    expect(found.notes).toEqual({ CORRECTED: 1 });
    // The replaced row is not in a cell any more.
    expect(found.cells.shown.map(({ values, rows }) => [values.region, rows])).toEqual([
      ['Bonn', 1],
      ['Kiel', 1],
    ]);
    expect(found.hasMoreIds).toBe(false);
  });

  it('are judged by their revision', async () => {
    const found = await run(
      'revisions.csv',
      csv('1,2026-01-02,9,new,Bonn,2', '1,2026-01-03,3,old,Bonn,1', '1,2026-01-01,5,newest,Bonn,3'),
      { revision: { column: 'rev', format: 'number' } },
    );
    expect(found).toMatchObject({ accepted: 2, rejected: 1, reasons: { STALE: 1 } });
  });
});

describe('numbers of JSON', () => {
  it('keep all their digits: ids that differ in the last one are two responses', async () => {
    const row = (id: string) =>
      `{"id":${id},"at":"2026-01-01","score":9,"why":"id 12345678901234567890 \\" ok"}`;
    const ids = [
      '12345678901234567890',
      '12345678901234567891',
      '-9007199254740993',
      '"9007199254740993"',
      '7',
    ];
    const expected = [
      '12345678901234567890',
      '12345678901234567891',
      '-9007199254740993',
      '9007199254740993',
      '7',
    ];
    for (const [name, content] of [
      ['ids.ndjson', ids.map(row).join('\n')],
      ['ids.json', `[${ids.map(row).join(',\n')}]`],
    ] as const) {
      const found = await run(name, content);
      expect(found.firstRows.map(({ externalId }) => externalId)).toEqual(expected);
      expect(found.firstRows[0]?.comment).toMatch(/^id \S+ " ok$/);
    }
  });

  it('are read in linear time, wherever the quotes are', async () => {
    const odd = `{"id":"1","at":"2026-01-01","n":1234567890123456,"why":"${'\\"'.repeat(300_000)}`;
    expect(await run('odd.ndjson', odd)).toMatchObject({ rejected: 1, reasons: { UNREADABLE: 1 } });
  });

  it('of other forms stay numbers', async () => {
    const scores = ['9', '9.0', '1e1', '9.00000000000000000000', '0.1234567890123456789e-17', '90e-1'];
    const rows = scores.map((score, i) => `{"id":"${i}","at":"2026-01-01","score":${score},"why":""}`);
    const found = await run('scores.ndjson', rows.join('\n'));
    expect(found.firstRows.map(({ score }) => score)).toEqual([9, 9, 10, 9, 9]);
    expect(found.rejects.map(({ line }) => line)).toEqual([5]);
  });
});

describe('bytes', () => {
  const text = (comment: string) =>
    `id,at,score,why,region\n1,2026-01-01,9,${comment},Bonn\n2,2026-01-01,9,b,Bonn\n`;

  it('a zero byte affects no other row', async () => {
    const found = await run('zero.csv', `${text('a\0b')}3\0,2026-01-01,9,c,Bonn\n`);
    expect(found).toMatchObject({ accepted: 2, rejected: 1, rejects: [{ line: 4, code: 'INVALID' }] });
    expect(found.firstRows[0]?.comment).toBe('a b');
  });

  it('a byte order mark overrides the map', async () => {
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const found = await run('mark.csv', Buffer.from(`\ufeff${text('schön')}`, encoding), {
        encoding: 'latin1',
      });
      expect(found.readAs?.encodingFrom).toBe('mark, not map');
      expect(found.firstRows[0]?.comment).toBe('schön');
    }
    const same = await run('same.csv', Buffer.from(`\ufeff${text('schön')}`, 'utf16le'), {
      encoding: 'utf-16',
    });
    expect(same.readAs?.encodingFrom).toBe('map');
  });

  it('concatenated files have a mark in the middle', async () => {
    const row = (id: number) => `{"id":${id},"at":"2026-01-01","score":9}\n`;
    expect(await run('both.ndjson', `\ufeff${row(1)}\ufeff${row(2)}`)).toMatchObject({ accepted: 2 });
  });
});
