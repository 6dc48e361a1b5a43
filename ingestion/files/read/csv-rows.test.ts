import { describe, expect, it } from 'vitest';
import { growth } from '../../../test/fixtures/growth.ts';
import fc from '../../../test/fixtures/properties.ts';
import { CsvRows } from './csv-rows.ts';
import { FIRST_ROW } from './heading-rows.ts';
import { headingsOf } from './headings.ts';
import type { ReadRow } from './read-row.ts';
import { LineBuffer } from './text-lines.ts';

const HEADINGS = 'ID,Date,Score,Comment';
const isAnswer = (values: Readonly<Record<string, string>>) =>
  /^\d+$/.test(values.ID ?? '') && /^2026-/.test(values.Date ?? '');

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size);
}

async function read(text: string, size = 7, columns: readonly string[] = []): Promise<ReadRow[]> {
  const lines = new LineBuffer(pieces(text, size));
  const rows: ReadRow[] = [];
  const reader = new CsvRows(lines, {
    separator: ',',
    columns,
    encoding: 'utf-8',
    isAnswer,
    headings: FIRST_ROW,
  });
  for await (const row of reader.read()) rows.push(row);
  return rows;
}

/** [line, comment], [line, "!" and what is wrong] or [line, null] for a blank row. */
const summary = (rows: readonly ReadRow[]) =>
  rows.map((row) =>
    'values' in row
      ? [row.line, row.values.Comment]
      : [row.line, 'problem' in row ? `!${row.problem}` : null],
  );
const file = (...lines: string[]) => [HEADINGS, ...lines].join('\n');

describe('a row', () => {
  it.each([
    [
      'a quote within a value that is not quoted is a character',
      '1,2026-01-01,9,the 27" view',
      'the 27" view',
    ],
    ['quotes within quotes are written twice', '1,2026-01-01,9,"a ""b"", c"', 'a "b", c'],
    ['lines within quotes, whatever ends them', '1,2026-01-01,9,"a\r\nb\rc\nd"', 'a\nb\nc\nd'],
    ['an empty value in quotes', '1,2026-01-01,9,""', ''],
    ['nothing but a quote within quotes', '1,2026-01-01,9,""""', '"'],
    ['a space before a quote', '1,2026-01-01,9, "a"', ' "a"'],
  ])('%s', async (_, line, comment) => {
    for (const size of [1, 3, 1_000]) expect(summary(await read(file(line), size))).toEqual([[2, comment]]);
  });

  it('with nothing in it is not a response', async () => {
    expect(summary(await read(file('', ',,,', ' , ,"",', '1,2026-01-01,9,a', '')))).toEqual([
      [2, null],
      [3, null],
      [4, null],
      [5, 'a'],
    ]);
  });

  it('with other columns than the headings is rejected, and those beside it are accepted', async () => {
    const rows = await read(file('1,2026-01-01,9,a,b', '2,2026-01-01,9', '3,2026-01-01,9,c'));
    expect(summary(rows)).toEqual([
      [2, '!5 columns where the header has 4; a value with a comma in it goes in quotes'],
      [3, '!3 columns where the header has 4'],
      [4, 'c'],
    ]);
  });
});

describe('a damaged row costs only itself', () => {
  const intact = Array.from({ length: 500 }, (_, i) => `${i + 10},2026-01-01,9,fine ${i}`);
  const following = (line: number) => intact.map((_, i) => [line + i, `fine ${i}`]);
  it.each([
    ['a quote that is never closed', '5,2026-01-01,10,"never closed'],
    ['one that a later line seems to close', '5,2026-01-01,10,"never closed\n6,2026-01-01,2,"then, this"'],
    ['text after a closing quote', '5,2026-01-01,10,"they said "soon" again"'],
  ])('%s', async (_, damaged) => {
    const lines = damaged.split('\n').length;
    const rows = summary(await read(file(damaged, ...intact), 10_000));
    expect(rows[0]).toEqual([2, expect.stringMatching(/^!not CSV: a quoted value/)]);
    expect(rows.slice(lines)).toEqual(following(2 + lines));
    if (lines === 2) expect(rows[1]).toEqual([3, 'then, this']);
  });

  it('with its remaining lines, which are reported', async () => {
    const rows = await read(file('5,2026-01-01,10,"one "two"\nthree\n\nfour"', ...intact), 10_000);
    expect(summary(rows).slice(1)).toEqual(following(6));
    expect(rows[0]).toMatchObject({
      line: 2,
      doubt: 'lines 3 to 5 are taken to be the rest of the damaged row in line 2',
    });
  });

  it('and a quote that another row closes is reported with its content', async () => {
    const rows = await read(file('5,2026-01-01,10,"never closed', '6,2026-01-01,1,27"', '7,2026-01-01,8,x'));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      line: 2,
      doubt:
        'the row in line 2 goes on to line 3, and 1 of these lines is an answer by itself: was a quote not closed?',
    });
    expect(summary(rows)[1]).toEqual([4, 'x']);
  });

  it('in linear time, wherever the quotes are', async () => {
    const hostile = [
      // Opens a quote whether or not it is read within quotes.
      (count: number) => 'x","\n'.repeat(count),
      (count: number) => '"a\n'.repeat(count),
      (count: number) => `${'1,2,3,"\n'.repeat(count)}"x`,
      (count: number) => `"${'\n'.repeat(count)}`,
    ];
    for (const text of hostile) {
      const readMany = (count: number) => read(`${HEADINGS},${'a,'.repeat(2_000)}\n${text(count)}`, 65_536);
      // Eight times the file; 64 times would be the cost of reading each row again.
      expect(await growth(readMany, { size: 10_000, times: 8 })).toBeLessThan(30);
    }
  });
});

