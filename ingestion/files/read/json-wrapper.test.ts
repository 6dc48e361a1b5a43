import { expect, it } from 'vitest';
import { wrappedLists } from './json-wrapper.ts';

async function* pieces(...all: readonly string[]): AsyncGenerator<string> {
  yield* all;
}

it('values that are nested too deeply are refused, where that is found, and not kept', async () => {
  let read = 0;
  async function* deep(): AsyncGenerator<string> {
    yield '{\n"a":';
    for (; read < 100; read++) yield '['.repeat(1_000);
  }
  await expect(wrappedLists(deep(), [])).rejects.toThrow(
    'line 2 has more than 500 lists and objects within one another',
  );
  expect(read).toBe(0);
  const rows = `${'['.repeat(498)}${']'.repeat(498)},"rows":[{}]}`;
  expect(await wrappedLists(pieces('{"a":', rows), [])).toMatchObject([{ field: 'rows' }]);
  await expect(wrappedLists(pieces('{"a":'.repeat(501)), [])).rejects.toThrow('line 1 has more than 500');
});
