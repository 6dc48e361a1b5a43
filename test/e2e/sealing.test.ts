import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

const DAY_MS = 86_400_000;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 20 * DAY_MS;
const BATCH = 1_500;
const server = useServer({ env: { SCORELINE_LOG_LEVEL: 'warn' }, follow: true });

const batch = (round: number) =>
  Array.from({ length: BATCH }, (_, i) => ({
    externalId: `${round}-${i}`,
    answeredAt: new Date(BASE + ((i * 97) % (10 * 1_440)) * 60_000).toISOString(),
    score: (i * 7 + round) % 11,
    region: ['Peru', 'Japan', 'Chile'][i % 3],
  }));

async function verify() {
  const asOf = new Date(BASE + 12 * DAY_MS).toISOString();
  const ask = `{ nps(window: "P20D", asOf: "${asOf}") { id } }`;
  const id = (await server.graphql<{ nps: { id: string }[] }>(ask)).data.nps[0]?.id;
  const answer = await server.graphql<{
    verify: { verdict: string; reason: string | null; responses: number };
  }>('query ($id: ID!) { verify(id: $id) { verdict reason responses stated recomputed } }', { id });
  return answer.data.verify;
}

it('survives being killed while it seals: nothing is lost, sealed twice or half', async () => {
  const rounds = 3;
  for (let round = 0; round < rounds; round++) {
    expect((await server.post('/ingest/responses', batch(round))).status).toBe(202);
    // Sealing begins some seconds after the last change: the kill falls before, into and after it.
    await new Promise((done) => setTimeout(done, 5_500 + round * 500));
    server.process.kill('SIGKILL');
    await server.finished;
    await server.start();
  }
  let found = await verify();
  expect(found.verdict, found.reason ?? '').not.toBe('MISMATCH');
  await until(async () => {
    found = await verify();
    return (
      found.verdict === 'VERIFIED' || (found.verdict === 'RESTATED' && !found.reason?.includes('not sealed'))
    );
  }, 'everything is sealed');
  expect(found.responses).toBe(rounds * BATCH);
  const lines = readFileSync(join(server.instance.dataDir, 'seals', 'heads.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');
  const sizes = lines.map((line) => JSON.parse(JSON.parse(line).body).size as number);
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
});
