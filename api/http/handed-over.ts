import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { sha256 } from '../../config/gate-settings.ts';
import { documentBytes, KEPT, KEPT_BYTES } from '../gate/documents.ts';

/** Documents that passed the gate, for Apollo to find by their hash: it would parse and validate them again. */
export class HandedOver {
  readonly #byHash = new LRUCache<string, DocumentNode>({
    max: KEPT,
    maxSize: KEPT_BYTES,
    sizeCalculation: documentBytes,
  });
  readonly #hashes = new WeakMap<DocumentNode, string>();

  /** Keeps it, as long as there is room for it. */
  add(document: DocumentNode): void {
    const hash = this.#hashes.get(document) ?? sha256(document.loc?.source.body ?? '');
    this.#hashes.set(document, hash);
    this.#byHash.set(hash, document);
  }

  /** @param key a prefix of Apollo's, and the hash of the text */
  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#byHash.get(key.slice(key.lastIndexOf(':') + 1));
  }

  /** Documents that did not pass the gate are not cached. */
  async set(): Promise<void> {}

  async delete(key: string): Promise<boolean> {
    return this.#byHash.delete(key);
  }
}
