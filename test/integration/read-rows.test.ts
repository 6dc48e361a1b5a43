import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readRows } from '../../ingestion/files/read/read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function rowsOf(name: string, content: string | Buffer) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const source = await readRows(path);
  const rows = [];
  for await (const row of source.rows) {
    if ('blank' in row || 'heading' in row) continue;
    rows.push('problem' in row ? [row.line, row.problem] : [row.line, row.values]);
  }
  expect(source.bytesRead()).toBe(source.totalBytes);
  return rows;
}

const CSV =
  '\uFEFFid,text\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n2,plain\r\n3,one,too many\r\n4,"lost "quote"\r\n5,after\r\n';

describe('readRows', () => {
  it.each([
    ['plain', 'a.csv', CSV],
    ['gzip', 'a.csv.gz', gzipSync(CSV)],
    ['gzip by its content, not its name', 'b.csv', gzipSync(CSV)],
  ])(
    'reads CSV, %s: quotes, breaks, a byte order mark, and the good rows beside bad ones',
    async (_, name, content) => {
      expect(await rowsOf(name, content)).toEqual([
        [2, { id: '1', text: 'two\nlines, "quoted"' }],
        [5, { id: '2', text: 'plain' }],
        [6, '3 columns where the header has 2; a value with a comma in it goes in quotes'],
        [7, expect.stringMatching(/^not CSV: /)],
        [8, { id: '5', text: 'after' }],
      ]);
    },
  );

  it('reads NDJSON, every value as text, and continues after invalid lines', async () => {
    const lines = [
      '{"id":1,"text":"ü"}',
      '',
      '{"id":',
      '[1]',
      '{"id":null,"text":{"a":[1]}}',
      `{"id":"${'x'.repeat(1_100_000)}"}`,
      '{"id":true}',
    ];
    expect(await rowsOf('a.ndjson', lines.join('\n'))).toEqual([
      [1, { id: '1', text: 'ü' }],
      [3, expect.stringMatching(/^not JSON: /)],
      [4, 'a row must be one JSON object'],
      [5, { id: '', text: '{"a":[1]}' }],
      [6, 'the line is longer than 1048576 characters'],
      [7, { id: 'true' }],
    ]);
  });

  it('delivers what precedes a broken end of a file, and reports where that is', async () => {
    const path = join(folder, 'cut.csv.gz');
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${Math.sin(i)}`);
    const whole = gzipSync(`id,text\n${rows.join('\n')}\n`);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    let delivered = 0;
    const read = async () => {
      for await (const _ of (await readRows(path)).rows) delivered += 1;
    };
    await expect(read()).rejects.toThrow(
      /cut\.csv\.gz cannot be read on after line \d+: unexpected end of file/,
    );
    expect(delivered).toBeGreaterThan(1_000);
  });

  it('reads only a few pieces of the file ahead of a slow reader', async () => {
    const path = join(folder, 'long.csv');
    const row = `1,${'x'.repeat(1_000)}\n`;
    writeFileSync(path, `id,text\n${row.repeat(30_000)}`);
    const source = await readRows(path);
    let seen = 0;
    let ahead = 0;
    for await (const _ of source.rows) {
      seen += row.length;
      if (seen % (100 * row.length) === 0) await new Promise((done) => setImmediate(done));
      ahead = Math.max(ahead, source.bytesRead() - seen);
    }
    expect(seen).toBe(30_000 * row.length);
    expect(ahead).toBeLessThan(3 * 1024 * 1024);
  });
});
