import { describe, expect, it } from 'vitest';
import type { ColumnGuess, RoleGuess, Understood } from '../upload-client.ts';
import { amend, assign, decide, draftOf, lacks, mapOf } from './map-draft.ts';

const guess = (role: RoleGuess['role'], entry: unknown, field?: string): RoleGuess => ({
  role,
  entry,
  reason: 'it looks so',
  certainty: 'likely',
  ...(field ? { field } : {}),
});
const column = (name: string, own: RoleGuess, ...alternatives: RoleGuess[]): ColumnGuess => ({
  name,
  examples: [],
  filled: 1,
  different: 1,
  guess: own,
  alternatives,
});
const NONE = guess('none', null);
const COLUMNS = [
  column('id', guess('externalId', 'id')),
  column('at', guess('answeredAt', { column: 'at', format: 'dd/MM/yyyy', zone: 'UTC' })),
  column('sent', NONE, guess('answeredAt', { column: 'sent', format: 'iso' })),
  column('nps', guess('score', { column: 'nps', scale: '0-10' })),
  column('why', guess('comment', 'why')),
  column('more', NONE),
  column('land', guess('dimension', { column: 'land', values: { de: 'DE' } }, 'region')),
];
const UNDERSTOOD = {
  columns: COLUMNS,
  map: { sheet: 'A', source: 's', survey: { name: 's', version: '1' }, externalId: 'id' },
} as unknown as Understood;
const draft = draftOf(UNDERSTOOD);
const of = (name: string) => COLUMNS.find((one) => one.name === name) as ColumnGuess;

describe('a draft', () => {
  it('of a guess is its map', () => {
    expect(mapOf(draft)).toEqual({
      sheet: 'A',
      source: 's',
      survey: { name: 's', version: '1' },
      externalId: 'id',
      answeredAt: { column: 'at', format: 'dd/MM/yyyy', zone: 'UTC' },
      score: { column: 'nps', scale: '0-10' },
      comment: 'why',
      dimensions: { region: { column: 'land', values: { de: 'DE' } } },
    });
    expect(lacks(draft)).toEqual([]);
  });

  it('has one column for each role, the guessed entry where there is one, and several comments', () => {
    const dated = assign(draft, of('sent'), 'answeredAt', 'Europe/Berlin');
    expect(mapOf(dated)['answeredAt']).toEqual({ column: 'sent', format: 'iso' });
    expect(dated.choices['at']?.role).toBe('none');
    const worded = assign(draft, of('more'), 'comment', 'UTC');
    expect(mapOf(worded)['comment']).toEqual(['why', 'more']);
    const placed = assign(draft, of('more'), 'dimension:region', 'UTC');
    expect(mapOf(placed)['dimensions']).toEqual({ region: { column: 'more' } });
    expect(mapOf(assign(draft, of('more'), 'answeredAt', 'Asia/Tokyo'))['answeredAt']).toEqual({
      column: 'more',
      format: 'iso',
      zone: 'Asia/Tokyo',
    });
  });

  it('without an id identifies rows by all columns that it reads', () => {
    const map = mapOf(assign(draft, of('id'), 'none', 'UTC'));
    expect(map['externalId']).toEqual({ hash: ['at', 'nps', 'why', 'land'] });
  });

  it('keeps what is changed of an entry, and takes what is decided', () => {
    const changed = amend(draft, 'nps', { scale: '1-5' });
    expect(mapOf(changed)['score']).toEqual({ column: 'nps', scale: '1-5' });
    const decided = decide(draft, { column: 'at', format: 'MM/dd/yyyy', zone: 'UTC' });
    expect(mapOf(decided)['answeredAt']).toMatchObject({ format: 'MM/dd/yyyy' });
  });

  it('says what it lacks', () => {
    const bare = ['at', 'nps', 'why'].reduce(
      (before, name) => assign(before, of(name), 'none', 'UTC'),
      draft,
    );
    expect(lacks({ ...bare, source: ' ' })).toEqual([
      'Choose the column that says when each answer was given.',
      'Choose the column of the score, or of the comment.',
      'Name the source.',
    ]);
  });
});
