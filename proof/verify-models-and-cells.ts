import { hash } from 'node:crypto';
import type { Scope } from '../domain/access/scope.ts';
import type { Memory, Slot } from '../domain/memory/memory.ts';
import { canonicalText, type Manifest } from '../domain/seals/seal.ts';
import { type Cell, type CellDictionary, cellKey } from '../domain/segments/cell.ts';
import type { Session } from '../store/database/client.ts';
import { readArtefact, readModelKey, readModelParts } from '../store/models/models.ts';
import type { Offence } from './check-rollup.ts';
import type { ListedRollup } from './rollup-evidence.ts';

/* A number's inputs besides its rollups: the cells and their attributes, and the known errors of its model. */

const SOUND: Slot<WeakSet<Cell>> = { begin: () => new WeakSet() };

/**
 * Every cell is named by the hash of its attributes; one that is not could be in segments to which its
 * responses do not belong.
 */
export function findCellOffence(cells: CellDictionary, scope: Scope): Offence | null {
  const sound = cells.memory.of(SOUND);
  for (const cell of cells.all()) {
    if (sound.has(cell)) continue;
    if (cellKey(cell.stored ?? cell.attributes) !== cell.key) {
      const named = scope.allows('traceLineage', cell) ? cell.key : 'one';
      return {
        what: 'cell',
        rollup: null,
        says: `${named} does not match the content that its key was made of`,
      };
    }
    sound.add(cell);
  }
  return null;
}

/** A hashed artefact: its key, and its statement of the model's errors. */
interface Hashed {
  readonly key: string;
  readonly confusion: string;
  /** The key of the version that reads beside it. */
  readonly companion: string | null;
}

/** By model version: artefacts are large, and the content of a key does not change. */
const HASHED: Slot<Map<number, Hashed>> = { begin: () => new Map() };

/**
 * The confusion of each model version is that of the artefact with its key (SHA-256 of canonical JSON), its rollups were sealed
 * under that key, and the first one names the second as its companion. An artefact is hashed once per process, and compared by what the score uses of it.
 */
export async function findModelOffence(
  session: Session,
  memory: Memory,
  models: readonly number[],
  listed: readonly ListedRollup[],
): Promise<Offence | null> {
  const found: Hashed[] = [];
  for (const model of models) {
    const one = await hashedModel(session, memory, model);
    if ('what' in one) return one;
    found.push(one);
    const offence = sealOffence(model, one.key, listed);
    if (offence) return offence;
  }
  const [first, second] = found;
  return (first?.companion ?? null) === (second?.key ?? null)
    ? null
    : modelOffence(
        null,
        `model version ${models[0]} names another companion in its artefact than in the registry`,
      );
}

const modelOffence = (rollup: string | null, says: string): Offence => ({ what: 'model', rollup, says });

async function hashedModel(session: Session, memory: Memory, model: number): Promise<Hashed | Offence> {
  const named = `model version ${model}`;
  const key = await readModelKey(session, model);
  if (key === null) return modelOffence(null, `${named} has no key`);
  const [part] = await readModelParts(session, model);
  const confusion = canonicalText(part?.confusion ?? {});
  const known = memory.of(HASHED);
  const before = known.get(model);
  if (before?.key === key && before.confusion === confusion) return before;
  const artefact = (await readArtefact(session, model)) as { companion?: { key?: string } } | null;
  if (hash('sha256', canonicalText(artefact ?? {})) !== key)
    return modelOffence(null, `the artefact of ${named} is not what its key was made of`);
  const hashed = { key, confusion, companion: artefact?.companion?.key ?? null };
  known.set(model, hashed);
  return hashed;
}

function sealOffence(model: number, key: string, listed: readonly ListedRollup[]): Offence | null {
  for (const { id, model: version, seals } of listed) {
    const last = seals.at(-1);
    if (version !== model || !last) continue;
    const sealed = (JSON.parse(last.manifest) as Manifest).model;
    if (sealed.key !== key || sealed.version !== model)
      return modelOffence(id, `was sealed under another model than model version ${model} is by now`);
  }
  return null;
}
