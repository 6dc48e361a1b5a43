import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * What esbuild needs to know of this project. Bundled modules must find their files, share one copy of graphql, and load the
 * data of the language detector only when a text is to be read.
 */

/**
 * `import.meta.url` stays the URL of the source file, so that files beside it are found: migrations, models, the console. A
 * thread's `new URL('./x-worker.ts', import.meta.url)` becomes its built file.
 */
export function sourceUrls(root, threads) {
  return {
    name: 'source-urls',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path.includes(`${sep}node_modules${sep}`)) return null;
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.')) return null;
        const source = relative(root, path).split(sep).join('/');
        const contents = text
          .replace(/new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g, (_, name) => {
            const thread = `${source.slice(0, source.lastIndexOf('/') + 1)}${name}.ts`;
            if (!threads.includes(thread))
              throw new Error(`${source}: list ${thread} among the threads of the build`);
            return `new URL('./${name}.js', import.meta['url'])`;
          })
          .replaceAll(
            'import.meta.url',
            `new URL(${JSON.stringify(`../../${source}`)}, import.meta['url']).href`,
          );
        if (/import\.meta\.(dir|file)name/.test(contents)) throw new Error(`${source}: use import.meta.url`);
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** Packages import graphql and require it: both get its ES modules, so that types of one are those of the other. */
export function oneGraphql(root) {
  return {
    name: 'one-graphql',
    setup(build) {
      build.onResolve({ filter: /^graphql(\/.*)?$/ }, ({ path }) => {
        const part = path.slice('graphql/'.length).replace(/\.m?js$/, '') || 'index';
        return { path: join(root, 'node_modules/graphql', `${part}.mjs`) };
      });
    },
  };
}

/** The detector's tables take 50 MB and 0.1 s: they are loaded when the first text is read. */
export function lazyLanguages() {
  const contents = `import { createRequire } from 'node:module';
let loaded;
export const eld = { detect: (text) => (loaded ??= createRequire(import.meta['url'])('./languages.cjs').eld).detect(text) };`;
  return {
    name: 'lazy-languages',
    setup(build) {
      build.onResolve({ filter: /^eld\/small$/ }, () => ({ path: 'eld', namespace: 'languages' }));
      build.onLoad({ filter: /.*/, namespace: 'languages' }, () => ({ contents, loader: 'js' }));
    },
  };
}

/** The detector's tables as JSON: read as JavaScript they take 3.5 times as long and three times the memory. */
export function languagesAsJson() {
  return {
    name: 'languages-as-json',
    setup(build) {
      build.onLoad({ filter: /[\\/]eld[\\/]src[\\/]ngrams[\\/]\w+\.js$/ }, async ({ path }) => {
        const { ngramsData } = await import(pathToFileURL(path).href);
        const text = JSON.stringify(JSON.stringify(ngramsData));
        return { contents: `export const ngramsData = JSON.parse(${text});`, loader: 'js' };
      });
    },
  };
}
