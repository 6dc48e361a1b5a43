/** A data key and its binding: it unwraps only for the same subject of the same tenant. */
export interface BoundKey {
  readonly tenant: string;
  readonly subject: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

export interface WrappedKey {
  readonly wrapped: string;
  /** Of the wrapping key. */
  readonly version: string;
}

export type BoundWrappedKey = Omit<BoundKey, 'key'> & WrappedKey;

/**
 * The store of the keys that wrap the subjects' data keys. Lists go in one call, answers come in their order.
 */
export interface KeyProvider {
  readonly name: string;
  wrap(keys: readonly BoundKey[]): Promise<WrappedKey[]>;
  /** @throws KeyProviderError when the provider is unavailable, or a key does not belong to its subject. */
  unwrap(keys: readonly BoundWrappedKey[]): Promise<Buffer[]>;
  /** The version that new keys are wrapped under. */
  current(): Promise<string>;
  /** Creates a new version for wrapping from now on; returns its name. Never two at once. */
  rotate(): Promise<string>;
  /**
   * Destroys every version but the current one, as far as the provider can: backups of the database that need
   * them are then lost. Only when nothing in the database needs them and nothing is being wrapped.
   */
  retire(): Promise<Retirement>;
}

export interface Retirement {
  /**
   * Versions that may not be used for wrapping any more, also those that were destroyed before: a process may have ended between
   * destroying a version and recording that.
   */
  readonly versions: readonly string[];
  /** What was destroyed, and what the operator has to do. */
  readonly report: string;
}
