import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* The command, the mutation and the list of imports, through a server and directly on the database. */

const CASES = new URL('../fixtures/cases/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'scoreline-undo-'));
const server = useServer();
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
});

const run = async (...args: string[]) => runProgram(['import', ...args], server.instance.env).finished;
const importFile = async (name: string) => {
  const rejects = join(folder, `${name}.rejects`);
  const { code, output } = await run(
    `${CASES}${name}`,
    '--map',
    `${CASES}05-edited.map.json`,
    '--rejects',
    rejects,
  );
  expect(code, output).toBe(0);
  const ids = [...output.matchAll(/(?:^import +|--undo )([0-9a-f]{12})$/gm)].map(([, id]) => id);
  // At its start and at its end.
  expect(ids).toHaveLength(2);
  expect(ids[0]).toBe(ids[1]);
  return { id: ids[0] as string, output };
};
const answers = async () => {
  const { data } = await server.graphql<{
    responses: { edges: { node: { externalId: string; score: number | null; comment: string | null } }[] };
  }>(
    '{ responses(segment: { productLine: ["case-05"] }, first: 10) { edges { node { externalId score comment } } } }',
  );
  return data.responses.edges
    .map(({ node }) => [node.externalId, node.score, node.comment])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
};
const UNDO = `mutation ($id: ID!, $reason: String!) { undoImport(id: $id, reason: $reason) {
  id undoneAt undo { complete removed restored stayed held restricted } } }`;
const IMPORTS =
  '{ imports { edges { node { id name source digest by startedAt finishedAt undoneAt rows accepted duplicates rejected leftOut undo { by reason removed restored complete held } } } } }';
type Listed = { imports: { edges: { node: Record<string, unknown> }[] } };

it('an edited export is accepted as corrections, counted, listed, and undone', async () => {
  const on = server;
  const first = await importFile('05-edited-1.csv');
  const second = await importFile('05-edited-2.csv');
  expect(second.output).toMatch(/accepted +2/);
  expect(await answers()).toEqual([
    ['1', 3, 'Nobody called back'],
    ['2', 6, 'good'],
  ]);
  const { data } = await on.graphql<Listed>(IMPORTS);
  expect(data.imports.edges.map(({ node }) => node)).toMatchObject([
    {
      id: `Import:${second.id}`,
      name: '05-edited-2.csv',
      source: 'case-05',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      finishedAt: expect.any(String),
      undoneAt: null,
      ...{ rows: 2, accepted: 2, duplicates: 0, rejected: 0, leftOut: 0 },
      undo: null,
    },
    { id: `Import:${first.id}`, name: '05-edited-1.csv' },
  ]);
  const dry = await run('--undo', second.id, '--dry-run');
  expect([dry.code, dry.output]).toEqual([
    0,
    expect.stringMatching(/would be removed +0\nwould be restored +2/),
  ]);
  expect(await answers()).toHaveLength(2);
  const undone = await run('--undo', second.id, '--reason', "it was last week's");
  expect([undone.code, undone.output]).toEqual([0, expect.stringMatching(/removed +0\nrestored +2/)]);
  expect(await answers()).toEqual([
    ['1', 3, null],
    ['2', 9, 'good'],
  ]);
  const after = await on.graphql<Listed>(IMPORTS);
  expect(after.data.imports.edges[0]?.node).toMatchObject({
    undoneAt: expect.any(String),
    undo: { reason: "it was last week's", restored: 2, complete: null, held: null },
  });
  // Its late rows are refused.
  const late = await on.post(
    '/ingest/file',
    `{"map": {}, "file": "x", "import": "${second.id}"}\n`,
    'application/x-ndjson',
  );
  expect(late.status).toBe(400);
  // And the file counts when it is imported again.
  const repeated = await importFile('05-edited-2.csv');
  expect(await answers()).toMatchObject([
    ['1', 3, 'Nobody called back'],
    ['2', 6, 'good'],
  ]);
  const mutation = await on.graphql<{ undoImport: object }>(UNDO, { id: repeated.id, reason: 'again' });
  expect(mutation.data.undoImport).toEqual({
    id: `Import:${repeated.id}`,
    undoneAt: expect.any(String),
    undo: { complete: true, removed: 0, restored: 2, stayed: 0, held: 0, restricted: 0 },
  });
  const listedId = await run('--undo', `Import:${repeated.id}`, '--dry-run');
  expect([listedId.code, listedId.output]).toEqual([0, expect.stringMatching(/would be restored +0/)]);
  const named = '... on Import { name rows }';
  const found = await on.graphql<{ node: object | null }>(
    `{ node(id: "Import:${repeated.id}") { id ${named} } }`,
  );
  expect(found.data.node).toEqual({ id: `Import:${repeated.id}`, name: '05-edited-2.csv', rows: 2 });
  const absent = await on.graphql<{ node: object | null }>('{ node(id: "Import:0123456789ab") { id } }');
  expect(absent.data).toEqual({ node: null });
  const audit = await on.graphql<{ auditLog: { edges: { node: { action: string } }[] } }>(
    '{ auditLog(first: 50) { edges { node { action } } } }',
  );
  expect(audit.data.auditLog.edges.filter(({ node }) => node.action === 'undoImport').length).toBeGreaterThan(
    1,
  );
  await expect(on.graphql(UNDO, { id: repeated.id, reason: ' ' })).resolves.toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  await expect(on.graphql(UNDO, { id: 'nothing', reason: 'x' })).resolves.toMatchObject({
    errors: [{ message: expect.stringMatching(/no import of that id/) }],
  });
});

