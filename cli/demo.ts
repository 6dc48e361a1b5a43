import { randomInt } from 'node:crypto';
import { loadConfig } from '../config/config.ts';
import { DEMO_NAME, type DemoResponse, demoResponses } from '../ingestion/demo.ts';
import { UsageError } from './command.ts';
import { findServer, keyOf } from './sink.ts';

const TICK_MS = 200;

/** Sends simulated responses to the server until SIGINT. */
export async function sendDemo(values: {
  readonly rate: string;
  readonly seed: string | undefined;
  readonly url: string | undefined;
}): Promise<number> {
  const rate = Number(values.rate);
  if (!(rate > 0 && rate <= 1_000)) throw new UsageError('--rate must be a number above 0, up to 1000');
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new UsageError('--seed must be a whole number');
  const config = await loadConfig();
  const server = values.url
    ? { url: values.url.replace(/\/$/, ''), key: await keyOf(config) }
    : await findServer(config);
  if (!server) throw new Error(`no server runs on ${config.dataDir}: start one with npm start`);
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
  return 0;
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
