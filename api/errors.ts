import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { KeyProviderError } from '../domain/errors/key-provider-errors.ts';
import { NoSuchFact, UntoldChange } from '../domain/scores/as-of.ts';
import { WindowError } from '../domain/time/time-windows.ts';
import { InvalidCursor } from '../graph/traversal/cursor.ts';
import { NoImpact } from '../graph/traversal/impact.ts';
import { WayTooLong } from '../graph/traversal/path.ts';
import { InvalidMap } from '../ingestion/files/map/map-mistakes.ts';
import { Overloaded } from '../ingestion/pipeline/group-commit.ts';
import { UnreadableBody } from '../ingestion/pipeline/read-items.ts';
import { ConnectionError } from '../ingestion/webhooks/connections.ts';
import { UnknownMoment } from '../proof/as-of.ts';
import { ProofUnavailable } from '../proof/export-proof.ts';
import { ScoringError } from '../scoring/service.ts';
import { TrainingError } from '../scoring/training-job.ts';
import { CorrectionError } from '../store/data-subjects/rectify.ts';
import { DiskFull } from '../store/database/disk-space.ts';
import { isPassingError, isTimeout, isUnstorableText } from '../store/database/passing-errors.ts';
import { StageError } from '../store/models/models.ts';
import { ImportTakenBack } from '../store/responses/imports.ts';
import { ReviewError } from '../store/reviews/reviews.ts';
import { TooManyRows } from '../store/scores/group-counts.ts';
import { KeySetUnavailable } from './access/jwt.ts';
import type { Log } from './log.ts';

/** An argument that is of the right type but makes no sense; the message names it. */
export class InvalidArgument extends Error {
  override readonly name = 'InvalidArgument';
}

/** The caller may not do this. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

/** A request that a limit or a rule for the caller's role keeps out. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly status: number;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  constructor(code: string, status: number, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** What an error says to the world: the one place where domain errors meet transport codes. */
export interface PublicError {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** Seconds after which it may go. */
  readonly retryAfter?: number | undefined;
  /** Of an error that was logged: under which request. */
  readonly requestId?: string | undefined;
}

/** An error as it stands in the `errors` of an answer. */
export function errorBody({ message, code, requestId }: PublicError) {
  return { message, extensions: { code, ...(requestId === undefined ? {} : { requestId }) } };
}

/** The embedded record's disk is nearly full: seconds until it is worth trying again. */
export const DISK_FULL = { code: 'DISK_FULL', status: 503, retryAfter: 30 } as const;

/** Errors of the asker's making; their messages say what would be right. */
const TOLD_AS_THEY_ARE = [
  InvalidArgument,
  WindowError,
  InvalidCursor,
  NoImpact,
  WayTooLong,
  InvalidMap,
  ConnectionError,
  UnreadableBody,
  ProofUnavailable,
  UnknownMoment,
  UntoldChange,
  NoSuchFact,
  KeyProviderError,
  CorrectionError,
  ScoringError,
  ReviewError,
  StageError,
  TrainingError,
  TooManyRows,
  ImportTakenBack,
];

/** The public face of an error, or null when it must be masked. */
export function publicError(error: unknown): PublicError | null {
  if (TOLD_AS_THEY_ARE.some((kind) => error instanceof kind)) {
    return { code: 'BAD_USER_INPUT', status: 400, message: (error as Error).message };
  }
  if (error instanceof Refused) {
    const { code, status, message, retryAfter } = error;
    return { code, status, message, retryAfter };
  }
  if (error instanceof Forbidden) return { code: 'FORBIDDEN', status: 403, message: error.message };
  if (error instanceof Overloaded) return { code: 'OVERLOADED', status: 503, message: error.message };
  if (error instanceof DiskFull) {
    return { ...DISK_FULL, message: error.message };
  }
  if (error instanceof KeySetUnavailable) {
    return {
      code: 'UNAVAILABLE',
      status: 503,
      message: 'tokens cannot be checked just now; try again shortly',
    };
  }
  if (isUnstorableText(error)) {
    const message = 'a text holds the character U+0000, which cannot be stored or searched for';
    return { code: 'BAD_USER_INPUT', status: 400, message };
  }
  if (isTimeout(error)) {
    const message =
      'this takes too long here and was given up; ask for a shorter time, fewer segments or a smaller page';
    return { code: 'TOOK_TOO_LONG', status: 503, message };
  }
  if (isPassingError(error)) {
    return {
      code: 'UNAVAILABLE',
      status: 503,
      message: 'the record cannot be reached just now; try again shortly',
    };
  }
  return null;
}

/** For errors that nobody foresaw: logged under an id, and only the id and that of the request are told. */
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

/** Errors of GraphQL itself (syntax, validation, coercion) are told as they are; others are mapped or masked. */
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
