import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { terminalMessage } from '../domain/errors/error-facts.ts';
import { DEMO_NAME, type DemoResponse, demoResponses } from '../ingestion/demo.ts';
import { findServer, keyOf } from './sink.ts';

const USAGE =
  'usage: npm run demo [-- --rate RESPONSES_PER_SECOND] [--seed NUMBER] [--url URL]   (with npm start running)';
const TICK_MS = 200;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rate: { type: 'string', default: '5' }, seed: { type: 'string' }, url: { type: 'string' } },
  });
  const rate = Number(values.rate);
  if (!(rate > 0 && rate <= 1_000)) throw new Error(`--rate is a number from 0 to 1000\n${USAGE}`);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed is a whole number\n${USAGE}`);
  const config = await loadConfig();
  const server = values.url
    ? { url: values.url.replace(/\/$/, ''), key: await keyOf(config) }
    : await findServer(config);
  if (!server) throw new Error(`no server runs on ${config.dataDir}: start one with npm start\n${USAGE}`);
  const say = (text: string) => process.stdout.write(`${text}\n`);
  say(
    `sending ${rate} simulated responses a second to ${server.url} until stopped; they are called "${DEMO_NAME}"`,
  );
  say('watch them: the tab Live of the console at /');
  const run = `${seed}-${Date.now()}`;
  const responses = demoResponses(seed, run, config.dimensions, Date.now);
  let stopped = false;
  process.on('SIGINT', () => {
    stopped = true;
  });
  let due = 0;
  let sent = 0;
  while (!stopped) {
    due += (rate * TICK_MS) / 1_000;
    const batch: DemoResponse[] = [];
    for (; due >= 1; due -= 1) batch.push(responses.next().value);
    if (batch.length > 0) sent += await send(server, batch);
    await new Promise((done) => setTimeout(done, TICK_MS));
  }
  say(`stopped after ${sent} simulated responses`);
}

async function send(
  { url, key }: { url: string; key: string },
  batch: readonly DemoResponse[],
): Promise<number> {
  const response = await fetch(`${url}/ingest/demo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(batch),
  }).catch((error: Error & { cause?: Error }) => {
    throw new Error(`the server at ${url} does not answer: ${error.cause?.message ?? error.message}`);
  });
  if (!response.ok) throw new Error(`the server refused: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { accepted: number }).accepted;
}

main().catch((error: Error) => {
  process.stderr.write(`demo: ${terminalMessage(error)}\n`);
  process.exitCode = 1;
});
