import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/* A copy of the sources: what is built when, and what runs after an edit. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { MODULES } = createRequire(import.meta.url)('../../.modules.cjs') as {
  MODULES: Record<string, unknown>;
};
const SOURCES = [
  'main.ts',
  'scoreline.config.ts',
  'package.json',
  'tsconfig.json',
  'cli',
  'verifier',
  ...Object.keys(MODULES),
];
const SOURCE = /\.(ts|mjs|js|json)$/;

const copy = mkdtempSync(join(tmpdir(), 'scoreline-copy-'));
const folders = join(copy, 'dist');
const program = join(copy, 'cli', 'main.ts');

beforeAll(() => {
  for (const name of SOURCES)
    cpSync(join(ROOT, name), join(copy, name), {
      recursive: true,
      filter: (path) => !/\.[^/]+$/.test(path) || (SOURCE.test(path) && !path.includes('/scoring/models/')),
    });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Runs `scoreline` of the copy in another folder. */
const scoreline = (...args: string[]) =>
  new Promise<{ readonly code: number | string; readonly output: string }>((done) => {
    execFile(
      process.execPath,
      [join(copy, 'cli', 'scoreline.mjs'), ...args],
      { cwd: tmpdir() },
      (error, stdout, stderr) => done({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
const builds = () => readdirSync(folders).filter((name) => !name.includes('.'));
const edit = (from: string, to: string) =>
  writeFileSync(program, readFileSync(program, 'utf8').replace(from, to));

describe('the build', () => {
  it('is made by the first command, from any folder, and is run by the next', async () => {
    expect(await scoreline('--help')).toMatchObject({
      code: 0,
      output: expect.stringContaining('usage: scoreline'),
    });
    const [first] = builds();
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    // Other times and the same content: a copy of the folder, say.
    utimesSync(program, new Date(0), new Date(0));
    await scoreline('--version');
    expect(builds()).toEqual([first]);
  });

  it('is never run after a source has changed', async () => {
    edit("'usage: scoreline COMMAND [ARGUMENTS]'", "'an edited program'");
    expect((await scoreline('--help')).output).toContain('an edited program');
    expect(builds()).toHaveLength(2);
    edit("'an edited program'", "'an edited program");
    const broken = await scoreline('--help');
    expect(broken).toMatchObject({
      code: 1,
      output: expect.stringMatching(/cannot be built.*\n.*cli\/main\.ts:\d+/s),
    });
    edit("'an edited program", "'an edited program'");
    expect((await scoreline('--help')).output).toContain('an edited program');
  });

  it('runs the sources where it cannot be written', async () => {
    rmSync(folders, { recursive: true, force: true });
    writeFileSync(folders, 'a file in its place');
    const { code, output } = await scoreline('--help');
    expect(output).toContain('running the sources, because they cannot be built');
    expect(output).toContain('an edited program');
    expect(code).toBe(0);
  });

  it('names the lines of the sources in a stack', async () => {
    rmSync(folders, { force: true });
    edit(
      'const code = await main(',
      "if (process.argv[2] === 'fail') throw new Error('on purpose');\nconst code = await main(",
    );
    const { output } = await scoreline('fail');
    const line =
      readFileSync(program, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('on purpose')) + 1;
    expect(output).toContain(`cli/main.ts:${line}:`);
  });
});
