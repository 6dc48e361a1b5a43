import { expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { mappedReader } from './mapped-reader.ts';

const MAPPING = {
  source: 'vendor',
  survey: { name: 'nps', version: '1' },
  externalId: 'id',
  answeredAt: { column: 'at' },
  score: { column: 'score', scale: '0-10' },
  comment: 'comment',
  respondent: 'person',
  dimensions: { region: { column: 'org' } },
};
const ITEM = { id: 'r1', at: '2026-01-18T18:17:02Z', score: 9 };
const readItem = (more: object) =>
  mappedReader('canonical', {}, MAPPING, defineDimensions(DEFAULT_DIMENSIONS)).read(
    { ...ITEM, ...more },
    'item 1',
  );

it.each([
  [
    'a dimension',
    { org: { country: 'DE' } },
    '"org" is an object; map one of its fields, such as "org.country"',
  ],
  [
    'the respondent',
    { person: { id: 7 } },
    '"person" is an object; map one of its fields, such as "person.id"',
  ],
  ['the comment', { comment: [[{ text: 'good' }]] }, '"comment" is a list of objects; map a value'],
  ['the id', { id: {} }, '"id" is an object; map a value'],
])('an object at the path of %s rejects the item, with what to map', (_what, more, message) => {
  expect(readItem(more)).toEqual({ status: 'rejected', code: 'INVALID', message: `item: ${message}` });
});

it('reads the texts of a list, and objects that no path ends at', () => {
  expect(readItem({ comment: ['good', ['and', null, 'fast']], other: { org: {} }, org: 'DE' })).toMatchObject(
    {
      comment: 'good, and, fast',
      dimensions: { region: 'DE' },
    },
  );
});
