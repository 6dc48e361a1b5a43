import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../config/config.ts';
import { type AskedServer, askServer } from './ask-server.ts';
import { UsageError } from './command.ts';
import { undoFrom } from './import-undo.ts';
import { findServer, keyOf } from './sink.ts';

const POLL_MS = 400;
/** Live answers end that long after this command does, however it ends. */
const LEASE_MINUTES = 1;
const RENEW_MS = 20_000;

interface Given {
  readonly 'history-only': boolean;
  readonly rate: string;
  readonly seed: string | undefined;
  readonly clean: boolean;
  readonly reason: string | undefined;
  readonly url: string | undefined;
}

interface DemoNow {
  readonly state: 'ABSENT' | 'FILLING' | 'INTERRUPTED' | 'FILLED' | 'LIVE' | 'FAILED';
  readonly answers: number;
  readonly progress: number;
  readonly failure: string | null;
  readonly import: { readonly id: string } | null;
}

const FIELDS = '{ state answers progress failure import { id } }';
const STATUS = `{ demo ${FIELDS} }`;
const STOP = `mutation { demo: stopDemo ${FIELDS} }`;
const START = `mutation ($seed: Int!, $minutes: Float!, $rate: Float!) {
  demo: startDemo(seed: $seed, liveMinutes: $minutes, rate: $rate) ${FIELDS} }`;

/** Fills the demo of a running server and keeps live answers coming until SIGINT, or takes the demo out. */
export async function runDemo(given: Given): Promise<number> {
  const rate = Number(given.rate);
  if (!(rate > 0 && rate <= 1_000)) throw new UsageError('--rate must be a number above 0, up to 1000');
  const seed = given.seed === undefined ? 1 : Number(given.seed);
  if (!Number.isInteger(seed) || Math.abs(seed) >= 2 ** 31)
    throw new UsageError('--seed must be a whole number of at most nine digits');
  const config = await loadConfig();
  const server = given.url
    ? { url: given.url.replace(/\/$/, ''), key: await keyOf(config) }
    : await findServer(config);
  if (!server) throw new Error(`no server runs on ${config.dataDir}: start one with npm start`);
  if (!given.clean) return fillAndFollow(server, { seed, rate, historyOnly: given['history-only'] });
  const { import: run } = await ask(server, STATUS);
  if (!run) {
    say('there is no demo to remove');
    return 0;
  }
  const reason = given.reason?.trim() || 'scoreline demo --clean';
  return undoFrom(config, { id: run.id, reason, dryRun: false, url: server.url });
}

async function fillAndFollow(
  server: AskedServer,
  { seed, rate, historyOnly }: { seed: number; rate: number; historyOnly: boolean },
): Promise<number> {
  let stopped = false;
  process.on('SIGINT', () => {
    stopped = true;
  });
  const start = (minutes: number) => ask(server, START, { seed, minutes, rate });
  let now = await start(0);
  let shown = -1;
  while (now.state === 'FILLING' && !stopped) {
    const percent = Math.floor(now.progress * 100);
    if (percent >= shown + 10) {
      say(`${percent} % of 180 days, ${now.answers} simulated answers`);
      shown = percent;
    }
    await pause(POLL_MS);
    now = await ask(server, STATUS);
    // The server was started again meanwhile.
    if (now.state === 'INTERRUPTED') now = await start(0);
  }
  if (now.state === 'FAILED') throw new Error(`the demo could not be filled: ${now.failure}`);
  if (now.state === 'ABSENT') throw new Error('the demo was removed meanwhile');
  if (now.state === 'FILLING') {
    say('stopped; the server fills the rest of the history, and scoreline demo --clean removes it');
    return 0;
  }
  say(`the history is filled: ${now.answers} simulated answers of 180 days, import ${now.import?.id}`);
  say(`look at them: ${server.url}/   take them out: scoreline demo --clean`);
  if (historyOnly) return 0;
  say(`${rate} live answers a second follow until you stop this (Ctrl-C)`);
  let isAway = false;
  for (let renewed = 0; !stopped; ) {
    if (Date.now() - renewed > RENEW_MS) {
      renewed = Date.now();
      await start(LEASE_MINUTES).then(
        () => {
          isAway = false;
        },
        (error: Error) => {
          // A server that is started again goes on where it was.
          if (!isAway) say(`${error.message}; trying again`);
          isAway = true;
        },
      );
    }
    await pause(POLL_MS);
  }
  now = await ask(server, STOP);
  say(`stopped after ${now.answers} simulated answers`);
  return 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const ask = async (server: AskedServer, query: string, variables: object = {}): Promise<DemoNow> =>
  (await askServer<{ demo: DemoNow }>(server, query, variables)).demo;
