import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * What is measured runs in a process of its own, so that its CPU time is separate from the load's.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_PATIENCE_MS = 60_000;
/** The admin key of every server here, and the key that the baselines ask for. */
export const KEY = 'bench-admin-key-of-32-characters-0';
/** Programs over one record must agree on the pseudonyms, on what their keys are wrapped with, and on who signs. */
export const RECORD_KEYS = {
  SCORELINE_PEPPER: 'b'.repeat(64),
  SCORELINE_KEK: 'c'.repeat(64),
  SCORELINE_SIGNING_KEY: generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'der' })
    .toString('base64'),
};

/** A server, ours or a baseline, that says on stdout where it is "listening". */
export interface Server {
  readonly url: string;
  /** CPU seconds that the process has used so far, in user and kernel mode. */
  cpuSeconds(): number;
  /** The highest resident memory of the process so far. */
  peakMiB(): number;
  stop(): Promise<void>;
}

/** Starts a TypeScript file of the project, or a command of `scoreline`, and waits until it listens. `node` is another Node.js than this one. */
export async function startProgram(
  file: string,
  env: Record<string, string>,
  node = process.execPath,
): Promise<Server> {
  const program = file.endsWith('.ts') ? ['--import', 'tsx', file] : ['cli/scoreline.mjs', file];
  const child = spawn(node, program, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  const closed = once(child, 'close');
  return {
    url: await listening(file, child),
    cpuSeconds: () => cpuSecondsOf(child.pid),
    peakMiB: () => peakMiBOf(child.pid),
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
      process.off('exit', killed);
    },
  };
}

/** Starts our server on a record, with a data folder of its own. */
export async function startScoreline(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<Server & { readonly dataDir: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
  const server = await startProgram('start', {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    SCORELINE_DATA_DIR: dataDir,
    SCORELINE_ADMIN_KEY: KEY,
    ...RECORD_KEYS,
    SCORELINE_LOG_LEVEL: 'warn',
    ...env,
  });
  return {
    ...server,
    dataDir,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function listening(file: string, child: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  for (const deadline = Date.now() + START_PATIENCE_MS; Date.now() < deadline; await pause(20)) {
    const url = /listening\s+(http:\S+)/.exec(output)?.[1];
    if (url) return url;
    if (child.exitCode !== null) break;
  }
  throw new Error(`${file} does not listen: ${output}`);
}

/** CPU seconds of a process, or of its children that have ended. /proc counts in ticks of 10 ms (USER_HZ). */
export function cpuSecondsOf(pid: number | undefined, of: 'itself' | 'ended children' = 'itself'): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const first = of === 'itself' ? 11 : 13;
  return (Number(fields[first]) + Number(fields[first + 1])) / 100;
}

/** The highest resident memory so far, as the kernel counts it (VmHWM); 0 where the process has ended. */
export function peakMiBOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

export const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
