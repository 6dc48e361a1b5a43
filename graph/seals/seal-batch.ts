import type { KeyObject } from 'node:crypto';
import { appendLeaf, type HashedNode, rangeHash, subtreesOf } from '../../domain/merkle.ts';
import {
  canonicalText,
  type Manifest,
  manifestHash,
  manifestOf,
  NO_CHANGES,
  type SealChanges,
  type SealedFact,
} from '../../domain/seal.ts';
import { factHash, type KeptLeaf, type LeafMatch, matchLeaves } from '../../domain/seal-match.ts';
import { auditHead } from '../../store/audit.ts';
import type { Session, Store } from '../../store/client.ts';
import { readFacts, SURVEYED } from '../../store/seal-facts.ts';
import {
  type ClosedRollup,
  type Closing,
  claimClosed,
  insertSeals,
  type NewSeal,
  readLatestSeals,
  readOrigins,
  refuse,
  sealedBefore,
} from '../../store/sealing.ts';
import { lockSeals, nodeKey, readLastHead, readLeaves, readNodes, type SealRow } from '../../store/seals.ts';
import { signHead } from './heads.ts';

export interface SealDeps {
  readonly store: Store;
  readonly signingKey: KeyObject;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

/** What became of one batch: how many rollups were looked at, sealed (first or again), and refused with why. */
export interface SealedBatch {
  readonly closed: number;
  readonly sealed: number;
  readonly refused: readonly string[];
}

const SALT_BYTES = 16;

/**
 * Seals closed rollups in one transaction: all of it or, when the process dies, nothing. Rollups that are what their seal
 * says get no new revision; those with a fact that changed though nothing brought a change get none either, so that no
 * seal ever vouches for it.
 */
export function sealBatch(deps: SealDeps, closing: Closing): Promise<SealedBatch> {
  return deps.store.transaction(async (session) => {
    await lockSeals(session);
    const closed = await claimClosed(session, closing);
    if (closed.length === 0) return { closed: 0, sealed: 0, refused: [] };
    const [facts, latest] = [await readFacts(session, closed), await readLatestSeals(session, closed)];
    const byRollup = new Map(latest.map((seal) => [keyOf(seal), seal]));
    const leaves = await readLeaves(
      session,
      latest.map(({ id }) => id),
    );
    const matches = closed.map((rollup, index): Pair => {
      const seal = byRollup.get(keyOf(rollup)) ?? null;
      const kept = seal ? (leaves.get(seal.id) ?? []) : [];
      return { rollup, seal, facts: facts[index] ?? [], match: matchLeaves(facts[index] ?? [], kept) };
    });
    const refused = await refuseTampered(session, matches);
    const known = await sealedBefore(session, addedLater(matches));
    const drafts = matches
      .filter(({ rollup }) => !refused.has(rollup))
      .flatMap((pair) => draft(deps, pair, known) ?? []);
    if (drafts.length > 0) await append(deps, session, drafts);
    return { closed: closed.length, sealed: drafts.length, refused: [...refused.values()] };
  });
}

interface Pair {
  readonly rollup: ClosedRollup;
  readonly seal: SealRow | null;
  readonly facts: readonly SealedFact[];
  readonly match: LeafMatch;
}

const keyOf = ({ hour, cellId, model }: Pick<SealRow, 'hour' | 'cellId' | 'model'>) =>
  `${hour} ${cellId} ${model}`;

/** New surveyed facts of rollups that were sealed before. */
function addedLater(pairs: readonly Pair[]): string[] {
  return pairs.flatMap(({ rollup, seal, match }) =>
    seal && rollup.model === SURVEYED ? match.added.map(({ id }) => id) : [],
  );
}

/** Puts back rollups whose facts changed or went without an event, an erasure or a correction that explains it. */
async function refuseTampered(session: Session, pairs: readonly Pair[]): Promise<Map<ClosedRollup, string>> {
  const refused = new Map<ClosedRollup, string>();
  const gone = pairs.flatMap(({ rollup, match }) =>
    rollup.model === SURVEYED ? match.removed.map(({ responseId }) => responseId as string) : [],
  );
  const origins = await readOrigins(session, gone);
  for (const { rollup, seal, match } of pairs) {
    const [changed] = match.tampered;
    const forged = seal && manifestHash(seal.manifest) !== seal.hash;
    const missing =
      rollup.model === SURVEYED ? match.removed.find((leaf) => !wasReplaced(leaf, origins)) : undefined;
    const reason = forged
      ? `revision ${seal.revision} of its seal is not what was hashed`
      : changed
        ? `response ${changed.id} is not what was sealed, and no source event brought a change`
        : missing && `response ${missing.responseId} is gone, and was neither erased nor replaced`;
    if (!reason) continue;
    refused.set(rollup, reason);
    await refuse(session, rollup, reason);
  }
  return refused;
}

/** Whether the response of a leaf without a fact is elsewhere, or otherwise, by a later event. */
export function wasReplaced(leaf: KeptLeaf, origins: ReadonlyMap<string, string>): boolean {
  const origin = origins.get(leaf.responseId ?? '');
  return origin !== undefined && origin !== leaf.origin;
}

/** How the facts differ from the seal before. */
function changesOf({ rollup, seal, match }: Pair, known: ReadonlySet<string>): SealChanges {
  if (!seal) return NO_CHANGES;
  const { erased } = JSON.parse(seal.manifest) as Manifest;
  const moved = rollup.model === SURVEYED ? match.added.filter(({ id }) => known.has(id)).length : 0;
  const changed = match.changed.length + match.removed.length + moved;
  const surveyed = rollup.model === SURVEYED;
  return {
    late: match.added.length - moved,
    corrected: surveyed ? changed : 0,
    rescored: surveyed ? 0 : changed,
    erased: match.erased.length - erased,
  };
}

type Draft = Omit<NewSeal, 'id'>;

/** The next revision of a rollup's seal, or null where there is nothing new to say. */
function draft(deps: SealDeps, pair: Pair, known: ReadonlySet<string>): Draft | null {
  const { rollup, seal, facts, match } = pair;
  const changes = changesOf(pair, known);
  if (seal ? Object.values(changes).every((count) => count === 0) : facts.length === 0) return null;
  const present = new Map(match.kept.map(({ fact, leaf }) => [fact.id, leaf]));
  const salts = deps.randomBytes(SALT_BYTES * facts.length);
  const leaves = facts.map((fact, index): KeptLeaf => {
    const kept = present.get(fact.id);
    if (kept) return kept;
    const salt = salts.toString('hex', index * SALT_BYTES, (index + 1) * SALT_BYTES);
    return { hash: factHash(fact, salt), responseId: fact.id, salt, origin: fact.origin };
  });
  const erased = [...match.erased].sort((a, b) => Buffer.compare(a.hash, b.hash));
  const all = [...leaves, ...erased];
  const { hour, cellId, cell, model, modelKey, featureSet, firstEntry, lastEntry } = rollup;
  const content = manifestOf({
    rollup: { hour, cell, model },
    model: { version: model, key: modelKey, featureSet },
    revision: seal ? seal.revision + 1 : 0,
    previous: seal?.hash ?? null,
    changes,
    facts,
    hashes: all.map(({ hash }) => hash),
    journal: { first: firstEntry, last: lastEntry },
    now: deps.now(),
  });
  const manifest = canonicalText(content);
  return { hour, cellId, model, manifest, hash: manifestHash(manifest), content, leaves: all };
}

/** Adds the seals to the log, in the order of hour, cell and model, and signs its new state. */
async function append(deps: SealDeps, session: Session, drafts: readonly Draft[]): Promise<void> {
  const last = await readLastHead(session);
  let size = last?.size ?? 0;
  const subtrees = subtreesOf({ from: 0, until: size });
  const stored = await readNodes(session, subtrees);
  const edge = subtrees.map((node): HashedNode => {
    const hash = stored.get(nodeKey(node));
    if (!hash) throw new Error(`the log of seals lacks its node ${nodeKey(node)}`);
    return { ...node, hash };
  });
  const ordered = [...drafts].sort(
    (a, b) =>
      a.hour - b.hour ||
      (a.content.cell < b.content.cell ? -1 : a.content.cell > b.content.cell ? 1 : 0) ||
      a.model - b.model,
  );
  const nodes: HashedNode[] = [];
  const seals = ordered.map((one): NewSeal => {
    nodes.push(...appendLeaf(edge, size, Buffer.from(one.hash, 'hex')));
    size += 1;
    return { ...one, id: size - 1 };
  });
  const root = rangeHash(edge.map(({ hash }) => hash)).toString('hex');
  // Rows of the log come one transaction after the other: all before the last committed one are committed too.
  const state = { size, root, audit: await auditHead(session) };
  await insertSeals(session, seals, nodes, signHead(deps.signingKey, state, last, deps.now()));
}
