/** What went wrong, for programs: `extensions.code` of a GraphQL error and of the errors of the other routes. */
export type UserErrorCode =
  | 'BAD_USER_INPUT'
  | 'FORBIDDEN'
  | 'COST_LIMIT_EXCEEDED'
  | 'DISK_FULL'
  | 'DOCUMENT_NOT_TRUSTED'
  | 'INTROSPECTION_DISABLED'
  | 'NOT_FOUND'
  | 'NOT_TABULAR'
  | 'OVERLOADED'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'RATE_LIMITED'
  | 'TOO_MANY_IMPORTS'
  | 'TOO_MANY_OPEN'
  | 'TOOK_TOO_LONG'
  | 'UNAUTHENTICATED'
  | 'UNAVAILABLE'
  | 'UNSUPPORTED';

export interface UserErrorOptions extends ErrorOptions {
  /** Seconds after which the request can succeed. */
  readonly retryAfter?: number | undefined;
}

/**
 * The base of every error whose message a caller may see. The message says which item, what was wrong and what would be right;
 * it holds no secret and no data that the caller cannot read. Errors of any other class are answered without their text.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly code: UserErrorCode;
  readonly retryAfter: number | undefined;

  constructor(message: string, code: UserErrorCode = 'BAD_USER_INPUT', options: UserErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfter = options.retryAfter;
  }
}
