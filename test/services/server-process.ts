import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from './places.ts';

/** How to run one server in the foreground, as a direct child of this process. */
export interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly home: string;
  readonly logFile: string;
  readonly identity: Identity | undefined;
  /** What ends the server when this process goes without stopping it; the server must clean up after itself on it. */
  readonly orphanSignal: 'SIGQUIT' | 'SIGKILL';
  /** Resolves once the server answers a real query; rejects or resolves false while it does not. */
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
}

const living = new Set<ServerProcess>();
const homes = new Set<string>();

// Runs on any orderly end of this process, also without a stop: then nothing may be waited for.
process.on('exit', () => {
  for (const server of living) server.signal(server.spec.orphanSignal);
  for (const home of homes) removeHome(home);
});

function removeHome(home: string): void {
  try {
    rmSync(home, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
    homes.delete(home);
  } catch {
    // A dying server still writes there; the next run removes what is left.
  }
}

/** A server run as our own child: started, stopped and started again on the same data, dead when we are dead. */
export class ServerProcess {
  readonly spec: ServerSpec;
  #child: ChildProcess | undefined;

  constructor(spec: ServerSpec) {
    this.spec = spec;
    homes.add(spec.home);
  }

  /** The server's process id; undefined while it is not running. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the server and waits until it answers. Does nothing if it runs. */
  async start(): Promise<void> {
    if (this.#child) return;
    const { name, command, args, home, logFile, identity, orphanSignal } = this.spec;
    const log = openSync(logFile, 'a');
    // The kernel sends the signal when we die, however we die: no exit handler runs after a SIGKILL. A session of its
    // own keeps the terminal's Ctrl-C with us, who stop the servers in order.
    const child = spawn('setpriv', ['--pdeathsig', orphanSignal.slice(3), '--', command, ...args], {
      cwd: home,
      detached: true,
      stdio: ['ignore', log, log],
      ...identity,
    });
    closeSync(log);
    let failed: Error | undefined;
    child.once('error', (error) => {
      failed = error;
      this.#forget(child);
    });
    child.once('exit', () => this.#forget(child));
    child.unref();
    this.#child = child;
    living.add(this);
    const deadline = Date.now() + this.spec.readyWithinMs;
    while (!(await this.spec.isReady().catch(() => false))) {
      if (this.#child !== child)
        throw this.#failure(failed ? `did not start: ${failed.message}` : 'ended while starting');
      if (Date.now() > deadline) {
        await this.stop('SIGKILL', 5_000);
        throw this.#failure(`did not answer within ${this.spec.readyWithinMs / 1000} s`);
      }
      await sleep(50);
    }
    if (this.#child !== child) throw this.#failure(`ended, and another server answers in place of ${name}`);
  }

  /** Sends a signal to the server's own process, and to no other. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends the server with the signal and, if it is still there after the grace, with SIGKILL. */
  async stop(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const ended = once(child, 'exit');
    child.ref();
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(killer);
  }

  /** Ends the server permanently and removes its data. */
  async dispose(signal: NodeJS.Signals): Promise<void> {
    await this.stop(signal, 10_000);
    removeHome(this.spec.home);
  }

  #forget(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    living.delete(this);
  }

  #failure(what: string): Error {
    const log = readFileSync(this.spec.logFile, 'utf8').trimEnd().split('\n').slice(-30).join('\n');
    return new Error(`${this.spec.name} ${what}. Its log ends:\n${log}`);
  }
}

/**
 * Finds a free port on loopback and starts something on it; once more if another process took the port in between.
 * The ports lie below the range the kernel gives to outgoing connections: a server that is stopped for a while must
 * find its port free again, and a client that keeps trying it must not end up connected to itself.
 */
export async function startOnFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await start(port);
    } catch (error) {
      if (attempt === 3 || !/address already in use|cannot bind|is already in use/i.test(String(error)))
        throw error;
    }
  }
}

/** A port of 127.0.0.1 that is free at this moment (startOnFreePort says where). */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer().listen(port, '127.0.0.1');
    try {
      await once(probe, 'listening');
      probe.close();
      await once(probe, 'close');
      return port;
    } catch {
      // Taken: try another.
    }
  }
  throw new Error('no free port between 20000 and 31999 on 127.0.0.1');
}
