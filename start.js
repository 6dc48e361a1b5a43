#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/*
 * npm start: runs the server and starts it again where it was killed, by its own watchdog (a full disk, instance/watchdog), by the kernel
 * (out of memory) or by hand. A server that ends by itself is not started again, and its exit code is passed on.
 */

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;
/** One that ran for so long is started again at once. */
const SOUND_MS = 60_000;
const SAME_MS = 500;
/** A server that stops in order takes less. */
const PATIENCE_MS = 30_000;

let server;
let stopping = false;
let pause = FIRST_PAUSE_MS;
let askedAt = 0;

function run() {
  const began = Date.now();
  // A process group of its own: Ctrl-C in a terminal reaches this process alone, which passes it on once.
  server = spawn(process.execPath, ['--import', 'tsx', MAIN, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  server.once('error', (error) => {
    tell(`the server cannot be started: ${error.message}`);
    process.exit(1);
  });
  server.once('exit', (code, signal) => {
    if (signal !== 'SIGKILL' || stopping) return end(code, signal);
    if (Date.now() - began > SOUND_MS) pause = FIRST_PAUSE_MS;
    tell(`the server was killed; it is started again in ${pause / 1000} s`);
    setTimeout(run, pause);
    pause = Math.min(pause * 2, LAST_PAUSE_MS);
  });
}

/** To a person, or as a line of the log that the server writes there. */
function tell(msg) {
  const line = { level: 50, time: Date.now(), pid: process.pid, msg };
  process.stderr.write(`${process.stderr.isTTY ? msg : JSON.stringify(line)}\n`);
}

/** As a shell tells it. */
function end(code, signal) {
  process.exit(code ?? 128 + constants.signals[signal]);
}

function stop(signal) {
  const now = Date.now();
  // A terminal and npm both pass on one Ctrl-C.
  if (now - askedAt < SAME_MS) return;
  askedAt = now;
  stopping = true;
  if (server.signalCode !== null) return end(0);
  server.kill(signal);
  // Where it stands still it hears no signal.
  setTimeout(() => server.kill('SIGKILL'), PATIENCE_MS).unref();
}

process.on('SIGINT', () => stop('SIGINT'));
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGHUP', () => stop('SIGTERM'));

run();
