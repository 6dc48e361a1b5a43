import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGES } from './pages.ts';

it('serves every screen of the navigation at its path', () => {
  const screens = readFileSync(new URL('../../web/src/screens.ts', import.meta.url), 'utf8');
  const paths = [...screens.matchAll(/path: '([^']+)'/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !(PAGES as readonly (string | undefined)[]).includes(path))).toEqual([]);
});
