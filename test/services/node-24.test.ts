import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ADMIN_KEY, runProgram, until } from '../fixtures/server.ts';
import { findNode24 } from './node-24.ts';

/* The build on Node.js 24: it starts, imports, scores and answers, on the embedded database. */

const folder = mkdtempSync(join(tmpdir(), 'scoreline-node-24-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('starts, imports, scores and answers on Node.js 24', async ({ skip }) => {
  const node = findNode24();
  if (node === null) return skip('the npm registry, which has Node.js 24, cannot be reached');
  const env = { SCORELINE_DATA_DIR: join(folder, 'data'), SCORELINE_ADMIN_KEY: ADMIN_KEY, PORT: '0' };
  const doctor = await runProgram(['doctor'], env, { node }).finished;
  expect(doctor.output).toMatch(/^ok +Node\.js 24\./m);
  expect(doctor.code).toBe(0);
  const server = runProgram(['start'], env, { node });
  await until(() => server.output().includes('Next:') || server.process.exitCode !== null, 'it listens');
  const url = /listening\s+(http:\S+)/.exec(server.output())?.[1];
  expect(url, server.output()).toBeDefined();
  const map = 'examples/survey-export.map.json';
  const rejects = join(folder, 'rejects');
  const imported = await runProgram(
    ['import', 'examples/survey-export.csv', '--map', map, '--rejects', rejects],
    env,
    { node },
  ).finished;
  expect(imported.output).toMatch(/^accepted +[1-9]/m);
  const ask = async (query: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as {
      data: Record<string, { score: number; responses: number }[]>;
      errors?: unknown;
    };
  };
  const window = 'window: "P10Y"';
  const surveyed = await ask(`{ nps(${window}) { score responses } }`);
  expect(surveyed.errors).toBeUndefined();
  expect(surveyed.data.nps?.[0]?.responses).toBeGreaterThan(0);
  await until(async () => {
    const { data } = await ask(`{ nps(${window}, basis: INFERRED) { score responses } }`);
    return (data?.nps?.[0]?.responses ?? 0) > 0;
  }, 'a comment is scored');
  server.process.kill('SIGTERM');
  const { code, output } = await server.finished;
  expect(code, output).toBe(0);
  // What Node.js finds old or broken in the program, it warns of.
  expect(output).not.toMatch(/a warning of Node\.js/);
});
