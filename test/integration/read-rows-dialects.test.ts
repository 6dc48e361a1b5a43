import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../../ingestion/files/read/read-rows.ts';

/* Forms of files that programs write besides RFC 4180 and plain JSON, read from files as they lie. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-dialects-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
/** The rows of a file: values, or a word for what else they are; and how the file was read. */
async function read(content: string | Buffer, { name = 'answers.csv', columns = ['id', 'why'] } = {}) {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, content);
  const source = await readRows(path, { columns });
  const rows: unknown[] = [];
  const doubts: string[] = [];
  for await (const row of source.rows) {
    if (row.doubt) doubts.push(row.doubt);
    if ('values' in row) rows.push([row.line, ...Object.values(row.values)]);
    else if ('problem' in row) rows.push([row.line, `! ${row.problem}`]);
    else if ('heading' in row) rows.push([row.line, 'headings']);
  }
  return { rows, doubts, readAs: source.readAs() };
}

describe('a separator at the end of every row', () => {
  it('is accepted where the headings have none', async () => {
    const { rows, readAs } = await read('id,why\n1,good,\n2,"bad, too",\n3,,\n');
    expect(rows).toEqual([
      [2, '1', 'good'],
      [3, '2', 'bad, too'],
      [4, '3', ''],
    ]);
    expect(readAs?.found).toMatchObject({ emptyColumns: 1 });
  });

  it('is a damaged row where others have none, or where it holds something', async () => {
    const reported = expect.stringMatching(/^! 3 columns where the header has 2/);
    expect((await read('id,why\n1,good\n2,bad, too\n3,"x",\n')).rows).toEqual([
      [2, '1', 'good'],
      [3, reported],
      [4, reported],
    ]);
    const most = Array.from({ length: 30 }, (_, i) => `${i};good;;\n`).join('');
    const { rows } = await read(`id;why\n${most}31;bad;too;\n32;none\n`);
    expect(rows.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, i) => [i + 2, `${i}`, 'good']));
    expect(rows.slice(30)).toEqual([
      [32, expect.stringMatching(/^! something stands after the last column/)],
      [33, expect.stringMatching(/^! 2 columns where the first rows have 4/)],
    ]);
    // Of a single row it is not known.
    expect((await read('id,why\n1,good, but,\n')).rows).toHaveLength(1);
  });
});

describe('quotes within quoted values', () => {
  it('are read after a backslash where the file writes them so', async () => {
    const { rows, readAs } = await read(
      'id,why\n1,"he said \\"no\\", twice"\n2,"C:\\\\new\\folder"\n3,"over\ntwo \\"lines\\""\n4,\n',
    );
    expect(rows).toEqual([
      [2, '1', 'he said "no", twice'],
      [3, '2', 'C:\\new\\folder'],
      [4, '3', 'over\ntwo "lines"'],
      [6, '4', ''],
    ]);
    expect(readAs?.found).toMatchObject({ backslashQuotes: true });
  });

  it('are written twice in all other files, where a backslash is a character', async () => {
    const { rows, readAs } = await read('id,why\n1,"a path: C:\\"\n2,"he said ""no"""\n3,"\\n"\n');
    expect(rows).toEqual([
      [2, '1', 'a path: C:\\'],
      [3, '2', 'he said "no"'],
      [4, '3', '\\n'],
    ]);
    expect(readAs?.found).toMatchObject({ backslashQuotes: false });
    expect((await read('id,why\n1,"only C:\\"\n2,x\n')).rows).toEqual([
      [2, '1', 'only C:\\'],
      [3, '2', 'x'],
    ]);
  });
});

