import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { UserError, type UserErrorCode } from '../domain/errors/user-error.ts';
import { isPassingError, isTimeout, isUnstorableText } from '../store/database/passing-errors.ts';
import type { Log } from './log.ts';

/** An argument of the right type with an invalid value; the message names it. */
export class InvalidArgumentError extends UserError {
  override readonly name = 'InvalidArgumentError';
}

/** The caller may not do this. */
export class ForbiddenError extends UserError {
  override readonly name = 'ForbiddenError';

  constructor(message: string) {
    super(message, 'FORBIDDEN');
  }
}

/** A request that a limit or a rule for the caller's role refuses, with an HTTP status of its own. */
export class RefusedError extends UserError {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(code: UserErrorCode, status: number, message: string, retryAfter?: number) {
    super(message, code, { retryAfter });
    this.status = status;
  }
}

/** The public form of an error: the one place where domain errors meet transport codes. */
export interface PublicError {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** Seconds until a retry may succeed. */
  readonly retryAfter?: number | undefined;
  /** For a logged error: the id of its request. */
  readonly requestId?: string | undefined;
}

/** An error in the `errors` of an answer. */
export function errorBody({ message, code, requestId }: PublicError) {
  return { message, extensions: { code, ...(requestId === undefined ? {} : { requestId }) } };
}

/** HTTP statuses by code; any other code is answered with 400. */
const STATUSES: Partial<Readonly<Record<UserErrorCode, number>>> = {
  FORBIDDEN: 403,
  DISK_FULL: 503,
  OVERLOADED: 429,
  TOOK_TOO_LONG: 503,
  UNAVAILABLE: 503,
};

/** The HTTP status of an error with that code. */
export function statusOf(code: UserErrorCode): number {
  return STATUSES[code] ?? 400;
}

/** Public messages for database errors that the caller can do something about. */
function databaseError(error: unknown): UserError | null {
  if (isUnstorableText(error))
    return new UserError('a text holds the character U+0000, which cannot be stored or searched for');
  if (isTimeout(error)) {
    const message =
      'this takes too long here and was given up; ask for a shorter time, fewer segments or a smaller page';
    return new UserError(message, 'TOOK_TOO_LONG');
  }
  if (isPassingError(error))
    return new UserError('the database cannot be reached right now; try again shortly', 'UNAVAILABLE');
  return null;
}

/** The public face of an error, or null when it must be masked. */
export function publicError(error: unknown): PublicError | null {
  const known = error instanceof UserError ? error : databaseError(error);
  if (!known) return null;
  const { code, message, retryAfter } = known;
  const status = known instanceof RefusedError ? known.status : statusOf(code);
  return { code, status, message, retryAfter };
}

/** For unexpected errors: logged under an id, and only that id and the request's are public. */
export function maskedError(log: Log, error: unknown): PublicError {
  const id = randomUUID();
  log.error({ err: error, errorId: id }, 'unexpected error');
  return {
    code: 'INTERNAL_SERVER_ERROR',
    status: 500,
    message: `something went wrong here; it is logged as ${id}`,
    requestId: log.requestId,
  };
}

/**
 * Errors of GraphQL itself (syntax, validation, coercion) are public as they are; others are mapped or masked.
 */
export function formatGraphqlError(
  log: Log,
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const original = error instanceof GraphQLError ? error.originalError : error;
  if (!original || original instanceof GraphQLError) return withoutStack(formatted);
  const { message, extensions } = errorBody(publicError(original) ?? maskedError(log, original));
  const { locations, path } = formatted;
  return { message, ...(locations ? { locations } : {}), ...(path ? { path } : {}), extensions };
}

function withoutStack(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const {
    code = 'BAD_USER_INPUT',
    http: _http,
    stacktrace: _stacktrace,
    ...rest
  } = formatted.extensions ?? {};
  return { ...formatted, extensions: { ...rest, code } };
}
