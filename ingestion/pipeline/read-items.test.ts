import { describe, expect, it } from 'vitest';
import fc from '../../test/fixtures/properties.ts';
import { BadItem, LONGEST_ITEM, readItems } from './read-items.ts';

const read = (text: string, isLines = false) => readItems(text, isLines, 100);
const codes = (items: readonly unknown[]) =>
  items.map((item) =>
    item instanceof BadItem && item.outcome.status === 'rejected' ? item.outcome.code : 'read',
  );

describe('the items of a body', () => {
  it('are those that JSON.parse finds, of an array and of lines, for any content', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 20 }), async (given) => {
        // A reviver that names "__proto__" makes no difference here: both parse alike.
        const values = JSON.parse(JSON.stringify(given)) as unknown[];
        expect(await read(JSON.stringify(values, null, 2))).toEqual(values);
        expect(await read(JSON.stringify(values))).toEqual(values);
        expect(await read(values.map((value) => JSON.stringify(value)).join('\n\n'), true)).toEqual(values);
      }),
    );
  });

  it('are one, or several on lines of their own under any type', async () => {
    expect(await read('{\n"a": 1}')).toEqual([{ a: 1 }]);
    expect(await read('{"a": 1}\n{"a": 2}')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await read('"text"')).toEqual(['text']);
  });

  it.each([
    '{"a":',
    '[{"a":1}',
    '[{"a":1},',
    '[{"a":1}] x',
    '[{"a":1},]',
    '[,]',
    '[}]',
    '[{"a":1}}',
    'x',
    ']',
  ])('are none in %s', async (text) => {
    await expect(read(text)).rejects.toThrow(/not JSON/);
  });

  it('are rejected one by one: too long, a duplicate field, a line that is not JSON', async () => {
    const long = JSON.stringify({ ['k'.repeat(LONGEST_ITEM)]: 1 });
    const twice = '{"score": 9, "score": 1}';
    expect(codes(await read(`[{"a":[{"b":1,"b":2}]},${long},${twice},{"__proto__":1}]`))).toEqual([
      'read',
      'TOO_LONG',
      'INVALID',
      'read',
    ]);
    expect(codes(await read(`{"a":1}\n${long}\n${twice}\nnone`, true))).toEqual([
      'read',
      'TOO_LONG',
      'INVALID',
      'INVALID',
    ]);
    expect(codes(await read(long))).toEqual(['TOO_LONG']);
  });

  it('are bounded in number', async () => {
    await expect(read(`[${'1,'.repeat(100)}1]`)).rejects.toThrow(/more than 100/);
    await expect(read('1\n'.repeat(101), true)).rejects.toThrow(/more than 100/);
    expect(await read('1\n'.repeat(100), true)).toHaveLength(100);
  });

  it('are read in slices: others have their turn during a large body', async () => {
    const bodies = [
      `[${'{"a":"b"},'.repeat(200_000)}1]`,
      `${'\n'.repeat(8_000_000)}1`,
      `[${'['.repeat(4_000_000)}${']'.repeat(4_000_000)}]`,
    ];
    for (const [index, body] of bodies.entries()) {
      let turns = 0;
      const count = () => {
        turns += 1;
        timer = setImmediate(count);
      };
      let timer = setImmediate(count);
      await readItems(body, index === 1, 1_000_000);
      clearImmediate(timer);
      expect(turns, String(index)).toBeGreaterThan(1);
    }
  });
});
