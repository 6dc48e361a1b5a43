import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/*
 * Styles of a screen stay in the page when another screen is opened: two files that style the same class would change each
 * other's screens, by the order in which these are visited.
 */

const SOURCES = fileURLToPath(new URL('../web/src/', import.meta.url));

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.css'),
);

/** The first class of each selector. */
function classesOf(css: string): Set<string> {
  const selectors = css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/(?<=^|[{};])([^{};@]+)\{/g);
  return new Set(
    [...selectors].flatMap(([, list = '']) =>
      list.split(/,(?![^(]*\))/).flatMap((selector) => /\.([\w-]+)/.exec(selector)?.[1] ?? []),
    ),
  );
}

it('finds the class that a selector begins with', () => {
  const css = '/* .a {} */ .b > .c, .d:is(.e, .f) { color: red } @media (x) { .g .h { color: red } }';
  expect([...classesOf(css)]).toEqual(['b', 'd', 'g']);
});

it('styles each class in one file', () => {
  const places = new Map<string, string[]>();
  for (const file of files)
    for (const name of classesOf(readFileSync(join(SOURCES, file), 'utf8')))
      places.set(name, [...(places.get(name) ?? []), file]);
  expect(files.length).toBeGreaterThan(10);
  expect([...places].filter(([, where]) => where.length > 1)).toEqual([]);
});
