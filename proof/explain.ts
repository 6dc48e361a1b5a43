import type { KeyObject } from 'node:crypto';
import { type Manifest, NO_CHANGES, type SealChanges, type SealedFact } from '../domain/seals/seal.ts';
import { factHash, type KeptLeaf, type LeafMatch } from '../domain/seals/seal-match.ts';
import { isSignedBy } from '../domain/seals/signing-key.ts';
import type { Session } from '../store/database/client.ts';
import { type LeafCause, leafName, readLeafTombstones } from '../store/seals/leaf-tombstones.ts';
import {
  type Brought,
  type EarlierLeaf,
  eventName,
  readBrought,
  readEarlierLeaves,
  readReceived,
} from '../store/seals/seal-evidence.ts';
import { type RollupRef, SURVEYED } from '../store/seals/seal-facts.ts';
import { readTrustedKeys } from '../store/seals/signing-keys.ts';

/** A rollup beside its newest seal. */
export interface Compared extends RollupRef {
  readonly facts: readonly SealedFact[];
  /** How they compare with the leaves of the newest seal; none without one. */
  readonly match: LeafMatch;
  readonly isSealed: boolean;
}

/** Evidence that explains differences between facts and leaves. */
export interface Explanations {
  readonly brought: ReadonlyMap<string, Brought>;
  readonly earlier: ReadonlyMap<string, readonly EarlierLeaf[]>;
  /** When the sealed events of changed and lost responses were received, microseconds since 1970, by `eventName`. */
  readonly received: ReadonlyMap<string, number>;
  /** The audit log's statements about leaves, by `leafName`. */
  readonly notes: ReadonlyMap<string, ReadonlySet<LeafCause>>;
  /** The first response of each rollup (by index in the list) that is inconsistent in itself. */
  readonly wrong: ReadonlyMap<number, Unexplained>;
}

/**
 * Reads the evidence for differences between these rollups and their seals; in the snapshot that they were read
 * in. `publicKey`: the instance's; `wrong`: their inconsistent responses (`findWrongResponses`).
 */
export async function readExplanations(
  session: Session,
  publicKey: KeyObject,
  compared: readonly Compared[],
  wrong: ReadonlyMap<string, string>,
): Promise<Explanations> {
  const ids = new Set<string>();
  const added = new Set<string>();
  const leaves = new Set<string>();
  const origins = new Set<string>();
  for (const { isSealed, model, match } of compared)
    if (isSealed) collect(model, match, ids, added, leaves, origins);
  const earlier = await readEarlierLeaves(session, [...added]);
  for (const { hash } of [...earlier.values()].flat()) leaves.add(leafName(hash));
  return {
    brought: await readBrought(session, [...ids]),
    earlier,
    received: await readReceived(session, [...origins]),
    notes: leaves.size === 0 ? new Map() : await readNotes(session, publicKey, leaves),
    wrong: placed(compared, wrong),
  };
}

async function readNotes(session: Session, publicKey: KeyObject, leaves: ReadonlySet<string>) {
  const keys = await readTrustedKeys(session, publicKey);
  return readLeafTombstones(
    session,
    (seq, text, signature) => isSignedBy(keys, seq, text, signature),
    leaves,
  );
}

function placed(compared: readonly Compared[], wrong: ReadonlyMap<string, string>): Map<number, Unexplained> {
  const places = new Map<number, Unexplained>();
  if (wrong.size === 0) return places;
  for (const [place, { model, facts }] of compared.entries()) {
    const first = model === SURVEYED ? facts.find(({ id }) => wrong.has(id)) : undefined;
    const says = wrong.get(first?.id ?? '');
    if (first && says) places.set(place, { what: 'response', response: first.id, says });
  }
  return places;
}

/** Which responses differ from their sealed leaf, and which leaves have no response. */
function collect(
  model: number,
  match: LeafMatch,
  ids: Set<string>,
  added: Set<string>,
  names: Set<string>,
  origins: Set<string>,
): void {
  for (const { id } of match.changed) ids.add(id);
  if (model === SURVEYED) {
    for (const { id } of match.added) added.add(id);
    for (const { origin } of [...match.changedLeaves, ...match.removed]) if (origin) origins.add(origin);
  }
  for (const { responseId, hash } of match.removed) {
    if (responseId !== null) ids.add(responseId);
    names.add(leafName(hash));
  }
  for (const { hash } of match.erased) names.add(leafName(hash));
}

/** An unexplained difference; `response` if it concerns one. */
export interface Unexplained {
  readonly what: 'response' | 'leaf';
  readonly response?: string;
  readonly says: string;
}

/**
 * The first unexplained difference, or null. `manifest`: of the seal that the facts were matched with, null
 * without one; `place`: the rollup's index in the list that the explanations were read for.
 */
