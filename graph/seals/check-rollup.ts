import { treeHash } from '../../domain/merkle.ts';
import {
  type Manifest,
  manifestHash,
  ROLLUP_SUMS,
  type RollupSums,
  type SealChanges,
  type SealedFact,
  sumsOf,
} from '../../domain/seal.ts';
import { type KeptLeaf, type LeafMatch, matchLeaves } from '../../domain/seal-match.ts';
import type { SealRow } from '../../store/seals.ts';
import { changesSince, type Explanations, findUnexplained } from './explain.ts';

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
  /** How many of its responses each mapping version brought, as the record keeps account of it: "key n", by key; null: not read. */
  readonly mappings: string | null;
}

/** What is wrong: which thing of which rollup. `response` only for those who may read it. */
export interface Offence {
  readonly what:
    | 'response'
    | 'rollup'
    | 'leaf'
    | 'manifest'
    | 'log'
    | 'head'
    | 'file of heads'
    | 'audit log'
    | 'model'
    | 'cell';
  readonly rollup: string | null;
  readonly response?: string;
  readonly says: string;
}

export interface RollupFinding {
  readonly offence: Offence | null;
  readonly match: LeafMatch;
  /** Leaves of the last seal whose response is erased. */
  readonly erased: number;
  /** What is not sealed yet. */
  readonly unsealed: SealChanges;
}

/** `place`: the rollup's number in the list that the explanations were read for. */
export function checkRollup(evidence: RollupEvidence, place: number, explained: Explanations): RollupFinding {
  const { model, seals } = evidence;
  const match = matchLeaves(evidence.facts, seals.length > 0 ? evidence.leaves : []);
  const wrong = revisionOffence(evidence) ?? leafOffence(evidence);
  const last = seals.at(-1);
  const manifest = last && !wrong ? manifestOfRow(last) : null;
  const unexplained = wrong ? null : findUnexplained({ model, place }, match, manifest, explained);
  const offence =
    wrong ??
    (unexplained && { ...unexplained, rollup: evidence.id }) ??
    sumOffence(evidence, match) ??
    mappingOffence(evidence);
  const unsealed = changesSince(model, match, manifest, explained);
  return { offence, match, erased: match.erased.length, unsealed };
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
export function leafOffence({
  id,
  seals,
  leaves,
}: Pick<RollupEvidence, 'id' | 'seals' | 'leaves'>): Offence | null {
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

/** The account of which mappings brought how many is what the responses say. */
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
