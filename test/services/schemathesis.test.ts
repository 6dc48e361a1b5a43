import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';
import { installed } from './install.ts';

/*
 * schemathesis generates operations from the printed schema, valid and invalid ones, and looks for server
 * errors. Arguments that name something get existing ids, cursors and values (schemathesis_hooks.py).
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Minutes of computing for one field. */
const NOT_TRIED = ['Mutation.trainModel'];

/** Operations for each field. Hostile values at each of its arguments are in test/e2e/abuse/every-argument.test.ts. */
const EXAMPLES = { role: 4, admin: 12 };

const server = useServer({ follow: true });
let tool: string;
let values: string;
beforeAll(async () => {
  tool = await installed('schemathesis');
  const items = Array.from({ length: 200 }, (_, i) => ({
    externalId: `r${i}`,
    respondent: `person ${i % 50}`,
    answeredAt: new Date(Date.UTC(2026, i % 6, 1 + (i % 28))).toISOString(),
    score: i % 11,
    comment: 'It works well but support is slow',
    region: i % 2 ? 'Germany' : 'France',
  }));
  expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 200 });
  values = join(server.instance.dataDir, 'values.json');
  writeFileSync(values, JSON.stringify(await knownValues()));
});

/** Existing ids, cursors and values, by the arguments that take them. */
async function knownValues(): Promise<Record<string, string[]>> {
  const { data } = await server.graphql<{
    nps: { id: string }[];
    responses: { edges: { cursor: string; node: { id: string } }[]; pageInfo: { endCursor: string } };
    modelVersions: { id: string }[];
  }>(`{
    nps(window: "P1Y", asOf: "2026-07-01T00:00:00Z", groupBy: [REGION]) { id }
    responses(first: 5) { edges { cursor node { id } } pageInfo { endCursor } }
    modelVersions { id }
  }`);
  const scores = data.nps.map(({ id }) => id);
  const responses = data.responses.edges.map(({ node }) => node.id);
  const models = data.modelVersions.map(({ id }) => id);
  const { data: traced } = await server.graphql<{ trace: { nodes: { id: string; kind: string }[] } }>(
    'query ($id: ID!) { trace(id: $id, first: 100) { nodes { id kind } } }',
    { id: scores[0] },
  );
  const nodes = traced.trace.nodes.map(({ id }) => id);
  const ids = [...scores, ...responses, ...models, ...nodes];
  expect(nodes.length).toBeGreaterThan(5);
  return {
    id: ids,
    from: [...ids, '2026-01-01T00:00:00Z'],
    to: [...ids, '2026-07-01T00:00:00Z'],
    responseId: responses,
    modelVersion: models,
    after: data.responses.edges.map(({ cursor }) => cursor),
    region: ['Germany', 'France'],
    respondent: ['person 1', 'person 2'],
    timeZone: ['UTC', 'America/St_Johns', 'Asia/Kathmandu'],
  };
}

async function attack(key: string, examples: number): Promise<string> {
  const run = promisify(execFile)(
    join(tool, 'bin', 'st'),
    [
      ...['run', join(ROOT, 'schema.graphql'), '--url', `${server.url}/graphql`],
      ...['-H', `authorization: Bearer ${key}`, '--checks', 'not_a_server_error'],
      ...['-n', String(examples), '--generation-deterministic', '--no-shrink', '--continue-on-failure'],
      ...['--suppress-health-check', 'all', '--warnings', 'off', '--request-timeout', '30'],
      ...NOT_TRIED.flatMap((name) => ['--exclude-name', name]),
    ],
    {
      cwd: server.instance.dataDir,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
        SCORELINE_VALUES: values,
        PYTHONPATH: import.meta.dirname,
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  );
  const { stdout } = await run.catch((error: Error & { stdout: string }) => error);
  return stdout;
}

/** How many operations were sent; each field was tried. */
function tried(report: string): number {
  const [, selected, tested] = /Selected: (\d+)\/\d+\s+Tested: (\d+)\n/.exec(report) ?? [];
  expect(Number(tested), report).toBeGreaterThan(100);
  expect(tested, report).toBe(selected);
  return Number(/(\d+) generated/.exec(report)?.[1]);
}

/** Unexpected errors are masked in the answer, and logged. */
const unexpected = () =>
  server
    .output()
    .split('\n')
    .filter((line) => line.includes('unexpected error'));

it.each(['feed', 'analyst'])(
  'answers whatever the schema allows without an error of its own, in the role %s',
  async (role) => {
    const { data } = await server.graphql<{ createApiKey: { key: string } }>(
      'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input: { name: role, role } },
    );
    const report = await attack(data.createApiKey.key, EXAMPLES.role);
    expect(tried(report), report).toBeGreaterThan(200);
    // What a role may not do is an error to schemathesis too, but none of ours.
    expect(report).not.toMatch(/INTERNAL_SERVER_ERROR|^\[5\d\d\]/m);
    expect(unexpected()).toEqual([]);
  },
);

// Last: it changes and erases what it finds.
it('answers whatever the schema allows without a server error', async () => {
  const report = await attack(ADMIN_KEY, EXAMPLES.admin);
  expect(tried(report), report).toBeGreaterThan(1_000);
  expect(report).toMatch(/generated, \d+ passed/);
  expect(unexpected()).toEqual([]);
});
