import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  freshInstance,
  type Instance,
  type RunningServer,
  runProgram,
  startServer,
  until,
} from '../fixtures/server.ts';

/* Two servers on one database, each with a data folder of its own. */

const DAY_MS = 86_400_000;
const BASE = Math.floor(Date.now() / DAY_MS) * DAY_MS - 10 * DAY_MS;
/** As the operator of both sets them; the signing key is what was forgotten. */
const SHARED = {
  SCORELINE_PEPPER: 'ab'.repeat(32),
  SCORELINE_KEK: 'cd'.repeat(32),
  SCORELINE_LOG_LEVEL: 'warn',
};
const PERSON = 'somebody@example.org';
let first: Instance;
let second: string;
let secrets: string;
const running: RunningServer[] = [];

beforeAll(async () => {
  first = await freshInstance(SHARED);
  second = mkdtempSync(join(tmpdir(), 'scoreline-second-'));
  secrets = mkdtempSync(join(tmpdir(), 'scoreline-secrets-'));
});
afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  first?.remove();
  for (const folder of [second, secrets]) rmSync(folder, { recursive: true, force: true });
});

const run = async (env: Record<string, string> = {}) => {
  const server = await startServer(first, env);
  running.push(server);
  return server;
};

async function verify(server: RunningServer) {
  const asOf = new Date(BASE + DAY_MS).toISOString();
  const ask = `{ nps(window: "P1D", asOf: "${asOf}") { id } }`;
  const id = (await server.graphql<{ nps: { id: string }[] }>(ask)).data.nps[0]?.id;
  const answer = await server.graphql<{
    verify: { verdict: string; reason: string | null; responses: number };
  }>('query ($id: ID!) { verify(id: $id) { verdict reason responses } }', { id });
  return answer.data.verify;
}

it('a server with its own signing key is refused; with that of the database both prove what either signs or erases', async () => {
  const one = await run();
  const answers = Array.from({ length: 20 }, (_, i) => ({
    externalId: `r${i}`,
    answeredAt: new Date(BASE + i * 60_000).toISOString(),
    score: i % 11,
    ...(i === 3 ? { respondent: PERSON } : {}),
  }));
  expect((await one.post('/ingest/responses', answers)).status).toBe(202);
  await until(async () => (await verify(one)).verdict === 'VERIFIED', 'the answers are sealed');

  // The server that was moved to a folder of its own, or whose volume was lost.
  const stranger = await runProgram(['start'], { ...first.env, SCORELINE_DATA_DIR: second }).finished;
  expect(stranger.code).toBe(1);
  expect(stranger.output).toMatch(
    /^Scoreline cannot start: this database is signed with the key [0-9a-f]{64}, and not with .*SCORELINE_SIGNING_KEY.*Nothing was stored$/m,
  );
  expect(await verify(one)).toMatchObject({ verdict: 'VERIFIED', responses: 20 });

  mkdirSync(join(secrets, 'shared'));
  cpSync(join(first.dataDir, 'signing-key'), join(secrets, 'shared', 'signing-key'));
  const two = await run({ SCORELINE_DATA_DIR: second, SCORELINE_SECRETS_DIR: join(secrets, 'shared') });
  expect(await verify(two)).toMatchObject({ verdict: 'VERIFIED', responses: 20 });
  const heads = (folder: string) => readFileSync(join(folder, 'seals', 'heads.ndjson'), 'utf8');
  expect(heads(second)).toBe(heads(first.dataDir));

  const erased = await two.graphql<{ eraseSubject: { known: boolean } }>(
    `mutation { eraseSubject(respondent: "${PERSON}", reason: "asked for it") { known } }`,
  );
  expect(erased.data?.eraseSubject, JSON.stringify(erased)).toMatchObject({ known: true });
  for (const server of [one, two]) {
    let found = await verify(server);
    await until(async () => {
      found = await verify(server);
      return found.verdict !== 'UNVERIFIABLE';
    }, 'the erasure is explained');
    expect(found).toMatchObject({ verdict: 'VERIFIED_WITH_ERASURES', responses: 19 });
  }
  // What either seals next is in the files of both.
  const before = heads(second).length;
  const late = { externalId: 'late', answeredAt: new Date(BASE + 90_000).toISOString(), score: 3 };
  expect((await two.post('/ingest/responses', [late])).status).toBe(202);
  const bothHold = () => heads(second).length > before && heads(second) === heads(first.dataDir);
  await until(bothHold, 'both files of heads hold what was sealed');
  for (const server of [one, two])
    expect(await verify(server)).toMatchObject({ verdict: 'RESTATED', responses: 20 });
});
