/** A data key with what it is bound to: it unwraps only for the same subject of the same tenant. */
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

/** Where the keys are kept that wrap the subjects' data keys. Lists go in one call, answers come in their order. */
export interface KeyProvider {
  readonly name: string;
  wrap(keys: readonly BoundKey[]): Promise<WrappedKey[]>;
  /** @throws KeyProviderError when the provider is away, or a key does not belong to its subject. */
  unwrap(keys: readonly BoundWrappedKey[]): Promise<Buffer[]>;
  /** Makes a new version, under which keys are wrapped from now on; answers with its name. */
  rotate(): Promise<string>;
  /**
   * Destroys the versions under which nothing is wrapped any more, backups of the record included: what they hold is then
   * lost. Absent where the provider has its own way.
   */
  retire?(inUse: ReadonlySet<string>): Promise<string[]>;
}

/** A key provider cannot do what it was asked; the message says why and what would be right. */
export class KeyProviderError extends Error {
  override readonly name = 'KeyProviderError';
}
