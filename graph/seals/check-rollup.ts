import { treeHash } from '../../domain/merkle.ts';
import {
  type Manifest,
  manifestHash,
  ROLLUP_SUMS,
  type RollupSums,
  type SealedFact,
  sumsOf,
} from '../../domain/seal.ts';
import { type KeptLeaf, type LeafMatch, matchLeaves } from '../../domain/seal-match.ts';
import { SURVEYED } from '../../store/seal-facts.ts';
import type { SealRow } from '../../store/seals.ts';
import { wasReplaced } from './seal-batch.ts';

/** One rollup with everything that is known of it. */
export interface RollupEvidence {
  /** As it is named in public. */
  readonly id: string;
  readonly model: number;
  /** null: there is none. */
  readonly sums: RollupSums | null;
  readonly facts: readonly SealedFact[];
  /** All revisions of its seal, oldest first. */
  readonly seals: readonly SealRow[];
  /** Of the last revision. */
  readonly leaves: readonly KeptLeaf[];
}

/** What is wrong: which thing of which rollup. `response` only for those who may read it. */
export interface Offence {
  readonly what: 'response' | 'rollup' | 'leaf' | 'manifest' | 'log' | 'head' | 'file of heads';
  readonly rollup: string | null;
  readonly response?: string;
  readonly says: string;
}

export interface RollupFinding {
  readonly offence: Offence | null;
  readonly match: LeafMatch;
  /** Leaves of the last seal whose response is erased. */
  readonly erased: number;
}

/** `origins`: what brought the present content of responses whose leaf has no fact here. */
export function checkRollup(evidence: RollupEvidence, origins: ReadonlyMap<string, string>): RollupFinding {
  const match = matchLeaves(evidence.facts, evidence.seals.length > 0 ? evidence.leaves : []);
  const offence =
    revisionOffence(evidence) ??
    leafOffence(evidence) ??
    responseOffence(evidence, match, origins) ??
    sumOffence(evidence, match);
  return { offence, match, erased: match.erased.length };
}

const parsed = new WeakMap<SealRow, Manifest | null>();

/** What the manifest says, or null when it says nothing; parsed once. */
function manifestOfRow(row: SealRow): Manifest | null {
  const known = parsed.get(row);
  if (known !== undefined) return known;
  let manifest: Manifest | null = null;
  try {
    manifest = JSON.parse(row.manifest) as Manifest;
  } catch {
    // Whoever asks names the manifest.
  }
  parsed.set(row, manifest);
  return manifest;
}

/** Every revision is what was hashed, belongs to this rollup, and follows the one before. */
function revisionOffence({ id, seals }: RollupEvidence): Offence | null {
  let previous: SealRow | null = null;
  for (const [index, row] of seals.entries()) {
    const named = `revision ${row.revision} of the seal`;
    const manifest = manifestOfRow(row);
    const says =
      manifestHash(row.manifest) !== row.hash
        ? `${named} is not what was hashed`
        : !manifest || manifest.rollup !== id || manifest.revision !== row.revision || row.revision !== index
          ? `${named} is of another rollup or revision`
          : manifest.previous !== (previous?.hash ?? null) || manifest.why !== row.why
            ? `${named} does not follow the one before it`
            : null;
    if (says) return { what: 'manifest', rollup: id, says };
    previous = row;
  }
  return null;
}

/** The kept leaves are those whose tree was sealed. */
function leafOffence({ id, seals, leaves }: RollupEvidence): Offence | null {
  const last = seals.at(-1);
  const manifest = last && manifestOfRow(last);
  if (!manifest) return null;
  if (leaves.length !== manifest.leaves) {
    const says = `${leaves.length} leaves are kept of ${manifest.leaves} that were sealed`;
    return { what: 'leaf', rollup: id, says };
  }
  const root = treeHash(leaves.map(({ hash }) => hash)).toString('hex');
  return root === manifest.root
    ? null
    : { what: 'leaf', rollup: id, says: 'the tree over the leaves has another root than was sealed' };
}

function responseOffence(
  { id, model }: RollupEvidence,
  match: LeafMatch,
  origins: ReadonlyMap<string, string>,
): Offence | null {
  const [changed] = match.tampered;
  if (changed) {
    const says = 'is not what was sealed, and nothing that was received explains the change';
    return { what: 'response', rollup: id, response: changed.id, says };
  }
  const gone = model === SURVEYED ? match.removed.find((leaf) => !wasReplaced(leaf, origins)) : undefined;
  if (!gone) return null;
  const says = 'is gone, and was neither erased nor replaced';
  return { what: 'response', rollup: id, response: gone.responseId as string, says };
}

/** The rollup holds what its responses count to, and so does the manifest. */
function sumOffence({ id, sums, facts, seals }: RollupEvidence, match: LeafMatch): Offence | null {
  const counted = sumsOf(facts);
  const wrong = ROLLUP_SUMS.find((name) => (sums?.[name] ?? 0) !== counted[name]);
  if (wrong) {
    const says = `holds ${wrong} = ${sums?.[wrong] ?? 0}, its responses count to ${counted[wrong]}`;
    return { what: 'rollup', rollup: id, says };
  }
  const last = seals.at(-1);
  const manifest = last && manifestOfRow(last);
  if (!manifest) return null;
  // Facts that went or changed since cannot be counted any more: then only how many there were can be compared.
  const forgotten = match.erased.length - manifest.erased;
  const unknown = match.changed.length + match.removed.length + forgotten;
  const sealed = sumsOf(match.kept.map(({ fact }) => fact));
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
