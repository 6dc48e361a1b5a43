import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { describe, isUnchanged, ROOT } from './build.mjs';

/*
 * Builds the pages (web/) with Vite into dist/web/KEY/, where KEY is a hash of their sources and packages. dist/web/current
 * names the newest; builds before it stay for tabs that load a chunk late.
 */

const SOURCES = join(ROOT, 'web');
const DIST = join(ROOT, 'dist', 'web');
const MANIFEST = join(DIST, 'build.json');
const CURRENT = join(DIST, 'current');
/** Not part of the pages: types and documents that are generated from them, texts, and the console's files. */
const NOT_SOURCES = /^(?:node_modules|gql)(?:\/|$)|\.md$|\.test\.tsx?$|^console\.html$|^example-queries\.ts$/;
const KEPT_BUILDS = 3;
/** What is served compressed; the rest is small or compressed already. */
const TEXTS = new Set(['.js', '.css', '.svg', '.json']);

function sourcesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (NOT_SOURCES.test(relative(SOURCES, path).split(sep).join('/'))) return [];
    return entry.isDirectory() ? sourcesIn(path) : [relative(ROOT, path).split(sep).join('/')];
  });
}

/** Whether the pages are built from the sources as they are now. */
export function isWebCurrent() {
  try {
    const { key, inputs } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
    statSync(join(DIST, key, 'index.html'));
    return (
      readFileSync(CURRENT, 'utf8') === key &&
      Object.entries(inputs).every(([path, built]) => isUnchanged(path, built))
    );
  } catch {
    return false;
  }
}

/**
 * Builds the pages. The folder is made beside its place and renamed, so a server that runs never sees half of it.
 * @throws Error with what Vite says, or where dist/ cannot be written.
 */
export async function buildWeb() {
  const inputs = describe([...sourcesIn(SOURCES), 'cli/build/web.mjs']);
  const hash = createHash('sha256');
  for (const [path, { hash: content }] of Object.entries(inputs)) hash.update(`${path} ${content}\n`);
  const key = hash.digest('hex').slice(0, 16);
  const beside = join(DIST, `.new-${process.pid}`);
  mkdirSync(DIST, { recursive: true });
  try {
    const { build } = await import('vite');
    const { default: config } = await import('../../web/vite.config.mjs');
    await forProduction(() =>
      build({
        ...config,
        configFile: false,
        root: SOURCES,
        build: { ...config.build, outDir: beside, emptyOutDir: true },
      }),
    );
    await buildSnippet(beside);
    for (const name of readdirSync(join(beside, 'assets'))) precompress(join(beside, 'assets', name));
    rmSync(join(DIST, key), { recursive: true, force: true });
    renameSync(beside, join(DIST, key));
    writeWhole(MANIFEST, JSON.stringify({ key, inputs }));
    writeWhole(CURRENT, key);
    removeOldBuilds(key);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** The web survey: one script for pages of others, beside the pages. */
export async function buildSnippet(outDir) {
  const { build } = await import('vite');
  await forProduction(() =>
    build({
      configFile: false,
      root: SOURCES,
      logLevel: 'warn',
      publicDir: false,
      build: {
        target: 'es2022',
        outDir,
        emptyOutDir: false,
        reportCompressedSize: false,
        lib: {
          entry: join(SOURCES, 'snippet', 'survey.ts'),
          name: 'scoreline',
          formats: ['iife'],
          fileName: () => 'survey.js',
        },
      },
    }),
  );
  precompress(join(outDir, 'survey.js'));
}

/** Under a test runner NODE_ENV is "test", and Vite would bundle the development build of React. */
export async function forProduction(work) {
  const { env } = process;
  const before = env.NODE_ENV;
  env.NODE_ENV = 'production';
  try {
    return await work();
  } finally {
    if (before === undefined) delete env.NODE_ENV;
    else env.NODE_ENV = before;
  }
}

function writeWhole(path, text) {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

/** Compressed once here instead of with every answer. */
function precompress(path) {
  if (!TEXTS.has(extname(path))) return;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
}

function removeOldBuilds(key) {
  const builds = readdirSync(DIST, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => ({
      name,
      at: name === key ? Number.POSITIVE_INFINITY : statSync(join(DIST, name)).mtimeMs,
    }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of builds.slice(KEPT_BUILDS))
    rmSync(join(DIST, name), { recursive: true, force: true });
}
