#!/usr/bin/env node
/*
 * Runs a command from the build of the sources as they are now. Builds first if a source has changed; if dist/ cannot be
 * written, runs the sources through tsx.
 */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { MAPPER, register } from './build/source-maps.mjs';

const OLDEST_NODE = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  process.stderr.write(
    `scoreline: Node.js ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}\n`,
  );
  process.exit(1);
}

/*
 * WebAssembly (the embedded database, Cedar) is optimised function by function, each after this many bytes executed. V8's default is
 * so low that a start takes half of its CPU seconds to optimise what it runs but once (decision 0214).
 */
setFlagsFromString('--wasm-tiering-budget=200000000');

async function program() {
  const { build, currentBuild } = await import('./build/build.mjs');
  const current = currentBuild();
  if (current) return current;
  try {
    return await build();
  } catch (error) {
    if (error.errors?.length > 0) {
      process.stderr.write(`scoreline: the sources cannot be built: ${error.message}\n`);
      process.exit(1);
    }
    process.stderr.write(`scoreline: running the sources, because they cannot be built: ${error.message}\n`);
    return undefined;
  }
}

/** The pages of a server; without them it still answers the API. */
async function pages() {
  const { buildWeb, isWebCurrent } = await import('./build/web.mjs');
  if (isWebCurrent()) return;
  process.stderr.write('scoreline: building the pages, because their sources have changed\n');
  await buildWeb().catch((error) =>
    process.stderr.write(
      `scoreline: starting without current pages, because they cannot be built: ${error.message}\n`,
    ),
  );
}

const built = await program();
if (process.argv[2] === 'start' && !process.argv.includes('--help')) await pages();
if (built) {
  register(built);
  // Node.js 22 and newer keep the compiled code beside the build.
  (await import('node:module')).enableCompileCache?.(join(dirname(built), '.compiled'));
  await import(pathToFileURL(built).href).catch((error) => {
    process.stderr.write(`${globalThis[MAPPER](error?.stack ?? String(error))}\n`);
    process.exit(1);
  });
} else {
  (await import('tsx/esm/api')).register();
  await import('./main.ts');
}
