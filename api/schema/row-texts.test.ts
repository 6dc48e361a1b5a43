import { execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Counts } from '../../domain/nps/nps.ts';
import { type ScoreRow, scoreRow } from '../../domain/scores/score.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import type { Prepared } from '../operation.ts';
import { RowWriters } from './row-texts.ts';
import { buildSchema } from './schema.ts';

const SCHEMA = buildSchema(defineDimensions(DEFAULT_DIMENSIONS));
const SNAPSHOT = SCHEMA.getQueryType()?.getFields()['nps'];
const NAMES = [
  ...['id', 'time', 'until', 'score', 'low', 'high', 'method', 'responses', 'promoters', 'passives'],
  ...['detractors', 'change', 'suppressed', 'region', 'channel', 'a: score', 'b: region'],
];

function prepared(query: string): Prepared {
  return { schema: SCHEMA, document: parse(query), contextValue: {} } as unknown as Prepared;
}

function rowOf(counts: Counts | null, region: string, confidence = 0.95): ScoreRow {
  const [from, until] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 31, 7, 30)];
  const segment = { region: [region], channel: ['"\\\u2028'] };
  const name = { from, until, segment, basis: 'SURVEYED' as const, confidence, model: null };
  return scoreRow(name, from, { region }, counts, [], () => 1 / 3);
}

/** What graphql-js answers with where the field returns those rows. */
async function executed(query: string, rows: readonly ScoreRow[]): Promise<string> {
  if (!SNAPSHOT) throw new Error('there is no such field');
  const { resolve } = SNAPSHOT;
  SNAPSHOT.resolve = () => rows;
  const { data, errors } = await execute(prepared(query));
  Object.assign(SNAPSHOT, { resolve });
  if (errors) throw errors[0];
  return JSON.stringify(data?.['nps']);
}

const count = fc.nat(1_000_000);
const rows = fc.array(
  fc.record({
    counts: fc.option(fc.record({ promoters: count, passives: count, detractors: count })),
    region: fc.string(),
  }),
  { maxLength: 4 },
);

describe('rows of scores as texts', () => {
  it('are what graphql-js and JSON.stringify make of them', async () => {
    const writers = new RowWriters();
    const names = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(names, rows, async (asked, given) => {
        const list = given.map(({ counts, region }) => rowOf(counts, region));
        const query = `{ nps { ${asked.join(' ')} } }`;
        const texts = writers.prepare(prepared(query));
        expect(texts?.write('nps', list)).toBe(true);
        expect(texts?.of('nps')).toBe(await executed(query, list));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a fragment', '{ nps { ...f } } fragment f on NpsRow { score }'],
    ['a fragment of the query', '{ ...f } fragment f on Query { nps { score } }'],
    ['a directive', '{ nps { score @skip(if: true) } }'],
    ['a directive of the field', '{ nps @skip(if: false) { score } }'],
    ['a field that is merged', '{ nps { score } nps { low } }'],
    ['fields with objects', '{ nps { segmentValues { value } } }'],
    ['the name of the type', '{ nps { __typename } }'],
    ['no rows', '{ viewer { name } }'],
    [
      'what has rows inside',
      '{ npsChange(beforeFrom: "", beforeTo: "", afterFrom: "", afterTo: "") { before { score } } }',
    ],
  ])('are not made with %s', (_, query) => {
    expect(new RowWriters().prepare(prepared(query))).toBeNull();
  });

  it('are not made of values that are not of their type, nor of long lists', () => {
    const texts = new RowWriters().prepare(prepared('{ nps { responses } other: nps { low } }'));
    const many = { promoters: 2 ** 31, passives: 0, detractors: 0 };
    expect(texts?.write('nps', [rowOf(many, 'a')])).toBe(false);
    expect(texts?.of('nps')).toBeUndefined();
    const one = rowOf({ ...many, promoters: 1 }, 'a');
    expect(
      texts?.write(
        'nps',
        Array.from({ length: 501 }, () => one),
      ),
    ).toBe(false);
    expect(
      texts?.write(
        'nps',
        Array.from({ length: 500 }, () => one),
      ),
    ).toBe(true);
    expect(texts?.write('none', [one])).toBe(false);
  });
});
