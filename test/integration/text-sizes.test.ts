import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const SRC = new URL('../../web/src/', import.meta.url).pathname;
/** The sizes that tokens.css names; a label of one line may have its own height. */
const ALLOWED = /^(?:font: (?:inherit|var\(--(?:small|body|heading|score|code)\))|line-height: 1)$/;

it('uses the four sizes of text and no others', () => {
  const others = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.css') && file !== 'styles/tokens.css')
    .flatMap((file) =>
      [...readFileSync(`${SRC}${file}`, 'utf8').matchAll(/(?<![\w-])(?:font|font-size|line-height):[^;}]+/g)]
        .map(([text]) => text.replace(/\s+/g, ' ').trim())
        .filter((text) => !ALLOWED.test(text))
        .map((text) => `${file}: ${text}`),
    );
  expect(others).toEqual([]);
});
