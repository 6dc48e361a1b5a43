import { existsSync, readFileSync } from 'node:fs';
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

it('every program that a step of the image runs is in the source, and one builds the encoder of other languages', () => {
  const programs = [...text.matchAll(/node[" ,]+(cli\/[\w/.-]+)/g)].map(([, file = '']) => file);
  expect(programs.length).toBeGreaterThanOrEqual(3);
  expect(programs.filter((file) => !existsSync(new URL(`../${file}`, import.meta.url)))).toEqual([]);
  expect(text).toMatch(/node cli\/scoreline\.mjs model multilingual --out \/encoders\/\S+;/);
  expect(text).toContain('COPY --from=encoders /encoders ./encoders');
});
