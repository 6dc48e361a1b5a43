import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Builds the program with esbuild into dist/KEY/, where KEY is a hash of everything that it is made of. Plain JavaScript:
 * it runs before anything can load TypeScript. See docs/decisions/0077-build-step.md.
 */

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const MANIFEST = join(DIST, 'build.json');
const ENTRIES = ['cli/main.ts', 'cli/record-template.ts'];
/** Threads are files of their own. Another one is an error of the build until it is listed here. */
const THREADS = [
  'scoring/encoder-worker.ts',
  'scoring/fit-worker.ts',
  'scoring/mmd-worker.ts',
  'scoring/names/names-worker.ts',
];
/** What the output depends on beside the modules: the packages, the compiler's settings and this folder. */
const SETTINGS = [
  'package.json',
  'tsconfig.json',
  'node_modules/.package-lock.json',
  'cli/build/build.mjs',
  'cli/build/plugins.mjs',
];
/** Loaded by Node.js as they are: native code, WASM beside the code, threads of their own, or seldom needed. */
const EXTERNAL = [
  '@cedar-policy/cedar-wasm',
  '@electric-sql/pglite',
  '@graphql-yoga/render-graphiql',
  '@huggingface/transformers',
  '@platformatic/kafka',
  'apache-arrow',
  'esbuild',
  'neo4j-driver',
  'onnxruntime-node',
  'pg-native',
  'tsx',
];
/** A running server loads some chunks late: builds before the current one stay for it. */
const KEPT_BUILDS = 3;

const hashOf = (content) => createHash('sha256').update(content).digest('hex');

function factsOf(path) {
  const { mtimeMs, size } = statSync(resolve(ROOT, path));
  return { mtimeMs, size };
}

/** Whether the file has the content that was built: by its time and size, else by its hash. */
export function isUnchanged(path, built) {
  try {
    const { mtimeMs, size } = factsOf(path);
    if (size !== built.size) return false;
    return mtimeMs === built.mtimeMs || hashOf(readFileSync(resolve(ROOT, path))) === built.hash;
  } catch {
    return false;
  }
}

/** The build of the sources as they are now, as a path; undefined where there is none. */
export function currentBuild() {
  try {
    const { key, inputs } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
    const main = join(DIST, key, 'main.js');
    statSync(main);
    return Object.entries(inputs).every(([path, built]) => isUnchanged(path, built)) ? main : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Builds, and answers with the path of the program. The folder is made beside its place and renamed, so two builds at once
 * do not disturb each other.
 * @throws Error with what esbuild says, or where dist/ cannot be written.
 */
export async function build() {
  const beside = join(DIST, `.new-${process.pid}`);
  mkdirSync(DIST, { recursive: true });
  rmSync(beside, { recursive: true, force: true });
  try {
    const inputs = describe(await bundle(beside));
    const key = hashOf(JSON.stringify(Object.entries(inputs).map(([path, { hash }]) => [path, hash]))).slice(
      0,
      16,
    );
    rmSync(join(DIST, key), { recursive: true, force: true });
    renameSync(beside, join(DIST, key));
    writeFileSync(`${MANIFEST}.${process.pid}`, JSON.stringify({ key, inputs }));
    renameSync(`${MANIFEST}.${process.pid}`, MANIFEST);
    removeOldBuilds();
    return join(DIST, key, 'main.js');
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Own modules and settings, with what shows whether they changed. Packages change with the lock file. */
export function describe(paths) {
  const inputs = {};
  for (const path of [...new Set([...paths, ...SETTINGS])].sort()) {
    try {
      inputs[path] = { ...factsOf(path), hash: hashOf(readFileSync(join(ROOT, path))) };
    } catch (error) {
      // Only npm writes node_modules/.package-lock.json.
      if (!path.startsWith('node_modules/')) throw error;
    }
  }
  return inputs;
}

/**
 * Bundles the entries of the project at `root` into a folder in its dist/.
 * @returns the modules that went in, as paths from the root
 */
export async function bundle(outdir, { entries = ENTRIES, root = ROOT } = {}) {
  const esbuild = await import('esbuild');
  const { languagesAsJson, lazyLanguages, oneGraphql, sourceUrls } = await import('./plugins.mjs');
  const shared = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  };
  const { metafile } = await esbuild.build({
    ...shared,
    entryPoints: [...entries, ...THREADS],
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outdir,
    format: 'esm',
    splitting: true,
    metafile: true,
    // As in the container: graphql-js otherwise asks each object that it tests where its class comes from.
    define: { 'process.env.NODE_ENV': '"production"' },
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    // A third less to read at every start; names stay, for stacks.
    minifyWhitespace: true,
    external: EXTERNAL,
    // CommonJS packages ask for Node.js's own modules by require.
    banner: {
      js: "import { createRequire as __requireFrom } from 'node:module'; const require = __requireFrom(import.meta.url);",
    },
    plugins: [lazyLanguages(), oneGraphql(root), sourceUrls(root, THREADS)],
  });
  await esbuild.build({
    ...shared,
    stdin: { contents: "export { eld } from 'eld/small'", resolveDir: root },
    outfile: join(outdir, 'languages.cjs'),
    format: 'cjs',
    charset: 'utf8',
    plugins: [languagesAsJson()],
  });
  return Object.keys(metafile.inputs)
    .map((path) => relative(root, join(root, path)).split(sep).join('/'))
    .filter((path) => !path.startsWith('node_modules/') && !path.includes(':'));
}

function removeOldBuilds() {
  const builds = readdirSync(DIST, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{16}$/.test(entry.name))
    .map(({ name }) => ({ name, at: statSync(join(DIST, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of builds.slice(KEPT_BUILDS))
    rmSync(join(DIST, name), { recursive: true, force: true });
}
