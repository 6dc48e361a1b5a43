import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { OwnerSession, Store } from '../store/database/client.ts';
import { type Change, type NewModel, promoteFirst, registerModelIn } from '../store/models/model-changes.ts';
import { readRegistry, type TrainingSetRow } from '../store/models/models.ts';
import { artefactKey, type ModelArtefact } from './model.ts';

export interface Registration {
  readonly artefact: ModelArtefact;
  readonly label: string;
  readonly trainedAt: Date;
  /** Facts about training sets beyond their hashes. */
  readonly until: Date | null;
  readonly journalPosition: string | null;
  /** The version that the artefact names as its companion. */
  readonly companion?: number;
}

/** What belongs to the transaction of a registration. */
export type Settle = Parameters<typeof registerModelIn>[4];

/**
 * Registers the model as a candidate, its manifest signed by the instance's key; returns its version. `settle`
 * belongs to the same transaction.
 */
export function register(
  store: Store,
  signingKey: KeyObject,
  registration: Registration,
  cause: Change,
  settle?: Settle,
): Promise<number> {
  return store.transaction((session) => registerIn(session, signingKey, registration, cause, settle));
}

/** The same, in a transaction that does more. */
export function registerIn(
  session: OwnerSession,
  signingKey: KeyObject,
  { artefact, label, trainedAt, until, journalPosition, companion }: Registration,
  cause: Change,
  settle?: Settle,
): Promise<number> {
  const key = artefactKey(artefact);
  const { codeHash, features } = artefact.featureSet;
  const featureRows = features.map((feature) => ({ key: hashOf([feature, codeHash]), codeHash, ...feature }));
  const trainingSets = artefact.trainingSets.map(
    (set): TrainingSetRow => ({ ...set, until, journalPosition }),
  );
  const model: NewModel = {
    label,
    key,
    artefact,
    trainedAt,
    companion: companion ?? null,
    signature: signManifest(signingKey, manifestOf(artefact, label)),
    features: featureRows,
    trainingSets,
  };
  return registerModelIn(session, model, hashOf(featureRows.map((row) => row.key)), cause, settle);
}

/** What the signature covers: the artefact by hash, and its most important facts. */
export function manifestOf(artefact: ModelArtefact, label: string) {
  return {
    artefact: artefactKey(artefact),
    label,
    encoder: artefact.encoder,
    featureCode: artefact.featureSet.codeHash,
    trainingSets: artefact.trainingSets.map(({ head, hash }) => ({ head, hash })),
  };
}

/** Ed25519 over the manifest's canonical JSON, with the public key that checks it. */
function signManifest(signingKey: KeyObject, manifest: object): string {
  const signature = sign(null, Buffer.from(canonicalize(manifest) ?? ''), signingKey).toString('base64');
  const publicKey = createPublicKey(signingKey).export({ type: 'spki', format: 'der' }).toString('base64');
  return JSON.stringify({ algorithm: 'Ed25519', publicKey, signature });
}

/** Adds the model that ships to an empty registry, as its first champion. */
export async function ensureDefault(
  store: Store,
  signingKey: KeyObject,
  artefact: ModelArtefact,
): Promise<void> {
  const registry = await readRegistry(store);
  if (registry.some(({ stage }) => stage === 'CHAMPION')) return;
  const id = await register(store, signingKey, shipped(artefact, 'the model that ships'), SHIPS);
  await promoteFirst(store, id, SHIPS);
}

/** Adds a model that ships for another encoder as a candidate. */
export async function offerModel(
  store: Store,
  signingKey: KeyObject,
  artefact: ModelArtefact,
): Promise<void> {
  await register(store, signingKey, shipped(artefact, 'the model for other languages that ships'), SHIPS);
}

const SHIPS = { actor: 'scoreline', reason: 'ships with this version' };

function shipped(artefact: ModelArtefact, label: string): Registration {
  return { artefact, label, trainedAt: new Date(0), until: null, journalPosition: null };
}

function hashOf(content: unknown): string {
  return createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest('hex');
}
