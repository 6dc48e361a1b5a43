import type { KeyObject } from 'node:crypto';
import { rollupId } from '../domain/lineage/lineage.ts';
import { appendLeaf, type HashedNode, rangeHash } from '../domain/seals/merkle.ts';
import {
  canonicalText,
  type Manifest,
  manifestHash,
  manifestOf,
  type SealedFact,
} from '../domain/seals/seal.ts';
import { factHash, type KeptLeaf, type LeafMatch, matchLeaves } from '../domain/seals/seal-match.ts';
import { publicKeyOf } from '../domain/seals/signing-key.ts';
import { auditCheckpoint } from '../store/audit/audit.ts';
import type { Session, Store } from '../store/database/client.ts';
import { hold, type Lease } from '../store/database/lease.ts';
import { followerPosition, type JournalPosition } from '../store/journal/journal.ts';
import {
  type ClosedRollup,
  type Closing,
  hasClosed,
  readClosed,
  settleClosed,
} from '../store/seals/closed-rollups.ts';
import { findWrongResponses, readNewestBrought } from '../store/seals/seal-evidence.ts';
import { readFacts, SURVEYED } from '../store/seals/seal-facts.ts';
import {
  type Addition,
  additionOf,
  insertSeals,
  lastEntriesOf,
  type NewSeal,
  readLatestSeals,
  SEALER,
} from '../store/seals/sealing.ts';
import { lockSeals, readLeaves, type SealRow } from '../store/seals/seals.ts';
import { type OpenLog, openLog, readLogAhead } from './append-to-log.ts';
import { sealsNotUnder } from './check-log.ts';
import { leafOffence } from './check-rollup.ts';
import type { CheckpointPublisher } from './checkpoint-publisher.ts';
import { signCheckpoint } from './checkpoints.ts';
import { changesSince, type Explanations, findUnexplained, readExplanations } from './explain.ts';

export interface SealDeps {
  readonly store: Store;
  readonly signingKey: KeyObject;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
  /** Checkpoints outside of the database: what is signed must extend them. */
  readonly sinks: readonly CheckpointPublisher[];
  /** The lease for sealing; absent: there are no others. */
  readonly lease?: Lease;
}

/** The result of one batch: how many rollups were checked, sealed (first or again), and refused with why. */
export interface SealedBatch {
  readonly closed: number;
  readonly sealed: number;
  readonly refused: readonly string[];
}

const NOTHING_CLOSED: SealedBatch = { closed: 0, sealed: 0, refused: [] };
const SALT_BYTES = 16;

/**
 * Opens the log as sealing does, and adds nothing.
 * @throws LogBrokenError
 */
export async function checkLogOnce({ store, signingKey, sinks, now }: SealDeps): Promise<void> {
  await readLogAhead(store, { memory: store.memory, signingKey, sinks, now: now() });
  await store.transaction(async (session) => {
    await lockSeals(session);
    await openLog(session, { memory: store.memory, signingKey, sinks, now: now() });
  });
}

/**
 * Seals closed rollups in one transaction: all of it or, when the process dies, nothing. Rollups that equal
 * their seal get no new revision; those with an unexplained change get none either, so that no seal ever
 * vouches for it. It writes at the end: until then it holds back no follower of the journal.
 * @throws LogBrokenError if the log is not what was signed: nothing is added to it.
 */
