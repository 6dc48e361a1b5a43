import type { Scope } from '../../../domain/access/scope.ts';
import type { CellDictionary } from '../../../domain/segments/cell.ts';
import type { Store } from '../../../store/database/client.ts';
import { formatPosition, type JournalEntry } from '../../../store/journal/journal.ts';
import { readResponseLineage } from '../../../store/lineage/lineage.ts';
import {
  readCheckpoints,
  readRegistrations,
  readSealedCells,
} from '../../../store/lineage/lineage-export.ts';
import { readTrainingSets } from '../../../store/models/model-provenance.ts';
import { readModelVersions } from '../../../store/models/models.ts';
import type { MappingRegistry } from '../../../store/responses/mappings.ts';
import type { Dataset, Run } from './events.ts';

export interface RunDeps {
  readonly store: Store;
  readonly cells: CellDictionary & { refresh(session: Store): Promise<void> };
  readonly mappings: MappingRegistry;
}

const dataset = (name: string, version: string | null = null): Dataset => ({ name, version });
const RESPONSES = dataset('response');

/** The runs of the entries, in their order. Rows of cells that the scope may not trace are not counted. */
export async function runsOf(deps: RunDeps, scope: Scope, entries: readonly JournalEntry[]): Promise<Run[]> {
  await Promise.all([deps.cells.refresh(deps.store), deps.mappings.refresh(deps.store)]);
  const trained = await registeredBy(deps, entries);
  const runs: Run[] = [];
  for (const entry of entries) {
    const key = formatPosition(entry);
    const { kind, recordedAt: at, payload } = entry;
    if (kind === 'model' && trained.has(entry.position)) runs.push(await training(deps, scope, entry));
    if (kind !== 'responses' && kind !== 'predictions') continue;
    const visible = await visibleRows(deps, scope, payload.added);
    if (visible.length === 0) continue;
    const rows = visible.length;
    if (kind === 'responses') {
      const sources = [...new Set(visible.map(({ source }) => source))].sort();
      const inputs = sources.map((source) => dataset(`source/${source}`));
      runs.push({ key, job: 'import', at, inputs, output: RESPONSES, rows });
    } else {
      const inputs = [RESPONSES, await modelDataset(deps, payload.model ?? 0)];
      runs.push({ key, job: 'scoring', at, inputs, output: dataset('prediction'), rows });
    }
  }
  return runs;
}

/** The responses that still exist, in cells that the scope may trace, each with its source. */
async function visibleRows(deps: RunDeps, scope: Scope, ids: readonly string[]) {
  const rows = await readResponseLineage(deps.store, [...ids]);
  const sourceOf = new Map(deps.mappings.all().map(({ key, source }) => [key, source]));
  return rows.flatMap(({ cell: key, mapping }) => {
    const cell = deps.cells.byKey(key);
    return cell && scope.allows('traceLineage', cell) ? [{ source: sourceOf.get(mapping) ?? 'unknown' }] : [];
  });
}

/** Positions of entries that registered a model version: the end of a training. */
async function registeredBy({ store }: RunDeps, entries: readonly JournalEntry[]): Promise<Set<number>> {
  const models = entries.flatMap(({ kind, payload }) => (kind === 'model' ? [payload.model ?? 0] : []));
  if (models.length === 0) return new Set();
  return new Set((await readRegistrations(store, models)).map(({ position }) => position));
}

async function modelDataset({ store }: RunDeps, version: number): Promise<Dataset> {
  const [model] = await readModelVersions(store, [version]);
  return dataset(`model-version/${version}`, model ? model.label : null);
}

/**
 * Trained on responses of every cell: the input is named by hash, and by number for callers who see everything.
 */
async function training(deps: RunDeps, scope: Scope, entry: JournalEntry): Promise<Run> {
  const version = entry.payload.model ?? 0;
  const sets = scope.allowsAll('traceLineage') ? await readTrainingSets(deps.store, version) : [];
  return {
    key: `training ${version}`,
    job: 'training',
    at: entry.recordedAt,
    inputs: [RESPONSES, ...sets.map(({ head, hash }) => dataset(`training-set/${head}`, hash))],
    output: await modelDataset(deps, version),
    rows: 1,
  };
}

/** Sealings after that size of the log, each up to its checkpoint. */
export async function sealingRuns(
  { store, cells }: RunDeps,
  scope: Scope,
  after: number,
  limit: number,
): Promise<{ runs: Run[]; size: number | null }> {
  const heads = await readCheckpoints(store, after, limit);
  const runs: Run[] = [];
  for (const { size, before, at } of heads) {
    const sealed = (await readSealedCells(store, before, size)).filter(({ cellId }) => {
      const cell = cells.get(cellId);
      return cell !== undefined && scope.allows('traceLineage', cell);
    });
    const rows = sealed.reduce((sum, { seals }) => sum + seals, 0);
    if (rows === 0) continue;
    const inputs = [dataset('rollup_hour'), RESPONSES];
    runs.push({ key: `sealing ${size}`, job: 'sealing', at, inputs, output: dataset('seal'), rows });
  }
  return { runs, size: heads.at(-1)?.size ?? null };
}
