import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { currentBuild, isUnchanged, ROOT } from './build.mjs';
import { languagesAsJson, sourceUrls } from './plugins.mjs';
import { readMap, stackMapper } from './source-maps.mjs';

const folder = mkdtempSync(join(tmpdir(), 'scoreline-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the source map of a build', () => {
  it('names the line and column of the source', async () => {
    const lines = Array.from(
      { length: 400 },
      (_, i) => `export const v${i}: number = Number('${i}') + ${i};`,
    );
    writeFileSync(
      join(folder, 'a.ts'),
      `${lines.join('\n')}\nexport function fails(): never {\n  throw new Error('x');\n}\n`,
    );
    writeFileSync(
      join(folder, 'b.ts'),
      "import { fails, v7 } from './a.ts';\nexport const used = v7;\nfails();\n",
    );
    const outfile = join(folder, 'out.mjs');
    const { outputFiles } = await build({
      entryPoints: [join(folder, 'b.ts')],
      ...{ bundle: true, format: 'esm', sourcemap: true, outfile, write: false },
    });
    for (const { path, contents } of outputFiles) writeFileSync(path, contents);
    const text = outputFiles.find(({ path }) => path === outfile)?.text.split('\n') ?? [];
    const place = readMap(outfile);
    const at = (part: string) => {
      const line = text.findIndex((one) => one.includes(part));
      return place?.(line, (text[line] ?? '').indexOf(part));
    };
    expect(at('throw new Error')).toBe(`${join(folder, 'a.ts')}:402:3`);
    expect(at('v399 =')).toBe(`${join(folder, 'a.ts')}:400:14`);
    expect(at('fails();')).toBe(`${join(folder, 'b.ts')}:3:1`);
    expect(place?.(1_000_000, 0)).toBeUndefined();
    expect(readMap(join(folder, 'none.mjs'))).toBeUndefined();

    const line = text.findIndex((one) => one.includes('throw new Error')) + 1;
    const frame = (file: string) => `    at fails (${file}:${line}:3)`;
    const stack = ['Error: x', frame(`file://${outfile}`), frame(outfile), frame('/elsewhere/out.mjs')];
    expect(stackMapper(folder)(stack.join('\n')).split('\n')).toEqual([
      'Error: x',
      `    at fails (${join(folder, 'a.ts')}:402:3)`,
      `    at fails (${join(folder, 'a.ts')}:402:3)`,
      '    at fails (/elsewhere/out.mjs:'.concat(`${line}:3)`),
    ]);
  });
});

describe('a source file', () => {
  it('is unchanged by its content, whatever its time', () => {
    const path = join(folder, 'c.ts');
    writeFileSync(path, 'one');
    const hash = '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed';
    expect(isUnchanged(path, { mtimeMs: 0, size: 3, hash })).toBe(true);
    writeFileSync(path, 'two');
    expect(isUnchanged(path, { mtimeMs: 0, size: 3, hash })).toBe(false);
    expect(isUnchanged(`${path}.gone`, { mtimeMs: 0, size: 3, hash })).toBe(false);
  });

  it('keeps its URL in a build, and a thread that is not listed is an error', async () => {
    const bundled = (text: string) => {
      writeFileSync(join(folder, 'd.ts'), text);
      return build({
        entryPoints: [join(folder, 'd.ts')],
        ...{ bundle: true, format: 'esm', write: false, logLevel: 'silent' },
        plugins: [sourceUrls(folder, ['known.ts'])],
      });
    };
    const { outputFiles } = await bundled(
      "export const place = new URL('./models/x.json', import.meta.url);",
    );
    expect(outputFiles[0]?.text).toContain('new URL("./models/x.json", new URL("../../d.ts", import.meta');
    await expect(bundled("export const thread = new URL('./other.ts', import.meta.url);")).rejects.toThrow(
      /list other\.ts among the threads/,
    );
    const known = await bundled("export const thread = new URL('./known.ts', import.meta.url);");
    expect(known.outputFiles[0]?.text).toContain('new URL("./known.js", import.meta');
  });
});

it('the tables of the language detector are those of the package, and read as JSON', async () => {
  const outfile = join(folder, 'languages.cjs');
  const { outputFiles = [] } = await build({
    stdin: {
      contents: "export { ngramsData } from './node_modules/eld/src/ngrams/small.js'",
      resolveDir: ROOT,
    },
    ...{ bundle: true, format: 'cjs', charset: 'utf8', outfile, write: false, plugins: [languagesAsJson()] },
  });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  const built = createRequire(import.meta.url)(outfile) as { ngramsData: unknown };
  const { href } = pathToFileURL(join(ROOT, 'node_modules/eld/src/ngrams/small.js'));
  const { ngramsData } = (await import(href)) as { ngramsData: unknown };
  // One string is compared: a comparison of 81,000 tables takes seconds.
  expect(JSON.stringify(built.ngramsData) === JSON.stringify(ngramsData)).toBe(true);
  const ofServer = readFileSync(join(dirname(currentBuild() ?? ''), 'languages.cjs'), 'utf8');
  expect(ofServer).toContain('ngramsData = JSON.parse(');
});