describe('the end of a file', () => {
  it.each([
    ['on a line of its own', 'id,why\r\n1,good\r\n\u001a'],
    ['after the last value', 'id,why\r\n1,good\u001a'],
    ['several times', 'id,why\r\n1,good\r\n\u001a\u001a\u001a'],
  ])('may be a Ctrl-Z %s', async (_, content) => {
    expect((await read(content)).rows).toEqual([[2, '1', 'good']]);
  });

  it('may be one of JSON too; within a text it is a character', async () => {
    expect((await read('{"id":1,"why":"a\\u001ab"}\n\u001a', { name: 'a.ndjson' })).rows).toEqual([
      [1, '1', 'a\u001ab'],
    ]);
    expect((await read('id,why\n1,a\u001ab\n')).rows).toEqual([[2, '1', 'a\u001ab']]);
  });
});

describe('headings that are repeated, as in files that were joined', () => {
  it('are left out and counted', async () => {
    const { rows, readAs, doubts } = await read('id,why\n1,a\n\ufeff"id","why"\n2,b\nid,why\n3,c\n');
    expect(rows).toEqual([
      [2, '1', 'a'],
      [3, 'headings'],
      [4, '2', 'b'],
      [5, 'headings'],
      [6, '3', 'c'],
    ]);
    expect(readAs?.found).toMatchObject({ headings: 2 });
    expect(doubts).toEqual([]);
  });

  it('in another order are the headings of the rows after them', async () => {
    const { rows, doubts } = await read('id,why,at\n1,a,x\nwhy,at,id\nb,y,2\n', {
      columns: ['id', 'why', 'at'],
    });
    expect(rows).toEqual([
      [2, '1', 'a', 'x'],
      [3, 'headings'],
      [4, 'b', 'y', '2'],
    ]);
    expect(doubts).toEqual([expect.stringContaining('another order')]);
  });

  it('are an answer if only some of the values are headings', async () => {
    expect((await read('id,why\nid,because\n')).rows).toEqual([[2, 'id', 'because']]);
  });
});

describe('JSON with an object around the rows', () => {
  const json = (value: unknown, indent?: number) => JSON.stringify(value, null, indent);
  const two = [
    { id: 1, why: 'a "[{" b' },
    { id: 2, why: 'c' },
  ];

  it.each([
    ['on one line', json({ count: 2, responses: two, next: null })],
    ['on many lines', json({ meta: { tags: ['x'], pages: [1, 2] }, responses: two }, 2)],
    ['within another object', json({ data: { page: 1, responses: two } }, 2)],
    ['with empty lists beside it', json({ errors: [], responses: two, warnings: [] })],
  ])('is read %s', async (_, content) => {
    const { rows, readAs } = await read(content, { name: 'answers.json' });
    expect(rows.map((row) => (row as string[]).slice(1))).toEqual([
      ['1', 'a "[{" b'],
      ['2', 'c'],
    ]);
    expect(readAs).toMatchObject({
      format: 'JSON array',
      within: expect.stringMatching(/^(data\.)?responses$/),
    });
  });

  it('tells the line of each row, and that the file was cut off', async () => {
    const content = json({ responses: two }, 1);
    expect((await read(content, { name: 'a.json' })).rows.map((row) => (row as number[])[0])).toEqual([3, 7]);
    const { rows, doubts } = await read(content.slice(0, content.lastIndexOf('}') - 6), { name: 'a.json' });
    expect(rows[0]).toEqual([3, '1', 'a "[{" b']);
    expect(doubts).toEqual([expect.stringContaining('cut off')]);
  });

  it('is refused with their names where several lists could be meant', async () => {
    await expect(
      read(json({ responses: two, deleted: [{ id: 3 }] }), { name: 'answers.json' }),
    ).rejects.toThrow('several lists of objects (responses, deleted)');
  });

  it('is no row: a row may have lists of objects of its own', async () => {
    const rows = two.map((one) => json({ ...one, tags: [{ name: 'x' }] })).join('\n');
    expect((await read(rows, { name: 'a.ndjson' })).rows).toEqual([
      [1, '1', 'a "[{" b', '[{"name":"x"}]'],
      [2, '2', 'c', '[{"name":"x"}]'],
    ]);
    expect((await read(rows.split('\n')[1] as string, { name: 'a.ndjson' })).rows).toHaveLength(1);
  });
});