describe('headings', () => {
  const heading = async (text: string, columns: readonly string[]) => read(`${text}\n1,2`, 7, columns);
  it('with line breaks and spaces are found', async () => {
    const [row] = await heading('"How likely\r\n are  you?",\u00a0b ', ['How likely are you?', 'b']);
    expect(row).toMatchObject({ line: 3, values: { 'How likely are you?': '1', b: '2' } });
  });

  it('are compared without invisible characters', async () => {
    const text = '\u200eID,Date\u200b,Sco\u00adre,Comment\ufeff\n1,2026-01-01,9,x';
    const [row] = await read(text, 7, ['ID', 'Date', 'Score', 'Comment']);
    expect(row).toMatchObject({ values: { ID: '1', Date: '2026-01-01', Score: '9', Comment: 'x' } });
  });

  it('of more columns than a sheet has are refused, and equal ones are numbered in linear time', async () => {
    await expect(read(`${'a,'.repeat(16_384)}a\n1,2`, 65_536)).rejects.toThrow(
      'it has 16385 columns, and at most 16384 are read: is the separator right?',
    );
    const { names, repeated } = headingsOf(Array<string>(16_384).fill('a'));
    expect([names[0], names.at(-1), repeated.get('a')?.length]).toEqual(['a [1]', 'a [16384]', 16_384]);
    const equal = (count: number) => headingsOf(Array<string>(count).fill('a'));
    // 64 times would be the cost of going through all of them for each.
    expect(await growth(equal, { size: 2_048, times: 8 })).toBeLessThan(30);
  });

  it('that another character separates are refused with its name', async () => {
    await expect(read('ID:Date\n1:2', 7, ['ID', 'Date'])).rejects.toThrow(
      'the file does not have: ID, Date; it has ID:Date, as one column by the separator comma; if that is another one, name it with "separator"',
    );
    await expect(read('ID,Date\n1,2', 7, ['ID', 'When'])).rejects.toThrow(
      /does not have: When; it has ID, Date$/,
    );
  });

  it('that are equal are refused if the map reads one of them, and found by their number', async () => {
    await expect(heading('Why?,Why?', ['Why?'])).rejects.toThrow(
      'the map reads the column "Why?", and the file has 2 of that heading: columns 1 and 2; ' +
        'name the one that is meant "Why? [1]" or "Why? [2]" in the map',
    );
    expect(await heading('Why?,Why?', ['Why? [2]'])).toMatchObject([
      { values: { 'Why? [1]': '1', 'Why? [2]': '2' } },
    ]);
    expect(await heading('Why?,Why?', [])).toHaveLength(1);
    await expect(heading('Why?,Why?', ['Why? [3]'])).rejects.toThrow(/does not have: Why\? \[3\]/);
  });

  it('that are blank are named after their place, and one spelled as a number of another is refused', async () => {
    expect(await heading(',b', ['column 1'])).toMatchObject([{ values: { 'column 1': '1', b: '2' } }]);
    await expect(read('a,a,a [2]\n1,2,3', 7, ['a [2]'])).rejects.toThrow(
      /has 2 of that heading: columns 2 and 3/,
    );
  });
});

/** Damage that a row can suffer. */
type Damage =
  | {
      readonly kind: 'drop quote' | 'add quote' | 'cut' | 'separator';
      readonly at: number;
      readonly size: number;
    }
  | { readonly kind: 'blank'; readonly at: number; readonly size: number };

