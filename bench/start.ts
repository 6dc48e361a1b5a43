import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf, pause } from './kit/process.ts';
import { figure, median, type Report } from './kit/report.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = 5;
const IDLE_MS = 8_000;
const POLL_MS = 10;
const AIMS = { newSeconds: 3, oldSeconds: 2.5, idleMiB: 400 };

const PROGRAMS = [
  { name: 'the sources, through tsx', args: ['--import', 'tsx', 'main.ts'] },
  { name: 'the build', args: ['cli/scoreline.mjs', 'start'] },
] as const;
const FOLDERS = ['new', 'old'] as const;

interface Start {
  readonly elapsed: number;
  readonly cpu: number;
  readonly idleMiB: number;
}

/** From the start of the process until /readyz answers 200, and the memory of a server that is idle. */
export async function startTime(): Promise<Report> {
  // What `npm ci` leaves, of this version: a template of another one is not used.
  execFileSync(process.execPath, ['cli/build/prepare.mjs'], { cwd: ROOT, stdio: 'ignore' });
  const bare: number[] = [];
  const found = new Map<string, Start[]>();
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await bareNode());
    for (const { name, args } of PROGRAMS) {
      const folder = mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
      for (const kind of FOLDERS) {
        const key = `${name}, ${kind} data folder`;
        found.set(key, [...(found.get(key) ?? []), await start(args, folder)]);
      }
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const of = (key: string, what: keyof Start) => median((found.get(key) ?? []).map((one) => one[what]));
  const built = (kind: string) => `the build, ${kind} data folder`;
  const reached = (kind: string, aim: number) => ({
    aim: `ready within ${aim} s on a data folder that is ${kind}`,
    found: `${figure(of(built(kind), 'elapsed'))} s`,
    met: of(built(kind), 'elapsed') <= aim,
  });
  return {
    title: 'from the start of the process until it is ready, embedded',
    method:
      `All roles, embedded database, ${ROUNDS} rounds in turn, medians. CPU: user and kernel, all threads, until ready. Memory: ` +
      `resident, ${IDLE_MS / 1_000} s after that. \`node -e 0\` took ${figure(median(bare))} s of CPU.`,
    columns: ['what', 's until ready', 'CPU s', 'times node -e 0', 'ratio to the sources', 'idle MiB'],
    rows: [...found.keys()].map((key) => [
      key,
      figure(of(key, 'elapsed')),
      figure(of(key, 'cpu')),
      figure(of(key, 'cpu') / median(bare)),
      figure(of(key, 'cpu') / of(key.replace('the build', 'the sources, through tsx'), 'cpu')),
      figure(of(key, 'idleMiB')),
    ]),
    bars: [
      reached('new', AIMS.newSeconds),
      reached('old', AIMS.oldSeconds),
      {
        aim: `at most ${AIMS.idleMiB} MiB idle`,
        found: `${figure(of(built('old'), 'idleMiB'))} MiB`,
        met: of(built('old'), 'idleMiB') <= AIMS.idleMiB,
      },
    ],
  };
}

/** CPU seconds of a process of Node.js that does nothing. */
async function bareNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(JSON.stringify(process.cpuUsage()))']);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  const { user, system } = JSON.parse(output) as { user: number; system: number };
  return (user + system) / 1e6;
}

async function start(args: readonly string[], dataDir: string): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', SCORELINE_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  for (let ready = false; !ready; await pause(POLL_MS)) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${output}`);
    const url = /listening\s+(http:\S+)/.exec(output)?.[1];
    ready = url !== undefined && (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
  }
  const elapsed = (performance.now() - began) / 1_000;
  const cpu = cpuSecondsOf(child.pid);
  await pause(IDLE_MS);
  const idleMiB = residentMiB(child.pid);
  child.kill('SIGTERM');
  await once(child, 'close');
  process.off('exit', killed);
  return { elapsed, cpu, idleMiB };
}

function residentMiB(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}
