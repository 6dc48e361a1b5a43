import { leafHash } from './merkle.ts';
import { leafContent, type SealedFact } from './seal.ts';

/** A stored leaf. For an erased response everything but the hash is null. */
export interface KeptLeaf {
  /** Hex, as salt. */
  readonly hash: string;
  readonly responseId: string | null;
  readonly salt: string | null;
  readonly origin: string | null;
}

/** How the facts of a rollup compare with the leaves of its seal. */
export interface LeafMatch {
  /** Facts that equal their leaf. */
  readonly kept: readonly SealedFact[];
  /** The leaves of those, in the same order. */
  readonly keptLeaves: readonly KeptLeaf[];
  /** Facts without a leaf. */
  readonly added: readonly SealedFact[];
  /** Facts that differ from their leaf and were brought by something later. */
  readonly changed: readonly SealedFact[];
  /** The leaves of those, in the same order. */
  readonly changedLeaves: readonly KeptLeaf[];
  /** Leaves without a fact, and not erased. */
  readonly removed: readonly KeptLeaf[];
  /** Leaves of erased responses. */
  readonly erased: readonly KeptLeaf[];
  /** Facts that differ from their leaf although they come from the same event: tampered with. */
  readonly tampered: readonly SealedFact[];
}

/** The hash of the leaf of that fact under that salt (hex). */
export function factHash(fact: SealedFact, salt: string): string {
  return leafHash(leafContent(fact, salt));
}

/** Compares facts with leaves, each response once in either. */
export function matchLeaves(facts: readonly SealedFact[], leaves: readonly KeptLeaf[]): LeafMatch {
  if (sameOrder(facts, leaves)) return { ...NOTHING, kept: facts, keptLeaves: leaves };
  const open = new Map<string, KeptLeaf>();
  const erased: KeptLeaf[] = [];
  for (const leaf of leaves) {
    if (leaf.responseId === null || leaf.salt === null) erased.push(leaf);
    else open.set(leaf.responseId, leaf);
  }
  const kept: SealedFact[] = [];
  const keptLeaves: KeptLeaf[] = [];
  const added: SealedFact[] = [];
  const changed: SealedFact[] = [];
  const changedLeaves: KeptLeaf[] = [];
  const tampered: SealedFact[] = [];
  for (const fact of facts) {
    const leaf = open.get(fact.id);
    open.delete(fact.id);
    if (!leaf) added.push(fact);
    else if (isLeafOf(leaf, fact)) {
      kept.push(fact);
      keptLeaves.push(leaf);
    } else if (leaf.origin === fact.origin) tampered.push(fact);
    else {
      changed.push(fact);
      changedLeaves.push(leaf);
    }
  }
  return { kept, keptLeaves, added, changed, changedLeaves, removed: [...open.values()], erased, tampered };
}

const NOTHING = { added: [], changed: [], changedLeaves: [], removed: [], erased: [], tampered: [] };

/**
 * Whether each leaf is that of the fact at its index, as when nothing changed since the seal; then nothing else
 * needs to be read.
 */
function sameOrder(facts: readonly SealedFact[], leaves: readonly KeptLeaf[]): boolean {
  return (
    facts.length === leaves.length &&
    leaves.every((leaf, i) => {
      const fact = facts[i] as SealedFact;
      return leaf.responseId === fact.id && isLeafOf(leaf, fact);
    })
  );
}

function isLeafOf({ salt, hash }: KeptLeaf, fact: SealedFact): boolean {
  return salt !== null && factHash(fact, salt) === hash;
}
