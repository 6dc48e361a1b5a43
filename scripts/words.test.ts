import { describe, expect, it } from 'vitest';
import { findOldWords, isChecked } from './words.ts';

const wordsIn = (text: string, path = 'api/some.ts') => findOldWords(path, text).map(({ word }) => word);

describe('the word lint', () => {
  it.each([
    ['// Callers are told sums.', 'told'],
    ['// What is told of hidden things', 'told'],
    ['// It tells of each leaf', 'tells of'],
    ['// A seal is there for whom its rollup is.', 'whom'],
    ["describe('who may read it', () => {", 'who may'],
    ['throw new Error(`id: somebody else has claimed it`);', 'somebody'],
    ['// Nobody reads it; it is made anew.', 'anew'],
    ['// kept for ever', 'for ever'],
    ['// The import was taken back.', 'taken back'],
    ['// Decisions are kept for good.', 'for good'],
    ['// The collector hands in responses.', 'hands in'],
    ['// for the operator to mend', 'mend'],
    ["description: 'Responses set aside in a dispute.'", 'set aside'],
    ["reason: 'kept on record'", 'on record'],
    ['// comments for everybody', 'everybody'],
    ['// Hence no combination', 'Hence'],
    ['// counted by every way in', 'every way in'],
    ['// is not a sealed text of version 2', 'sealed text'],
    ['// behind the second wall', 'wall'],
    ['await raiseWall(db);', 'eWall'],
    ['const tile = tiles.get(key);', 'tile'],
    ['const lots = firstLots(changes);', 'lots'],
    ['// the embedded record is open', 'embedded record'],
    ["// the record's keys", "the record's"],
    ['// under the signed heads', 'signed heads'],
    ['readonly vault: Vault;', ': Vault'],
    ['import { RecordCells } from "./cells.ts";', 'RecordCells'],
  ])('refuses %j', (line, word) => {
    expect(wordsIn(line)).toEqual([word]);
  });

  it.each([
    '// Callers who may read responses see them.',
    '// A wall clock shows it; the rows are swallowed.',
    '// HashiCorp Vault wraps the keys; percentiles and quantiles; a lot of rows.',
    '// The record of its arrival is kept; records are rows; the record-template.',
    '// signed tree head (RFC 9162)',
    '// a by-hand change; recommended; the handed-over lease; for goods',
  ])('accepts %j', (line) => {
    expect(wordsIn(line)).toEqual([]);
  });

  it('names file, line and what to write instead', () => {
    expect(findOldWords('docs/guides/x.md', 'fine\nwhoever reads')).toEqual([
      {
        path: 'docs/guides/x.md',
        line: 2,
        word: 'whoever',
        instead: expect.stringContaining('a caller who'),
      },
    ]);
  });

  it('reads pages and styles of the dashboard', () => {
    expect(wordsIn('<p>Nobody has been erased</p>', 'web/src/a.tsx')).toEqual(['Nobody']);
    expect(isChecked('web/src/parts/a.css')).toBe(true);
  });

  it('leaves out what must keep its words', () => {
    for (const path of ['migrations/0001_triggers.sql', 'scoring/features.ts', 'STYLE.md'])
      expect(isChecked(path), path).toBe(false);
    for (const path of ['README.md', 'docs/decisions/0001-x.md', 'schema.graphql', 'test/e2e/x.test.ts'])
      expect(isChecked(path), path).toBe(true);
    expect(wordsIn('lots: integer("lots"),', 'store/tables/disclosure.ts')).toEqual([]);
    expect(wordsIn('// lots are told', 'api/some.ts')).toEqual(['told']);
  });
});
