/** A key provider cannot do what was requested; the message says why and what would be right. */
export class KeyProviderError extends Error {
  override readonly name: string = 'KeyProviderError';
}

/** The key provider is temporarily unavailable; a retry may succeed. */
export class KeyProviderAway extends KeyProviderError {
  override readonly name = 'KeyProviderAway';
}

/** The error for an HTTP status: temporary (busy, sealed, expired token) or permanent. */
export function providerAnswered(status: number, message: string): KeyProviderError {
  const passes = status >= 500 || [401, 403, 429].includes(status);
  return passes ? new KeyProviderAway(message) : new KeyProviderError(message);
}
