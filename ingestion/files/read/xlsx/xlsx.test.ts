import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../../domain/segments/dimensions.ts';
import { growth } from '../../../../test/fixtures/growth.ts';
import fc from '../../../../test/fixtures/properties.ts';
import { row, workbook, zip } from '../../../../test/fixtures/workbook.ts';
import { guessFile } from '../../guess/guess-file.ts';
import type { ReadRow } from '../read-row.ts';
import { type ReadOptions, readRows } from '../read-rows.ts';
import { shownNumber } from './cells.ts';
import { shownBy } from './workbook.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-xlsx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../../test/fixtures/workbooks/${name}`, import.meta.url));

async function rowsOf(path: string, options: ReadOptions = {}): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  for await (const one of (await readRows(path, options)).rows) rows.push(one);
  return rows;
}

function written(bytes: Buffer): string {
  const path = join(folder, `${Math.abs(bytes.length * 31 + (bytes.at(-40) ?? 0))}-${bytes.length}.xlsx`);
  writeFileSync(path, bytes);
  return path;
}
const rowsIn = (sheetData: string, more: Record<string, string> = {}, options: ReadOptions = {}) =>
  rowsOf(written(workbook(sheetData, more)), options);
const valuesOf = (rows: readonly ReadRow[]) => rows.map((one) => ('values' in one ? one.values : one));

describe('workbooks of spreadsheets and libraries', () => {
  it('dates of the 1904 system, rich text, stored results, shares and errors', async () => {
    const columns = ['Antwort-ID', 'Weiterempfehlung', 'Kommentar'];
    const rows = await rowsOf(fixture('xlsxwriter-1904.xlsx'), { columns });
    expect(rows).toEqual([
      {
        line: 2,
        values: {
          'Antwort-ID': 'a1',
          'Beantwortet am': '2026-11-01T22:15:19',
          Weiterempfehlung: '9',
          Kommentar: 'sehr gut gemacht, danke euch',
          Land: 'Österreich',
          Anteil: '90%',
        },
      },
      expect.objectContaining({
        line: 3,
        values: expect.objectContaining({
          'Beantwortet am': '2026-11-13',
          Weiterempfehlung: '3',
          Kommentar: 'zu teuer\nund zu langsam',
          Anteil: '12.5%',
        }),
      }),
      { line: 4, problem: 'the cell C4 holds the error #DIV/0!' },
      // An error in a column that the map does not read is a blank value; line 5 of the sheet does not exist.
      expect.objectContaining({
        line: 6,
        values: expect.objectContaining({ 'Beantwortet am': '2026-11-15T23:59:59', Land: '' }),
      }),
    ]);
  });

  it('the largest visible sheet, or the one that is named; headings below a title', async () => {
    const path = fixture('openpyxl-title.xlsx');
    const source = await readRows(path, { headings: { after: 1, rows: 1 } });
    let count = 0;
    for await (const one of source.rows) {
      count += 1;
      if (count === 1)
        expect(one).toMatchObject({
          line: 4,
          values: { 'Response ID': 'R-1001', Submitted: '2026-09-13T09:25:00' },
        });
    }
    expect(count).toBe(60);
    expect(source.readAs()).toMatchObject({ format: 'XLSX', sheet: 'Responses 2026' });
    await expect(rowsOf(path, { sheet: 'Summary', columns: ['59'] })).rejects.toThrow(
      'the file does not have: 59; it has Answers, 60',
    );
    await expect(rowsOf(path, { sheet: 'Sumary' })).rejects.toThrow('it has Summary, Responses 2026, Lookup');
    // openpyxl stores no results of formulas.
    expect(await rowsOf(path, { sheet: 'Summary', columns: ['60'] })).toEqual([
      { line: 2, problem: expect.stringContaining('the cell B2 has a formula without a stored result') },
    ]);
  });

  it('merged headings over two rows', async () => {
    const rows = await rowsOf(fixture('openpyxl-two-heading-rows.xlsx'), { headings: { after: 0, rows: 2 } });
    expect(rows).toHaveLength(30);
    expect(Object.keys((rows[0] as { values: object }).values).slice(-4)).toEqual([
      'What is the main reason for your score?',
      'How satisfied are you with – Price',
      'How satisfied are you with – Support',
      'How satisfied are you with – Speed',
    ]);
  });

  it('texts within the sheet, with markup, emoji and entities', async () => {
    const rows = await rowsOf(fixture('exceljs-inline.xlsx'));
    expect(rows).toHaveLength(40);
    expect(rows[1]).toEqual({
      line: 3,
      values: {
        id: 'r1',
        'submitted at': '2026-10-02T08:01:00',
        'nps score': '1',
        comment: 'comment 1 <b>&amp; "quotes" 😀',
        country: 'FR',
      },
    });
    expect(await rowsOf(fixture('sheetjs-texts.xlsx'))).toHaveLength(60);
  });
});