function damage(text: string, { kind, at, size }: Damage): string {
  const place = at % (text.length + 1);
  if (kind === 'add quote') return `${text.slice(0, place)}"${text.slice(place)}`;
  if (kind === 'separator') return `${text.slice(0, place)},${text.slice(place)}`;
  if (kind === 'cut') return text.slice(0, place) + text.slice(place + size);
  const quotes = [...text.matchAll(/"/g)].map(({ index }) => index);
  const quote = quotes[at % Math.max(1, quotes.length)];
  return quote === undefined ? text : text.slice(0, quote) + text.slice(quote + 1);
}

const END = fc.constantFrom('\n', '\r\n', '\r');
const DAMAGE = fc.record({
  kind: fc.constantFrom('drop quote', 'add quote', 'cut', 'separator', 'blank'),
  at: fc.nat(200),
  size: fc.integer({ min: 1, max: 9 }),
}) as fc.Arbitrary<Damage>;
const WORDS = ['fine', '"', ',', ' ', 'é', '27"', '""', ';'];
const comment = (...more: string[]) =>
  fc.array(fc.constantFrom(...WORDS, ...more), { maxLength: 6 }).map((words) => words.join(''));
const written = (text: string, isQuoted: boolean) =>
  isQuoted || /^"|[,\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Known rows, some of them damaged, as a file. */
function fileOf(comments: fc.Arbitrary<string>, spacing: number) {
  const row = fc.record({
    text: comments,
    isQuoted: fc.boolean(),
    end: END,
    damage: fc.option(DAMAGE, { freq: 3 }),
  });
  return fc.array(row, { minLength: 1, maxLength: 40 }).map((given) => {
    let text = `${HEADINGS}\n`;
    let line = 2;
    const known = given.map((one, i) => {
      const whole = `${i + 100},2026-01-${String((i % 28) + 1).padStart(2, '0')},${i % 11},${written(one.text, one.isQuoted)}`;
      const what = i % spacing === 0 ? one.damage : null;
      if (what?.kind === 'blank') {
        text += `${[' ', ',,,', ' , ,'][what.size % 3]}${one.end}`;
        line += 1;
      }
      const kept = what && what.kind !== 'blank' ? damage(whole, what) : whole;
      text += kept + one.end;
      const first = line;
      line += kept.split('\n').length;
      return { first, last: line - 1, comment: one.text, isIntact: kept === whole };
    });
    return { text, known };
  });
}

const rangesOf = (rows: readonly ReadRow[]) =>
  rows.flatMap(({ doubt = '' }) => {
    const [, from, to = from] =
      /(?:row in|lines?) (?:line )?(\d+)(?: goes on to line (\d+)| to (\d+))?/.exec(doubt) ?? [];
    return from === undefined ? [] : [[Number(from), Number(to)] as const];
  });

describe('a file of known rows after random damage', () => {
  it('of one line each: every row is accepted or rejected, once, with its line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fileOf(comment(), 2),
        fc.integer({ min: 1, max: 50 }),
        async ({ text, known }, size) => {
          const rows = (await read(text, size)).filter((row) => !('blank' in row));
          const places = rows.map(({ line }) => line);
          const swallowed = rangesOf(rows);
          const isSwallowed = (line: number) => swallowed.some(([from, to]) => from < line && line <= to);
          expect(places).toEqual(known.map(({ first }) => first).filter((line) => !isSwallowed(line)));
          const byLine = new Map(rows.map((row) => [row.line, row]));
          for (const { first, comment: expected, isIntact } of known)
            if (isIntact && !isSwallowed(first))
              expect(byLine.get(first)).toMatchObject({ values: { Comment: expected } });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('of any number of lines: undamaged ones are accepted as they are, or reported as uncertain', async () => {
    await fc.assert(
      fc.asyncProperty(fileOf(comment('\n', '\nx', 'y\n'), 3), async ({ text, known }) => {
        const rows = await read(text, 1_000);
        const doubts = rangesOf(rows);
        const isNamed = (from: number, to: number) => doubts.some(([a, b]) => a <= to && from <= b);
        const byLine = new Map(rows.map((row) => [row.line, row]));
        for (const { first, last, comment: expected, isIntact } of known) {
          const row = byLine.get(first);
          if (isIntact && !isNamed(first, last)) expect(row).toMatchObject({ values: { Comment: expected } });
        }
        // And no whole row is rejected.
        for (const { line } of rows.filter((row) => 'problem' in row)) {
          const of = known.find(({ first, last }) => first <= line && line <= last);
          expect(of?.isIntact && !isNamed(of.first, of.last)).toBeFalsy();
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
