import { describe, expect, it } from 'vitest';
import { applyScale, type ScaleRule } from '../../../domain/nps/scale.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../../domain/segments/dimensions.ts';
import { type FileMap, mapHash, parseFileMap } from './file-map.ts';
import { InvalidMapError } from './map-mistakes.ts';
import { namedScale } from './map-scale.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const MAP = {
  source: 'paper',
  survey: { name: 'visit', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'when' },
  score: { column: 'rating', scale: '1-10' },
};
const RANGE = { kind: 'range', name: 'stars', minimum: 1, maximum: 5, passiveFrom: 4, promoterFrom: 5 };
const parse = (changes: object): FileMap => parseFileMap({ ...MAP, ...changes }, DIMENSIONS);
const mistakes = (declared: unknown): string[] => {
  try {
    parseFileMap(declared, DIMENSIONS);
  } catch (error) {
    if (error instanceof InvalidMapError) return error.message.split('\n');
    throw error;
  }
  return [];
};
const scaled = (scale: unknown) => ({ ...MAP, score: { column: 'rating', scale } });

describe('parseFileMap', () => {
  it('fills in defaults, and keeps what was declared', () => {
    const declared = { ...MAP };
    expect(parseFileMap(declared, DIMENSIONS)).toEqual({
      ...MAP,
      answeredAt: {
        column: 'when',
        format: 'iso',
        zone: 'UTC',
        language: 'en',
        skipped: 'later',
        repeated: 'earlier',
        missing: [],
      },
      attributes: {},
      dimensions: {},
      where: {},
      declared,
    });
  });

  it.each<[unknown, (string | RegExp)[]]>([
    [null, [/^map: must be a JSON object/]],
    [{}, [/^source: /, /^survey: /, /^externalId: must be a column, or/, /^answeredAt: /]],
    [{ ...MAP, survey: { name: 'visit' } }, [/^survey\.version: /]],
    [{ ...MAP, survey: { name: '', version: '1' } }, [/^survey\.name: /]],
    [{ ...MAP, externalId: { hash: [] } }, [/^externalId\.hash: /]],
    [{ ...MAP, externalId: 7 }, [/^externalId: must be a column, or \{ "hash": \[columns\] \}/]],
    [{ ...MAP, answeredAt: { column: 'when', format: [] } }, [/^answeredAt\.format: /]],
    [{ ...MAP, answeredAt: { column: 'when', zone: 'CET+1' } }, [/^answeredAt\.zone: is not an IANA zone/]],
    [
      { ...MAP, answeredAt: { column: 'when', format: 'yyyy-MM' } },
      ['answeredAt.format: "yyyy-MM" names no whole date: the day is missing'],
    ],
    [
      { ...MAP, answeredAt: { column: 'when', format: ['iso', 'HH:mm', 'yyyy'] } },
      [/^answeredAt\.format\.1: "HH:mm" names no/, /^answeredAt\.format\.2: "yyyy" names no/],
    ],
    [
      { ...MAP, answeredAt: { column: 'when', format: ['MM/dd/yyyy', 'dd/MM/yyyy'] } },
      [/^answeredAt\.format\.1: "MM\/dd\/yyyy" and "dd\/MM\/yyyy" read "03\/04\/2026" as two dates/],
    ],
    [
      { ...MAP, answeredAt: { column: 'when', language: 'german' } },
      [/^answeredAt\.language: .*"de" or "pt-BR"/],
    ],
    [
      { ...MAP, answeredAt: { column: 'when', language: ['de', 'xx'] } },
      [/^answeredAt\.language\.1: is not a language that this server knows/],
    ],
    [
      { ...MAP, answeredAt: { column: 'when', format: 'd MMMM yyyy', language: ['hr', 'cs'] } },
      [/^answeredAt\.language: "listopad" is month 10 in "hr" and 11 in "cs"; name only one/],
    ],
    [{ ...MAP, answeredAt: { column: 'when', skipped: 'now' } }, [/^answeredAt\.skipped: must be "earlier"/]],
    [{ ...MAP, comment: [] }, [/^comment: /]],
    [{ ...MAP, where: { kind: 'seat' } }, [/^where\.kind: /]],
    [
      { ...MAP, dimensions: { region: { colum: 'x' } } },
      [/^dimensions\.region: must be \{ "value": text \} or/],
    ],
    [
      { ...MAP, dimensions: { planet: { value: 'x' }, moon: { value: 'y' } } },
      [
        /^dimensions\.planet, moon: no such dimension; there are productLine, region, lifecycleStage, channel/,
      ],
    ],
    [
      { ...MAP, encoding: 'klingon' },
      [/^encoding: "klingon" is not an encoding that is read; there are utf-8, /],
    ],
    [{ ...MAP, answeredAt: 'when' }, [/^answeredAt: must be \{ "column": column \}/]],
    [{ ...MAP, survey: 'x' }, [/^survey: must be \{ "name": text, "version": text \}/]],
    [{ ...MAP, where: { a: 'x' } }, [/^where\.a: must be a list of values/]],
    [{ ...MAP, comment: [] }, [/^comment: must not be empty/]],
    [
      { ...MAP, coment: 'Why' },
      [/^map: Unrecognized key: "coment"; there are encoding, separator, .*comment/],
    ],
    [{ ...MAP, separator: ', ' }, [/^separator: must be one character that is no letter/]],
    [{ ...MAP, separator: '"' }, [/^separator: must be one character/]],
    [
      { ...MAP, score: { column: 'rating', scale: '0-10', written: 'in words' } },
      [/^score\.written: must be one of decimal comma, label after, label before, any digits/],
    ],
    [scaled(undefined), [/^score\.scale: must be one of the scales 0-10, /]],
    [scaled('1-11'), [/^score\.scale: must be one of the scales 0-10, 1-10, 1-5, 1-7, recommend, /]],
    [scaled('constructor'), [/^score\.scale: must be one of the scales/]],
    [scaled({ by: 'kind', when: {} }), ['score.scale.when: name at least one value']],
    [
      scaled({ by: 'kind', when: { seat: '1-10', bed: '1-11' } }),
      [/^score\.scale\.when\.bed: is none of the scales 0-10/],
    ],
    [scaled({ ...RANGE, kind: 'stars' }), [/^score\.scale: must be one of the scales/]],
    [scaled({ ...RANGE, best: 5 }), [/^score\.scale: .*"best"/]],
    [scaled({ kind: 'range', name: 's', minimum: 1, maximum: 5 }), [/\.passiveFrom: /, /\.promoterFrom: /]],
    [scaled({ ...RANGE, minimum: 0.5 }), [/^score\.scale\.minimum: /]],
    [
      scaled({ kind: 'labels', name: 'l', labels: { yes: { class: 'fan', points: 10, score: 1 } } }),
      [/^score\.scale\.labels\.yes\.class: .*"promoter"/],
    ],
    [scaled({ kind: 'labels', name: 'l', labels: {} }), ['score.scale.labels: name at least one label']],
  ])('has one line for each mistake in %j, naming its place', (declared, expected) => {
    const lines = mistakes(declared);
    expect(lines).toHaveLength(expected.length);
    expected.forEach((line, i) => {
      expect(lines[i]).toMatch(line);
    });
  });
});