describe('what spreadsheets write', () => {
  it('rows without numbers, gaps between cells, escapes, phonetic readings, blank and repeated rows', async () => {
    const strings =
      '<sst><si><t>東京</t><rPh><t>トウキョウ</t></rPh></si><si><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></si></sst>';
    const rels =
      '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>';
    const data = `${row('id', 'b', 'c')}
      <row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3" t="s"><v>1</v></c></row>
      <row r="4"><c r="A4" t="str"><v>x_x000D_y</v></c><c r="B4" t="b"><v>1</v></c><c r="C4"><v>1.2345678901234E+16</v></c></row>
      <row r="6"><c r="A6" s="3"/></row>${row('id', 'b', 'c')}
      <row r="9"><c r="A9"><v>1</v></c><c r="E9"><v>2</v></c></row>`;
    expect(
      valuesOf(await rowsIn(data, { 'xl/sharedStrings.xml': strings, 'xl/_rels/workbook.xml.rels': rels })),
    ).toEqual([
      { id: '東京', b: '', c: 'a b' },
      { id: 'x\ry', b: 'true', c: '12345678901234000' },
      { line: 6, blank: true },
      { line: 7, heading: true },
      { line: 9, problem: 'the row has a value to the right of the last heading' },
    ]);
  });

  it.each([
    ['dd/mm/yyyy hh:mm', 'date'],
    ['[$-407]d. mmmm yyyy', 'date'],
    ['h:mm AM/PM', 'time'],
    ['[h]:mm:ss', 'number'],
    ['0.0%', 'percent'],
    ['#,##0.00 "days"', 'number'],
    ['General', 'number'],
    ['[Red]0', 'number'],
  ])('the format %s shows a %s', (code, shown) => expect(shownBy(code)).toBe(shown));

  it.each([
    ['1', 'date', '1900-01-01'],
    ['59', 'date', '1900-02-28'],
    ['61', 'date', '1900-03-01'],
    ['46327.4375', 'date', '2026-11-01T10:30:00'],
    ['46327.92730324074', 'date', '2026-11-01T22:15:19'],
    ['0.5', 'time', '12:00:00'],
    ['-1', 'date', '-1'],
    ['99999999', 'date', '99999999'],
    ['9.0000000000000002', 'number', '9'],
    ['0.07', 'percent', '7%'],
    ['abc', 'number', 'abc'],
  ] as const)('%s as a %s is %s', (text, shown, expected) =>
    expect(shownNumber(text, shown, false)).toBe(expected),
  );
});

