import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, describe, isUnchanged, ROOT } from '../../cli/build/build.mjs';

/*
 * Programs of the tests that load the whole server are built like the product's, once for a run: a start takes a third of the
 * time that it takes from the sources.
 */

/** Where they are built. */
export const FOLDER = 'dist/.tests';
const ENTRIES = ['test/fixtures/scoped-server.ts'];
const MANIFEST = join(ROOT, FOLDER, 'inputs.json');

/** The built program of test/fixtures/scoped-server.ts, from the root of the project. */
export const SCOPED_SERVER = `${FOLDER}/scoped-server.js`;

/** Builds the programs in the project at `root`. */
export const buildPrograms = (root: string): Promise<string[]> =>
  bundle(join(root, FOLDER), { entries: ENTRIES, root });

/** Builds the programs where a source has changed since the last time. */
export async function preparePrograms(): Promise<void> {
  if (isCurrent()) return;
  writeFileSync(MANIFEST, JSON.stringify(describe(await buildPrograms(ROOT))));
}

function isCurrent(): boolean {
  try {
    const inputs = JSON.parse(readFileSync(MANIFEST, 'utf8')) as ReturnType<typeof describe>;
    return Object.entries(inputs).every(([path, built]) => isUnchanged(path, built));
  } catch {
    return false;
  }
}
