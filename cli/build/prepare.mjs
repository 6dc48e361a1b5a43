import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, currentBuild } from './build.mjs';

/** What `npm ci` leaves for the first start: a build of the sources, and a template of an empty database. */
export async function prepare() {
  const main = currentBuild() ?? (await build());
  await import(new URL('./record-template.js', pathToFileURL(main)).href);
}

if (argv[1] === fileURLToPath(import.meta.url)) await prepare();
