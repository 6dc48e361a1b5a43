import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KEY, pause, type Server, startScoreline } from './kit/process.ts';
import { figure, median, type Place, type Report } from './kit/report.ts';
import { ingest } from './kit/traffic.ts';

const SHIPPED = fileURLToPath(new URL('../scoring/models/scoreline-minilm', import.meta.url));
const UNCUT = fileURLToPath(new URL('../.cache/encoders/all-MiniLM-L6-v2', import.meta.url));
const TRAINING = fileURLToPath(new URL('../scoring/training', import.meta.url));
const PROGRAM = fileURLToPath(new URL('scoring-program.ts', import.meta.url));
const ROUNDS = 3;
const AIM = 3;
const RATE = 500;
const LOAD_SECONDS = 20;

interface Round {
  readonly texts: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly memoryMiB: number;
}

/** Texts per CPU second against the stock pipeline with the uncut model, and the scorer's lag under ingest. */
export async function scoring({ databaseUrl }: Place): Promise<Report> {
  if (!existsSync(UNCUT)) execFileSync('make', ['-C', TRAINING, 'uncut'], { stdio: ['ignore', 2, 2] });
  const contenders = [20, 64].flatMap((words) => [
    {
      name: `stock feature-extraction pipeline, uncut MiniLM (int8), ${words} words`,
      mode: 'stock',
      folder: UNCUT,
      words,
    },
    { name: `ours, ${words} words`, mode: 'ours', folder: SHIPPED, words },
  ]);
  const rounds = contenders.map((): Round[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { mode, folder, words }] of contenders.entries())
      rounds[i]?.push(await run(mode, folder, words));
  }
  const perCpu = rounds.map((own) => median(own.map(({ texts, cpuSeconds }) => texts / cpuSeconds)));
  const lag = await lagUnderLoad(databaseUrl);
  const [stock = Number.NaN, ours = Number.NaN] = perCpu;
  return {
    title: 'what the encoder gives for its CPU time, and the scorer under load',
    method:
      `Encoding only, each contender in a process of its own, ${ROUNDS} rounds of 8 s in turn after a warm-up, median. Stock: one text ` +
      "after another through transformers.js's pipeline with its own threads; ours: the pool of one thread a core. Lag: " +
      `${RATE} responses a second with text over HTTP for ${LOAD_SECONDS} s on TimescaleDB. ${lag}`,
    columns: ['what', 'texts per CPU second', 'texts/s', 'memory MiB', 'ratio to the stock one'],
    rows: contenders.map(({ name }, i) => {
      const own = rounds[i] ?? [];
      return [
        name,
        figure(perCpu[i] ?? Number.NaN),
        figure(median(own.map(({ texts, wallSeconds }) => texts / wallSeconds))),
        figure(median(own.map(({ memoryMiB }) => memoryMiB))),
        figure((perCpu[i] ?? Number.NaN) / (perCpu[i - (i % 2)] ?? Number.NaN)),
      ];
    }),
    bars: [
      {
        aim: `at least ${AIM} times the texts per CPU second at 20 words`,
        found: figure(ours / stock),
        met: ours / stock >= AIM,
      },
    ],
  };
}

async function run(mode: string, folder: string, words: number): Promise<Round> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    PROGRAM,
    mode,
    folder,
    String(words),
  ]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Round;
}

const TEXTS = [
  'It crashes all the time',
  'We love it',
  'It does what it should',
  'Support never answered us',
  'Too expensive for what it does',
];

async function lagUnderLoad(databaseUrl: string): Promise<string> {
  const server = await startScoreline(databaseUrl);
  await pause(5_000);
  let sent = 0;
  let highest = 0;
  const began = performance.now();
  while (performance.now() - began < LOAD_SECONDS * 1_000) {
    const items = Array.from({ length: RATE / 5 }, () => {
      sent += 1;
      const comment = `${TEXTS[sent % TEXTS.length]}, in week ${sent} of our year.`;
      return { externalId: `t${sent}`, answeredAt: new Date().toISOString(), score: sent % 11, comment };
    });
    await ingest(server.url, JSON.stringify(items), items.length);
    highest = Math.max(highest, sent - (await scored(server)));
    await pause(Math.max(0, began + (sent / RATE) * 1_000 - performance.now()));
  }
  const rate = sent / ((performance.now() - began) / 1_000);
  const ended = performance.now();
  while ((await scored(server)) < sent && performance.now() - ended < 120_000) await pause(50);
  const caughtUp = (performance.now() - ended) / 1_000;
  await server.stop();
  return `Taken in at ${figure(rate)}/s; at most ${figure(highest)} responses waited for the model; all were scored ${figure(caughtUp)} s after the last.`;
}

async function scored({ url }: Server): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } })).text();
  return Number(/^scoreline_scored_responses_total\{model="1"\} (\d+)/m.exec(text)?.[1] ?? 0);
}
