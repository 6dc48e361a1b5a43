import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildWeb, isWebCurrent } from '../cli/build/web.mjs';

/** Gzipped bytes of script that a browser loads before it shows the overview. */
export const BUDGET = 200_000;
const DIST = new URL('../dist/web/', import.meta.url).pathname;

/**
 * What the pages weigh, gzipped as a server would: the script of the first screen, and every file. Builds the pages first where they
 * are not current.
 */
export async function webSize() {
  if (!isWebCurrent()) await buildWeb();
  const build = join(DIST, readFileSync(join(DIST, 'current'), 'utf8'));
  const assets = readdirSync(join(build, 'assets'));
  const read = (name) => readFileSync(join(build, 'assets', name));
  const size = (name) => gzipSync(read(name), { level: 9 }).length;

  /** A script and what it imports before it runs; what it imports later is no part of it. */
  const loadedWith = (name, seen) => {
    if (seen.has(name)) return;
    seen.add(name);
    const imports = String(read(name)).matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g);
    for (const [, imported] of imports) loadedWith(imported, seen);
  };
  const html = readFileSync(join(build, 'index.html'), 'utf8');
  const entries = [...html.matchAll(/assets\/([\w.-]+\.js)/g)].map(([, name]) => name);
  const first = new Set();
  for (const name of [...entries, ...assets.filter((one) => /^overview-.*\.js$/.test(one))])
    loadedWith(name, first);
  const sum = (names) => names.reduce((total, name) => total + size(name), 0);
  return {
    first: { bytes: sum([...first]), files: first.size },
    scripts: assets.filter((name) => name.endsWith('.js')).map((name) => ({ name, bytes: size(name) })),
    styles: sum(assets.filter((name) => name.endsWith('.css'))),
  };
}
