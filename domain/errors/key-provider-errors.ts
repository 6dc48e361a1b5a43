import { UserError } from './user-error.ts';
/** A key provider cannot do what was requested; the message says why and what would be right. */
export class KeyProviderError extends UserError {
  override readonly name: string = 'KeyProviderError';
}

/** The key provider is temporarily unavailable; a retry may succeed. */
export class KeyProviderUnavailableError extends KeyProviderError {
  override readonly name = 'KeyProviderUnavailableError';
}

/** The error for an HTTP status: temporary (busy, sealed, expired token) or permanent. */
export function providerAnswered(status: number, message: string): KeyProviderError {
  const passes = status >= 500 || [401, 403, 429].includes(status);
  return passes ? new KeyProviderUnavailableError(message) : new KeyProviderError(message);
}