export function findUnexplained(
  rollup: Pick<RollupRef, 'model'> & { readonly place: number },
  match: LeafMatch,
  manifest: Manifest | null,
  explained: Explanations,
): Unexplained | null {
  if (!manifest) return explained.wrong.get(rollup.place) ?? null;
  const { model } = rollup;
  const newest = newestBrought(manifest);
  const changed =
    match.tampered[0] ??
    match.changed.find(
      (fact, i) => !isBroughtLater(model, fact, match.changedLeaves[i], newest, explained),
    ) ??
    match.added.find((fact) => isForged(fact, explained));
  if (changed)
    return {
      what: 'response',
      response: changed.id,
      says: 'is not what was sealed, and nothing that was received since explains the change',
    };
  const wrong = explained.wrong.get(rollup.place);
  if (wrong) return wrong;
  const gone = match.removed.find((leaf) => causeOfLoss(model, leaf, newest, explained) === null);
  if (gone) {
    const says =
      model === SURVEYED
        ? 'is gone, and was neither erased nor replaced'
        : 'has lost its prediction, and nothing that was received since explains it';
    return { what: 'response', response: gone.responseId as string, says };
  }
  const moved = match.kept.find(({ origin }, i) => origin !== match.keptLeaves[i]?.origin);
  if (moved) return { what: 'leaf', says: 'a leaf names another event than the one that was sealed' };
  const forgotten = match.erased.find(({ hash }) => {
    const causes = notesOf(hash, explained);
    return !(causes?.has('erased') || causes?.has('aged') || causes?.has('adopted'));
  });
  return forgotten
    ? { what: 'leaf', says: 'a leaf lost its response, and nothing records an erasure' }
    : null;
}

const notesOf = (hash: string, { notes }: Explanations) => notes.get(leafName(hash));

/** When the newest sealed fact was brought, microseconds since 1970: what came later was not sealed yet. */
function newestBrought({ brought, sealedAt }: Manifest): number {
  return brought === undefined ? Date.parse(sealedAt) * 1000 : Number(brought);
}

/**
 * From when on an event may replace the leaf: later than what the leaf was made of. Not only later than the newest fact of the
 * hour: what was received first may be committed last, after a repeated transaction or from a topic, behind a seal of newer facts.
 */
function replacedFrom(model: number, leaf: KeptLeaf | undefined, newest: number, explained: Explanations) {
  if (!leaf?.origin) return newest;
  const own =
    model === SURVEYED
      ? explained.received.get(eventName(leaf.responseId ?? '', leaf.origin))
      : Number(leaf.origin);
  return own === undefined || Number.isNaN(own) ? newest : Math.min(own, newest);
}

function isBroughtLater(
  model: number,
  { id, origin }: SealedFact,
  leaf: KeptLeaf | undefined,
  newest: number,
  explained: Explanations,
): boolean {
  // One follower predicts, one answer after the other.
  if (model !== SURVEYED) return Number(origin) > newest;
  const now = explained.brought.get(id);
  return now?.origin === origin && now.at !== null && now.at > replacedFrom(model, leaf, newest, explained);
}

/**
 * Whether the fact comes back (a restriction was lifted, or it is counted again) with other content than was sealed for the same event.
 */
function isForged(fact: SealedFact, { earlier }: Explanations): boolean {
  const same = earlier.get(fact.id)?.filter(({ origin }) => origin === fact.origin) ?? [];
  return same.length > 0 && !same.some(({ salt, hash }) => factHash(fact, salt) === hash);
}

type Loss = 'corrected' | 'rescored' | 'restricted' | 'uncounted' | 'withdrawn';

/** Why the leaf has no fact here any more, or null without an explanation. */
function causeOfLoss(model: number, leaf: KeptLeaf, newest: number, explained: Explanations): Loss | null {
  const now = explained.brought.get(leaf.responseId ?? '');
  if (!now) return null;
  const causes = notesOf(leaf.hash, explained);
  const since = replacedFrom(model, leaf, newest, explained);
  const replaced = now.at !== null && now.at > since && now.origin !== leaf.origin;
  if (now.aside) return causes?.has(now.aside) || replaced ? now.aside : null;
  if (now.origin === null && causes?.has('withdrawn')) return 'withdrawn';
  if (model === SURVEYED) return replaced ? 'corrected' : null;
  if (replaced || (now.predicted[model] ?? 0) > newest) return 'rescored';
  // Restored, and not read by the model again yet.
  if (now.origin === null) return null;
  return causes?.has('restricted') ? 'restricted' : causes?.has('uncounted') ? 'uncounted' : null;
}

/** Why a fact without a leaf here was away since it was sealed before; null where it has other content. */
function causeOfReturn(
  before: readonly EarlierLeaf[],
  origin: string,
  explained: Explanations,
): 'restricted' | 'uncounted' | null {
  const same = before.filter((leaf) => leaf.origin === origin);
  if (same.length === 0) return null;
  const wasUncounted = same.some(({ hash }) => notesOf(hash, explained)?.has('uncounted'));
  return wasUncounted ? 'uncounted' : 'restricted';
}

/** How the facts differ from the seal, by cause. */
export function changesSince(
  model: number,
  match: LeafMatch,
  manifest: Manifest | null,
  explained: Explanations,
): SealChanges {
  if (!manifest) return NO_CHANGES;
  const changes = { ...NO_CHANGES, erased: match.erased.length - manifest.erased };
  const otherwise = model === SURVEYED ? 'corrected' : 'rescored';
  changes[otherwise] += match.changed.length;
  for (const { id, origin } of match.added) {
    const before = model === SURVEYED ? explained.earlier.get(id) : undefined;
    if (!before) changes.late += 1;
    else changes[causeOfReturn(before, origin, explained) ?? otherwise] += 1;
  }
  const newest = newestBrought(manifest);
  for (const leaf of match.removed) changes[causeOfLoss(model, leaf, newest, explained) ?? otherwise] += 1;
  return changes;
}
