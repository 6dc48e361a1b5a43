import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Vite } from 'vitest/node';
import { ROOT } from '../../cli/build/build.mjs';
import { FOLDER } from './programs.ts';

const THREAD = /new URL\('\.\/([\w-]+-worker)\.ts', import\.meta\.url\)/g;

/**
 * Threads that test workers start run as they are built, like in production: one from its sources loads the TypeScript loader and
 * compiles its modules, for a quarter to two thirds of a CPU second each time.
 */
export const builtThreads: Vite.Plugin = {
  name: 'built-threads',
  enforce: 'pre',
  transform: (code) =>
    code.includes("-worker.ts', import.meta.url)")
      ? code.replace(THREAD, (_, name: string) => {
          const built = pathToFileURL(join(ROOT, FOLDER, `${name}.js`)).href;
          return `new URL(${JSON.stringify(built)})`;
        })
      : undefined,
};
