import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type RunningServer, runProgram, until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* A record whose deployment adds a dimension later, and removes one: earlier numbers, seals and proofs keep their meaning. */

const { verifyProof } = (await import(
  fileURLToPath(new URL('../../verifier/verify.js', import.meta.url))
)) as { verifyProof: (proof: unknown) => object };

const DAY_MS = 86_400_000;
const MIDNIGHT = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const AS_OF = new Date(MIDNIGHT).toISOString();
const YESTERDAY = new Date(MIDNIGHT - DAY_MS / 2).toISOString();
const OLD = ['Peru', 'Peru', 'Japan'].map((region, i) => ({
  externalId: `old${i}`,
  answeredAt: YESTERDAY,
  score: [9, 3, 10][i],
  region,
}));

const server = useServer({ env: { SCORELINE_LOG_LEVEL: 'warn' }, follow: true, started: false });

let running = false;
const configured = (text: string) => {
  const file = join(server.instance.dataDir, 'scoreline.config.yaml');
  writeFileSync(file, text);
  server.instance.env.SCORELINE_CONFIG = file;
};
async function restarted(config: string): Promise<RunningServer> {
  if (running) await server.stop();
  configured(config);
  await server.start();
  running = true;
  return server;
}
const nps = async (args: string, fields: string) => {
  const answer = await server.graphql<{ nps: Record<string, unknown>[] }>(
    `{ nps(window: "P7D", asOf: "${AS_OF}", ${args}) { ${fields} } }`,
  );
  expect(answer.errors).toBeUndefined();
  return answer.data.nps ?? [];
};
const sealed = (id: unknown) =>
  until(async () => {
    const answer = await server.graphql<{ verify: { verdict: string; reason: string | null } }>(
      'query ($id: ID!) { verify(id: $id) { verdict reason } }',
      { id },
    );
    const { verdict, reason } = answer.data.verify ?? {};
    if (verdict === 'MISMATCH') throw new Error(String(reason));
    // Responses after the hour was sealed restate it.
    return verdict === 'VERIFIED' || (verdict === 'RESTATED' && !reason?.includes('not sealed'));
  }, 'the score is verified');

it('is "unknown" in a dimension that was added later, in numbers, seals and proofs', async () => {
  const first = await restarted('dimensions: [{ field: region }]');
  expect((await first.post('/ingest/responses', OLD)).status).toBe(202);
  const [before] = await nps('segment: { region: ["Peru"] }', 'id score');
  await sealed(before?.id);

  const later = await restarted('dimensions: [{ field: planTier }, { field: region }]');
  // The same number, by the same id.
  expect(await nps('segment: { region: ["Peru"] }', 'id score')).toEqual([before]);
  await sealed(before?.id);
  // Items that were submitted before are still the same.
  const again = await later.post('/ingest/responses', OLD);
  expect(await again.json()).toMatchObject({ accepted: 0, duplicates: 3 });
  const more = [
    { externalId: 'new0', answeredAt: YESTERDAY, score: 0, region: 'Peru', planTier: 'free' },
    { externalId: 'new1', answeredAt: YESTERDAY, score: 10, region: 'Peru' },
  ];
  expect(await (await later.post('/ingest/responses', more)).json()).toMatchObject({ accepted: 2 });
  const byTier = await nps('groupBy: [PLAN_TIER]', 'planTier responses');
  expect(byTier.toSorted((a, b) => Number(a.responses) - Number(b.responses))).toEqual([
    { planTier: 'free', responses: 1 },
    { planTier: 'unknown', responses: 4 },
  ]);
  // An item without a value is in the same cell as before.
  const cells = await later.graphql<{ cellUsage: { cells: number } }>('{ cellUsage { cells } }');
  expect(cells.data.cellUsage.cells).toBe(3);
  const [unknown] = await nps('segment: { planTier: ["unknown"] }', 'id responses');
  expect(unknown?.responses).toBe(4);
  await sealed(unknown?.id);
  const exported = await later.graphql<{ exportProof: object }>('query ($id: ID!) { exportProof(id: $id) }', {
    id: unknown?.id,
  });
  expect(verifyProof(exported.data.exportProof)).toMatchObject({
    verdict: 'RESTATED',
    responses: 4,
  });
  const listed = await later.graphql<{ responses: { edges: { node: object }[] } }>(
    '{ responses(segment: { planTier: ["unknown"] }) { edges { node { planTier } } } }',
  );
  expect(listed.data.responses.edges.map(({ node }) => node)).toEqual(Array(4).fill({ planTier: 'unknown' }));
});

it('a start refuses to drop a dimension unless that is confirmed, with each way out', async () => {
  await server.stop();
  running = false;
  configured('dimensions: [{ field: region }]');
  const { code, output } = await runProgram(['start'], server.instance.env).finished;
  expect(code).toBe(1);
  expect(output).toContain('stored responses have the dimensions "planTier", which is not configured');
  expect(output).toMatch(/Add it to dimensions again.*formerDimensions: \["planTier"\].*SCORELINE_DATA_DIR/);

  await restarted('dimensions: [{ field: region }]\nformerDimensions: [planTier]');
  const [peru] = await nps('segment: { region: ["Peru"] }', 'id responses');
  expect(peru?.responses).toBe(4);
  await sealed(peru?.id);
  expect((await nps('groupBy: [REGION]', 'region responses')).map(({ responses }) => responses)).toEqual(
    expect.arrayContaining([4, 1]),
  );
});
