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
  /** The version under which keys are wrapped now. */
  current(): Promise<string>;
  /** Makes a new version, under which keys are wrapped from now on; answers with its name. Never two at once. */
  rotate(): Promise<string>;
  /**
   * Destroys every version but the current one, as far as it is the provider's to destroy: backups of the record that need
   * them are then lost. Only when nothing in the record needs them and nobody wraps.
   */
  retire(): Promise<Retirement>;
}

export interface Retirement {
  /** Under which nothing may be wrapped any more. */
  readonly versions: readonly string[];
  /** What was destroyed, and what is left for the operator to do. */
  readonly report: string;
}
