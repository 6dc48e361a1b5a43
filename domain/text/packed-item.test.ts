import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { packItem, unpackItem } from './packed-item.ts';

const ITEM = JSON.stringify({
  externalId: 'r3',
  source: 'bench',
  respondent: 'person-3@example.org',
  answeredAt: '2026-11-04T10:48:06.000Z',
  score: 10,
  comment: null,
  region: 'north',
  wave: '1',
});

describe('packItem', () => {
  it('is undone by unpackItem, for any text', () => {
    // Also each of the characters and marks, alone and among others.
    const character = fc.integer({ min: 0, max: 0x22 }).map((code) => String.fromCharCode(code));
    const text = fc.oneof(
      fc.json(),
      fc.string({ unit: 'grapheme', maxLength: 1_500 }),
      fc.string({ unit: character }),
      fc.array(fc.oneof(character, fc.constantFrom(...ITEM.split('n')))).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (given) => unpackItem(packItem(given)) === given),
      {
        examples: [[''], ['\0'], ['\x01null'], ['\x02'], [ITEM], [ITEM.repeat(10)], ['{\n\t"score": 1\r\n}']],
      },
    );
  });

  it('halves an item of the form of /ingest/responses, and any long one', () => {
    expect(packItem(ITEM).length).toBeLessThan(ITEM.length / 2);
    const long = JSON.stringify(
      Array.from({ length: 40 }, (_, i) => ({ question: `Question ${i}`, choice: i })),
    );
    expect(packItem(long).length).toBeLessThan(long.length / 2);
  });
});

describe('unpackItem', () => {
  it('reads what earlier versions stored', () => {
    expect(unpackItem(Buffer.from(ITEM))).toBe(ITEM);
    // Every part, as it is in databases: another list of them would read another item.
    const stored = [
      'AQNhIgViIgZjIgdkIghlIgtmIgwyMDI2LTExLTA0VDEwOjQ4OjA2Gw4yMDI2Ig8xEBwRZyIUaCIVaSIWaiIXayIYb3RoZXIZbCIYbW9yZRpbdHJ1ZV19',
      'AVt7InNjb3JlGjETEgR4In1d',
    ].map((one) => JSON.parse(unpackItem(Buffer.from(one, 'base64'))));
    expect(stored).toEqual([
      {
        ...{ externalId: 'a', source: 'b', survey: 'c', surveyVersion: 'd', respondent: 'e', account: 'f' },
        ...{
          answeredAt: '2026-11-04T10:48:06.000Z',
          updatedAt: '2026',
          revision: 1,
          score: null,
          comment: 'g',
        },
        ...{ region: 'h', channel: 'i', productLine: 'j', lifecycleStage: 'k', other: 'l', more: [true] },
      },
      [{ score: 1, respondent: null, comment: null, externalId: 'x' }],
    ]);
  });
});
