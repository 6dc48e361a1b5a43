import type { KeyObject } from 'node:crypto';
import { UserError } from '../domain/errors/user-error.ts';
import type { Session, Store } from '../store/database/client.ts';
import type { Change } from '../store/models/model-changes.ts';
import { readRegistry } from '../store/models/models.ts';
import { type FeatureSource, languageOf } from './features.ts';
import { artefactKey, type Model, type ModelArtefact } from './model.ts';
import type { Prediction } from './predict.ts';
import { type Registration, registerIn, type Settle } from './registry.ts';

/*
 * Two model versions that read for one champion, each with its own encoder: the first names the second, its companion. Every text
 * is read by exactly one of them, so that what they infer adds up.
 */

/** The two cannot read for one champion; the message says why. */
export class PairError extends UserError {
  override readonly name = 'PairError';
}

/**
 * Whether the version reads that text where it scores responses: of a pair, the companion reads the texts in its languages, and
 * the first one all others (it abstains where it cannot read them). Any other version reads everything.
 */
export function readsText({ artefact }: Model, text: string): boolean {
  const { companion, determinedOnly, languages } = artefact;
  if (!determinedOnly) return true;
  const language = languageOf(text);
  if (companion) return language === null || !companion.languages.includes(language);
  return language !== null && languages.includes(language);
}

/**
 * Both artefacts of a pair: what the first model reads stays with it, and the second one reads the languages that only it knows.
 * Neither reads a text whose language is not determined. An artefact is the same for every pair of the same kind, and so keeps its version.
 * @throws PairError
 */
export function pairOf(
  first: ModelArtefact,
  second: ModelArtefact,
): { readonly first: ModelArtefact; readonly companion: ModelArtefact } {
  if (second.companion) throw new PairError('companion: has a companion itself; name that one');
  const languages = second.languages.filter((language) => !first.languages.includes(language));
  if (languages.length === 0)
    throw new PairError(`companion: reads nothing that the other does not (${first.languages.join(', ')})`);
  const companion: ModelArtefact = { ...second, languages, determinedOnly: true };
  const named = { key: artefactKey(companion), languages };
  return { first: { ...first, companion: named, determinedOnly: true }, companion };
}

/** A version that reads under some name. */
export interface Reader {
  readonly id: number;
  readonly model: Model;
}

/** The artefact with that companion, as registered; null where both would read something else beside each other. */
export function withCompanion(artefact: ModelArtefact, { id, model }: Reader) {
  if (model.artefact.languages.some((language) => artefact.languages.includes(language))) return null;
  return { artefact: pairOf(artefact, model.artefact).first, companion: id };
}

/** What each text was read as, and by which version. */
export interface Classified extends Reader {
  readonly prediction: Prediction;
}

/** Each text by the one of the versions that reads it, in order. */
export async function classifyBy(
  readers: readonly Reader[],
  sources: readonly FeatureSource[],
  predictBy: (model: Model, sources: readonly FeatureSource[]) => Promise<Prediction[]>,
): Promise<Classified[]> {
  const readerOf = (source: FeatureSource) =>
    readers.find(({ model }) => readsText(model, source.text)) ?? (readers[0] as Reader);
  const chosen = sources.map(readerOf);
  const found = new Map<Reader, Prediction[]>();
  for (const reader of new Set(chosen)) {
    const own = sources.filter((_, i) => chosen[i] === reader);
    found.set(reader, await predictBy(reader.model, own));
  }
  return chosen.map((reader) => ({ ...reader, prediction: found.get(reader)?.shift() as Prediction }));
}

/** The version as it is registered, to be registered again beside another one. */
export async function registrationOf(session: Session, { id, model }: Reader): Promise<Registration> {
  const { label = '', trainedAt = null } = (await readRegistry(session)).find((one) => one.id === id) ?? {};
  const facts = { trainedAt: trainedAt ?? new Date(0), until: null, journalPosition: null };
  return { ...facts, artefact: model.artefact, label: label.replace(BESIDE, '') };
}

/** What the label of the first version of a pair ends with. */
const BESIDE = /, beside version \d+$/;

/**
 * Registers both versions of a pair as candidates, in one transaction, and returns the first one; those that are registered already
 * keep their version. `settle`: of the companion's registration.
 * @throws PairError
 */
export function registerPair(
  store: Store,
  signingKey: KeyObject,
  given: { readonly first: Registration; readonly second: Registration },
  causes: { readonly first: Change; readonly second: Change },
  settle?: Settle,
): Promise<number> {
  const pair = pairOf(given.first.artefact, given.second.artefact);
  return store.transaction(async (session) => {
    const second = { ...given.second, artefact: pair.companion };
    const companion = await registerIn(session, signingKey, second, causes.second, settle);
    const label = `${given.first.label}, beside version ${companion}`;
    return registerIn(
      session,
      signingKey,
      { ...given.first, artefact: pair.first, companion, label },
      causes.first,
    );
  });
}
