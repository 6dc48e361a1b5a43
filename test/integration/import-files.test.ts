import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CELL_LIMITS } from '../../domain/segments/cell-filing.ts';
import { dryRun } from '../../ingestion/files/import/dry-run.ts';
import { runImport } from '../../ingestion/files/import/run-import.ts';
import { databaseSink } from '../../ingestion/files/import/sink.ts';
import { parseFileMap } from '../../ingestion/files/map/file-map.ts';
import { OWNER } from '../../ingestion/pipeline/submitter.ts';
import { DIMENSIONS, openTestDatabase, type TestDatabase } from '../fixtures/database.ts';

/* Files as people have them: what is read of each, and that every row is in the account. */

const CASES = fileURLToPath(new URL('../fixtures/cases/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'scoreline-files-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

const caseFile = (name: string) => join(CASES, name);
const caseMap = (name: string) =>
  JSON.parse(readFileSync(caseFile(`${name}.map.json`), 'utf8')) as Record<string, object>;
const written = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** Imports into the database; the report, and the rows as read. */
async function importFile(path: string, map: object, more: object = {}) {
  const rejectsPath = join(folder, `${Math.random()}.rejects`);
  const rows: Record<string, string>[] = [];
  const sink = databaseSink({ ...database, now: Date.now }, OWNER);
  const result = await runImport({
    path,
    map: parseFileMap(map, DIMENSIONS),
    sink: {
      ...sink,
      send: (request) => {
        rows.push(...request.rows.map(({ values }) => values));
        return sink.send(request);
      },
    },
    dataDir: folder,
    rejectsPath,
    restart: true,
    isStopping: () => false,
    onProgress: () => undefined,
    ...more,
  });
  const { accepted, duplicates, rejected, filtered, blank = 0 } = result.account;
  const counts = [accepted, duplicates, rejected, filtered, blank];
  return { ...result, counts, rows, rejectsPath };
}

const MAP = {
  source: 'files',
  survey: { name: 'n', version: '1' },
  externalId: 'ID',
  answeredAt: { column: 'Date' },
  score: { column: 'Score', scale: '0-10' },
  comment: 'Comment',
};

it('sends its first row after its id was noted', async () => {
  const path = written('noted.csv', 'ID,Date,Score,Comment\nnoted,2026-03-01,9,x\n');
  const stored = async () =>
    (
      await database.sql<{ n: number }>("SELECT count(*)::int AS n FROM response WHERE external_id = 'noted'")
    )[0]?.n;
  let before: number | undefined;
  const onBegun = async () => {
    for (let turn = 0; turn < 20; turn++) before = await stored();
  };
  await importFile(path, MAP, { onBegun });
  expect([before, await stored()]).toEqual([0, 1]);
});

describe('practical cases', () => {
  it('1: a file in Windows-1252 is read as such, and reported', async () => {
    const { counts, rows, readAs } = await importFile(caseFile('01-ansi.csv'), caseMap('01-ansi'));
    expect(counts).toEqual([2, 0, 0, 0, 0]);
    expect(readAs).toMatchObject({ encoding: 'windows-1252', encodingFrom: 'guess' });
    expect(rows.map(({ Comment, Region }) => [Comment, Region])).toEqual([
      ['Für uns völlig ausreichend – danke', 'Köln'],
      ['Überall Fehler, 20 € im Monat', 'Gießen'],
    ]);
    const cells = await database.sql<{ region: string }>(`SELECT attributes->>'region' AS region FROM cell`);
    expect(cells.map(({ region }) => region)).toEqual(expect.arrayContaining(['Köln', 'Gießen']));
  });

  it('2: unclosed quotes cost their rows, and the report has seven rows', async () => {
    const { counts, rows, firstRejects } = await importFile(caseFile('02-quotes.csv'), caseMap('02-quotes'));
    expect(counts).toEqual([5, 0, 2, 0, 0]);
    expect(rows.map(({ ID }) => ID)).toEqual(['1', '2', '4', '6', '7']);
    expect(rows[1]?.Comment).toBe('the 27" view is cut off');
    expect(firstRejects.map(({ line, code }) => [line, code])).toEqual([
      [4, 'UNREADABLE'],
      [6, 'UNREADABLE'],
    ]);
  });

  it('3: two columns with one heading are refused, or addressed by number', async () => {
    const map = caseMap('03-same-heading');
    await expect(importFile(caseFile('03-same-heading.csv'), map)).rejects.toThrow(
      /"Why\?", and the file has 2 of that heading: columns 4 and 6; name the one that is meant "Why\? \[1\]"/,
    );
    const { rows, counts } = await importFile(caseFile('03-same-heading.csv'), {
      ...map,
      comment: 'Why? [1]',
    });
    expect([counts, rows[0]?.['Why? [1]']]).toEqual([[2, 0, 0, 0, 0], 'reports save me a day']);
    // What the map does not read may be there twice.
    const { comment: _, ...without } = map;
    expect((await importFile(caseFile('03-same-heading.csv'), { ...without, source: 'x' })).counts[0]).toBe(
      2,
    );
  });

  it.each([
    [
      '09a-semicolon',
      'csv',
      2,
      { format: 'CSV', separator: 'semicolon', encodingFrom: 'mark' },
      'schnell; gut',
    ],
    ['09b-sep-line', 'csv', 1, { format: 'CSV', separator: 'comma' }, 'ok'],
    ['09c-unicode-text', 'txt', 1, { separator: 'tab', encoding: 'utf-16le' }, 'grün'],
    ['09g-array', 'json', 2, { format: 'JSON array', separator: null }, 'a'],
    ['12-heading-break', 'csv', 1, { separator: 'comma' }, 'x'],
  ])('%s', async (name, extension, accepted, how, comment) => {
    const { counts, rows, readAs } = await importFile(caseFile(`${name}.${extension}`), caseMap(name));
    expect(counts).toEqual([accepted, 0, 0, 0, 0]);
    expect(readAs).toMatchObject(how);
    expect(rows[0]?.Comment).toBe(comment);
  });

  it('9h: answers as written, if the map declares it', async () => {
    const map = caseMap('09h-answers-as-text');
    const path = caseFile('09h-answers-as-text.csv');
    expect((await importFile(path, map)).counts).toEqual([0, 0, 6, 0, 0]);
    const ways = { ...map, score: { ...map.score, written: ['decimal comma', 'label after', 'any digits'] } };
    const { counts, firstRejects } = await importFile(path, ways);
    expect(counts).toEqual([4, 0, 2, 0, 0]);
    expect(firstRejects.map(({ line, code, message }) => [line, code, message.slice(0, 13)])).toEqual([
      [6, 'OUT_OF_SCALE', 'score: "6.5" '],
      [7, 'OUT_OF_SCALE', 'score: "N/A" '],
    ]);
    const stored = await database.sql<{ id: string; score: number }>(
      `SELECT external_id AS id, score FROM response r JOIN mapping_version m ON m.id = r.mapping_version_id JOIN source s ON s.id = m.source_id
       WHERE s.name = 'case-09h' ORDER BY external_id`,
    );
    expect(stored.map(({ score }) => Number(score))).toEqual([10, 0, 8, 9]);
  });

  it('11: rows with nothing in them are not responses', async () => {
    const { counts } = await importFile(caseFile('11-blank-rows.csv'), caseMap('11-blank-rows'));
    expect(counts).toEqual([2, 0, 0, 0, 2]);
  });
});

describe('encodings', () => {
  const GERMAN = 'Für uns völlig ausreichend, größer geht es nicht – danke schön';
  const JAPANESE = '操作がとても分かりやすくて、サポートの対応も早かったです。また利用します。';
  const texts: [string, string][] = [
    ['windows-1252', GERMAN],
    ['macintosh', GERMAN],
    ['cp850', 'Für uns völlig ausreichend, größer geht es nicht, danke schön'],
    ['iso-8859-2', 'Zażółć gęślą jaźń, bardzo dobra obsługa i świetna jakość, dziękuję'],
    ['windows-1251', 'Очень удобно, всё работает быстро, поддержка отвечает сразу, спасибо'],
    ['koi8-r', 'Очень удобно, всё работает быстро, поддержка отвечает сразу, спасибо'],
    ['iso-8859-7', 'Πολύ καλή εξυπηρέτηση και γρήγορη παράδοση, ευχαριστώ πολύ για όλα'],
    ['shift_jis', JAPANESE],
    ['euc-jp', JAPANESE],
    ['gb18030', '使用起来非常方便，客服的回复也很快，下次还会继续购买，谢谢你们的帮助。'],
    ['big5', '使用起來非常方便，客服的回覆也很快，下次還會繼續購買，謝謝你們的幫助。'],
    ['euc-kr', '사용하기가 아주 편리하고 고객 지원도 빨라서 다음에도 이용하겠습니다 감사합니다'],
    ['utf-16le', GERMAN],
    ['utf-16be', GERMAN],
  ];
  const file = (text: string) =>
    `ID,Date,Score,Comment\n${[1, 2, 3].map((i) => `${i},2026-01-0${i},9,"${text}"\n`).join('')}`;

  it.each(texts)('%s: declared in the map, and detected', async (encoding, text) => {
    const path = written(`${encoding}.csv`, iconv.encode(file(text), encoding, { addBOM: false }));
    for (const more of [{ encoding }, {}]) {
      const { rows, counts, readAs } = await importFile(path, { ...MAP, source: `e-${encoding}`, ...more });
      expect(
        rows.map(({ Comment }) => Comment),
        `${JSON.stringify(readAs)}`,
      ).toEqual([text, text, text]);
      expect(counts[2]).toBe(0);
    }
  });

  it('is detected from the whole file: the first letter beyond ASCII may be far from the beginning', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${i},2026-01-01,9,${'plain words '.repeat(20)}\n`);
    const map = { ...MAP, source: 'late', where: { Comment: ['schön', 'grün'] } };
    const text = `ID,Date,Score,Comment\n${rows.join('')}a,2026-01-01,9,schön\nb,2026-01-01,9,grün\n`;
    for (const [encoding, from] of [
      ['windows-1252', 'guess'],
      ['utf8', 'utf-8'],
    ] as const)
      for (const pack of [(bytes: Buffer) => bytes, gzipSync]) {
        const path = written('late.csv', pack(iconv.encode(text, encoding)));
        const { counts, rows: taken, readAs } = await importFile(path, map);
        expect(readAs?.encodingFrom).toBe(from);
        expect(taken.map(({ Comment }) => Comment)).toEqual(['schön', 'grün']);
        expect(counts[2]).toBe(0);
      }
  });

  it('a row with invalid bytes is rejected, and those beside it are accepted', async () => {
    const map = { ...MAP, source: 'damaged' };
    const lines = [
      'ID,Date,Score,Comment',
      '1,2026-01-01,9,schön',
      '2,2026-01-01,9,gr?n',
      '3,2026-01-01,9,\ufffd',
    ];
    const bytes = Buffer.from(lines.join('\n')).map((byte) => (byte === 0x3f ? 0xfc : byte)) as Buffer;
    const { rows, counts, firstRejects, readAs } = await importFile(written('damaged.csv', bytes), map);
    expect(readAs).toMatchObject({ encoding: 'utf-8', encodingFrom: 'mostly utf-8' });
    expect(counts).toEqual([2, 0, 1, 0, 0]);
    // The U+FFFD of the third row was in the file.
    expect(rows.map(({ Comment }) => Comment)).toEqual(['schön', '\ufffd']);
    expect(firstRejects).toMatchObject([
      { line: 3, code: 'UNREADABLE', message: 'the row has bytes that are no character in utf-8' },
    ]);
    const declared = await importFile(written('damaged.csv', bytes), { ...map, encoding: 'us-ascii' });
    expect(declared.counts).toEqual([0, 0, 3, 0, 0]);
    const json = Buffer.from('{"ID":"1","Date":"2026-01-01","Score":9,"Comment":"gr?n"}\n').map((byte) =>
      byte === 0x3f ? 0xfc : byte,
    ) as Buffer;
    const lined = await importFile(written('damaged.ndjson', json), { ...map, encoding: 'utf-8' });
    expect(lined.counts).toEqual([0, 0, 1, 0, 0]);
  });
});

describe('JSON arrays', () => {
  const row = (id: number, more = '') =>
    `{"ID":"${id}","Date":"2026-01-01","Score":${id % 11},"Comment":"c${id}"${more}}`;
  const map = { ...MAP, source: 'arrays' };

  it('of one line or many, with invalid items named by their place', async () => {
    const items = [row(1), '7', row(2, ',"ID":"9"'), '{"ID":}', row(3)];
    const oneLine = await importFile(written('one.json', `[${items.join(',')}]`), map);
    expect(oneLine.counts).toEqual([2, 0, 3, 0, 0]);
    expect(oneLine.firstRejects.map(({ line, item }) => [line, item])).toEqual([
      [1, 2],
      [1, 3],
      [1, 4],
    ]);
    const pretty = `\ufeff[\r\n  ${items.join(',\r\n  ')}\r\n]\r\n`;
    const many = await importFile(written('many.json', pretty), map);
    expect(many.counts).toEqual([0, 2, 3, 0, 0]);
    expect(many.firstRejects.map(({ line, item }) => [line, item])).toEqual([
      [3, 2],
      [4, 3],
      [5, 4],
    ]);
  });

  it.each([
    ['a text that is not closed', (text: string) => text.replace('"c5"', '"c5')],
    ['an object that is not closed', (text: string) => text.replace('"c5"}', '"c5"')],
    ['a bracket too many', (text: string) => text.replace('"c5"}', '"c5"}}')],
  ])('damage costs one item: %s', async (_, damage) => {
    const items = Array.from({ length: 50 }, (_, i) => row(i + 100).replace('"c105"', '"c5"'));
    for (const separator of [',\n', ',']) {
      const path = written('damage.json', damage(`[\n${items.join(separator)}\n]`));
      const { counts, rows } = await importFile(path, { ...map, source: `arrays ${Math.random()}` });
      expect(counts[0]).toBeGreaterThanOrEqual(49);
      expect(counts[2]).toBeLessThanOrEqual(1);
      expect(rows.map(({ ID }) => Number(ID))).toEqual(expect.arrayContaining([104, 106, 149]));
    }
  });

  it('that are cut off are reported', async () => {
    const { counts, account, firstDoubts } = await importFile(
      written('cut.json', `[${row(1)},\n${row(2)},\n{"ID":`),
      map,
    );
    expect([(counts[0] as number) + (counts[1] as number), counts[2]]).toEqual([2, 1]);
    expect(account.doubts).toBe(1);
    expect(firstDoubts[0]).toMatch(/not closed at the end of the file/);
  });

  it('objects of several lines, one after the other', async () => {
    const pretty = [1, 2].map((id) => JSON.stringify(JSON.parse(row(id)), null, 2)).join('\n');
    const { counts } = await importFile(written('objects.json', pretty), { ...map, source: 'objects' });
    expect(counts).toEqual([2, 0, 0, 0, 0]);
  });

  it('continue where they were interrupted, also within a line', async () => {
    const path = written('long.json', `[${Array.from({ length: 950 }, (_, i) => row(i)).join(',')}]`);
    const long = { ...map, source: 'long' };
    let batches = 0;
    const first = await importFile(path, long, { restart: false, isStopping: () => ++batches > 3 });
    expect(first.interrupted).toBe(true);
    const second = await importFile(path, long, { restart: false });
    expect(second.counts).toEqual([950, 0, 0, 0, 0]);
    expect(first.rows.length + second.rows.length).toBe(950);
  });
});

describe('invalid imports', () => {
  it.each([
    ['nothing', 'empty.csv', ''],
    ['headings without rows', 'headings.csv', 'ID,Date,Score,Comment\n'],
    ['blank rows', 'blank.csv', 'ID,Date,Score,Comment\n,,,\n\n'],
    ['an empty array', 'empty.json', '[]'],
  ])('%s: a file without a row is a mistake', async (_, name, content) => {
    await expect(importFile(written(name, content), MAP)).rejects.toThrow(/has no rows/);
  });

  it('a file that is no text is refused by name', async () => {
    const zip = Buffer.from('PK\x03\x04\x14\x00[Content_Types].xml xl/workbook.xml', 'latin1');
    await expect(importFile(written('book.csv', zip), MAP)).rejects.toThrow(
      /book\.csv is an Excel workbook that cannot be read; open it in a spreadsheet/,
    );
    await expect(importFile(written('twice.csv.gz', gzipSync(gzipSync('ID'))), MAP)).rejects.toThrow(
      /gzip within gzip/,
    );
    const zeros = Buffer.concat([Buffer.from('ID,Date\n'), Buffer.alloc(100), Buffer.from([1, 2, 3])]);
    await expect(importFile(written('zeros.csv', zeros), MAP)).rejects.toThrow(
      /is not text: it has zero bytes/,
    );
  });
});

describe('a dry run', () => {
  it('shows the result of each row, and writes nothing', async () => {
    const lines = [
      'ID;Date;Score;Comment;Region',
      '1;2026-01-01;9;mail me at jane@example.org;Köln',
      '2;2026-01-02;3;;Köln',
      '3;;3;;Köln',
      '4;2026-01-02;11;;Bonn',
      '5;2026-01-02;8;"open;Bonn',
      ';;;;',
    ];
    const map = parseFileMap(
      { ...MAP, source: 'dry', dimensions: { region: { column: 'Region' } } },
      DIMENSIONS,
    );
    const options = {
      dimensions: DIMENSIONS,
      cellLimits: DEFAULT_CELL_LIMITS,
      now: Date.now,
      isStopping: () => false,
    };
    const run = await dryRun({ path: written('dry.csv', lines.join('\n')), map, ...options });
    expect(run).toMatchObject({
      readAs: { separator: 'semicolon' },
      rows: 5,
      accepted: 2,
      rejected: 3,
      blank: 1,
      reasons: { INVALID_TIME: 1, OUT_OF_SCALE: 1, UNREADABLE: 1 },
      cells: { count: 1, shown: [{ rows: 2, values: { region: 'Köln', channel: 'unknown' } }] },
      firstRows: [
        { line: 2, score: 9, class: 'promoter', comment: 'mail me at [email]' },
        { line: 3, comment: null },
      ],
    });
    expect(run.rejects.map(({ line }) => line)).toEqual([4, 5, 6]);
    expect(await database.sql(`SELECT FROM source WHERE name = 'dry'`)).toEqual([]);
  });
});
