import { treeHash } from '../domain/seals/merkle.ts';
import {
  type Manifest,
  manifestHash,
  ROLLUP_SUMS,
  type RollupSums,
  type SealChanges,
  type SealedFact,
  sumsOf,
} from '../domain/seals/seal.ts';
import type { KeptLeaf, LeafMatch } from '../domain/seals/seal-match.ts';
import type { SealRow } from '../store/seals/seals.ts';
import { changesSince, type Explanations, findUnexplained } from './explain.ts';

/** One rollup with all its evidence. */
export interface RollupEvidence {
  /** Its public name. */
  readonly id: string;
  readonly model: number;
  /** null: there is none. */
  readonly sums: RollupSums | null;
  readonly facts: readonly SealedFact[];
  /** All revisions of its seal, oldest first. */
  readonly seals: readonly SealRow[];
  /** Of the last revision. */
  readonly leaves: readonly KeptLeaf[];
  /** How the facts compare with the leaves. */
  readonly match: LeafMatch;
  /**
   * How many responses each mapping version brought, by the database's counts: "key n", by key; null: not read.
   */
  readonly mappings: string | null;
}

/** A mismatch: which part of which rollup. `response` only for callers who may read it. */
export interface Offence {
  readonly what:
    | 'response'
    | 'rollup'
    | 'leaf'
    | 'manifest'
    | 'log'
    | 'head'
    | 'checkpoint file'
    | 'audit log'
    | 'model'
    | 'cell';
  readonly rollup: string | null;
  readonly response?: string;
  readonly says: string;
}

export interface RollupFinding {
  readonly offence: Offence | null;
  /** Leaves of the last seal whose response is erased. */
  readonly erased: number;
  /** Changes that are not sealed yet. */
  readonly unsealed: SealChanges;
}

/** `place`: the rollup's index in the list that the explanations were read for. */
export function checkRollup(evidence: RollupEvidence, place: number, explained: Explanations): RollupFinding {
  const { id, model, seals, leaves, match } = evidence;
  const manifests = seals.map(({ manifest }) => parseManifest(manifest));
  const newest = manifests.at(-1) ?? null;
  const wrong = revisionOffence(evidence, manifests) ?? leafOffence(id, newest, leaves);
  const manifest = wrong ? null : newest;
  const unexplained = wrong ? null : findUnexplained({ model, place }, match, manifest, explained);
  const offence =
    wrong ??
    (unexplained && { ...unexplained, rollup: id }) ??
    sumOffence(evidence, manifest) ??
    mappingOffence(evidence);
  const unsealed = changesSince(model, match, manifest, explained);
  return { offence, erased: match.erased.length, unsealed };
}

/** The manifest's content, or null if it is invalid; the caller names it. */
function parseManifest(text: string): Manifest | null {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return null;
  }
}

/** Every revision is what was hashed, belongs to this rollup, and follows the one before. */
function revisionOffence(
  { id, seals }: RollupEvidence,
  manifests: readonly (Manifest | null)[],
): Offence | null {
  for (const [index, row] of seals.entries()) {
    const manifest = manifests[index];
    const previous = seals[index - 1]?.hash ?? null;
    const fault =
      manifestHash(row.manifest) !== row.hash
        ? 'is not what was hashed'
        : !manifest || manifest.rollup !== id || manifest.revision !== row.revision || row.revision !== index
          ? 'is of another rollup or revision'
          : manifest.previous !== previous || manifest.why !== row.why
            ? 'does not follow the one before it'
            : null;
    if (fault) return { what: 'manifest', rollup: id, says: `revision ${row.revision} of the seal ${fault}` };
  }
  return null;
}

/**
 * The stored leaves are those whose tree was sealed. `manifest`: of the seal that they belong to, null without
 * one.
 */
export function leafOffence(
  id: string,
  manifest: Manifest | null,
  leaves: readonly KeptLeaf[],
): Offence | null {
  if (!manifest) return null;
  if (leaves.length !== manifest.leaves) {
    const says = `${leaves.length} leaves are kept of ${manifest.leaves} that were sealed`;
    return { what: 'leaf', rollup: id, says };
  }
  const root = treeHash(leaves.map(({ hash }) => hash));
  return root === manifest.root
    ? null
    : { what: 'leaf', rollup: id, says: 'the tree over the leaves has another root than was sealed' };
}

/** The rollup holds what its responses add up to, and so does the manifest. */
function sumOffence({ id, sums, facts, match }: RollupEvidence, manifest: Manifest | null): Offence | null {
  const counted = sumsOf(facts);
  const wrong = ROLLUP_SUMS.find((name) => (sums?.[name] ?? 0) !== counted[name]);
  if (wrong) {
    const says = `holds ${wrong} = ${sums?.[wrong] ?? 0}, its responses count to ${counted[wrong]}`;
    return { what: 'rollup', rollup: id, says };
  }
  if (!manifest) return null;
  // Facts that were removed or changed since cannot be counted any more: then only their number can be
  // compared.
  const forgotten = match.erased.length - manifest.erased;
  const unknown = match.changed.length + match.removed.length + forgotten;
  const sealed = match.kept === facts ? counted : sumsOf(match.kept);
  const names = unknown === 0 ? ROLLUP_SUMS : (['n'] as const);
  const other = names.find(
    (name) => Number(manifest.sums[name]) !== sealed[name] + (name === 'n' ? unknown : 0),
  );
  return other === undefined
    ? null
    : {
        what: 'manifest',
        rollup: id,
        says: `the seal says ${other} = ${manifest.sums[other]}, its leaves another number`,
      };
}

/** The counts per mapping agree with the responses. */
function mappingOffence({ id, facts, mappings }: RollupEvidence): Offence | null {
  if (mappings === null) return null;
  const counts = new Map<string, number>();
  for (const { mapping } of facts) counts.set(mapping, (counts.get(mapping) ?? 0) + 1);
  const counted = [...counts]
    .map(([key, n]) => `${key} ${n}`)
    .sort()
    .join(',');
  if (counted === mappings) return null;
  const says = 'is accounted to other mappings than those that its responses were made by';
  return { what: 'rollup', rollup: id, says };
}