export async function sealBatch(deps: SealDeps, closing: Closing): Promise<SealedBatch> {
  const { store, signingKey, sinks, now } = deps;
  // Also with nothing to seal: what was done to the log is found within the hour.
  await readLogAhead(store, { memory: store.memory, signingKey, sinks, now: now() });
  if (!(await hasClosed(store, closing))) return NOTHING_CLOSED;
  return store.transaction(async (session) => {
    await lockSeals(session);
    // Before the rollups: entries that the follower passes meanwhile are not in what was read of them.
    const from = await followerPosition(session, SEALER);
    const closed = await readClosed(session, closing);
    if (closed.length === 0) return NOTHING_CLOSED;
    const log = await openLog(session, { memory: store.memory, signingKey, sinks, now: now() });
    const { pairs, explained } = await compare(session, publicKeyOf(signingKey), closed, from);
    const refused = await refusalsOf(session, log, pairs, explained);
    const drafts = pairs
      .filter(({ rollup }) => !refused.has(rollup))
      .flatMap((pair) => draft(deps, pair, explained) ?? []);
    const addition = drafts.length > 0 ? await append(deps, session, log, drafts) : null;
    if (deps.lease) await hold(session, deps.lease);
    if (addition) await insertSeals(session, addition);
    await settleClosed(
      session,
      pairs.map(({ rollup, lastEntry }) => ({ rollup, lastEntry, refused: refused.get(rollup) ?? null })),
    );
    return { closed: closed.length, sealed: drafts.length, refused: [...refused.values()] };
  });
}

/** A rollup beside its newest seal. */
interface Pair {
  readonly rollup: ClosedRollup;
  /** Its index in the batch. */
  readonly place: number;
  readonly seal: SealRow | null;
  readonly facts: readonly SealedFact[];
  readonly leaves: readonly KeptLeaf[];
  readonly match: LeafMatch;
  /** When the newest of the facts was brought, microseconds since 1970; null without facts. */
  readonly newest: number | null;
  /** The last entry of the journal that has touched it. */
  readonly lastEntry: string;
}

const keyOf = ({ hour, cellId, model }: Pick<SealRow, 'hour' | 'cellId' | 'model'>) =>
  `${hour} ${cellId} ${model}`;

/** Reads facts, newest seals and the evidence for their differences. */
async function compare(
  session: Session,
  publicKey: KeyObject,
  closed: readonly ClosedRollup[],
  from: JournalPosition,
): Promise<{ readonly pairs: readonly Pair[]; readonly explained: Explanations }> {
  // Before the facts: what is committed between the two must not count as part of them.
  const newest = await readNewestBrought(session, closed);
  const [facts, latest] = [await readFacts(session, closed), await readLatestSeals(session, closed)];
  const byRollup = new Map(latest.map((seal) => [keyOf(seal), seal]));
  const leaves = await readLeaves(
    session,
    latest.map(({ id }) => id),
  );
  // After the facts: the journal has everything that is in them by then.
  const entries = await lastEntriesOf(session, closed, from);
  const pairs = closed.map((rollup, place): Pair => {
    const seal = byRollup.get(keyOf(rollup)) ?? null;
    const kept = seal ? (leaves.get(seal.id) ?? []) : [];
    const present = facts[place] ?? [];
    return {
      rollup,
      place,
      seal,
      facts: present,
      leaves: kept,
      match: matchLeaves(present, kept),
      newest:
        rollup.model === SURVEYED
          ? (newest.get(place) ?? null)
          : newestOf(present.map(({ origin }) => Number(origin))),
      lastEntry: entries.get(rollup) ?? rollup.lastEntry,
    };
  });
  const compared = pairs.map(({ rollup, seal, ...pair }) => ({
    ...rollup,
    ...pair,
    isSealed: seal !== null,
  }));
  const wrong = await findWrongResponses(session, compared);
  return { pairs, explained: await readExplanations(session, publicKey, compared, wrong) };
}

/** The rollups whose seal was changed, or whose facts changed without an explanation, each with what is wrong. */
async function refusalsOf(
  session: Session,
  { head: checkpoint }: OpenLog,
  pairs: readonly Pair[],
  explained: Explanations,
): Promise<Map<ClosedRollup, string>> {
  const refused = new Map<ClosedRollup, string>();
  const seals = pairs.flatMap(({ seal }) => seal ?? []);
  const unsigned = new Set(checkpoint ? await sealsNotUnder(session, seals, checkpoint) : seals);
  for (const pair of pairs) {
    const reason = reasonToRefuse(pair, unsigned, explained);
    if (reason) refused.set(pair.rollup, reason);
  }
  return refused;
}

