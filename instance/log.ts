import pino from 'pino';
import { errorFacts, safeMessage, safeText } from '../domain/errors/error-facts.ts';
import { sourceStack, withSourceStacks } from './source-stack.ts';

/** The log of a program: one JSON object per line on standard error, and nothing else. */
export type ProgramLog = pino.Logger;

/**
 * Opens the log. Errors are reduced to their facts (domain/errors/error-facts.ts), and a message that repeats
 * the error's is made safe in the same way.
 */
export function openLog(level: string, to: pino.DestinationStream = standardError()): ProgramLog {
  return pino(
    {
      level,
      // Made safe below, whatever was thrown.
      serializers: { err: (facts: unknown) => facts },
      formatters: {
        log: (facts) => {
          const safe: Record<string, unknown> = {};
          for (const [name, value] of Object.entries(facts))
            safe[name] =
              name === 'err' || value instanceof Error ? withSourceStacks(errorFacts(value)) : value;
          return safe;
        },
      },
      hooks: {
        logMethod(given, method) {
          const [first, ...rest] = given as unknown as [unknown, ...unknown[]];
          const error = first instanceof Error ? first : (first as { err?: unknown } | null)?.err;
          if (!(error instanceof Error)) return method.apply(this, given);
          const message = typeof rest[0] === 'string' ? safeText(rest[0], error) : safeMessage(error);
          return method.apply(this, [
            { ...(first instanceof Error ? {} : (first as object)), err: error },
            message,
          ]);
        },
      },
    },
    to,
  );
}

/** Written synchronously: lines before a crash are not lost. */
function standardError(): pino.DestinationStream {
  return pino.destination({ dest: 2, sync: true });
}

/**
 * Redirects what libraries and Node.js write to standard error into the log: console.*, warnings of the
 * process, and the error that ends it. The returned function restores everything.
 */
export function captureConsole(log: ProgramLog, onFatal: () => void): () => void {
  const originals = {
    log: console.log,
    info: console.info,
    debug: console.debug,
    warn: console.warn,
    error: console.error,
  };
  const said =
    (level: 'debug' | 'warn') =>
    (...parts: unknown[]) => {
      const err = parts.find((part) => part instanceof Error);
      // A library's text may contain callers' data: the call is logged, not its arguments.
      log[level](
        { ...(err ? { err } : {}), source: callerOf(sourceStack(new Error('console').stack ?? '')) },
        'a library wrote to the console',
      );
    };
  console.log = said('debug');
  console.info = said('debug');
  console.debug = said('debug');
  console.warn = said('warn');
  console.error = said('warn');
  const warned = (warning: Error) => log.warn({ err: warning }, 'a warning of Node.js');
  const failed = (error: unknown) => {
    log.fatal({ err: error }, 'an error that nothing handles ends the process');
    onFatal();
  };
  const before = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', warned);
  process.on('uncaughtException', failed);
  return () => {
    Object.assign(console, originals);
    process.off('warning', warned);
    process.off('uncaughtException', failed);
    for (const listener of before) process.on('warning', listener as (warning: Error) => void);
  };
}

/** The first frame outside of this file, as "package/file.js:12". */
function callerOf(stack: string): string {
  const frame =
    stack.split('\n').find((line) => line.startsWith('    at ') && !line.includes('/instance/log.')) ?? '';
  const place = frame.slice(frame.lastIndexOf('/node_modules/') + 1).replace(/\)$/, '');
  return place.slice(-120);
}
