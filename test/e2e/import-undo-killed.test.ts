import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* A server that is killed in the middle of an undo: the next call goes on to the same end. */

const server = useServer();
const MAP = {
  source: 'killed',
  survey: { name: 'NPS', version: '1' },
  externalId: 'id',
  respondent: 'who',
  answeredAt: { column: 'at', format: 'iso', zone: 'UTC' },
  revision: { column: 'revision', format: 'number' },
  score: { column: 'score', scale: '0-10' },
  comment: 'why',
};
const OLD = 300;
const ALL = 1_500;
/** Rows of the wrong file that say what is there, under a higher revision. */
const SAME = Math.ceil(OLD / 11);

/** Writes rows with these ids and imports them; answers with the id of the import. */
async function importRows(name: string, count: number, score: (i: number) => number, revision: number) {
  const at = (i: number) => new Date(Date.UTC(2026, 9, 1 + (i % 20), i % 24)).toISOString();
  const rows = Array.from(
    { length: count },
    (_, i) => `r${i},p${i % 400},${at(i)},${revision},${score(i)},words ${i}`,
  );
  const path = join(server.instance.dataDir, name);
  writeFileSync(path, `id,who,at,revision,score,why\n${rows.join('\n')}\n`);
  writeFileSync(`${path}.map.json`, JSON.stringify(MAP));
  const args = ['import', path, '--map', `${path}.map.json`, '--rejects', `${path}.rejects`];
  const { code, output } = await runProgram(args, server.instance.env).finished;
  expect(code, output).toBe(0);
  return /--undo ([0-9a-f]{12})$/m.exec(output)?.[1] as string;
}

type Nps = { nps: { score: number; responses: number; promoters: number; detractors: number }[] };
const NPS = 'nps(window: "P31D", asOf: "2026-11-01T00:00:00Z") { score responses promoters detractors }';
const RESPONSES =
  'responses(from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z", first: 200) { edges { node { externalId score comment } } }';
const standing = async () => {
  const { data } = await server.graphql<
    Nps & { responses: { edges: { node: { externalId: string; score: number; comment: string } }[] } }
  >(`{ ${NPS} ${RESPONSES} }`);
  return {
    nps: data.nps,
    rows: data.responses.edges
      .map(({ node }) => `${node.externalId} ${node.score} ${node.comment}`)
      .sort((a, b) => (a < b ? -1 : 1)),
  };
};
const UNDO = `mutation ($id: ID!) { undoImport(id: $id, reason: "wrong file") { undo { complete removed restored stayed } } }`;
type Undo = {
  undoImport: { undo: { complete: boolean; removed: number; restored: number; stayed: number } };
};
const progress = async () => {
  const { data } = await server.graphql<{
    imports: {
      edges: { node: { undoneAt: string | null; undo: { removed: number; restored: number } | null } }[];
    };
  }>('{ imports(first: 1) { edges { node { undoneAt undo { removed restored } } } } }');
  const node = data.imports.edges[0]?.node;
  return node?.undo ? { ...node.undo, undoneAt: node.undoneAt } : null;
};

it('goes on where it was killed, and ends as if the file had never been read', async () => {
  await importRows('old.csv', OLD, (i) => i % 11, 1);
  const before = await standing();
  expect(before).toMatchObject({ nps: [{ responses: OLD }], rows: { length: 200 } });
  const wrong = await importRows('wrong.csv', ALL, () => 0, 2);
  const killed = server.graphql<Undo>(UNDO, { id: wrong }).catch((error: Error) => error);
  const undone = (undo: Awaited<ReturnType<typeof progress>>) => (undo ? undo.removed + undo.restored : 0);
  await until(async () => undone(await progress()) >= 100, 'a part is undone');
  await server.stop('SIGKILL');
  await killed;
  await server.start();
  const left = await progress();
  expect(left?.undoneAt).toBeNull();
  expect(undone(left)).toBeGreaterThanOrEqual(100);
  expect(undone(left)).toBeLessThan(ALL);
  let complete = false;
  while (!complete)
    complete = (await server.graphql<Undo>(UNDO, { id: wrong })).data.undoImport.undo.complete;
  expect(await progress()).toEqual({
    removed: ALL - OLD,
    restored: OLD - SAME,
    undoneAt: expect.any(String),
  });
  expect(await standing()).toEqual(before);
});
