import { hash } from 'node:crypto';
import type { Scope } from '../domain/access/scope.ts';
import type { Memory, Slot } from '../domain/memory/memory.ts';
import { canonicalText, type Manifest } from '../domain/seals/seal.ts';
import { type Cell, type CellDictionary, cellKey } from '../domain/segments/cell.ts';
import type { Session } from '../store/database/client.ts';
import { readArtefact, readConfusion, readModelKey } from '../store/models/models.ts';
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
}

/** By model version: artefacts are large, and the content of a key does not change. */
const HASHED: Slot<Map<number, Hashed>> = { begin: () => new Map() };

/**
 * The model's confusion is that of the artefact with its key (SHA-256 of canonical JSON), and the rollups were
 * sealed under that key. An artefact is hashed once per process, and compared by what the score uses of it.
 */
export async function findModelOffence(
  session: Session,
  memory: Memory,
  model: number | null,
  listed: readonly ListedRollup[],
): Promise<Offence | null> {
  if (model === null) return null;
  const offence = (rollup: string | null, says: string): Offence => ({ what: 'model', rollup, says });
  const named = `model version ${model}`;
  const key = await readModelKey(session, model);
  if (key === null) return offence(null, `${named} has no key`);
  const confusion = canonicalText((await readConfusion(session, model)) ?? {});
  const known = memory.of(HASHED);
  const before = known.get(model);
  if (before?.key !== key || before.confusion !== confusion) {
    const artefact = (await readArtefact(session, model)) as object | null;
    if (hash('sha256', canonicalText(artefact ?? {})) !== key)
      return offence(null, `the artefact of ${named} is not what its key was made of`);
    known.set(model, { key, confusion });
  }
  for (const { id, model: version, seals } of listed) {
    const last = seals.at(-1);
    if (version !== model || !last) continue;
    const sealed = (JSON.parse(last.manifest) as Manifest).model;
    if (sealed.key !== key || sealed.version !== model)
      return offence(id, `was sealed under another model than ${named} is by now`);
  }
  return null;
}