function reasonToRefuse(
  { rollup, place, seal, leaves, match }: Pair,
  unsigned: ReadonlySet<SealRow>,
  explained: Explanations,
): string | null {
  if (seal && manifestHash(seal.manifest) !== seal.hash)
    return `revision ${seal.revision} of its seal is not what was hashed`;
  if (seal && unsigned.has(seal))
    return `revision ${seal.revision} of its seal is not under the root that was signed`;
  const id = rollupId(rollup);
  const manifest = seal && (JSON.parse(seal.manifest) as Manifest);
  const torn = leafOffence(id, manifest, leaves);
  if (torn) return `${id}: ${torn.says}`;
  const found = findUnexplained({ model: rollup.model, place }, match, manifest, explained);
  if (!found) return null;
  return found.response === undefined
    ? `${id}: ${found.says}`
    : `response ${found.response} of ${id} ${found.says}`;
}

type Draft = Omit<NewSeal, 'id'>;

/** The next revision of a rollup's seal, or null if nothing changed. */
function draft(deps: SealDeps, pair: Pair, explained: Explanations): Draft | null {
  const { rollup, seal, facts, match, newest: brought, lastEntry } = pair;
  const before = seal && (JSON.parse(seal.manifest) as Manifest);
  const changes = changesSince(rollup.model, match, before, explained);
  if (seal ? Object.values(changes).every((count) => count === 0) : facts.length === 0) return null;
  const present = new Map(match.keptLeaves.map((leaf) => [leaf.responseId, leaf]));
  const salts = deps.randomBytes(SALT_BYTES * facts.length);
  const leaves = facts.map((fact, index): KeptLeaf => {
    const kept = present.get(fact.id);
    if (kept) return kept;
    const salt = salts.toString('hex', index * SALT_BYTES, (index + 1) * SALT_BYTES);
    return { hash: factHash(fact, salt), responseId: fact.id, salt, origin: fact.origin };
  });
  const erased = [...match.erased].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const all = [...leaves, ...erased];
  const { hour, cellId, cell, model, modelKey, featureSet, firstEntry } = rollup;
  const content = manifestOf({
    rollup: { hour, cell, model },
    model: { version: model, key: modelKey, featureSet },
    revision: seal ? seal.revision + 1 : 0,
    previous: seal?.hash ?? null,
    changes,
    facts,
    hashes: all.map(({ hash }) => hash),
    journal: { first: firstEntry, last: lastEntry },
    brought,
    now: deps.now(),
  });
  const manifest = canonicalText(content);
  return { hour, cellId, model, manifest, hash: manifestHash(manifest), content, leaves: all };
}

const newestOf = (times: readonly number[]) =>
  times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));

/** The seals as they are added to the log, in the order of hour, cell and model, and its new state, signed. */
async function append(
  deps: SealDeps,
  session: Session,
  log: OpenLog,
  drafts: readonly Draft[],
): Promise<Addition> {
  const { last, edge } = log;
  let size = last?.size ?? 0;
  const ordered = [...drafts].sort(
    (a, b) =>
      a.hour - b.hour ||
      (a.content.cell < b.content.cell ? -1 : a.content.cell > b.content.cell ? 1 : 0) ||
      a.model - b.model,
  );
  const nodes: HashedNode[] = [];
  const seals = ordered.map((one): NewSeal => {
    nodes.push(...appendLeaf(edge, size, one.hash));
    size += 1;
    return { ...one, id: size - 1 };
  });
  const root = rangeHash(edge.map(({ hash }) => hash));
  // Rows of the audit log are appended by one transaction at a time: all before the last committed one are
  // committed too.
  const state = { size, root, audit: await auditCheckpoint(session) };
  return additionOf(seals, nodes, signCheckpoint(deps.signingKey, state, last, deps.now()));
}
