import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';

/**
 * SQLSTATE classes and codes of errors that pass by themselves: connections, deadlocks, restarts and recovery, a server without
 * room, locks not had in time, sessions that the server ended for being idle, a server that lost its place to another.
 */
const PASSING_SQLSTATE = /^(08...|40001|40P01|57P0[1235]|53...|55P03|25P0[34]|25006)$/;
const PASSING_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What pg and its pool say without a code. */
const PASSING_MESSAGE =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|^timeout expired$|Query read timeout|Client has encountered a connection error|not queryable/i;

/** Whether trying the same transaction again can succeed without anybody doing anything. */
export function isPassingError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== undefined && (PASSING_SQLSTATE.test(code) || PASSING_SYSTEM.has(code))) return true;
  if (PASSING_MESSAGE.test(error.message)) return true;
  return error.cause !== undefined && isPassingError(error.cause);
}

/** Whether a passing error is one of the record, and not of a service that is asked over HTTP (keys, witnesses of seals). */
export function isDatabaseAway(error: unknown): boolean {
  return isPassingError(error) && !isOfHttp(error);
}

function isOfHttp(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === 'fetch failed' || error instanceof KeyProviderError || isOfHttp(error.cause);
}

/** Whether the server only answers reads: a standby, or a primary that was put down after a failover. */
export function isReadOnlyServer(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '25006';
}

const codeOf = (error: Error) => (error as Error & { code?: string }).code;

/** SQLSTATE of text that PostgreSQL does not keep: U+0000, in a text or in JSON. */
const UNSTORABLE = new Set(['22021', '22P05']);

/** Whether a text of the asker holds a character that cannot be stored. */
export function isUnstorableText(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  if (code !== undefined && UNSTORABLE.has(code)) return true;
  return error.cause !== undefined && isUnstorableText(error.cause);
}

/** PostgreSQL's `statement_timeout`, and Neo4j's transaction timeout. */
const TIMED_OUT = /^57014$|^Neo\.ClientError\.Transaction\.TransactionTimedOut/;

/** Whether what was read took longer than anybody is given. */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  if (code !== undefined && TIMED_OUT.test(code)) return true;
  return error.cause !== undefined && isTimeout(error.cause);
}
