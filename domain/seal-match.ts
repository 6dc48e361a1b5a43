import { leafHash } from './merkle.ts';
import { leafContent, type SealedFact } from './seal.ts';

/** A leaf as it is kept. Of an erased response everything but the hash is null. */
export interface KeptLeaf {
  readonly hash: Buffer;
  readonly responseId: string | null;
  /** Hex. */
  readonly salt: string | null;
  readonly origin: string | null;
}

/** How the facts of a rollup stand to the leaves of a seal of it. */
export interface LeafMatch {
  /** Facts that are what their leaf says. */
  readonly kept: readonly { readonly fact: SealedFact; readonly leaf: KeptLeaf }[];
  /** Facts without a leaf. */
  readonly added: readonly SealedFact[];
  /** Facts whose leaf says otherwise, brought by something later. */
  readonly changed: readonly SealedFact[];
  /** Leaves without a fact, and not erased. */
  readonly removed: readonly KeptLeaf[];
  /** Leaves of erased responses. */
  readonly erased: readonly KeptLeaf[];
  /** Facts whose leaf says otherwise though they come from the very same event: somebody changed them. */
  readonly tampered: readonly SealedFact[];
}

/** The hash of the leaf of that fact under that salt (hex). */
export function factHash(fact: SealedFact, salt: string): Buffer {
  return leafHash(leafContent(fact, salt));
}

/** Compares facts with leaves, each response once in either. */
export function matchLeaves(facts: readonly SealedFact[], leaves: readonly KeptLeaf[]): LeafMatch {
  const open = new Map<string, KeptLeaf>();
  const erased: KeptLeaf[] = [];
  for (const leaf of leaves) {
    if (leaf.responseId === null || leaf.salt === null) erased.push(leaf);
    else open.set(leaf.responseId, leaf);
  }
  const kept: { fact: SealedFact; leaf: KeptLeaf }[] = [];
  const added: SealedFact[] = [];
  const changed: SealedFact[] = [];
  const tampered: SealedFact[] = [];
  for (const fact of facts) {
    const leaf = open.get(fact.id);
    open.delete(fact.id);
    if (!leaf) added.push(fact);
    else if (factHash(fact, leaf.salt as string).equals(leaf.hash)) kept.push({ fact, leaf });
    else (leaf.origin === fact.origin ? tampered : changed).push(fact);
  }
  return { kept, added, changed, removed: [...open.values()], erased, tampered };
}
