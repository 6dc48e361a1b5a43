import { KeyProviderError } from '../../domain/errors/key-provider-errors.ts';

/**
 * SQLSTATE classes and codes of transient errors: connections, deadlocks, restarts and recovery, a server
 * without room, lock timeouts, sessions that the server ended for being idle, failovers.
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
/** Messages of pg and its pool that have no code. */
const PASSING_MESSAGE =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|^timeout expired$|Query read timeout|Client has encountered a connection error|not queryable/i;

/** Whether retrying the same transaction can succeed without intervention. */
export function isPassingError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== undefined && (PASSING_SQLSTATE.test(code) || PASSING_SYSTEM.has(code))) return true;
  if (PASSING_MESSAGE.test(error.message)) return true;
  return error.cause !== undefined && isPassingError(error.cause);
}

/**
 * Whether a transient error comes from the database, and not from an HTTP service (keys, checkpoint receivers).
 */
export function isDatabaseAway(error: unknown): boolean {
  return isPassingError(error) && !isOfHttp(error);
}

function isOfHttp(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === 'fetch failed' || error instanceof KeyProviderError || isOfHttp(error.cause);
}

/** Whether the server is read-only: a standby, or a demoted primary after a failover. */
export function isReadOnlyServer(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '25006';
}

const codeOf = (error: Error) => (error as Error & { code?: string }).code;

/** SQLSTATEs of text that PostgreSQL cannot store: U+0000, in a text or in JSON. */
const UNSTORABLE = new Set(['22021', '22P05']);

/** Whether the caller's text has a character that cannot be stored. */
export function isUnstorableText(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  if (code !== undefined && UNSTORABLE.has(code)) return true;
  return error.cause !== undefined && isUnstorableText(error.cause);
}

/** PostgreSQL's `statement_timeout`, and Neo4j's transaction timeout. */
const TIMED_OUT = /^57014$|^Neo\.ClientError\.Transaction\.TransactionTimedOut/;

/** Whether a read exceeded its time limit. */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  if (code !== undefined && TIMED_OUT.test(code)) return true;
  return error.cause !== undefined && isTimeout(error.cause);
}
