import { describe, expect, it } from 'vitest';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import fc from '../../test/fixtures/properties.ts';
import { type BadItem, LONGEST_ITEM } from '../pipeline/read-items.ts';
import { itemAgain } from '../webhooks/quarantined.ts';
import { kafka } from './connector.ts';
import { itemOfMessage } from './messages.ts';

const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const reader = kafka.reader({ topic: 'answers', source: 'stream' }, DIMENSIONS);
const message = (value: string | Buffer | null, headers: Record<string, string> = {}) => ({
  topic: 'answers',
  partition: 3,
  offset: 17n,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers: new Map(Object.entries(headers).map(([name, of]) => [Buffer.from(name), Buffer.from(of)])),
});
const read = (...given: Parameters<typeof message>) => reader.read(itemOfMessage(message(...given)), '');

describe('a message of a topic', () => {
  const data = { answeredAt: '2026-03-01T09:30:00Z', score: 9 };

  it('is a response, an event in structured mode or one in binary mode, at its place', () => {
    const position = 'kafka answers/3/17';
    const expected = { externalId: 'a', mapping: { source: 'stream', connector: 'kafka' }, position };
    expect(read(JSON.stringify({ externalId: 'a', ...data }))).toMatchObject(expected);
    const event = { specversion: '1.0', id: 'a', type: 't' };
    expect(read(JSON.stringify({ ...event, data }))).toMatchObject(expected);
    const headers = Object.fromEntries(Object.entries(event).map(([name, of]) => [`ce_${name}`, of]));
    expect(read(JSON.stringify(data), { ...headers, ce_source: 'mail', other: 'x' })).toMatchObject({
      ...expected,
      mapping: { source: 'mail' },
    });
  });

  it.each([
    ['no JSON', 'the message is not JSON'],
    ['[1]', 'a response is an object'],
    ['{"a":1,"a":2}', 'a field is given twice'],
    [Buffer.from([0xff, 0xfe]), 'not valid UTF-8'],
    [`"${'x'.repeat(LONGEST_ITEM)}"`, 'at most'],
    [Buffer.alloc(4 * LONGEST_ITEM + 1, 0x20), 'at most'],
  ])('that cannot be read is rejected: %#', (value, says) => {
    expect(read(value)).toMatchObject({ status: 'rejected', message: expect.stringContaining(says) });
  });

  it('that is too long once the quarantine wrapped it is rejected, not left out', () => {
    const long = itemOfMessage(message(`"${'x'.repeat(LONGEST_ITEM - 10)}"`));
    const again = itemAgain(JSON.stringify(long));
    expect(reader.read(again, '')).toMatchObject({ status: 'rejected', code: 'TOO_LONG' });
    expect(reader.sourceOf(again)).toBeNull();
  });

  it('that had more values than are read waits as it came, and is read from there, not left out', () => {
    const text = JSON.stringify({ externalId: 'many', ...data, dimensions: Array(12_000).fill(1) });
    const many = itemOfMessage(message(text)).item as BadItem;
    expect(many.outcome).toMatchObject({ message: expect.stringContaining('more than 10000') });
    const again = itemAgain(many.text);
    expect(reader.read(again, '')).toMatchObject({ status: 'rejected', code: 'INVALID' });
    expect(reader.read({ externalId: 'few', ...data }, 'p')).toMatchObject({
      externalId: 'few',
      position: 'p',
    });
    expect(reader.sourceOf(again)).toBe(reader.sourceOf({ item: again, position: '' }));
  });

  it('keeps no attributes that no dimension names, also in the data of an event', () => {
    const attributes = { plan: 'needle-of-plan' };
    const item = { externalId: 'a', ...data, attributes };
    const event = { specversion: '1.0', id: 'a', type: 't', subject: 'x' };
    for (const given of [item, { ...event, data: { ...data, attributes } }]) {
      const draft = read(JSON.stringify(given)) as { kept: string; attributes: object };
      expect(draft.attributes).toEqual(attributes);
      expect(draft.kept).not.toContain('needle');
      expect(draft.kept).toContain('"score":9');
    }
    const plain = { ...event, data };
    const { subject: _subject, ...kept } = plain;
    expect(JSON.parse((read(JSON.stringify(plain)) as { kept: string }).kept)).toEqual(kept);
  });

  it('without a value is left out', () => {
    expect([read(null), read('')]).toEqual([null, null]);
  });

  it('never makes reading throw', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((one) => Buffer.from(one));
    const text = fc.json().map((one) => Buffer.from(one));
    const headers = fc.dictionary(fc.constantFrom('ce_specversion', 'ce_id', 'ce_data', 'x'), fc.string());
    fc.assert(
      fc.property(fc.oneof(bytes, text), headers, (value, given) => {
        expect(read(value, given) ?? null).toSatisfy((one) => one === null || typeof one === 'object');
      }),
    );
  });
});

it('a mapping names its topic', () => {
  expect(reader.topic).toBe('answers');
  for (const mapping of [{}, { topic: '..' }, { topic: 'a b' }, { topic: 'a', more: 1 }, null])
    expect(() => kafka.reader(mapping, DIMENSIONS)).toThrow('mapping: is { "topic": name }');
});