describe('a map of too many entries', () => {
  const many = (count: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`e${i}`, value]));
  it.each<[string, unknown, string]>([
    ['dimensions', { ...MAP, dimensions: many(6_000, 0) }, 'dimensions: has 6000 entries; at most 4'],
    [
      'scales',
      scaled({ by: 'kind', when: many(6_000, 0) }),
      'score.scale.when: has 6000 entries; at most 100',
    ],
    [
      'labels',
      scaled({ kind: 'labels', name: 'l', labels: many(6_000, 0) }),
      'score.scale.labels: has 6000 entries; at most 200',
    ],
    [
      'labels of one of the scales',
      scaled({ by: 'kind', when: { seat: { kind: 'labels', name: 'l', labels: many(201, 0) } } }),
      'score.scale.when.seat.labels: has 201 entries; at most 200',
    ],
    ['columns of where', { ...MAP, where: many(6_000, 0) }, 'where: has 6000 entries; at most 50'],
    [
      'bad values of where',
      {
        ...MAP,
        where: many(
          9,
          Array.from({ length: 2_000 }, () => 0),
        ),
      },
      'map: more than 1000 mistakes',
    ],
  ])('is refused with one line: %s', (_, declared, line) => {
    expect(mistakes(declared)).toEqual([line]);
  });
});

