import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  freshInstance,
  type Instance,
  type RunningServer,
  startServer,
} from '../fixtures/server.ts';
import { installed } from './install.ts';

/*
 * schemathesis makes operations from the printed schema, right ones and wrong ones, and looks for answers that are the
 * server's fault.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Minutes of computing for one field. */
const NOT_TRIED = ['Mutation.trainModel'];

let instance: Instance;
let server: RunningServer;
let tool: string;
beforeAll(async () => {
  tool = await installed('schemathesis');
  instance = await freshInstance();
  server = await startServer(instance);
  const items = Array.from({ length: 200 }, (_, i) => ({
    externalId: `r${i}`,
    respondent: `person ${i % 50}`,
    answeredAt: new Date(Date.UTC(2026, i % 6, 1 + (i % 28))).toISOString(),
    score: i % 11,
    comment: 'It works well but support is slow',
    region: i % 2 ? 'Germany' : 'France',
  }));
  expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 200 });
});
afterAll(async () => {
  await server?.stop();
  instance?.remove();
});

it('answers whatever the schema allows without an error of its own', async () => {
  const run = promisify(execFile)(
    join(tool, 'bin', 'st'),
    [
      ...['run', join(ROOT, 'schema.graphql'), '--url', `${server.url}/graphql`],
      ...['-H', `authorization: Bearer ${ADMIN_KEY}`, '--checks', 'not_a_server_error'],
      ...['-n', '40', '--generation-deterministic', '--no-shrink', '--continue-on-failure'],
      ...['--suppress-health-check', 'all', '--warnings', 'off', '--request-timeout', '30'],
      ...NOT_TRIED.flatMap((name) => ['--exclude-name', name]),
    ],
    {
      cwd: instance.dataDir,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
        PYTHONPATH: import.meta.dirname,
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  );
  const { stdout } = await run.catch((error: Error & { stdout: string }) => {
    throw new Error(`schemathesis found something:\n${error.stdout}`);
  });
  const tried = Number(/(\d+) generated/.exec(stdout)?.[1]);
  expect(tried, stdout).toBeGreaterThan(1_000);
  expect(stdout).toMatch(/generated, \d+ passed/);
  // An error that nobody foresaw is masked in the answer, and logged.
  expect(server.output()).not.toContain('unexpected error');
});
