import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import own from '../scoreline.config.ts';
import { startScoreline } from './kit/process.ts';
import { distribution, figure, type Place, type Report } from './kit/report.ts';
import { followed, graphql, inFlight, ingest, responseAt } from './kit/traffic.ts';

const RESPONSES = 100_000;
const BATCH = 2_000;
const DAYS = 10;
const CALLS = 12;
const WARM_UP = 2;
const AIM_MS = 2_000;
const PATIENCE_MS = 180_000;

interface Verified {
  readonly verify: { verdict: string; reason: string | null; responses: number; rollups: number };
}

/** How long it takes to seal 100k responses, and to prove a score over all of them. */
export async function sealing({ databaseUrl }: Place): Promise<Report> {
  const until = Math.floor(Date.now() / 86_400_000 - 1) * 86_400_000;
  await ingestUnsealed(databaseUrl, until);
  const server = await startScoreline(databaseUrl);
  const asked = `{ nps(window: "P${DAYS + 2}D", asOf: "${new Date(until + 1).toISOString()}") { id } }`;
  const { nps } = await graphql<{ nps: { id: string }[] }>(server.url, asked);
  const id = nps[0]?.id;
  const verify = () =>
    graphql<Verified>(
      server.url,
      'query ($id: ID!) { verify(id: $id) { verdict reason responses rollups } }',
      { id },
    );
  const sealed = await sealingSeconds(server);
  const times: number[] = [];
  // What no leaf holds is looked at by the first, and then again after some minutes.
  const started = performance.now();
  let found = await verify();
  const first = performance.now() - started;
  for (let call = 0; call < CALLS + WARM_UP; call++) {
    const began = performance.now();
    found = await verify();
    if (call >= WARM_UP) times.push(performance.now() - began);
    if (found.verify.verdict !== 'VERIFIED')
      throw new Error(`${found.verify.verdict}: ${found.verify.reason}`);
  }
  await server.stop();
  const { p50, max } = distribution(times);
  return {
    title: 'sealing, and proving a score of 100k responses',
    method:
      `${figure(RESPONSES)} responses of 64 cells over ${DAYS} days in batches of ${figure(BATCH)}; then a first call of verify, and ${CALLS} calls ` +
      `after ${WARM_UP} more, one after another, each over all of them: every response counted, every leaf, manifest, head and ` +
      'the checkpoint file checked; the first one also checks events, scales and the counts per mapping, which is not repeated ' +
      'for some minutes. Sealing: from the first checkpoint to the last, by their times.',
    columns: ['what', 'found'],
    rows: [
      ['responses proven', figure(found.verify.responses)],
      ['rollups (one cell, one hour)', figure(found.verify.rollups)],
      ['sealed, rollups/s', figure(sealed.rollups / sealed.seconds)],
      ['sealed, responses/s', figure((RESPONSES * sealed.rollups) / found.verify.rollups / sealed.seconds)],
      ['the first verify ms', figure(first)],
      ['verify p50 ms', figure(p50)],
      ['verify max ms', figure(max)],
    ],
    bars: [{ aim: `verify under ${AIM_MS} ms`, found: `${figure(max)} ms at most`, met: max < AIM_MS }],
  };
}

/**
 * Sends all responses while no hour is old enough to be sealed: a seal between two batches would delay the
 * second.
 */
async function ingestUnsealed(databaseUrl: string, until: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-bench-config-'));
  const config = join(folder, 'scoreline.config.json');
  writeFileSync(config, JSON.stringify({ ...own, sealAfter: 'PT2000H' }));
  const server = await startScoreline(databaseUrl, { SCORELINE_CONFIG: config });
  await inFlight(batches(until), 2, (body) => ingest(server.url, body, BATCH));
  // Also the comments are read by then: the model would take its time from sealing.
  await followed(server);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Waits until everything is sealed; returns how many rollups were sealed after the first checkpoint, and in
 * what time.
 */
async function sealingSeconds(server: { readonly dataDir: string }) {
  const file = `${server.dataDir}/seals/heads.ndjson`;
  let [size, changed] = [0, Date.now()];
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    await new Promise((done) => setTimeout(done, 500));
    const now = existsSync(file) ? readFileSync(file).length : 0;
    if (now !== size) [size, changed] = [now, Date.now()];
    if (size > 0 && Date.now() - changed > 15_000) break;
  }
  const heads = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(JSON.parse(line).body) as { size: number; at: string });
  const [first, last] = [heads[0], heads.at(-1)];
  if (!first || !last || first === last) throw new Error('too few heads to measure');
  return { rollups: last.size - first.size, seconds: (Date.parse(last.at) - Date.parse(first.at)) / 1000 };
}

function* batches(until: number): Generator<string> {
  for (let from = 0; from < RESPONSES; from += BATCH) {
    yield JSON.stringify(Array.from({ length: BATCH }, (_, i) => responseAt(from + i, until, DAYS)));
  }
}
