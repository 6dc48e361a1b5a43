import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { draftFromRow, isWanted } from './file-row.ts';
import { columnsOf, parseFileMap } from './map/file-map.ts';
import { InvalidMapError } from './map/map-mistakes.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const MAP = {
  source: 'paper',
  survey: { name: 'visit', version: '1' },
  externalId: 'id',
  answeredAt: {
    column: 'when',
    format: ['dd/MM/yyyy HH:mm', 'iso'],
    zone: 'Europe/Berlin',
    missing: ['n/a'],
  },
  score: { column: 'rating', scale: { by: 'kind', when: { seat: '1-10', lounge: '1-5' } } },
  comment: ['title', 'text'],
  dimensions: {
    region: { column: 'country', values: { DE: 'Germany' }, default: 'elsewhere' },
    channel: { value: 'paper' },
  },
};
const ROW = {
  id: '7',
  when: '31/03/2026 09:30',
  rating: '9',
  kind: 'seat',
  title: 'Good',
  text: 'Very good',
  country: 'DE',
};
const parse = (changes: object) => parseFileMap({ ...MAP, ...changes }, DIMENSIONS);
const map = parse({});
const draft = (changes: Record<string, string>) => draftFromRow(map, { ...ROW, ...changes }, 'f.csv line 2');
const reason = (changes: Record<string, string>) => {
  const outcome = draft(changes);
  return 'status' in outcome && outcome.status === 'rejected' ? `${outcome.code} ${outcome.message}` : 'kept';
};

describe('a row under its map', () => {
  it('becomes a draft with the zone, the words joined, the values renamed and the rule that applies', () => {
    expect(draft({})).toMatchObject({
      externalId: '7',
      answeredAt: new Date('2026-03-31T07:30:00Z'),
      score: '9',
      comment: 'Good\nVery good',
      dimensions: { region: 'Germany', channel: 'paper' },
      mapping: { source: 'paper', connector: 'file', scale: { name: '1-10' } },
    });
    expect(draft({ kind: 'lounge', country: '' })).toMatchObject({
      dimensions: { region: 'elsewhere' },
      mapping: { scale: { name: '1-5' } },
    });
    expect(draft({ when: '2026-01-31T09:30:00-05:00' })).toMatchObject({
      answeredAt: new Date('2026-01-31T14:30:00Z'),
    });
  });

  it.each([
    [{ id: ' ' }, /^MISSING externalId: the column "id" is blank/],
    [{ when: '' }, /^INVALID_TIME answeredAt: the column "when" is blank; every response needs its date/],
    [{ when: 'n/a' }, /^INVALID_TIME answeredAt: "n\/a" means missing here/],
    [
      { when: '31/02/2026 10:00' },
      /^INVALID_TIME .* is not a date of the form dd\/MM\/yyyy HH:mm or 2026-03-31/,
    ],
    [{ when: '0' }, /^INVALID_TIME/],
    [
      { kind: 'sofa' },
      /^OUT_OF_SCALE score: the map declares no scale for kind = "sofa"; it does for seat, lounge/,
    ],
    [{ kind: 'constructor' }, /^OUT_OF_SCALE/],
  ])('is rejected with what was wrong and what would be right: %o', (changes, expected) => {
    expect(reason(changes)).toMatch(expected);
  });

  it('has an id of its contents if the file has none, and columns do not run together', () => {
    const hashed = parse({ externalId: { hash: ['title', 'text'] } });
    const id = (title: string, text: string) => {
      const outcome = draftFromRow(hashed, { ...ROW, title, text }, 'x');
      return 'externalId' in outcome ? outcome.externalId : null;
    };
    expect(id('a', 'bc')).toBe(id('a', 'bc'));
    expect(id('a', 'bc')).not.toBe(id('ab', 'c'));
  });

  it('distinguishes scale rules that look alike', () => {
    const rule = { kind: 'range', name: 'stars', minimum: 1, passiveFrom: 4, promoterFrom: 5 };
    const scales = parse({
      score: {
        column: 'rating',
        scale: { by: 'kind', when: { five: { ...rule, maximum: 5 }, six: { ...rule, maximum: 6 } } },
      },
    });
    const maximum = (kind: string) => {
      const outcome = draftFromRow(scales, { ...ROW, kind }, 'x');
      return 'mapping' in outcome && outcome.mapping.scale.kind === 'range'
        ? outcome.mapping.scale.maximum
        : null;
    };
    expect([maximum('five'), maximum('six'), maximum('five')]).toEqual([5, 6, 5]);
  });

  it('has a revision that is a whole number, and no other reading', () => {
    const counted = parse({ revision: { column: 'version', format: 'number' } });
    const revision = (version: string) => {
      const read = draftFromRow(counted, { ...ROW, version }, 'x');
      return 'mapping' in read ? read.revision?.value : read.status === 'rejected' && read.message;
    };
    expect(['3', '3.0', '3,00', '12', '1000'].map(revision)).toEqual([3, 3, 3, 12, 1000]);
    expect(revision('1,000')).toBe(
      'revision: "1,000" in the column "version" may be 1 or 1000; write the number without a separator',
    );
    expect(revision('12.000')).toMatch(/ may be 12 or 12000; /);
    for (const other of ['1,000,000', '1.500', '1,5'])
      expect(revision(other)).toMatch(/is not a whole number/);
  });

  it('is accepted only if the filter matches', () => {
    const filtered = parse({ where: { kind: ['seat', 'lounge'], country: ['DE'] } });
    expect(
      [ROW, { ...ROW, country: 'FR' }, { ...ROW, kind: '' }].map((row) => isWanted(filtered, row)),
    ).toEqual([true, false, false]);
  });
});

describe('a map', () => {
  it('names the columns that it reads', () => {
    expect(columnsOf(map)).toEqual(['id', 'when', 'rating', 'kind', 'title', 'text', 'country']);
  });

  it.each([
    [{ survey: undefined }, /^survey: /m],
    [{ source: '  ' }, /^source: /m],
    [
      { answeredAt: { column: 'when', zone: 'Berlin' } },
      /answeredAt\.zone: is not an IANA zone such as "Europe\/Berlin"/,
    ],
    [{ score: { column: 'rating', scale: '1-11' } }, /score\.scale: /],
    [
      { dimensions: { planet: { value: 'x' } } },
      /dimensions\.planet: no such dimension; there are productLine, region/,
    ],
    [{ score: undefined, comment: undefined }, /a map names a score, a comment, or both/],
    [{ extra: 1 }, /extra/],
  ])('that cannot be used is reported: %o', (changes, expected) => {
    expect(() => parse(changes)).toThrow(InvalidMapError);
    expect(() => parse(changes)).toThrow(expected);
  });
});
