/** A key provider cannot do what it was asked; the message says why and what would be right. */
export class KeyProviderError extends Error {
  override readonly name: string = 'KeyProviderError';
}

/** It cannot be asked just now: asked again later, it may answer. */
export class KeyProviderAway extends KeyProviderError {
  override readonly name = 'KeyProviderAway';
}

/** The error of an answer with that HTTP status: refused for now (busy, sealed, a token that ran out), or for good. */
export function providerAnswered(status: number, message: string): KeyProviderError {
  const passes = status >= 500 || [401, 403, 429].includes(status);
  return passes ? new KeyProviderAway(message) : new KeyProviderError(message);
}
