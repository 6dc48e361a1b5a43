import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, currentBuild } from './build.mjs';
import { buildWeb, isWebCurrent } from './web.mjs';

/** What `npm ci` leaves for the first start: a build of the sources and of the pages, and a template of an empty database. */
export async function prepare() {
  const main = currentBuild() ?? (await build());
  if (!isWebCurrent()) await buildWeb();
  await import(new URL('./record-template.js', pathToFileURL(main)).href);
}

if (argv[1] === fileURLToPath(import.meta.url)) await prepare();
