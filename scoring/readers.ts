import { LRUCache } from 'lru-cache';
import { UserError } from '../domain/errors/user-error.ts';
import type { Store } from '../store/database/client.ts';
import { idsOf, readArtefact, readChampion, readModelParts } from '../store/models/models.ts';
import type { Reader } from './companion.ts';
import { type Model, readModel } from './model.ts';

/** The request cannot be done; the message says what would be right. */
export class ScoringError extends UserError {
  override readonly name = 'ScoringError';
}

/** The registered models, ready to predict. */
export interface Readers {
  /** @throws ScoringError when there is no such version */
  load(id: number): Promise<Model>;
  /** The champion (null), or that version. @throws ScoringError when there is none */
  named(id: number | null): Promise<Reader>;
  /** The same, then its companion if it has one. @throws ScoringError */
  partsOf(id: number | null): Promise<readonly [Reader, ...Reader[]]>;
}

/** Reads artefacts from the registry, and keeps those used last. */
export function openReaders(store: Store): Readers {
  const models = new LRUCache<number, Model>({ max: 20 });
  const load = async (id: number): Promise<Model> => {
    const known = models.get(id);
    if (known) return known;
    const stored = await readArtefact(store, id);
    if (stored === null) throw new ScoringError(`there is no model version ${id}`);
    const model = readModel(stored);
    models.set(id, model);
    return model;
  };
  const named = async (id: number | null): Promise<Reader> => {
    const version = id ?? (await readChampion(store))?.id;
    if (version === undefined) throw new ScoringError('there is no champion: promote a model version first');
    return { id: version, model: await load(version) };
  };
  const partsOf = async (id: number | null) => {
    const first = await named(id);
    const [, ...others] = idsOf(await readModelParts(store, first.id));
    return [first, ...(await Promise.all(others.map(named)))] as const;
  };
  return { load, named, partsOf };
}
