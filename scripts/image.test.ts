import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const { MODULES } = createRequire(import.meta.url)('../.modules.cjs') as { MODULES: Record<string, unknown> };
const text = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');

it('the image has every module of the source', () => {
  const copied = [...text.matchAll(/^COPY (\S+) \.\/(\S+)$/gm)].flatMap(([, from, to]) =>
    from === to ? [to] : [],
  );
  expect(Object.keys(MODULES).filter((name) => !copied.includes(name))).toEqual([]);
});