it('an import may count anything, and name no source: the list of imports answers', async () => {
  const begun = await server.post(
    '/ingest/imports',
    '{"file": "huge.csv", "source": " "}',
    'application/json',
  );
  const { id } = (await begun.json()) as { id: string };
  const account = JSON.stringify({ accepted: 2 ** 52, rejected: 2 ** 31 - 1, duplicates: 1 });
  const ended = await server.post(`/ingest/imports/${id}/end`, account, 'application/json');
  expect(ended.status).toBe(204);
  const { data } = await server.graphql<Listed>(IMPORTS);
  expect(data.imports.edges[0]?.node).toMatchObject({
    ...{ id: `Import:${id}`, source: '' },
    ...{ rows: 2 ** 31 - 1, accepted: 2 ** 31 - 1, rejected: 2 ** 31 - 1, duplicates: 1, leftOut: 0 },
  });
});

it('an import continues with the file and map that it began with', async () => {
  const on = server;
  const begin = async (given: object) => {
    const answer = await on.post(
      '/ingest/imports',
      JSON.stringify({ file: 'a.csv', ...given }),
      'application/json',
    );
    return (await answer.json()) as { id: string; resumed: boolean };
  };
  const [digest, mapHash] = ['a'.repeat(64), 'b'.repeat(64)];
  const { id } = await begin({ digest, mapHash });
  expect(await begin({ digest, mapHash, resume: id })).toEqual({ id, resumed: true });
  expect(await begin({ digest: mapHash, mapHash, resume: id })).toMatchObject({ resumed: false });
  expect(await begin({ digest, mapHash: null, resume: id })).toMatchObject({ resumed: false });
});

it('without a server the database itself is written', async () => {
  await server.stop();
  const { id } = await importFile('05-edited-2.csv');
  const undone = await run('--undo', id);
  expect([undone.code, undone.output]).toEqual([0, expect.stringMatching(/removed +0\nrestored +2/)]);
  const unknown = await run('--undo', 'abc');
  expect([unknown.code, unknown.output]).toEqual([1, expect.stringMatching(/no import of that id/)]);
  await server.start();
  expect(await answers()).toEqual([
    ['1', 3, null],
    ['2', 9, 'good'],
  ]);
});