describe('a scale written out', () => {
  it.each([
    [{ minimum: 5, maximum: 5, passiveFrom: 5, promoterFrom: 5 }, /^score\.scale\.maximum: must be greater/],
    [{ minimum: 5, maximum: 1 }, /^score\.scale\.maximum: must be greater/],
    [{ passiveFrom: 5, promoterFrom: 4 }, /must hold: minimum <= passiveFrom <= promoterFrom <= maximum/],
    [{ passiveFrom: 0 }, /must hold/],
    [{ promoterFrom: 6 }, /must hold/],
    [{ maximum: 100, pointsAsGiven: true }, /^score\.scale\.pointsAsGiven: fits only scales within 0 to 10/],
    [{ minimum: -5, pointsAsGiven: true }, /^score\.scale\.pointsAsGiven: /],
    [{ maximum: 100_000 }, /^score\.scale\.maximum: /],
  ])('without points from 0 to 10 is refused: %j', (changes, expected) => {
    expect(mistakes(scaled({ ...RANGE, ...changes }))[0]).toMatch(expected);
  });

  it.each([
    [{}, [0, 1000]],
    [{ minimum: -2, maximum: 2, passiveFrom: 1, promoterFrom: 2 }, [0, 1000]],
    [{ minimum: 0, maximum: 100, passiveFrom: 70, promoterFrom: 90 }, [0, 1000]],
    [{ minimum: 1, maximum: 10, passiveFrom: 7, promoterFrom: 9, pointsAsGiven: true }, [100, 1000]],
    // No passive answers.
    [{ passiveFrom: 5, promoterFrom: 5 }, [0, 1000]],
  ])('gives points at its ends: %j', (changes, expected) => {
    const map = parse({ score: { column: 'rating', scale: { ...RANGE, ...changes } } });
    const rule = namedScale(map.score?.scale as ScaleRule);
    if (rule.kind !== 'range') throw new Error('a range was declared');
    expect([rule.minimum, rule.maximum].map((answer) => applyScale(rule, answer)?.points)).toEqual(expected);
  });

  it('knows its labels however they are written, in the map and in the file', () => {
    const fan = { class: 'promoter', points: 1000, score: 2 };
    const map = parse({
      score: { column: 'rating', scale: { kind: 'labels', name: 'mood', labels: { ' Super ': fan } } },
    });
    const rule = namedScale(map.score?.scale as ScaleRule);
    expect(['super', 'SUPER ', ' Super'].map((answer) => applyScale(rule, answer))).toEqual([fan, fan, fan]);
  });
});

describe('how a file is read', () => {
  it('is declared by the usual names', () => {
    const separators = ['comma', 'Semicolon', 'TAB', 'pipe', '^', '\\t'].map(
      (separator) => parse({ separator }).separator,
    );
    expect(separators).toEqual([',', ';', '\t', '|', '^', '\t']);
    expect(parse({ encoding: 'Latin1' }).encoding).toBe('iso-8859-1');
    const { score } = parse({ score: { column: ' How\r\nlikely ', scale: '0-10', written: ['any digits'] } });
    expect(score).toMatchObject({ column: 'How likely', written: ['any digits'] });
  });
});

describe('mapHash', () => {
  it('is of the declaration: another map does not continue an import', () => {
    expect(mapHash(parse({}))).toBe(mapHash(parse({})));
    const changed = [parse({}), parse({ source: 'mail' }), parse({ where: { kind: ['seat'] } })];
    expect(new Set(changed.map(mapHash)).size).toBe(changed.length);
  });
});