describe('hostile workbooks', () => {
  const head = row('id', 'score');

  it('a bomb is given up by what it unpacks to, whatever the archive claims', async () => {
    const bomb = workbook(
      head,
      { 'xl/styles.xml': `<a>${'<b/>'.repeat(5 * 1024 * 1024)}</a>` },
      { 'xl/styles.xml': 10 },
    );
    expect(bomb.length).toBeLessThan(100_000);
    await expect(rowsOf(written(bomb))).rejects.toThrow('unpacks to more than 16 MiB in xl/styles.xml');
  });

  it('a text without an end, a document type, broken XML', async () => {
    const long = `<row><c t="inlineStr"><is><t>${'x'.repeat(9 * 1024 * 1024)}</t></is></c></row>`;
    await expect(rowsIn(head + long)).rejects.toThrow('a text that is too long for a cell');
    const comment = `<!--${'<'.repeat(9 * 1024 * 1024)}-->`;
    await expect(rowsIn(head + comment)).rejects.toThrow('a text that is too long for a cell');
    const entity = '<!DOCTYPE x [<!ENTITY a "b">]><styleSheet/>';
    await expect(rowsIn(head, { 'xl/styles.xml': entity })).rejects.toThrow('it has a document type');
    await expect(rowsIn(`${head}<row><c>`)).rejects.toThrow('its XML cannot be read');
  });

  const sheetsOf = (sheets: string) => ({
    'xl/workbook.xml': `<workbook xmlns:r="r"><sheets>${sheets}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="none" Target="none.xml"/></Relationships>',
  });

  it('more texts, sheets or parts than are kept, and elements within elements', async () => {
    const strings = (xml: string) => rowsIn(head, { 'xl/sharedStrings.xml': `<sst>${xml}</sst>` });
    await expect(strings('<si/>'.repeat(4_194_305))).rejects.toThrow('has more than 4194304 texts');
    await expect(strings(`<si>${`<t>${'x'.repeat(1024 * 1024)}</t>`.repeat(65)}`)).rejects.toThrow(
      'more than 64 million characters',
    );
    await expect(strings('<a>'.repeat(101))).rejects.toThrow('more than 100 elements within one another');
    const sheet = '<sheet name="a" r:id="rId1"/>';
    await expect(rowsIn(head, sheetsOf(sheet.repeat(10_001)))).rejects.toThrow('has more than 10000 sheets');
    const parts = Array.from({ length: 20_001 }, (_, id) => `<Relationship Id="r${id}" Target="a"/>`);
    await expect(
      rowsIn(head, { 'xl/_rels/workbook.xml.rels': `<Relationships>${parts.join('')}<a/></Relationships>` }),
    ).rejects.toThrow('has more than 20000 parts');
  });

  it('sheets that are missing are looked up in linear time', async () => {
    const readMany = async (count: number) => {
      const others = Array.from({ length: count }, (_, part) => [`xl/media/image${part}.png`, ''] as const);
      const sheets = '<sheet r:id="none"/>'.repeat(count);
      const more = { ...Object.fromEntries(others), ...sheetsOf(`<sheet r:id="rId1"/>${sheets}`) };
      const path = written(workbook(head + row('1', '2'), more));
      return () => rowsOf(path);
    };
    const works = new Map([
      [500, await readMany(500)],
      [8_000, await readMany(8_000)],
    ]);
    // 256 times would be the cost of looking at each part for each sheet.
    expect(await growth((size) => works.get(size)?.(), { size: 500, times: 16 })).toBeLessThan(40);
  });

  it('a row that is too long or too wide costs only itself', async () => {
    const wide = `<row><c t="inlineStr"><is><t>1</t></is></c>${'<c t="inlineStr"><is><t>y</t></is></c>'.repeat(20_000)}</row>`;
    const long = row('2', 'x'.repeat(1_200_000));
    const rows = await rowsIn(head + wide + long + row('3', '9'));
    expect(rows.map((one) => ('values' in one ? one.values.id : 'problem' in one && one.problem))).toEqual([
      'the row has a value to the right of the last heading',
      'the row is longer than 1048576 characters',
      '3',
    ]);
  });

  it('damaged archives and other documents are refused by name', async () => {
    const good = workbook(head);
    for (const bytes of [
      good.subarray(0, good.length - 30),
      Buffer.concat([good.subarray(0, 60), Buffer.alloc(200)]),
    ])
      await expect(rowsOf(written(bytes))).rejects.toThrow(
        /is an Excel workbook that cannot be read|is a ZIP archive/,
      );
    await expect(
      rowsOf(written(zip({ 'xl/workbook.bin': 'x', 'xl/worksheets/sheet1.bin': 'x' }))),
    ).rejects.toThrow('in binary form (XLSB)');
    await expect(rowsOf(written(zip({ 'word/document.xml': '<w/>' })))).rejects.toThrow('is a Word document');
    await expect(
      rowsOf(written(workbook('', { 'xl/workbook.xml': '<workbook><sheets/></workbook>' }))),
    ).rejects.toThrow('no sheet with rows');
    await expect(rowsIn('')).resolves.toEqual([]);
  });

  it('any damage is a row that cannot be read, or a refusal', async () => {
    const good = readFileSync(fixture('xlsxwriter-1904.xlsx'));
    const dimensions = defineDimensions(DEFAULT_DIMENSIONS);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        async (changes, length) => {
          const bytes = Buffer.from(changes.length % 4 === 0 ? good.subarray(0, length) : good);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const path = written(bytes);
          const found = await guessFile({ path, dimensions, zone: null, now: 0 }).catch(
            (error: Error) => error,
          );
          if (found instanceof Error) expect(found.name).toMatch(/^(UnreadableFileError|WrongColumnsError)$/);
        },
      ),
      { numRuns: 300 },
    );
  });
});
