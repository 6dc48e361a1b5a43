import type { ProgramLog } from './log.ts';

const PATIENCE_MS = 20_000;

/**
 * Starts a server and stops it on SIGINT or SIGTERM, reporting both to the log and to a person.
 * @param start resolves with a function that stops it
 */
export async function runUntilStopped(
  start: () => Promise<() => Promise<void>>,
  log: ProgramLog,
  say: (text: string) => void,
): Promise<void> {
  let stop: (() => Promise<void>) | undefined;
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    // A second Ctrl-C, or a stop that hangs, ends it at once; accepted responses are safe.
    if (stopping) process.exit(1);
    stopping = true;
    say('stopping …');
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error({ patienceMs: PATIENCE_MS }, 'stopping takes too long and is given up');
      process.exit(1);
    }, PATIENCE_MS).unref();
    if (!stop) process.exit(0);
    stop().then(
      () => {
        say('stopped; everything accepted is kept');
        log.info({}, 'stopped');
        process.exit(0);
      },
      (error: Error) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  stop = await start();
}
